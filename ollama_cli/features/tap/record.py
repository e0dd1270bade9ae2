"""One exchange while it is under way: what is noted of it, and the value made of that."""

import re
import time
from typing import Final, Literal
from urllib.parse import urlsplit

from ollama_cli.features.tap.bodies import Body
from ollama_cli.features.tap.fields import Fields
from ollama_cli.features.tap.messages import Head, Part, status_of
from ollama_cli.types.exchanges import End, Exchange
from ollama_cli.types.times import timestamp

_COUNTED: Final = ("messages", "tools")
_ASKED: Final = ("model", "name", "stream", "options.num_ctx")
_ANSWERED: Final = (
    "model",
    "message.model",
    "done",
    "type",
    "done_reason",
    "stop_reason",
    "delta.stop_reason",
    "choices.finish_reason",
    "eval_count",
    "eval_duration",
    "load_duration",
    "prompt_eval_count",
    *(
        f"{place}usage.{kind}_tokens"
        for place in ("", "message.", "response.")
        for kind in ("prompt", "completion", "input", "output")
    ),
)
_STREAMS: Final = ("application/x-ndjson", "text/event-stream")
_GENERATES: Final = re.compile(
    r"/api/(?:chat|generate|embed|embeddings)"
    r"|/v1/(?:chat/completions|completions|embeddings|messages|responses)"
)
_LOADED: Final = 100_000_000  # nanoseconds: to find a model loaded takes less


class Record:
    """What passes of one exchange is told to it; `exchange` is made of that at the end."""

    def __init__(self, number: int, head: Head, route: str, client: str, *, keeps: bool) -> None:
        self.started_at = timestamp()
        self._started = time.monotonic()
        self._number = number
        self.method = head.first[0]
        self._route = route
        self._client = client
        self._asked = Fields(_ASKED, _COUNTED)
        self._answered = Fields(_ANSWERED)
        self._is_readable = head.list("content-encoding") in ([], ["identity"])
        self._bodies = (Body(), Body()) if keeps else None
        self._sizes = [len(head.raw), 0]
        self._is_anthropic = bool(head.all("anthropic-version")) or route == "/v1/messages"
        self.status: int | None = None
        self._streams: bool | None = None
        self._first_byte: float | None = None
        self._seconds: float | None = None

    def asked(self, part: Part) -> None:
        """Note a part of the request's body."""
        self._sizes[0] += len(part.raw)
        if self._is_readable:
            self._asked.feed(part.payload)
        if self._bodies:
            self._bodies[0].feed(part.payload)

    def answer_begins(self) -> None:
        """Note the first byte of the answer."""
        if self._first_byte is None:
            self._first_byte = time.monotonic() - self._started

    def answer_head(self, head: Head) -> None:
        """Note the head of the answer, or of one that goes before it."""
        self._sizes[1] += len(head.raw)
        self.status = status_of(head)
        kind = ";".join(head.all("content-type")).partition(";")[0].strip().lower()
        self._streams = kind in _STREAMS
        self._is_readable = head.list("content-encoding") in ([], ["identity"])

    def answered(self, part: Part) -> None:
        """Note a part of the answer's body."""
        self._sizes[1] += len(part.raw)
        if self._is_readable:
            self._answered.feed(part.payload)
        if self._bodies:
            self._bodies[1].feed(part.payload)

    def answered_unread(self, size: int) -> None:
        """Note so many bytes of an answer that cannot be read."""
        self._sizes[1] += size

    def ends(self) -> None:
        """Note the end: what is asked after it takes no time of the exchange."""
        if self._seconds is None:
            self._seconds = time.monotonic() - self._started

    @property
    def is_whole(self) -> bool:
        """Return whether the answer has told that it is complete, whatever may follow."""
        found = self._answered
        is_finished = found.text("type") == "message_stop" or found.text("choices.finish_reason")
        return found.flag("done") is True or bool(is_finished)

    @property
    def loaded_model(self) -> str | None:
        """Return the model that is in memory after this exchange; None if that is not known."""
        is_fine = self.status == 200 and _GENERATES.fullmatch(self._route)  # noqa: PLR2004  OK
        return self._model if is_fine else None

    @property
    def num_ctx(self) -> int | None:
        """Return the context that was asked for."""
        return self._asked.number("options.num_ctx")

    @property
    def has_loaded(self) -> bool:
        """Return whether the model was loaded for this exchange, by the time that it took."""
        return (self._answered.number("load_duration") or 0) > _LOADED

    def exchange(self, ended: End, context_length: int | None = None) -> Exchange:
        """Make the value of what was noted."""
        self.ends()
        found = self._answered
        tokens, nanoseconds = found.number("eval_count"), found.number("eval_duration")
        bodies = self._bodies or (None, None)
        return Exchange(
            id=self._number,
            started_at=self.started_at,
            method=self.method,
            path=self._route,
            api=self._api,
            status=self.status,
            model=self._model,
            num_ctx=self.num_ctx,
            context_length=context_length,
            stream=self._stream,
            messages=self._asked.number("messages"),
            tools=self._asked.number("tools"),
            prompt_tokens=found.number("prompt_eval_count", *_usage("prompt", "input")),
            completion_tokens=found.number("eval_count", *_usage("completion", "output")),
            tokens_per_second=tokens * 1e9 / nanoseconds if tokens and nanoseconds else None,
            first_byte_seconds=self._first_byte,
            seconds=self._seconds or 0.0,
            request_bytes=self._sizes[0],
            response_bytes=self._sizes[1],
            done_reason=found.text(
                "done_reason", "choices.finish_reason", "delta.stop_reason", "stop_reason"
            ),
            ended=ended,
            client=self._client,
            request_body=bodies[0].text if bodies[0] else None,
            response_body=bodies[1].text if bodies[1] else None,
        )

    @property
    def _model(self) -> str | None:
        asked = self._asked.text("model", "name")
        return asked or self._answered.text("model", "message.model")

    @property
    def _stream(self) -> bool | None:
        asked = self._asked.flag("stream")
        is_told = asked is None and self._model is not None and self.status == 200  # noqa: PLR2004  OK
        return self._streams if is_told else asked

    @property
    def _api(self) -> Literal["native", "openai", "anthropic"] | None:
        if self._is_anthropic:
            return "anthropic"
        if self._route.startswith("/v1/"):
            return "openai"
        return "native" if self._route.startswith("/api/") else None


def route_of(target: str) -> str:
    """Return the path that a request asks for, without its query, which may hold a key."""
    if not target.startswith("/") and "://" in target:
        return urlsplit(target).path or "/"
    return target.partition("?")[0]


def _usage(*kinds: str) -> list[str]:
    return [
        f"{place}usage.{kind}_tokens" for place in ("", "response.", "message.") for kind in kinds
    ]
