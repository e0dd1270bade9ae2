"""Events of `/v1/messages`, turned into the events of an answer.

An answer is `message_start`, its blocks (each a `content_block_start`, deltas and a
`content_block_stop`), `message_delta` and `message_stop`. What is not known, and `ping`, is
skipped. Sources: Anthropic's API reference, and what Ollama 0.24.0 and 0.32.15 send.
"""

import io
import json
from typing import Any, Final

from ollama_cli.errors import OllamaCliError, ProtocolError, TooLongError
from ollama_cli.types.answer_events import ChatEvent, Done, ToolCall
from ollama_cli.types.answers import Answer, Limit, Usage
from ollama_cli.wire import endings, fields
from ollama_cli.wire.answers import AnswerParser
from ollama_cli.wire.anthropic_failures import error_in
from ollama_cli.wire.arguments import parse_arguments
from ollama_cli.wire.sse import END

_COUNTS: Final = (
    "input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens",
)  # fmt: skip
_FULL: Final = "model_context_window_exceeded"


class _Block:
    """One block as it arrives: what its start said, and the pieces of its deltas."""

    def __init__(self, start: dict[str, Any]) -> None:
        self.start = start
        self.kind = fields.text(start.get("type"))
        self.signature = fields.text(start.get("signature"))
        self.pieces = io.StringIO()
        self.is_unread = False

    @property
    def is_signed(self) -> bool:
        """Return whether the server wants the block back as it is."""
        return bool(self.signature) or self.kind == "redacted_thinking"

    @property
    def is_blank(self) -> bool:
        """Return whether it is text without a word, which servers send and do not take back."""
        return self.kind == "text" and not self.pieces.getvalue().strip()

    def call(self) -> ToolCall:
        """Return the call of a tool; ProtocolError for arguments that are no JSON object."""
        name = fields.text(self.start.get("name"))
        arguments = parse_arguments(name, self._arguments())
        return ToolCall(name, arguments, fields.text(self.start.get("id")) or None)

    def unread(self) -> ToolCall:
        """Return the call with its arguments as they came."""
        name, call_id = fields.text(self.start.get("name")), fields.text(self.start.get("id"))
        return ToolCall(name, id=call_id or None, unread=self._arguments())

    def _arguments(self) -> str:
        """Return the text of the pieces, else what the start said."""
        text, whole = self.pieces.getvalue(), self.start.get("input")
        if text.strip() or not whole:
            return text
        return whole if isinstance(whole, str) else json.dumps(whole)

    def document(self) -> dict[str, object]:
        """Return the block as it is sent back."""
        if self.kind == "tool_use":
            return {**self.start, "input": {} if self.is_unread else self.call().arguments}
        if self.kind == "thinking":
            return {**self.start, "thinking": self.pieces.getvalue(), "signature": self.signature}
        return {**self.start, "text": self.pieces.getvalue()} if self.kind == "text" else self.start


