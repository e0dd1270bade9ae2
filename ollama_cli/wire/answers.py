"""Lines of `/api/generate` and `/api/chat`, turned into events and one whole answer."""

import io
import json
from collections.abc import Iterable, Mapping, Set as AbstractSet
from contextlib import suppress
from typing import Any, Final

from ollama_cli.errors import OllamaCliError, ProtocolError, ServerError
from ollama_cli.types.answer_events import ChatEvent, Done, Text, Thinking, ToolCall
from ollama_cli.types.answers import Answer, TokenLogprob, Usage
from ollama_cli.wire import endings, fields
from ollama_cli.wire.failures import error_from_line
from ollama_cli.wire.logprobs import Logprobs
from ollama_cli.wire.opening import Halves, Opening
from ollama_cli.wire.parts import MORE, read_pieces
from ollama_cli.wire.timings import parse_timings

_PARTS: Final = frozenset({"message", "response", "done"})
_RETRY: Final = "ask again; the log of the server tells why"


class AnswerParser:
    """Parses one answer of either route: their lines differ only in the field of the text.

    Without `gather` the text is left out of Done, as its pieces were events. With `join` pieces
    that are read together are one event, unless it `has_logprobs`. A literal `<think>` at the very
    start begins thinking. An answer that ends in an error is one: `finish` raises it, after all
    that came.
    """

    _unended: str | None = "repetition"
    _hint = "the server stops a model that repeats itself this way; try another seed"

    def __init__(
        self, *, gather: bool = True, join: bool = False, has_logprobs: bool = False
    ) -> None:
        self._logprobs = Logprobs() if has_logprobs else None
        self._gather = gather
        self._join = join
        # Not lists of pieces, which would take ten times the memory of the text.
        self._text = io.StringIO()
        self._thinking = io.StringIO()
        self._calls: list[dict[str, object]] = []
        self._unshown: dict[str, None] = {}
        self._halves = Halves()
        self._half_thoughts = Halves()
        self._opening = Opening()
        self._failure: OllamaCliError | None = None
        self._done = False

    def read(self, values: Iterable[object], events: list[ChatEvent]) -> None:
        """Add the events of decoded lines to `events`; raises the error that a line reports."""
        pieces: list[str] = []
        plain_text = self._plain_text if self._logprobs is None else _no_text
        try:
            for value in values:
                text = None if self._done else plain_text(value)
                if text is not None and self._join:
                    pieces.append(text)
                elif text is not None:
                    events += self._said(text)
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
        if type(text) is not str or not text or not MORE.isdisjoint(part):
            return None
        return text

    def parse(self, value: object) -> list[ChatEvent]:
        """Turn one decoded line into its events; raises the error that the line reports."""
        if self._done:  # what comes after the end marker is not part of the answer
            return []
        if not isinstance(value, dict) or "error" in value or _is_strange(value):
            error = error_from_line(value)
            if error is not None:
                raise error
        line: dict[str, Any] = value  # type: ignore[assignment]  # anything else was an error
        message = line.get("message")
        part = message if isinstance(message, dict) else line
        events = self._pieces(part)
        if calls := part.get("tool_calls"):
            events += [self._call(call) for call in fields.items(calls)]
        is_over = line.get("done") is True
        reason = fields.text(line.get("done_reason")) or None
        if is_over:
            self._end(reason, events)
        if self._logprobs is not None:
            self._logprobs.attach(line.get("logprobs"), events)
        if is_over and self._failure is None:
            events.append(Done(self._answer(line, reason)))
        return events

    def is_done(self) -> bool:
        """Return whether the end marker has come."""
        return self._done

    def finish(self) -> list[ChatEvent]:
        """Return the last events; raises the error in which the answer ended.

        That is a ProtocolError if the stream ended without `done`.
        """
        if not self._done:
            raise ProtocolError(
                "the answer ended without its end marker: it is incomplete", hint=self._hint
            ).with_facts(cut=self._unended)
        if self._failure is not None:
            raise self._failure
        return []

    def _end(self, reason: str | None, events: list[ChatEvent]) -> None:
        """Add what was held back, and keep the error that the reason of the end may be."""
        self._done = True
        events += self._thought(self._half_thoughts.close())
        events += self._decided(self._opening.add(self._halves.close()))
        events += self._decided(self._opening.close())
        if endings.ending_of(reason) == "failed":
            self._failure = ServerError(f"the server ended the answer with {reason!r}", hint=_RETRY)

    def _flush(self, pieces: list[str], events: list[ChatEvent]) -> None:
        if pieces:
            events += self._said("".join(pieces))
            pieces.clear()

    def _pieces(
        self, part: Mapping[str, Any], known: AbstractSet[str] = frozenset()
    ) -> list[ChatEvent]:
        """Return the events of a delta, a message or a line, but its calls of tools.

        Pieces of the kinds in `known` came before: they are left out.
        """
        events: list[ChatEvent] = []
        for kind, text in read_pieces(part):
            if kind in known:
                continue
            if kind == "text":
                events += self._said(text)
            elif kind == "thinking":
                events += self._thought(self._half_thoughts.add(text))
            else:
                self._unshown[text] = None
        return events

    def _said(self, text: str) -> list[ChatEvent]:
        """Return the events of a piece of text, as far as it is decided what it is."""
        text = self._halves.add(text)
        if self._opening.is_over and text:  # nearly all pieces: they must be cheap
            return [self._piece(text)]
        return self._decided(self._opening.add(text))

    def _decided(self, pieces: Iterable[tuple[str, str]]) -> list[ChatEvent]:
        events: list[ChatEvent] = []
        for kind, text in pieces:
            events += [self._piece(text)] if kind == "text" else self._thought(text)
        return events

    def _piece(self, text: str) -> Text:
        if self._gather:
            self._text.write(text)
        return Text(text)

    def _thought(self, text: str) -> list[ChatEvent]:
        if not text:
            return []
        self._thinking.write(text)
        return [Thinking(text)]

    def _call(self, call: dict[str, object]) -> ToolCall:
        function = fields.mapping(call.get("function"))
        arguments, unread = _arguments(function.get("arguments"))
        event = ToolCall(
            name=fields.text(function.get("name")),
            arguments=arguments,
            id=fields.text(call.get("id")) or None,
            unread=unread,
        )
        self._calls.append({"name": event.name, "arguments": event.arguments, "id": event.id})
        return event

    def _answer(self, line: dict[str, object], reason: str | None) -> Answer:
        cut = endings.cut_of(reason)
        return Answer(
            model=fields.text(line.get("model")),
            text=self._text.getvalue(),
            thinking=self._thinking.getvalue(),
            done_reason=endings.done_reason(reason),
            tool_calls=tuple(self._calls),
            unshown=tuple(self._unshown),
            complete=cut is None,
            cut=cut,
            usage=Usage(
                prompt_tokens=fields.count(line.get("prompt_eval_count")),
                completion_tokens=fields.count(line.get("eval_count")),
            ),
            timings=parse_timings(line),
            logprobs=self._told_logprobs,
        )

    @property
    def _told_logprobs(self) -> tuple[TokenLogprob, ...] | None:
        return tuple(self._logprobs.all) or None if self._logprobs is not None else None


def _no_text(_: object) -> None:
    """Take every line for one that holds more than text."""


def _arguments(value: object) -> tuple[dict[str, Any], str]:
    """Read the arguments of a call: an object, or the text of one; also return what is neither."""
    found = value
    if isinstance(value, str) and value.strip():
        with suppress(ValueError, RecursionError):
            found = json.loads(value)
    is_read = isinstance(found, dict) or found is None or found == ""
    return fields.mapping(found), "" if is_read else str(value)


def _is_strange(line: Mapping[str, Any]) -> bool:
    """Return whether a line holds no part of an answer: it may be an error in other words."""
    return _PARTS.isdisjoint(line) or isinstance(line.get("message"), str)
