"""The kind of the server at an address, found out from its answers at a few paths."""

import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol

from ollama_cli.errors import OllamaCliError, ProtocolError
from ollama_cli.services.kinds import Server, ServerKind
from ollama_cli.types import known_hosts
from ollama_cli.types.urls import host_of
from ollama_cli.types.values import dataclass
from ollama_cli.wire import decoding, fields, ollama as wire
from ollama_cli.wire.openai import models_in

SECONDS: Final = 2.0
_SHOWN: Final = 200
_FIRST_ERROR_STATUS: Final = 400


class Look(Protocol):
    """Sends one GET; returns any status, the Server header in lower case, and the body."""

    def __call__(self, path: str, *, wait: float) -> tuple[int, str, bytes]:
        """Send it; `wait` bounds the whole request, in seconds. Raises OllamaCliError."""
        ...


@dataclass(frozen=True)
class Response:
    """One answer: its status, its Server header, its JSON object (or an empty one), its text.

    `models` are the entries of a list of models, None if it is none.
    """

    status: int
    server: str
    document: dict[str, Any]
    models: list[dict[str, Any]] | None
    text: str

    @property
    def version(self) -> str:
        """Return the version, empty if there is none."""
        return fields.text(self.document.get("version"))

    @property
    def owners(self) -> set[str]:
        """Return the owners of the models in a list (`owned_by`)."""
        return {fields.text(row.get("owned_by")) for row in self.models or []}

    @property
    def is_list(self) -> bool:
        """Return whether it is a list of models; an empty one only in an envelope."""
        has_entries = bool(self.models) or isinstance(self.document.get("data"), list)
        return self.status < _FIRST_ERROR_STATUS and has_entries

    @property
    def is_of_openai(self) -> bool:
        """Return whether it is a list of models, or a refusal as OpenAI sends it."""
        return self.is_list or (self.status in {401, 403} and "error" in self.document)


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
            document = decoding.document(body)
        except ProtocolError:
            document = None
        text = body[:_SHOWN].decode("utf-8", "replace")
        return Response(status, server, fields.mapping(document), models_in(document), text)


class Clue(NamedTuple):
    """One row of evidence: which path to request, what its response shows, and what it proves."""

    path: str
    shows: str
    kind: ServerKind
    is_in: Callable[[Response], bool]


_MODELS: Final = "/v1/models"
# The first row that is true decides. A path is requested once, and only when a row needs it: Ollama
# gets one request. What owns the models comes before `/`: SGLang says "Ollama is running" there.
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
        _MODELS,
        "owned_by: llamacpp",
        ServerKind.LLAMA_CPP,
        lambda seen: "llamacpp" in seen.owners,
    ),
    Clue(_MODELS, "owned_by: vllm", ServerKind.VLLM, lambda seen: "vllm" in seen.owners),
    Clue(_MODELS, "owned_by: sglang", ServerKind.SGLANG, lambda seen: "sglang" in seen.owners),
    Clue(
        "/",
        "Ollama is running",
        ServerKind.OLLAMA,
        lambda seen: seen.text.startswith("Ollama is running"),
    ),
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
    Clue(
        "/health/liveliness",
        "I'm alive!",
        ServerKind.LITELLM,
        lambda seen: seen.text.strip('"') == "I'm alive!",
    ),
    Clue(_MODELS, "a list of models", ServerKind.OPENAI, lambda seen: seen.is_of_openai),
)
_BELOW_API: Final = Clue(
    "/api/models", "a list of models", ServerKind.OPEN_WEBUI, lambda seen: seen.is_list
)
_VERSIONS: Final = {
    ServerKind.OLLAMA: "/api/version",
    ServerKind.VLLM: "/version",
    ServerKind.LOCALAI: "/version",
}


def identify(
    base_url: str,
    look: Look,
    *,
    openai_path: str = "/v1",
    below_api: bool = False,
    seconds: float = SECONDS,
) -> Server:
    """Find out which server is at an address, within `seconds` in all; never raises.

    A server that cannot be reached, or shows nothing that is known, is of the kind NONE.
    `openai_path` stands before the routes of the OpenAI-compatible API; with `below_api` those may
    be Open WebUI's.
    """
    host = host_of(base_url)
    if host in known_hosts.OLLAMA or host == known_hosts.ANTHROPIC:
        kind = ServerKind.OLLAMA_COM if host in known_hosts.OLLAMA else ServerKind.ANTHROPIC
        return Server(kind, evidence="its address")
    asked = Responses(look, time.monotonic() + seconds)
    for clue in (*([_BELOW_API] if below_api else []), *EVIDENCE):
        path = clue.path.replace(_MODELS, f"{openai_path}/models")
        seen = asked.get(path)
        if seen is not None and clue.is_in(seen):
            reply = asked.get(_VERSIONS[clue.kind]) if clue.kind in _VERSIONS else None
            version = reply.version or None if reply else None
            return Server(clue.kind, version, f"{path}: {clue.shows}")
    return Server(ServerKind.NONE)
