"""The two operations over HTTP: fetch a document, open a stream; all methods use them."""

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Final, Self, TypedDict, TypeVar

from ollama_cli.errors import (
    ModelNotFoundError,
    OllamaCliError,
    OtherApiError,
    ProtocolError,
    ServerError,
    StreamCutError,
)
from ollama_cli.services.stream import E, EventStream, Parser
from ollama_cli.transport import client as http
from ollama_cli.transport.client import Transport
from ollama_cli.transport.deadline import Allowance, limited
from ollama_cli.transport.response import LARGEST_DOCUMENT, Reply
from ollama_cli.transport.retries import Retry
from ollama_cli.types import model_names
from ollama_cli.types.secrets import redact
from ollama_cli.types.timeouts import Timeouts
from ollama_cli.types.urls import base_url_to_host_root, host_of, openai_path, parse_host
from ollama_cli.types.written import WrittenRequest
from ollama_cli.wire import decoding, ndjson
from ollama_cli.wire.failures import error_from_answer, is_loading, may_be_of_a_proxy
from ollama_cli.wire.unknown_route import is_lm_studio_refusal, is_unknown_route

_NAMES: Final = ("model", "source", "destination")
_LARGEST_ERROR: Final = 1 << 20
_LARGEST_REFUSAL: Final = 1000
_LARGEST_LIST: Final = 64 << 20
_NO_ANSWERS: Final = frozenset({HTTPStatus.SWITCHING_PROTOCOLS, HTTPStatus.PARTIAL_CONTENT})
_LOADING_PAUSE: Final = 0.5  # seconds
Body = Mapping[str, Any]
T = TypeVar("T")
log_requests: Final = http.log_requests


