"""The models of a server: which it has, what they are, and how they come and go."""

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Final

from ollama_cli.errors import OtherApiError, ProtocolError
from ollama_cli.services import capabilities
from ollama_cli.services.connection import Body, Connection
from ollama_cli.services.stream import EventStream
from ollama_cli.transport import Retry
from ollama_cli.types.model_names import find
from ollama_cli.types.models import Capabilities, ModelDetails, ModelSummary, RunningModel
from ollama_cli.types.pull_events import PullEvent
from ollama_cli.types.timeouts import Timeouts
from ollama_cli.wire import decoding, ollama as wire
from ollama_cli.wire.pull import PullParser

if TYPE_CHECKING:
    from ollama_cli.services.kinds import Server

UNCERTAIN: Final = "0.9.0"
"""The version that LocalAI tells, whatever its own is; so does Ollama 0.9.0."""

_CLOUD: Final = "//ollama.com"
# The lines of a pull are short: a longer one would only fill the memory.
_LONGEST_LINE: Final = 16 << 20


class Models:
    """What a client can do with the models of its server.

    What changes them is sent to no server but Ollama: `is_ollama` tells that it is known to be one,
    and its version is asked for before the first change where it is not.
    """

    is_ollama = False
    timeouts: Timeouts
    base_url: str
    _http: Connection

    def identify(self) -> "Server":
        """Find out what kind of server this is, within 2 s; never raises."""
        server: Server = import_module("ollama_cli.services.kinds").identify(
            self.base_url, self._http.look
        )
        return server

    def require(self, word: str, *, wait: float | None = None, retry: Retry = Retry.ALWAYS) -> None:
        """Make sure that the server can do what a command needs, by its word; OtherApiError if not.

        One request, the first time, bounded as `Connection.document` bounds it.
        """
        if self.is_ollama:
            return
        wait = self.timeouts.metadata if wait is None else wait
        wrong: OtherApiError | ProtocolError | None = None
        version = UNCERTAIN
        try:
            answer = self._http.document("GET", "/api/version", wait=wait, retry=retry)
            version = wire.parse_version(decoding.document(answer))
        except (OtherApiError, ProtocolError) as error:
            wrong = error
        if version == UNCERTAIN or _CLOUD in self.base_url:
            self._check_kind(word, wrong)
        self.is_ollama = True

    def _check_kind(self, word: str, wrong: OtherApiError | ProtocolError | None) -> None:
        server = self.identify()
        if isinstance(wrong, ProtocolError) and server.kind == "none":
            raise wrong  # a page of HTML, and the like, say more than a kind that is not known
        if not server.can(word):
            raise import_module("ollama_cli.services.kinds").lacking(
                word, server, self.base_url
            ) from wrong

    def list_models(self) -> list[ModelSummary]:
        """List the installed models, the newest first."""
        return wire.parse_tags(self._http.get("/api/tags", wait=self.timeouts.metadata))

    def running_models(self) -> list[RunningModel]:
        """List the models in memory."""
        return wire.parse_ps(self._http.get("/api/ps", wait=self.timeouts.metadata))

    def show(self, name: str, *, verbose: bool = False) -> ModelDetails:
        """Describe one model; ModelNotFoundError if it is not installed."""
        return wire.parse_show(decoding.document(self.show_bytes(name, verbose=verbose)), name)

    def list_models_bytes(self) -> bytes:
        """List the installed models, in the server's own bytes."""
        return self._http.document("GET", "/api/tags", wait=self.timeouts.metadata)

    def running_models_bytes(self) -> bytes:
        """List the models in memory in the server's own bytes."""
        return self._http.document("GET", "/api/ps", wait=self.timeouts.metadata)

    def show_bytes(self, name: str, *, verbose: bool = False) -> bytes:
        """Describe one model in the server's own bytes."""
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

        With `join` a layer's progress that arrives together is told once, by its newest line.
        `patience` bounds the way to the answer as a whole, in seconds; it is tried once then.
        """
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

    def delete(self, name: str) -> None:
        """Remove a model; ModelNotFoundError if it is not installed."""
        self.require("rm")
        self._command("DELETE", "/api/delete", {"model": name})

    def copy(self, source: str, destination: str) -> None:
        """Copy a model to another name, overwriting it; ModelNotFoundError without a source."""
        self.require("cp")
        self._command("POST", "/api/copy", {"source": source, "destination": destination})

    def stop(self, name: str) -> None:
        """Unload a model; the server does it a moment later."""
        self._command("POST", "/api/generate", {"model": name, "keep_alive": 0, "stream": False})

    def has_model(self, name: str) -> bool:
        """Tell whether a model is installed, comparing names as the server does."""
        return find(name, [model.name for model in self.list_models()]) is not None

    def has_blob(self, digest: str, *, patience: float = 0.0) -> bool:
        """Tell whether the server holds a blob, by its digest (`sha256:…`).

        `patience` bounds that as a whole, in seconds; 0 waits as for all that is asked.
        """
        path, wait = f"/api/blobs/{digest}", self.timeouts.metadata
        return self._http.exists(path, wait=wait, patience=patience)

    def capabilities(self, model: str) -> Capabilities:
        """Tell what a model can do, as far as known; ModelNotFoundError if it is not installed."""
        return wire.parse_capabilities(self.show(model))

    def capabilities_of(self, model: ModelSummary) -> tuple[str, ...]:
        """Tell what a model can do, asking the server where its list does not say."""
        return capabilities.capabilities(model, self.show)

    def _command(self, method: str, path: str, body: Body) -> None:
        self._http.document(method, path, body, wait=self.timeouts.metadata, retry=Retry.NEVER)
