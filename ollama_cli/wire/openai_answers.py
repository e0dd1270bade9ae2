"""Chunks of `/v1/chat/completions` and `/v1/completions`, turned into the events of an answer."""

import json
import logging
from collections.abc import Set as AbstractSet
from typing import Any, Final

from ollama_cli.errors import ProtocolError
from ollama_cli.types.answer_events import ChatEvent, Done, ToolCall
from ollama_cli.types.answers import Answer, Timings, Usage
from ollama_cli.wire import endings, fields, reports
from ollama_cli.wire.answers import AnswerParser
from ollama_cli.wire.arguments import parse_arguments
from ollama_cli.wire.failures import error_from_text, shown
from ollama_cli.wire.openai_failures import error_in
from ollama_cli.wire.parts import MORE
from ollama_cli.wire.sse import END, Document

_WHOLE: Final = "chat.completion"
_MILLISECONDS: Final = 1000
_LONGEST: Final = 2.0**64
_LONGEST_NAME: Final = 1 << 16
_LOG: Final = logging.getLogger("ollama_cli.requests")


class ChunkParser(AnswerParser):
    """Parses one answer in chunks, of either route; it ends in `[DONE]`, and usage comes before.

    One whole document is an answer, too, and so is a stream that ends cleanly after its
    `finish_reason`. What a `message` repeats after deltas is left out, and so are second choices;
    words that stand in no choice are the error of an answer that has no `finish_reason`. A call
    whose arguments are no JSON object is a ProtocolError, unless `takes_unread`.
    """

    _unended = None
    _hint = "errors in mid-answer are lost by some servers; the log of the server tells why"

    def __init__(
        self,
        *,
        gather: bool = True,
        join: bool = False,
        has_logprobs: bool = False,
        takes_unread: bool = False,
    ) -> None:
        super().__init__(gather=gather, join=join, has_logprobs=has_logprobs)
        self._takes_unread = takes_unread
        self._model = ""
        self._reason: str | None = None
        self._words = ""
        self._is_first = True
        self._is_whole = self._is_in_messages = False
        self._usage: dict[str, Any] = {}
        self._timings: dict[str, Any] = {}
        self._fragments: list[_Fragments] = []
        self._by_index: dict[int | None, _Fragments] = {}

    @staticmethod
    def _plain_text(value: object) -> str | None:
        """Return the text of a chunk that holds text only, as nearly all do; None for any other.

        Its usage is ignored: the chunk with the finish reason, or one after it, has the total.
        """
        if type(value) is not dict or "error" in value:
            return None
        choices = value.get("choices")
        if type(choices) is not list or not choices or type(choice := choices[0]) is not dict:
            return None
        if choice.get("finish_reason") or len(choices) > 1:
            return None
        part = choice.get("delta")
        if type(part) is not dict:
            part, text = choice, choice.get("text")
        else:
            text = part.get("content")
        if type(text) is not str or not text:
            return None
        return text if MORE.isdisjoint(part) or not any(map(part.get, MORE)) else None

    def parse(self, value: object) -> list[ChatEvent]:
        """Turn one decoded chunk into its events; raises the error that the chunk reports."""
        if self._done:  # what comes after the end marker is not part of the answer
            return []
        if value is END:
            return self._over()
        if not isinstance(value, dict):
            raise ProtocolError("the server sent an event that is no JSON object")
        if (error := error_in(value)) is not None:
            raise error
        self._model = fields.text(value.get("model")) or self._model
        self._usage = fields.mapping(value.get("usage")) or self._usage
        self._timings = fields.mapping(value.get("timings")) or self._timings
        choices = fields.items(value.get("choices"))
        if not choices:
            self._words = reports.read(value).words or self._words
        choice = next(iter(choices), {})  # its number says nothing: some count chunks by it
        if len(choices) > 1:
            self._unshown["a second answer"] = None
        if choice:
            is_document = isinstance(value, Document) or value.get("object") == _WHOLE
            self._is_whole = is_document and self._is_first and "delta" not in choice
            self._is_first = False
        self._reason = _reason_of(choice) or self._reason
        events = self._delta(choice)
        if self._logprobs is not None:
            self._logprobs.attach(choice.get("logprobs"), events)
        return events

    def _delta(self, choice: dict[str, Any]) -> list[ChatEvent]:
        delta, message = fields.mapping(choice.get("delta")), fields.mapping(choice.get("message"))
        known = self._known() if message and not self._is_in_messages else frozenset()
        events = self._part(delta)
        if message and not events:
            self._is_in_messages = self._is_in_messages or not known
            events = self._part(message, known)
        return events or self._pieces(choice)

    def _known(self) -> AbstractSet[str]:
        """Return what came in deltas: some servers repeat all of it in a message at the end."""
        found = {"text": self._opening.has_begun, "thinking": self._thinking.tell() > 0}
        found["calls"] = bool(self._fragments)
        return frozenset(name for name, came in found.items() if came)

    def _part(self, part: dict[str, Any], known: AbstractSet[str] = frozenset()) -> list[ChatEvent]:
        if "calls" not in known:
            for fragment in fields.items(part.get("tool_calls")):
                self._gather_call(fragment)
            if function := fields.mapping(part.get("function_call")):  # as before there were tools
                self._gather_call({"index": -1, "function": function})
        return self._pieces(part, known)

    def finish(self) -> list[ChatEvent]:
        """Return the last events, as every answer does; a clean end after a reason is one."""
        last: list[ChatEvent] = []
        if not self._done and (self._reason or self._is_whole):
            if not self._is_whole:
                _LOG.info("the stream ended without [DONE], after its finish_reason")
            last = self._over()
        if not self._done and self._words:
            raise error_from_text(shown(self._words))
        return last + super().finish()

    def _gather_call(self, fragment: dict[str, Any]) -> None:
        index = fields.count(fragment.get("index"))
        known = self._by_index.get(index)
        if index is None and self._fragments:  # some servers send no index
            known = self._fragments[-1]
        if known is None or known.is_over(fragment):
            known = self._by_index[index] = _Fragments()
            self._fragments.append(known)
        known.add(fragment)

    def _over(self) -> list[ChatEvent]:
        events: list[ChatEvent] = []
        self._end(self._reason, events)
        if self._logprobs is not None:
            self._logprobs.attach(None, events)
        if self._words and not self._reason:
            self._failure = error_from_text(shown(self._words))
        events += [self._record(self._called(fragments)) for fragments in self._fragments]
        return events if self._failure else [*events, Done(self._build_answer())]

    def _called(self, fragments: "_Fragments") -> ToolCall:
        try:
            return fragments.call()
        except ProtocolError:
            if not self._takes_unread:
                raise
            return fragments.unread()

    def _record(self, call: ToolCall) -> ToolCall:
        self._calls.append({"name": call.name, "arguments": call.arguments, "id": call.id})
        return call

    def _build_answer(self) -> Answer:
        return Answer(
            model=self._model,
            text=self._text.getvalue(),
            thinking=self._thinking.getvalue(),
            done_reason=endings.done_reason(self._reason),
            tool_calls=tuple(self._calls),
            unshown=tuple(self._unshown),
            complete=(cut := endings.cut_of(self._reason)) is None,
            cut=cut,
            usage=Usage(
                prompt_tokens=fields.count(self._usage.get("prompt_tokens")),
                completion_tokens=fields.count(self._usage.get("completion_tokens")),
            ),
            timings=Timings(
                prompt=_seconds(self._timings.get("prompt_ms")),
                completion=_seconds(self._timings.get("predicted_ms")),
            ),
            logprobs=self._told_logprobs,
        )


