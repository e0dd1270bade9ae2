"""The kind of the server at an address, found out from its answers at a few paths."""

import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol

from ollama_cli.errors import OllamaCliError, ProtocolError
from ollama_cli.services.kinds import Server, ServerKind
from ollama_cli.types.urls import host_of
from ollama_cli.types.values import dataclass
from ollama_cli.wire import decoding, fields, ollama as wire

SECONDS: Final = 2.0
_CLOUD: Final = frozenset({"ollama.com", "www.ollama.com"})
_SHOWN: Final = 200


class Look(Protocol):
    """Sends one GET; returns any status, the Server header in lower case, and the body."""

    def __call__(self, path: str, *, wait: float) -> tuple[int, str, bytes]:
        """Send it; `wait` bounds the whole request, in seconds. Raises OllamaCliError."""
        ...


@dataclass(frozen=True)
class Response:
    """One answer: its status, its Server header, its JSON object (or an empty one), its text."""

    status: int
    server: str
    document: dict[str, Any]
    text: str

    @property
    def version(self) -> str:
        """Return the version, empty if there is none."""
        return fields.text(self.document.get("version"))

    @property
    def owners(self) -> set[str]:
        """Return the owners of the models in a list (`owned_by`)."""
        return {fields.text(row.get("owned_by")) for row in fields.items(self.document.get("data"))}

    @property
    def is_of_openai(self) -> bool:
        """Return whether it is a list of models, or a refusal as OpenAI sends it."""
        is_list = isinstance(self.document.get("data"), list)
        return is_list or (self.status in {401, 403} and "error" in self.document)


class Responses:
    """The responses at each path; each is requested at most once, and none after `end`."""

    def __init__(self, look: Look, end: float) -> None:
        self._look = look
        self._end = end
        self._seen: dict[str, Response | None] = {}

    def get(self, path: str) -> Response | None:
        """Return the response at a path; None if nothing came, or the time is over."""
        left = self._end - time.monotonic()
        if path not in self._seen and left > 0:
            self._seen[path] = self._fetch(path, left)
        return self._seen.get(path)

    def _fetch(self, path: str, wait: float) -> Response | None:
        try:
            status, server, body = self._look(path, wait=wait)
        except OllamaCliError:  # no answer is no evidence
            return None
        try:
            document = fields.mapping(decoding.document(body))
        except ProtocolError:
            document = {}
        return Response(status, server, document, body[:_SHOWN].decode("utf-8", "replace"))


class Clue(NamedTuple):
    """One row of evidence: which path to request, what its response shows, and what it proves."""

    path: str
    shows: str
    kind: ServerKind
    is_in: Callable[[Response], bool]


# The first row that is true decides. A path is requested once, and only when a row needs it: Ollama
# gets one request.
EVIDENCE: Final = (
    Clue(
        "/api/version",
        "Server: llama.cpp",
        ServerKind.LLAMA_CPP,
        lambda seen: seen.server == "llama.cpp",
    ),
    # LM Studio answers so to every unknown path, also with status 200.
    Clue(
        "/api/version",
        "error: Unexpected endpoint or method",
        ServerKind.LM_STUDIO,
        lambda seen: fields.text(seen.document.get("error")).startswith("Unexpected endpoint or"),
    ),
    Clue(
        "/api/version",
        f"a version other than {wire.AMBIGUOUS_VERSION}",
        ServerKind.OLLAMA,
        lambda seen: seen.version not in {"", wire.AMBIGUOUS_VERSION},
    ),
    # LocalAI has many of Ollama's routes, `/api/version` and even `/`; this one is its own.
    Clue(
        "/system",
        "a list of backends",
        ServerKind.LOCALAI,
        lambda seen: "backends" in seen.document,
    ),
    Clue("/api/version", "a version", ServerKind.OLLAMA, lambda seen: bool(seen.version)),
    Clue(
        "/",
        "Ollama is running",
        ServerKind.OLLAMA,
        lambda seen: seen.text.startswith("Ollama is running"),
    ),
    Clue(
        "/v1/models",
        "owned_by: llamacpp",
        ServerKind.LLAMA_CPP,
        lambda seen: "llamacpp" in seen.owners,
    ),
    Clue("/v1/models", "owned_by: vllm", ServerKind.VLLM, lambda seen: "vllm" in seen.owners),
    Clue(
        "/lmstudio-greeting",
        "lmstudio: true",
        ServerKind.LM_STUDIO,
        lambda seen: seen.document.get("lmstudio") is True,
    ),
    # For a proxy that removes the header. `/health` is no evidence: too many say "ok" there.
    Clue(
        "/props",
        "default_generation_settings",
        ServerKind.LLAMA_CPP,
        lambda seen: "default_generation_settings" in seen.document,
    ),
    Clue("/v1/models", "a list of models", ServerKind.OPENAI, lambda seen: seen.is_of_openai),
)
_VERSIONS: Final = {
    ServerKind.OLLAMA: "/api/version",
    ServerKind.VLLM: "/version",
    ServerKind.LOCALAI: "/version",
}


def identify(base_url: str, look: Look, *, seconds: float = SECONDS) -> Server:
    """Find out which server is at an address, within `seconds` in all; never raises.

    A server that cannot be reached, or shows nothing that is known, is of the kind NONE.
    """
    if host_of(base_url) in _CLOUD:
        return Server(ServerKind.OLLAMA_COM, evidence="its address")
    asked = Responses(look, time.monotonic() + seconds)
    for clue in EVIDENCE:
        seen = asked.get(clue.path)
        if seen is not None and clue.is_in(seen):
            reply = asked.get(_VERSIONS[clue.kind]) if clue.kind in _VERSIONS else None
            version = reply.version or None if reply else None
            return Server(clue.kind, version, f"{clue.path}: {clue.shows}")
    return Server(ServerKind.NONE)