class MessageParser(AnswerParser):
    """Parses one answer; it ends in `message_stop`. One whole message is an answer, too.

    `limit` is the number of tokens that was asked for at most. Calls of tools are events once they
    are complete; one that was cut with the answer is left out. Another one whose arguments are no
    JSON object is a ProtocolError at the end, unless `takes_unread`.
    """

    _unended = None
    _hint = "ask again; the log of the server tells why"

    def __init__(
        self,
        *,
        gather: bool = True,
        join: bool = False,
        limit: int | None = None,
        takes_unread: bool = False,
    ) -> None:
        super().__init__(gather=gather, join=join)
        self._limit = limit
        self._takes_unread = takes_unread
        self._model = ""
        self._reason: str | None = None
        self._counts: dict[str, int] = {}
        self._open: dict[int | None, _Block] = {}
        self._kept: list[_Block] = []
        self._is_signed = False
        self._broken_call: ProtocolError | None = None
        self._broken_block: _Block | None = None

    @staticmethod
    def _plain_text(value: object) -> str | None:
        """Return the text of an event that holds text only, as nearly all do; None for others."""
        if type(value) is not dict or value.get("type") != "content_block_delta":
            return None
        delta = value.get("delta")
        if type(delta) is not dict or delta.get("type") != "text_delta":
            return None
        text = delta.get("text")
        return text if type(text) is str and text else None

    def parse(self, value: object) -> list[ChatEvent]:
        """Turn one decoded event into ours; raises the error that it reports."""
        if self._done or value is END:  # [DONE], as some gateways add it, is no end here
            return []
        if not isinstance(value, dict):
            raise ProtocolError("the server sent an event that is no JSON object")
        event: dict[str, Any] = value
        match event.get("type"):
            case "content_block_start" | "content_block_delta" | "content_block_stop":
                return self._part_of_block(event)
            case "message_start":
                self._begin(fields.mapping(event.get("message")))
            case "message_delta":
                self._count(event)
                self._stop(fields.mapping(event.get("delta")))
            case "message_stop":
                return self._over()
            case "message":
                return self._whole(event)
            case _:
                if (error := error_in(event)) is not None:
                    raise error
        return []

    def _part_of_block(self, event: dict[str, Any]) -> list[ChatEvent]:
        index = fields.count(event.get("index"))
        match event["type"]:
            case "content_block_start":
                return self._begin_block(index, fields.mapping(event.get("content_block")))
            case "content_block_delta":
                return self._delta(event)
            case _:
                return self._end_block(index)

    def _begin(self, message: dict[str, Any]) -> None:
        self._model = fields.text(message.get("model")) or self._model
        self._count(message)

    def _count(self, part: dict[str, Any]) -> None:
        """Take the numbers of a part: later ones replace the estimates of the first."""
        usage = fields.mapping(part.get("usage"))
        for name in _COUNTS:
            if (number := fields.count(usage.get(name))) is not None:
                self._counts[name] = number

    def _stop(self, part: dict[str, Any]) -> None:
        self._reason = fields.text(part.get("stop_reason")) or self._reason

    def _begin_block(self, index: int | None, start: dict[str, Any]) -> list[ChatEvent]:
        return [*self._unread(), *self._begun(index, start)]

    def _begun(self, index: int | None, start: dict[str, Any]) -> list[ChatEvent]:
        block = self._open[index] = _Block(start)
        self._is_signed = self._is_signed or block.is_signed
        match block.kind:
            case "text":
                self._kept.append(block)
                return self._said(text) if (text := fields.text(start.get("text"))) else []
            case "thinking":
                self._kept.append(block)
                return self._thinks(block, fields.text(start.get("thinking")))
            case "tool_use" | "redacted_thinking":
                self._kept.append(block)
            case kind:
                self._unshown[f"a part of type {kind!r}"] = None
        return []

    def _delta(self, event: dict[str, Any]) -> list[ChatEvent]:
        delta, block = fields.mapping(event.get("delta")), self._block_of(event)
        match delta.get("type"):
            case "text_delta":
                return self._said(fields.text(delta.get("text")))
            case "thinking_delta":
                return self._thinks(block, fields.text(delta.get("thinking")))
            case "signature_delta":
                block.signature += fields.text(delta.get("signature"))
                self._is_signed = True
            case "input_json_delta":
                block.pieces.write(fields.text(delta.get("partial_json")))
            case _:
                pass
        return []

    def _block_of(self, event: dict[str, Any]) -> _Block:
        """Return the block of a delta; one that did not begin is of no kind, and not kept."""
        return self._open.setdefault(fields.count(event.get("index")), _Block({}))

    def _said(self, text: str) -> list[ChatEvent]:
        if self._is_signed and self._kept and self._kept[-1].kind == "text":
            self._kept[-1].pieces.write(text)  # it goes back beside the thinking
        return super()._said(text)

    def _thinks(self, block: _Block, text: str) -> list[ChatEvent]:
        block.pieces.write(text)
        return self._thought(self._half_thoughts.add(text))

    def _end_block(self, index: int | None) -> list[ChatEvent]:
        block = self._open.pop(index, None)
        if block is None or block.kind != "tool_use":
            return []
        try:
            call = block.call()
        except ProtocolError as error:  # what comes after it tells whether it was cut
            self._broken_call = self._broken_call or error
            events, self._broken_block = self._unread(), block
            return events
        return [*self._unread(), self._record(call)]

    def _unread(self) -> list[ChatEvent]:
        """Return the call that could not be read, now that it is known that it was not cut."""
        block = self._broken_block
        if block is None or not self._takes_unread:
            self._forget_broken()
            return []
        self._broken_block, block.is_unread = None, True
        return [self._record(block.unread())]

    def _forget_broken(self) -> None:
        self._kept = [each for each in self._kept if each is not self._broken_block]
        self._broken_block = None

    def _record(self, call: ToolCall) -> ToolCall:
        self._calls.append({"name": call.name, "arguments": call.arguments, "id": call.id})
        return call

    def _whole(self, message: dict[str, Any]) -> list[ChatEvent]:
        self._begin(message)
        events: list[ChatEvent] = []
        for index, block in enumerate(fields.items(message.get("content"))):
            events += self._begin_block(index, block)
            events += self._end_block(index)
        self._stop(message)
        return events + self._over()

    def _over(self) -> list[ChatEvent]:
        events = [event for index in list(self._open) for event in self._end_block(index)]
        if endings.cut_of(self._reason) is None:
            events += self._unread()
        self._forget_broken()
        self._end(self._reason, events)
        self._failure = self._failure or self._failure_of_end()
        return events if self._failure else [*events, Done(self._answer_at_end())]

    def _failure_of_end(self) -> OllamaCliError | None:
        if self._reason == _FULL:
            return TooLongError(
                "the prompt and the answer fill the context of the model",
                hint="shorten the prompt: the answer stays incomplete",
            )
        is_cut = endings.cut_of(self._reason) is not None
        return None if is_cut or self._takes_unread else self._broken_call

    def _answer_at_end(self) -> Answer:
        counts, cut = self._counts, endings.cut_of(self._reason)
        written = counts.get("output_tokens")
        is_ours = cut == "max_tokens" and self._limit and (written or self._limit) >= self._limit
        read = [counts[name] for name in _COUNTS[:-1] if name in counts]
        return Answer(
            model=self._model,
            text=self._text.getvalue(),
            thinking=self._thinking.getvalue(),
            done_reason=endings.done_reason(self._reason),
            tool_calls=tuple(self._calls),
            unshown=tuple(self._unshown),
            complete=cut is None,
            cut=cut,
            limit=Limit(self._limit, "--max-tokens") if is_ours else None,
            usage=Usage(sum(read) if read else None, written),
            blocks=self._blocks() if self._is_signed else (),
        )

    def _blocks(self) -> tuple[dict[str, object], ...]:
        return tuple(each.document() for each in self._kept if not each.is_blank)