def _reason_of(choice: dict[str, Any]) -> str:
    reason = choice.get("finish_reason")
    return fields.text(fields.mapping(reason).get("type")) or fields.text(reason)


class _Fragments:
    """One tool call as it arrives: the pieces of its id, its name and its arguments."""

    def __init__(self) -> None:
        self._id = ""
        self._name = ""
        self._arguments: list[str] = []

    def is_over(self, fragment: dict[str, Any]) -> bool:
        """Return whether a fragment begins another call: some servers send index 0 for all."""
        new_id, function = fields.text(fragment.get("id")), fields.mapping(fragment.get("function"))
        return bool(new_id and new_id != self._id and self._arguments and function.get("name"))

    def add(self, fragment: dict[str, Any]) -> None:
        function = fields.mapping(fragment.get("function"))
        # Some servers repeat the id and the name in every fragment.
        if (new_id := fields.text(fragment.get("id"))) != self._id:
            self._id += new_id
        if (name := fields.text(function.get("name"))) != self._name:
            self._name += name
        if len(self._id) + len(self._name) > _LONGEST_NAME:  # each piece copies all before it
            raise ProtocolError("the server sent the name of a tool without an end")
        arguments = function.get("arguments")
        if isinstance(arguments, dict):
            self._arguments.append(json.dumps(arguments))
        elif isinstance(arguments, str) and arguments:
            self._arguments.append(arguments)

    def call(self) -> ToolCall:
        """Join the fragments to a call; ProtocolError for arguments that are no JSON object."""
        arguments = parse_arguments(self._name, "".join(self._arguments))
        return ToolCall(name=self._name, arguments=arguments, id=self._id or None)

    def unread(self) -> ToolCall:
        """Return the call with its arguments as they came."""
        return ToolCall(self._name, id=self._id or None, unread="".join(self._arguments))


def _seconds(milliseconds: object) -> float | None:
    if not isinstance(milliseconds, int | float) or isinstance(milliseconds, bool):
        return None
    return milliseconds / _MILLISECONDS if 0 <= milliseconds < _LONGEST else None
