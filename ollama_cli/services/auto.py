"""The client of a server whose API is not known: its first answer shows which one it is."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from functools import partial
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeVar

from ollama_cli.errors import OllamaCliError, OtherApiError
from ollama_cli.services.provider import Provider
from ollama_cli.services.stream import E, EventStream
from ollama_cli.transport.deadline import Watch
from ollama_cli.types.health import ANY, Health, Usual

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self

    from ollama_cli.services.provider import R
    from ollama_cli.types.answer_events import ChatEvent
    from ollama_cli.types.answers import Embeddings
    from ollama_cli.types.model_details import Capabilities
    from ollama_cli.types.models import ModelSummary
    from ollama_cli.types.requests import ChatRequest, EmbedRequest, GenerateRequest
    from ollama_cli.types.written import WrittenRequest

T = TypeVar("T")
Api = Literal["native", "openai", "anthropic"]
Clients = Mapping[Api, Callable[[], Provider]]
_FIRST_ERROR_STATUS: Final = 400
_OTHER: Final[Mapping[Api, Api]] = {"native": "openai", "openai": "native"}


class Ask(Protocol):
    """Asks the right client a question, perhaps after the wrong one."""

    def __call__(self, question: Callable[[Provider], T]) -> T:
        """Ask the question; raises what the client raises."""
        ...


def ask_for_items(
    ask: Ask, question: Callable[[Provider], Iterator[T]]
) -> Generator[T, None, None]:
    """Yield what the right client yields."""

    def begin(client: Provider) -> tuple[list[T], Iterator[T]]:
        items = question(client)
        return list(islice(items, 1)), items

    head, items = ask(begin)
    yield from head
    yield from items


def _ask_watched(watch: Watch, ask: Ask, question: Callable[[Provider], T]) -> T:
    with watch.entered():
        return ask(question)


class DeferredStream(EventStream[E]):
    """The stream of the right client; reading its first event sends the request."""

    def __init__(self, ask: Ask, question: Callable[[Provider], EventStream[E]]) -> None:
        self._watch = Watch()
        ask = partial(_ask_watched, self._watch, ask)
        self._ask = ask
        self._question = question
        self._stream: EventStream[E] | None = None
        self._decided_bursts = ask_for_items(ask, lambda client: self._open(client).bursts())
        self._decided_events = ask_for_items(ask, lambda client: iter(self._open(client)))
        self._decided_bytes = ask_for_items(ask, lambda client: self._open(client).raw())

    def __next__(self) -> E:
        return next(self._decided_events)

    def close(self) -> None:
        """Close the connection; closing twice does nothing."""
        self._decided_events.close()
        self._decided_bursts.close()
        self._decided_bytes.close()
        if self._stream is not None:
            self._stream.close()

    @property
    def lines(self) -> bytes | None:
        """Return the server's bytes, as every stream does."""
        return self._stream.lines if self._stream is not None else None

    def bursts(self) -> Iterator[list[E]]:
        """Yield the events of each network read together; a token that comes alone is not held."""
        return self._decided_bursts

    def read(self, within: float) -> list[E] | None:
        """Return the events of the next network read, as every stream does."""
        if self._stream is not None:
            return self._stream.read(within)
        return self._ask(lambda client: self._open(client).read(within))

    def raw(self) -> Iterator[bytes]:
        """Yield the server's bytes unchanged, then raise what the events would have raised."""
        return self._decided_bytes

    def _open(self, client: Provider) -> EventStream[E]:
        self._stream = self._question(client)
        return self._stream