class Connection:
    """Requests and answers of one server, with error answers raised as errors.

    `failure` turns an error answer into an error as `failures.error_from_answer` does, `speaks`
    names the expected API in errors. `checked` returns the name of a model as it is sent, and
    raises UsageError for one that must not be. OtherApiError is raised for an answer that shows
    another API than that of the request; for Ollama's own (`is_native`) a successful answer may
    show it, too.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        failure: Callable[..., OllamaCliError] = error_from_answer,
        speaks: str = "Ollama",
        checked: Callable[[str], str] = model_names.checked,
        is_native: bool = False,
    ) -> None:
        self._http = transport
        self._is_native = is_native
        self._failure = failure
        self._speaks = speaks
        self._checked = checked

    def get(self, path: str, *, wait: float) -> object:
        """Fetch and decode a document, within `wait` seconds in all."""
        return decoding.document(self.document("GET", path, wait=wait))

    def exists(self, path: str, *, wait: float, patience: float = 0.0) -> bool:
        """Return whether a path exists, within `wait` seconds; any error but "not found" is raised.

        With `patience`, it is asked once, within so many seconds instead.
        """
        wait, retry = (patience, Retry.NEVER) if patience else (wait, Retry.ALWAYS)

        def ask() -> bool:
            with self._http.send("HEAD", path, wait=wait, retry=retry) as reply:
                reply.read(_LARGEST_ERROR)  # empty, but the connection can be used again
                if reply.status != HTTPStatus.NOT_FOUND:
                    self._raise_for_status(reply, {})
            return reply.status == HTTPStatus.OK

        return limited(wait, self._http.root, ask)

    def look(self, path: str, *, wait: float) -> tuple[int, str, bytes]:
        """Return the status, the Server header and the body of a page, within `wait` seconds."""

        def ask() -> tuple[int, str, bytes]:
            with self._http.send("GET", path, wait=wait, retry=Retry.NEVER) as reply:
                return reply.status, reply.server, reply.read(_LARGEST_LIST)

        return limited(wait, self._http.root, ask)

    def once(
        self, method: str, path: str, body: Body | None = None, *, allowance: Allowance
    ) -> object:
        """Fetch and decode a document without a second try, in what is left of the time."""
        wait = allowance.left
        ask = partial(self._document, method, path, body, wait, Retry.NEVER, _LARGEST_LIST)
        return decoding.document(limited(wait, self._http.root, ask, told=allowance.seconds))

    def document(
        self,
        method: str,
        path: str,
        body: Body | None = None,
        *,
        wait: float,
        retry: Retry = Retry.ALWAYS,
    ) -> bytes:
        """Fetch a document's bytes, within `wait` seconds in all, further tries included.

        One whose body is cut is fetched once more, if `retry` allows it.
        """
        ask = partial(self._whole, method, path, body, wait, retry, _LARGEST_LIST)
        return limited(wait, self._http.root, ask)

    def computed(self, path: str, body: Body, *, wait: float) -> bytes:
        """Fetch the bytes of what a model computes; `wait` bounds each silence, in seconds.

        While the server says that it is loading the model, that counts as silence.
        """
        ask = partial(self._whole, "POST", path, body, wait, Retry.ALWAYS, LARGEST_DOCUMENT)
        return _once_loaded(wait, ask)

    def _whole(
        self, method: str, path: str, body: Body | None, wait: float, retry: Retry, largest: int
    ) -> bytes:
        try:
            return self._document(method, path, body, wait, retry, largest)
        except StreamCutError:
            if retry is not Retry.ALWAYS:
                raise
        return self._document(method, path, body, wait, Retry.NEVER, largest)

    def _document(
        self,
        method: str,
        path: str,
        body: Body | None,
        wait: float,
        retry: Retry,
        largest: int,
    ) -> bytes:
        sent = None if body is None else self._with_checked_names(present(body))
        with self._http.send(method, path, sent, wait=wait, retry=retry) as reply:
            self._raise_for_status(reply, body or {})
            return reply.read(largest)

    def stream(
        self,
        path: str,
        body: Body,
        parser: Parser[E],
        *,
        wait: float,
        idle: float | None = None,
        retry: Retry,
        patience: float | None = None,
        longest: int | None = None,
        before: Callable[[], object] | None = None,
        keeps: bool = False,
    ) -> EventStream[E]:
        """Make a stream: reading its first event calls `before` and sends the request.

        `wait` and `idle` bound each silence before and in the answer. `patience`, if given, bounds
        all the time until the answer instead of `wait`, and nothing is tried twice. A line of more
        than `longest` bytes is an error.
        """
        idle = wait if idle is None else idle
        if patience is not None:
            wait, retry = patience, Retry.NEVER
        bounds = {"wait": wait, "idle": idle, "patience": patience or 0.0}
        ask = partial(self.open, path, present(body), **bounds, retry=retry, before=before)
        return EventStream(ask, ndjson.Decoder(longest), parser, keeps=keeps)

    def stream_bytes(self, path: str, body: Body, *, wait: float) -> Iterator[bytes]:
        """Yield a document's bytes as they arrive, not decoded; `wait` bounds each silence."""
        with self.open(path, present(body), wait=wait, idle=wait, retry=Retry.ALWAYS) as reply:
            yield from reply.chunks()

    def open(
        self,
        path: str,
        body: Body,
        *,
        wait: float,
        idle: float,
        retry: Retry,
        patience: float = 0.0,
        before: Callable[[], object] | None = None,
    ) -> Reply:
        """Send a request and return its answer, whose bytes are not read yet; raise its error.

        A field that is None is sent as null; `before` is called first. While the server says that
        it is loading the model, it is asked again for as long as it may be silent.
        """

        def ask() -> Reply:
            if before is not None:
                before()
            sent = self._with_checked_names(body)
            reply = self._http.send("POST", path, sent, wait=wait, idle=idle, retry=retry)
            try:
                self._raise_for_status(reply, sent)
            except BaseException:
                reply.close()
                raise
            return reply

        return limited(patience, self._http.root, partial(_once_loaded, patience or wait, ask))

    def written(self, path: str, body: Body) -> WrittenRequest:
        """Return the request that `open` would send; the name of its model is not looked up."""
        return self._http.written(path, present(body))

    def _with_checked_names(self, body: Body) -> Body:
        names = {name: self._checked(body[name]) for name in _NAMES if name in body}
        return {**body, **names} if names else body

    def _raise_for_status(self, reply: Reply, body: Body) -> None:
        root = self._http.root
        if reply.status >= HTTPStatus.BAD_REQUEST:
            answer = reply.read_complaint(_LARGEST_ERROR)
            error = self._failure(reply.status, reply.content_type, answer, address=root)
            if is_unknown_route(reply.status, answer):
                raise error.as_kind(OtherApiError)
            if (proxy := self._http.answering_proxy) and may_be_of_a_proxy(reply.status, answer):
                error = error.with_facts(
                    aside=f"; that may be the proxy {proxy.words}",
                    hint=f"go past it: NO_PROXY={host_of(root)}",
                )
            raise _with_request_facts(body, reply.retry_after, error)
        if reply.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise ServerError(
                "the server",
                address=root,
                rest=" points elsewhere",
                reason=redact(reply.location),
                hint="use that address with `--host`, if you trust it",
                http_status=reply.status,
            )
        if reply.status in _NO_ANSWERS:
            raise ProtocolError(
                f"{root} answers {reply.status}, which nobody asked for",
                hint="check the address with `ollama-cli config show`, and the proxy on the way",
                http_status=reply.status,
            )
        if "html" in reply.content_type:
            raise ProtocolError(
                f"an HTML page came from {root}: it is not {self._speaks}, or behind a proxy",
                hint="check the address with `ollama-cli config show`",
                http_status=reply.status,
            )
        self._raise_for_other_api(reply)

    def _raise_for_other_api(self, reply: Reply) -> None:
        is_other_api = self._is_native and (
            reply.server == "llama.cpp" or "event-stream" in reply.content_type
        )
        if not is_other_api and reply.length is not None and reply.length <= _LARGEST_REFUSAL:
            is_other_api = is_lm_studio_refusal(reply.peek())
        if is_other_api:
            raise OtherApiError(
                "the server",
                address=self._http.root,
                rest=f" answers, but not as {self._speaks} does",
                http_status=reply.status,
            )


