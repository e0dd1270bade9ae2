"""Lines of `/api/generate` and `/api/chat`, turned into events and one whole answer."""

import io
from collections.abc import Iterable
from typing import Any

from ollama_cli.errors import ProtocolError
from ollama_cli.types.answer_events import ChatEvent, Done, Text, Thinking, ToolCall
from ollama_cli.types.answers import Answer, Usage
from ollama_cli.wire import fields
from ollama_cli.wire.failures import error_from_line
from ollama_cli.wire.timings import parse_timings


class AnswerParser:
    """Parses one answer of either route: their lines differ only in the field of the text.

    Without `gather` the text is left out of Done, as its pieces were events. With `join` pieces
    that are read together are one event.
    """

    _hint = "the server stops a model that repeats itself this way; try another seed"

    def __init__(self, *, gather: bool = True, join: bool = False) -> None:
        self._gather = gather
        self._join = join
        # Not lists of pieces, which would take ten times the memory of the text.
        self._text = io.StringIO()
        self._thinking = io.StringIO()
        self._calls: list[dict[str, object]] = []
        self._done = False

    def read(self, values: Iterable[object], events: list[ChatEvent]) -> None:
        """Add the events of decoded lines to `events`; raises the error that a line reports."""
        pieces: list[str] = []
        plain_text = self._plain_text
        try:
            for value in values:
                text = None if self._done else plain_text(value)
                if text is not None and self._join:
                    pieces.append(text)
                elif text is not None:
                    events.append(self._piece(text))
                else:
                    self._flush(pieces, events)
                    events += self.parse(value)
        finally:
            self._flush(pieces, events)

    @staticmethod
    def _plain_text(value: object) -> str | None:
        """Return the text of a line that holds text only, as nearly all do; None for any other."""
        if type(value) is not dict or value.get("done") is not False or "error" in value:
            return None
        part = value.get("message")
        if type(part) is dict:
            text = part.get("content")
        else:
            part, text = value, value.get("response")
        if type(text) is not str or not text or "thinking" in part or "tool_calls" in part:
            return None
        return text

    def parse(self, value: object) -> list[ChatEvent]:
        """Turn one decoded line into its events; raises the error that the line reports."""
        if self._done:  # what comes after the end marker is not part of the answer
            return []
        if not isinstance(value, dict) or "error" in value:
            error = error_from_line(value)
            if error is not None:
                raise error
        line: dict[str, Any] = value  # type: ignore[assignment]  # anything else was an error
        message = line.get("message")
        part = message if isinstance(message, dict) else line
        events: list[ChatEvent] = []
        thinking = part.get("thinking")
        if thinking and isinstance(thinking, str):
            self._thinking.write(thinking)
            events.append(Thinking(thinking))
        text = part.get("response" if part is line else "content")
        if text and isinstance(text, str):
            events.append(self._piece(text))
        if calls := part.get("tool_calls"):
            events += [self._call(call) for call in fields.items(calls)]
        if line.get("done") is True:
            self._done = True
            events.append(Done(self._answer(line)))
        return events

    def is_done(self) -> bool:
        """Return whether the end marker has come."""
        return self._done

    def finish(self) -> None:
        """Check that the end marker came: ProtocolError if the stream ended without `done`."""
        if not self._done:
            raise ProtocolError(
                "the answer ended without its end marker: it is incomplete", hint=self._hint
            )

    def _flush(self, pieces: list[str], events: list[ChatEvent]) -> None:
        if pieces:
            events.append(self._piece("".join(pieces)))
            pieces.clear()

    def _piece(self, text: str) -> Text:
        if self._gather:
            self._text.write(text)
        return Text(text)

    def _call(self, call: dict[str, object]) -> ToolCall:
        function = fields.mapping(call.get("function"))
        event = ToolCall(
            name=fields.text(function.get("name")),
            arguments=fields.mapping(function.get("arguments")),
            id=fields.text(call.get("id")) or None,
        )
        self._calls.append({"name": event.name, "arguments": event.arguments, "id": event.id})
        return event

    def _answer(self, line: dict[str, object]) -> Answer:
        return Answer(
            model=fields.text(line.get("model")),
            text=self._text.getvalue(),
            thinking=self._thinking.getvalue(),
            done_reason=fields.text(line.get("done_reason")) or None,
            tool_calls=tuple(self._calls),
            usage=Usage(
                prompt_tokens=fields.count(line.get("prompt_eval_count")),
                completion_tokens=fields.count(line.get("eval_count")),
            ),
            timings=parse_timings(line),
        )
