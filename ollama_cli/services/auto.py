"""The client of a server of which nobody said what it speaks: its first answer shows it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, Literal, Self, TypeVar

from ollama_cli.errors import OllamaCliError, OtherApiError
from ollama_cli.services.deferred import DeferredStream, begun
from ollama_cli.services.provider import Provider
from ollama_cli.services.stream import EventStream
from ollama_cli.types.answer_events import ChatEvent, GenerateEvent
from ollama_cli.types.answers import Embeddings
from ollama_cli.types.health import Health
from ollama_cli.types.models import Capabilities, ModelSummary

T = TypeVar("T")
Api = Literal["native", "openai"]
Clients = Mapping[Api, Callable[[], Provider]]
_FAILED: Final = 400
_OTHER: Final[Mapping[Api, Api]] = {"native": "openai", "openai": "native"}


class EitherClient:
    """Speaks the native or the OpenAI-compatible API, whichever the server does.

    The first call is the probe: it goes out in the `first` API, and once more in the other one if
    the answer shows that the server does not speak that; so does a later one, as some servers list
    their models in one API and chat in the other. `spoken` is what it was found to speak, None
    before the first answer; where it is given, no other one is tried. `left_out` names what
    of the last call could not be carried. `clients` give the client of each API.
    """

    def __init__(
        self, clients: Clients, *, first: Api = "native", spoken: Api | None = None
    ) -> None:
        self._clients = clients
        self._used: set[Api] = set()
        self.first: Api = first
        self.spoken = spoken
        self._is_said = spoken is not None
        self.left_out: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def provider_type(self) -> str:
        """Name the protocol: `ollama` or `openai`."""
        return self._client.provider_type

    @property
    def base_url(self) -> str:
        """Give the root of the server."""
        return self._client.base_url

    @property
    def _client(self) -> Provider:
        return self._client_of(self.spoken or self.first)

    def _client_of(self, api: Api) -> Provider:
        client = self._clients[api]()
        self._used.add(api)  # one that could not be made is none to close
        return client

    def close(self) -> None:
        """Close all connections."""
        for api in self._used:
            self._clients[api]().close()

    def generate(self, model: str, prompt: str, **fields: Any) -> EventStream[GenerateEvent]:
        """Answer one prompt, as the clients do; what the API cannot carry is left out."""
        return DeferredStream(
            self.ask, lambda client: client.generate(model, prompt, **self._fitting(client, fields))
        )

    def chat(
        self, model: str, messages: Iterable[Mapping[str, Any]], **fields: Any
    ) -> EventStream[ChatEvent]:
        """Answer a conversation, as the clients do; what the API cannot carry is left out."""
        listed = list(messages)
        return DeferredStream(
            self.ask, lambda client: client.chat(model, listed, **self._fitting(client, fields))
        )

    def embed(self, inputs: str | Sequence[str], model: str, **fields: Any) -> Embeddings:
        """Embed texts, one vector each, in order; what the API cannot carry is left out."""
        return self.ask(lambda client: client.embed(inputs, model, **self._fitting(client, fields)))

    def embed_batches(
        self, inputs: Iterable[str], model: str, fields: Mapping[str, Any]
    ) -> Iterator[Embeddings]:
        """Embed texts batch by batch; what the API cannot carry is left out."""
        texts = list(inputs)
        return begun(
            self.ask,
            lambda client: client.embed_batches(texts, model, self._fitting(client, fields)),
        )

    def embed_bytes(
        self, inputs: Sequence[str], model: str, fields: Mapping[str, Any]
    ) -> Iterator[bytes]:
        """Embed one batch of texts in the server's own bytes."""
        return begun(
            self.ask,
            lambda client: client.embed_bytes(inputs, model, self._fitting(client, fields)),
        )

    def fitting(self, fields: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Part nothing: what cannot be carried shows with the API, and is then in `left_out`."""
        return dict(fields), ()

    def list_models(self) -> list[ModelSummary]:
        """List the models."""
        return self.ask(lambda client: client.list_models())

    def list_models_bytes(self) -> bytes:
        """List the models in the server's own bytes."""
        return self.ask(lambda client: client.list_models_bytes())

    def capabilities(self, model: str) -> Capabilities:
        """Tell what a model can do, as far as the server tells."""
        return self.ask(lambda client: client.capabilities(model))

    def detect_model(self, among: list[ModelSummary] | None = None) -> str | None:
        """Find a model to chat with, `among` those if given; None without any."""
        return self.ask(lambda client: client.detect_model(among))

    def detect_embedding_model(self, among: list[ModelSummary] | None = None) -> str | None:
        """Find an embedding model, `among` those if given; None without any."""
        return self.ask(lambda client: client.detect_embedding_model(among))

    def health(self, model: str | None = None) -> Health:
        """Check whether a server answers, and has the model; never raises."""
        return self.examine(model)[0]

    def examine(self, model: str | None = None) -> tuple[Health, OllamaCliError | None]:
        """Check as `health` does; beside it the error that was found, with its hint."""
        found: list[Health] = []

        def look(client: Provider) -> tuple[Health, OllamaCliError | None]:
            health, error = client.examine(model)
            found.append(health)
            if isinstance(error, OtherApiError):
                raise error
            return health, error

        try:
            return self.ask(look)
        except OtherApiError as error:
            return found[0], error

    def _fitting(self, client: Provider, fields: Mapping[str, Any]) -> dict[str, Any]:
        kept, self.left_out = client.fitting(fields)
        return kept

    def ask(self, question: Callable[[Provider], T]) -> T:
        """Ask one client, and the other one where the answer shows that it is the right one.

        Raises OtherApiError where it is neither, and what the client raises.
        """
        api = self.spoken or self.first
        try:
            answer = question(self._client_of(api))
        except OtherApiError as error:
            if self._is_said:  # what is missing is one endpoint, not the API
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

    def _ask_other(self, question: Callable[[Provider], T], api: Api, first: OtherApiError) -> T:
        client = self._client_of(api)
        try:
            return question(client)
        except OtherApiError as second:
            raise OtherApiError(
                f"the server at {client.base_url} speaks neither Ollama's API nor the "
                f"OpenAI-compatible one{_reason(first)}",
                hint="check the port and the path: `ollama-cli doctor`",
                http_status=first.http_status,
            ) from second
        except OllamaCliError as error:
            if error.http_status is not None:  # in its words: an answer, too
                self.spoken = api
            raise


def _reason(error: OtherApiError) -> str:
    status = error.http_status
    return f": HTTP {status} {HTTPStatus(status).phrase}" if status and status >= _FAILED else ""