class ClientOptions(TypedDict, total=False):
    """The keywords of a client, for those that pass them on."""

    timeouts: Timeouts | None
    headers: Mapping[str, str] | None
    ca_file: str | None
    client_cert: str | tuple[str, str] | None
    insecure: bool
    local_only: bool


class Client:
    """What the clients of all protocols share: one server and its connections.

    The constructor touches no network.
    """

    _failure: Callable[..., OllamaCliError] = staticmethod(error_from_answer)
    _speaks = "Ollama"
    _is_native = False

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:11434",
        *,
        timeouts: Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        ca_file: str | None = None,
        client_cert: str | tuple[str, str] | None = None,
        insecure: bool = False,
        local_only: bool = False,
    ) -> None:
        root = base_url_to_host_root(base_url) if "://" in base_url else parse_host(base_url)
        limits = timeouts or Timeouts()
        transport = Transport(
            root,
            connect_timeout=limits.connect,
            headers=headers,
            ca_file=ca_file,
            client_cert=client_cert,
            insecure=insecure,
            local_only=local_only,
        )
        self.speak_with(transport, limits, openai_path(base_url))

    @classmethod
    def beside(cls, other: "Client", openai_path: str | None = None) -> Self:
        """Make a client of the same server, which shares the connections of another one.

        `openai_path` stands before the routes of its OpenAI-compatible API, if not as in the other.
        """
        made = cls.__new__(cls)
        path = other.openai_path if openai_path is None else openai_path
        made.speak_with(other.transport, other.timeouts, path)
        return made

    def speak_with(self, transport: Transport, timeouts: Timeouts, openai_path: str) -> None:
        """Use these connections; `openai_path` stands before the routes of the other API."""
        self.timeouts = timeouts
        self.transport = transport
        self.openai_path = openai_path
        self._http = Connection(
            transport,
            failure=self._failure,
            speaks=self._speaks,
            checked=self._checked_name,
            is_native=self._is_native,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _checked_name(self, name: str) -> str:
        """Return the name of a model as it is sent; UsageError for one that must not be."""
        return model_names.checked(name)

    @property
    def base_url(self) -> str:
        """Return the root of the server, without a password."""
        return self.transport.root

    def close(self) -> None:
        """Close all connections."""
        self.transport.close()


def _once_loaded(wait: float, ask: Callable[[], T]) -> T:
    """Ask until the server has loaded its model, for `wait` seconds at most; 0 is for ever."""
    end = time.monotonic() + wait
    while True:
        try:
            return ask()
        except ServerError as error:
            is_over = wait > 0 and time.monotonic() + _LOADING_PAUSE > end
            if is_over or not is_loading(error):
                raise
        time.sleep(_LOADING_PAUSE)


def present(fields: Body) -> dict[str, Any]:
    """Return the fields that are not None: the server has its own defaults for the others."""
    return {name: value for name, value in fields.items() if value is not None}


def _with_request_facts(
    body: Body, retry_after: float | None, error: OllamaCliError
) -> OllamaCliError:
    facts: dict[str, object] = {"retry_after": retry_after}
    if isinstance(error, ModelNotFoundError):
        facts["model"] = body.get("model") or body.get("source")
    return error.with_facts(**facts)
