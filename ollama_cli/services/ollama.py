"""A client of Ollama's native API: one method, one request, one parse."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from ollama_cli.errors import OllamaCliError, OtherApiError, ProtocolError, UnreachableError
from ollama_cli.services import capabilities
from ollama_cli.services.connection import Body, Client, present
from ollama_cli.services.health import examine
from ollama_cli.services.kept import KeptReply
from ollama_cli.services.provider import Provider
from ollama_cli.services.stream import EventStream
from ollama_cli.transport.deadline import Allowance
from ollama_cli.transport.retries import Retry
from ollama_cli.types.health import ANY, Health, Usual
from ollama_cli.types.model_names import find
from ollama_cli.wire import decoding, fields, ndjson, ollama as wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any, Self, Unpack

    from ollama_cli.services.connection import ClientOptions
    from ollama_cli.services.kinds import Server
    from ollama_cli.types.answer_events import ChatEvent
    from ollama_cli.types.answers import Embeddings
    from ollama_cli.types.model_details import Capabilities, ModelDetails, RunningModel
    from ollama_cli.types.models import ModelSummary
    from ollama_cli.types.pull_events import PullEvent
    from ollama_cli.types.requests import ChatRequest, CountsAs, EmbedRequest, GenerateRequest
    from ollama_cli.types.written import WrittenRequest

_CLOUD: Final = "//ollama.com"
# The lines of a pull are short: a longer one would only fill the memory.
_LONGEST_LINE: Final = 16 << 20


class OllamaClient(Client, Provider):
    """Speaks to one Ollama server; the constructor touches no network.

    `base_url` is any address of the server, with or without `/v1`; it may carry `user:password@`.
    Every method raises OllamaCliError or one of its children, and nothing else. Changes of models
    are sent to Ollama only: `is_ollama` is true if the server is known to be one; if it is not, the
    version is asked for before the first change. `told_version` is the version once it was told,
    `lacks_version` true once an answer showed that there is no question for it.
    """

    provider_type: Final = "ollama"
    _is_native = True
    is_ollama = False
    told_version: str | None = None
    lacks_version = False

    @classmethod
    def connect(
        cls, base_url: str = "http://127.0.0.1:11434", **options: Unpack[ClientOptions]
    ) -> Self:
        """Make a client and verify that a server answers; raises what `version` raises."""
        client = cls(base_url, **options)
        client.version()
        return client

    def version(self) -> str:
        """Ask for the server's version; ProtocolError if the server is not Ollama."""
        return self._ask_version(self.timeouts.metadata, Retry.ALWAYS)

    def _ask_version(self, wait: float, retry: Retry) -> str:
        try:
            answer = self._http.document("GET", "/api/version", wait=wait, retry=retry)
            self.told_version = wire.parse_version(decoding.document(answer))
        except (OtherApiError, ProtocolError):
            self.lacks_version = True
            raise
        self._trust(self.told_version)
        return self.told_version

    def _trust(self, version: str | None) -> None:
        """Take the server for an Ollama, unless others tell this version too."""
        if version not in {None, wire.AMBIGUOUS_VERSION} and _CLOUD not in self.base_url:
            self.is_ollama = True

    def speaks_natively(self) -> bool:
        """Find out whether this API is spoken here: one request for the version, asked once.

        What shows neither, as a failure or a refusal does, is true: the next request tells it.
        Raises UnreachableError.
        """
        if self.told_version is None and not self.lacks_version:
            try:
                self._ask_version(self.timeouts.metadata, Retry.NEVER)
            except UnreachableError:
                raise
            except OllamaCliError:
                return not self.lacks_version
        return self.told_version is not None

    def detect_model(self, among: list[ModelSummary] | None = None) -> str | None:
        """Find a model to chat with: a running one, else the newest installed; None without any.

        `among`, if given, are the only models to choose from.
        """
        try:
            running = [model.name for model in self.running_models()]
        except OllamaCliError:  # an old server or a proxy does not know the question
            running = []
        return capabilities.chat_model(running, self._among(among), self.show)

    def detect_embedding_model(self, among: list[ModelSummary] | None = None) -> str | None:
        """Find the newest installed embedding model; None without any. `among` as above."""
        return capabilities.embedding_model(self._among(among), self.show)

    def _among(self, models: list[ModelSummary] | None) -> list[ModelSummary]:
        return self.list_models() if models is None else models

    def answer(self, request: GenerateRequest | ChatRequest) -> EventStream[ChatEvent]:
        """Answer a prompt or a conversation by `/api/generate` or `/api/chat`."""
        from ollama_cli.wire.answers import AnswerParser  # noqa: PLC0415  for `health` 4 ms

        path, body = self.question(request)
        return self._http.stream(
            path,
            body,
            AnswerParser(
                gather=request.gather,
                join=request.join,
                has_logprobs=request.logprobs is not None,
            ),
            wait=self.timeouts.first_token,
            idle=self.timeouts.between_tokens,
            retry=Retry.REFUSAL,
            keeps=request.records,
        )

    def question(self, request: GenerateRequest | ChatRequest) -> tuple[str, dict[str, Any]]:
        """Return the route and the body of a question, as `answer` sends them."""
        from ollama_cli.wire.ollama_requests import question  # noqa: PLC0415  for `health` 2 ms

        path, body = question(request)
        return path, present(body)

    def replayed(
        self, request: GenerateRequest | ChatRequest, lines: bytes
    ) -> EventStream[ChatEvent]:
        """Answer by lines that a stream has kept, without a request."""
        from ollama_cli.wire.answers import AnswerParser  # noqa: PLC0415  likewise, 4 ms

        parser = AnswerParser(
            gather=request.gather, join=request.join, has_logprobs=request.logprobs is not None
        )
        return EventStream(partial(KeptReply, lines), ndjson.Decoder(), parser)

    def written(
        self, request: GenerateRequest | ChatRequest | EmbedRequest, texts: Sequence[str] = ()
    ) -> WrittenRequest:
        """Write down the request that would be sent first, for one batch of texts to embed."""
        from ollama_cli.types.requests import EmbedRequest  # noqa: PLC0415  for `health` 2 ms
        from ollama_cli.wire.ollama_requests import embed_body  # noqa: PLC0415  likewise, 2 ms

        if isinstance(request, EmbedRequest):
            return self._http.written("/api/embed", embed_body(texts, request))
        return self._http.written(*self.question(request))

    def rendered(self, request: GenerateRequest | ChatRequest) -> str:
        """Return the prompt as the model would see it; nothing is generated.

        Loads the model. It is an experiment of Ollama's: OtherApiError where the server lacks it.
        """
        path, asked = self.question(request)
        # One token, for a server that does not know what it is asked, and generates.
        options = {**asked.get("options", {}), "num_predict": 1}
        body = {**asked, "options": options, "_debug_render_only": True, "stream": False}
        answer = decoding.document(self._http.computed(path, body, wait=self.timeouts.first_token))
        shown = fields.mapping(fields.mapping(answer).get("_debug_info")).get("rendered_template")
        if not isinstance(shown, str):
            raise OtherApiError(
                "this server does not show the prompt as its model sees it",
                hint="see what is sent to it: `--curl`",
            ).with_facts(is_named=True)
        return shown

    def embedded(self, texts: Iterable[str], request: EmbedRequest) -> Iterator[Embeddings]:
        """Embed texts batch by batch, as they come; falls back to `/api/embeddings`."""
        from ollama_cli.services.embeddings import batches  # noqa: PLC0415  for `health` 3 ms

        return batches(self._post_embed, texts, request)

    def embedded_bytes(self, texts: Sequence[str], request: EmbedRequest) -> Iterator[bytes]:
        """Embed one batch of texts; yield the server's own bytes as they arrive."""
        from ollama_cli.wire.ollama_requests import embed_body  # noqa: PLC0415  likewise, 2 ms

        body = embed_body(texts, request)
        return self._http.stream_bytes("/api/embed", body, wait=self.timeouts.first_token)

    def examine(
        self, model: str | None = None, usual: Usual = ANY
    ) -> tuple[Health, OllamaCliError | None]:
        """Check as `health` does; also return the error that was found, with its hint."""
        allowance = Allowance(self.timeouts.health)
        ask = partial(self._http.once, allowance=allowance)
        health, error = examine(self.base_url, ask, model, usual)
        self.told_version = health.version
        self._trust(health.version)
        self.lacks_version = not health.connected and isinstance(
            error, OtherApiError | ProtocolError
        )
        if health.version == wire.AMBIGUOUS_VERSION:
            server = self.identify(allowance)
            version = server.version or wire.AMBIGUOUS_VERSION
            health = replace(health, kind=str(server.kind), version=version)
        return health, error

    def _post_embed(self, path: str, body: Body) -> bytes:
        return self._http.computed(path, body, wait=self.timeouts.first_token)

    def identify(self, allowance: Allowance | None = None, *, below_api: bool = False) -> Server:
        """Find out what kind of server this is, within 2 s and the allowance; never raises.

        With `below_api` its OpenAI-compatible API may be that of Open WebUI.
        """
        from ollama_cli.services.identify import SECONDS, identify  # noqa: PLC0415  `health` 2 ms

        left = allowance.left if allowance else 0.0
        return identify(
            self.base_url,
            self._http.look,
            openai_path=self.openai_path,
            below_api=below_api,
            seconds=min(left or SECONDS, SECONDS),
        )

    def lists_models(self, path: str) -> bool:
        """Return whether a list of models, in any shape, is at a path; never raises."""
        from ollama_cli.wire.openai import models_in  # noqa: PLC0415  addresses in `/api` alone: 1 ms

        try:
            found = self._http.get(path, wait=self.timeouts.metadata)
        except OllamaCliError:  # no answer is no list
            return False
        return models_in(found) is not None

    def require(self, word: str, *, wait: float | None = None, retry: Retry = Retry.ALWAYS) -> None:
        """Check that the server can do what a command needs, by its word; OtherApiError if not.

        The first call sends one request; `wait` and `retry` are as in `Connection.document`.
        """
        if self.is_ollama:
            return
        wait = self.timeouts.metadata if wait is None else wait
        failure: OtherApiError | ProtocolError | None = None
        try:
            if self.told_version is None:
                self._ask_version(wait, retry)
        except (OtherApiError, ProtocolError) as error:
            failure = error
        if not self.is_ollama:
            self._check_kind(word, failure)
        self.is_ollama = True

    def _check_kind(self, word: str, failure: OtherApiError | ProtocolError | None) -> None:
        from ollama_cli.services.kinds import lacking  # noqa: PLC0415  for `health` 1 ms

        server = self.identify()
        if isinstance(failure, ProtocolError) and server.kind == "none":
            raise failure  # an HTML page, and the like, says more than a kind that is not known
        if not server.can(word):
            raise lacking(word, server, self.base_url) from failure

    def list_models(self) -> list[ModelSummary]:
        """List the installed models, the newest first."""
        return wire.parse_tags(self._http.get("/api/tags", wait=self.timeouts.metadata))

    def running_models(self) -> list[RunningModel]:
        """List the models in memory."""
        from ollama_cli.wire.details import parse_ps  # noqa: PLC0415  for `health` 2 ms

        return parse_ps(self._http.get("/api/ps", wait=self.timeouts.metadata))

    def show(self, name: str, *, verbose: bool = False) -> ModelDetails:
        """Describe one model; ModelNotFoundError if it is not installed."""
        from ollama_cli.wire.details import parse_show  # noqa: PLC0415  for `health` 2 ms

        return parse_show(decoding.document(self.show_bytes(name, verbose=verbose)), name)

    def list_models_bytes(self) -> bytes:
        """Return the list of installed models, in the server's own bytes."""
        return self._http.document("GET", "/api/tags", wait=self.timeouts.metadata)

    def running_models_bytes(self) -> bytes:
        """Return the list of models in memory, in the server's own bytes."""
        return self._http.document("GET", "/api/ps", wait=self.timeouts.metadata)

    def show_bytes(self, name: str, *, verbose: bool = False) -> bytes:
        """Return the description of one model, in the server's own bytes."""
        body = {"model": name, "verbose": verbose or None}
        return self._http.document("POST", "/api/show", body, wait=self.timeouts.metadata)

    def pull(
        self,
        name: str,
        *,
        insecure: bool = False,
        join: bool = False,
        patience: float | None = None,
    ) -> EventStream[PullEvent]:
        """Download a model: one request; `insecure` lets the server use plain http.

        With `join`, of a layer's progress lines that arrive together, only the newest is an event.
        `patience` bounds all the time until the answer, in seconds; the request is sent once then.
        """
        from ollama_cli.wire.pull import PullParser  # noqa: PLC0415  for `health` 3 ms

        return self._http.stream(
            "/api/pull",
            {"model": name, "stream": True, "insecure": insecure or None},
            PullParser(join=join),
            wait=self.timeouts.pull,
            retry=Retry.ALWAYS,
            patience=patience,
            longest=_LONGEST_LINE,
            before=partial(
                self.require,
                "pull",
                wait=patience,
                retry=Retry.ALWAYS if patience is None else Retry.NEVER,
            ),
        )

    def count_tokens(
        self, model: str, text: str, *, counts_as: CountsAs = "text", num_ctx: int | None = None
    ) -> int:
        """Count the tokens of a text as the model reads it: bare, as a message, or to embed it.

        Loads the model, and has it read the text. Raises TooLongError for one that does not fit.
        """
        from ollama_cli.wire.ollama_requests import counting  # noqa: PLC0415  for `health` 2 ms

        path, body = counting(model, text, counts_as, num_ctx)
        answer = self._http.computed(path, body, wait=self.timeouts.first_token)
        counted = fields.count(fields.mapping(decoding.document(answer)).get("prompt_eval_count"))
        if counted is None:
            raise ProtocolError("the server does not tell how many tokens a text has")
        return counted

    def delete(self, name: str) -> None:
        """Remove a model; ModelNotFoundError if it is not installed."""
        self.require("rm")
        self._command("DELETE", "/api/delete", {"model": name})

    def copy(self, source: str, destination: str) -> None:
        """Copy a model to another name, overwriting it; ModelNotFoundError without a source."""
        self.require("cp")
        self._command("POST", "/api/copy", {"source": source, "destination": destination})

    def load(
        self,
        name: str,
        *,
        options: Mapping[str, Any] | None = None,
        keep_alive: str | float | None = None,
    ) -> None:
        """Load a model into memory, with the options that it is asked with later."""
        asked = {"model": name, "options": dict(options or {}) or None, "keep_alive": keep_alive}
        body = {**asked, "stream": False}
        self._http.computed("/api/generate", body, wait=self.timeouts.first_token)

    def stop(self, name: str) -> None:
        """Unload a model from memory; the server does it a moment later."""
        self._command("POST", "/api/generate", {"model": name, "keep_alive": 0, "stream": False})

    def has_model(self, name: str) -> bool:
        """Return whether a model is installed, comparing names as the server does."""
        return find(name, [model.name for model in self.list_models()]) is not None

    def has_blob(self, digest: str, *, patience: float = 0.0) -> bool:
        """Return whether the server holds a blob, by its digest (`sha256:…`).

        `patience` bounds the whole request, in seconds; with 0 it waits as other requests do.
        """
        path, wait = f"/api/blobs/{digest}", self.timeouts.metadata
        return self._http.exists(path, wait=wait, patience=patience)

    def capabilities(self, model: str) -> Capabilities:
        """Return what a model can do, as far as known; ModelNotFoundError if not installed."""
        from ollama_cli.wire.details import parse_capabilities  # noqa: PLC0415  for `health` 2 ms

        return parse_capabilities(self.show(model))

    def capabilities_of(self, model: ModelSummary) -> tuple[str, ...]:
        """Return what a model can do; asks the server if its list does not say."""
        return capabilities.capabilities(model, self.show)

    def _command(self, method: str, path: str, body: Body) -> None:
        self._http.document(method, path, body, wait=self.timeouts.metadata, retry=Retry.NEVER)