class AutoClient(Provider):
    """Speaks the native or the OpenAI-compatible API, whichever the server speaks.

    Each call is sent in the API that is known, at first in `first`, or in what `find` finds before
    the first call, and once more in the other one if the answer shows that the server does not
    speak that: some servers list their models in one API and chat in the other. `spoken` is the API
    that was found, None before the first answer; if it is given, no other one is tried. `left_out`
    names what the last request could not carry. `clients` make the client of each API;
    Anthropic's is spoken only where it is given.
    """

    def __init__(
        self,
        clients: Clients,
        *,
        first: Api = "native",
        spoken: Api | None = None,
        find: Callable[[], Api] | None = None,
    ) -> None:
        self._clients = clients
        self._used: set[Api] = set()
        self._find = find
        self.first: Api = first
        self.spoken = spoken
        self._is_given = spoken is not None
        self.left_out: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def provider_type(self) -> str:
        """Return the name of the protocol: `ollama`, `openai` or `anthropic`."""
        return self._client.provider_type

    @property
    def base_url(self) -> str:
        """Return the root of the server."""
        return self._client.base_url

    @property
    def _client(self) -> Provider:
        return self._client_of(self.spoken or self.first)

    def _client_of(self, api: Api) -> Provider:
        client = self._clients[api]()
        self._used.add(api)  # a client that could not be made need not be closed
        return client

    def close(self) -> None:
        """Close all connections."""
        for api in self._used:
            self._clients[api]().close()

    def answer(self, request: GenerateRequest | ChatRequest) -> EventStream[ChatEvent]:
        """Answer a prompt or a conversation; what the API cannot carry is left out."""
        return DeferredStream(self.ask, lambda client: client.answer(self._fitted(client, request)))

    def written(
        self, request: GenerateRequest | ChatRequest | EmbedRequest, texts: Sequence[str] = ()
    ) -> WrittenRequest:
        """Write down the request that would be sent in the API that is known so far."""
        client = self._client
        return client.written(self._fitted(client, request), texts)

    def embedded(self, texts: Iterable[str], request: EmbedRequest) -> Iterator[Embeddings]:
        """Embed texts batch by batch; what the API cannot carry is left out."""
        from ollama_cli.services.embeddings import Replayed, refuse_empty  # noqa: PLC0415  for `chat` 1 ms

        kept = Replayed(texts)
        for first in kept:  # before anything is asked
            refuse_empty(first, 0)
            break
        return ask_for_items(
            self.ask,
            lambda client: client.embedded(kept, self._fitted(client, request)),
        )

    def embedded_bytes(self, texts: Sequence[str], request: EmbedRequest) -> Iterator[bytes]:
        """Embed one batch of texts; yield the server's own bytes."""
        return ask_for_items(
            self.ask,
            lambda client: client.embedded_bytes(texts, self._fitted(client, request)),
        )

    def list_models(self) -> list[ModelSummary]:
        """List the models."""
        return self.ask(lambda client: client.list_models())

    def list_models_bytes(self) -> bytes:
        """Return the list of models in the server's own bytes."""
        return self.ask(lambda client: client.list_models_bytes())

    def capabilities(self, model: str) -> Capabilities:
        """Find out what a model can do, as far as the server says."""
        return self.ask(lambda client: client.capabilities(model))

    def detect_model(self, among: list[ModelSummary] | None = None) -> str | None:
        """Find a model to chat with, `among` these if given; None if there is none."""
        return self.ask(lambda client: client.detect_model(among))

    def detect_embedding_model(self, among: list[ModelSummary] | None = None) -> str | None:
        """Find an embedding model, `among` these if given; None if there is none."""
        return self.ask(lambda client: client.detect_embedding_model(among))

    def examine(
        self, model: str | None = None, usual: Usual = ANY
    ) -> tuple[Health, OllamaCliError | None]:
        """Check as `health` does; also return the error that was found, with its hint."""
        found: list[Health] = []

        def look(client: Provider) -> tuple[Health, OllamaCliError | None]:
            health, error = client.examine(model, usual)
            found.append(health)
            if isinstance(error, OtherApiError):
                raise error
            return health, error

        known = self.spoken
        try:
            health, error = self.ask(look)
        except OtherApiError as error:
            return found[0], error
        if not health.connected:  # a failure shows no API
            self.spoken = known
        return health, error

    def _fitted(self, client: Provider, request: R) -> R:
        kept, self.left_out = client.fitted(request)
        return kept

    def ask(self, question: Callable[[Provider], T]) -> T:
        """Ask one client, then the other one if the answer shows that the first is the wrong one.

        Raises OtherApiError if both are wrong, and what the client raises.
        """
        api = self.spoken or self._found_first()
        try:
            answer = question(self._client_of(api))
        except OtherApiError as error:
            if self._is_given:  # one endpoint is missing, not the API
                raise
            known, api = self.spoken, _OTHER[api]
            try:
                answer = self._ask_other(question, api, error)
            except OtherApiError:
                if known:
                    raise error from None
                raise
        self.spoken = api
        return answer

    def settle(self) -> None:
        """Find out which API is asked first, unless it is known: asks at most for the version."""
        if self.spoken is None:
            self._found_first()

    def begin_with(self, api: Api) -> None:
        """Ask in this API first, whatever could be found."""
        self.first, self._find = api, None

    def _found_first(self) -> Api:
        if self._find is not None:
            self.begin_with(self._find())
        return self.first

    def _ask_other(self, question: Callable[[Provider], T], api: Api, first: OtherApiError) -> T:
        client = self._client_of(api)
        try:
            return question(client)
        except OtherApiError as second:
            raise OtherApiError(
                "the server",
                address=client.base_url,
                rest=" speaks neither Ollama's API nor the OpenAI-compatible one",
                reason=_reason(first),
                hint="check the port and the path: `ollama-cli doctor`",
                http_status=first.http_status,
            ) from second
        except OllamaCliError as error:
            if error.http_status is not None:  # an error answer also shows that it speaks the API
                self.spoken = api
            raise


def _reason(error: OtherApiError) -> str:
    status = error.http_status
    return (
        f"HTTP {status} {HTTPStatus(status).phrase}"
        if status and status >= _FIRST_ERROR_STATUS
        else ""
    )
