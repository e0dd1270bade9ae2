"""Kinds of servers: what gives each away, and what each can do."""

import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from ollama_cli.errors import OtherApiError
from ollama_cli.services.identify import Glimpse, Glimpses, Look
from ollama_cli.services.models import UNCERTAIN
from ollama_cli.types.urls import host_of
from ollama_cli.wire import fields

SECONDS: Final = 2.0
_CLOUD: Final = frozenset({"ollama.com", "www.ollama.com"})


class ServerKind(StrEnum):
    """What answers at an address; OPENAI is any other that speaks that protocol."""

    OLLAMA = "ollama"
    LLAMA_CPP = "llama.cpp"
    VLLM = "vllm"
    LM_STUDIO = "lm-studio"
    LOCALAI = "localai"
    OLLAMA_COM = "ollama.com"
    OPENAI = "openai"
    NONE = "none"


NAMES: Final[Mapping[ServerKind, str]] = {
    ServerKind.OLLAMA: "Ollama",
    ServerKind.LLAMA_CPP: "a llama.cpp server",
    ServerKind.VLLM: "vLLM",
    ServerKind.LM_STUDIO: "LM Studio",
    ServerKind.LOCALAI: "LocalAI",
    ServerKind.OLLAMA_COM: "ollama.com",
    ServerKind.OPENAI: "an OpenAI-compatible server",
    ServerKind.NONE: "nothing that is known",
}
_ASKED: Final = frozenset({"chat", "generate", "embed", "list", "has"})
_KEPT: Final = frozenset({"pull", "rm", "cp", "stop", "load", "outdated", "update", "ensure"})
CAN: Final[Mapping[ServerKind, frozenset[str]]] = {
    ServerKind.OLLAMA: _ASKED | _KEPT | {"show", "ps"},
    ServerKind.LLAMA_CPP: _ASKED,
    ServerKind.VLLM: _ASKED,
    ServerKind.LM_STUDIO: _ASKED,
    ServerKind.LOCALAI: _ASKED | {"show", "ps"},
    ServerKind.OLLAMA_COM: frozenset({"chat", "generate", "list", "has", "show"}),
    ServerKind.OPENAI: _ASKED,
    ServerKind.NONE: frozenset(),
}
"""What each kind can do, by the words of the commands; `load` is to hold a model in memory."""

_HINTS: Final[Mapping[ServerKind, str]] = {
    ServerKind.LLAMA_CPP: "it serves what it was started with: `llama-server -m FILE`",
    ServerKind.VLLM: "it serves what it was started with: `vllm serve MODEL`",
    ServerKind.LM_STUDIO: "LM Studio keeps its models itself: `lms get`, `lms ls`, `lms load`",
    ServerKind.LOCALAI: "LocalAI keeps its models itself: `local-ai models list`",
    ServerKind.NONE: "check the address: `ollama-cli doctor`",
}
_HINT: Final = "name an Ollama server with `--host`"
GETS: Final[Mapping[ServerKind, str]] = {
    ServerKind.LLAMA_CPP: "llama-server -m FILE",
    ServerKind.VLLM: "vllm serve MODEL",
    ServerKind.LM_STUDIO: "lms get",
    ServerKind.LOCALAI: "local-ai models install NAME",
}
"""How a model comes to a server that is not Ollama, where that is known."""


class Server(NamedTuple):
    """What answers at an address: its kind, its version if it tells it, what gave it away."""

    kind: ServerKind
    version: str | None = None
    evidence: str = ""

    @property
    def name(self) -> str:
        """Name the kind as a sentence does."""
        return NAMES[self.kind]

    def can(self, word: str) -> bool:
        """Tell whether servers of this kind can do what a command needs, by its word."""
        return word in CAN[self.kind]


class Clue(NamedTuple):
    """One row of evidence: where to look, what is to be seen there, and what it proves."""

    path: str
    shows: str
    kind: ServerKind
    is_in: Callable[[Glimpse], bool]


# The first row that holds decides. A path is asked for once, and only if a row comes to it: that is
# one request for Ollama.
EVIDENCE: Final = (
    Clue(
        "/api/version",
        "Server: llama.cpp",
        ServerKind.LLAMA_CPP,
        lambda seen: seen.server == "llama.cpp",
    ),
    # It answers so to every path that it does not know, also with status 200.
    Clue(
        "/api/version",
        "error: Unexpected endpoint or method",
        ServerKind.LM_STUDIO,
        lambda seen: fields.text(seen.document.get("error")).startswith("Unexpected endpoint or"),
    ),
    Clue(
        "/api/version",
        f"a version other than {UNCERTAIN}",
        ServerKind.OLLAMA,
        lambda seen: seen.version not in {"", UNCERTAIN},
    ),
    # It answers much of what Ollama does, `/api/version` and even `/`; this is its own.
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
    # For a proxy that takes the header away. `/health` is no evidence: too many say "ok" there.
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
    """Find out what answers at an address, within `seconds` in all; never raises.

    What cannot be reached, and what shows nothing that is known, is of the kind NONE.
    """
    if host_of(base_url) in _CLOUD:
        return Server(ServerKind.OLLAMA_COM, evidence="its address")
    asked = Glimpses(look, time.monotonic() + seconds)
    for clue in EVIDENCE:
        seen = asked.get(clue.path)
        if seen is not None and clue.is_in(seen):
            told = asked.get(_VERSIONS[clue.kind]) if clue.kind in _VERSIONS else None
            version = told.version or None if told else None
            return Server(clue.kind, version, f"{clue.path}: {clue.shows}")
    return Server(ServerKind.NONE)


def named(kind: str | None) -> str:
    """Name a kind of server as a sentence does."""
    return NAMES[ServerKind(kind) if kind in set(ServerKind) else ServerKind.NONE]


def check(word: str, kind: str | None, base_url: str) -> None:
    """Raise the error of a command, by its word, that a kind of server cannot serve."""
    if kind in set(ServerKind) and word not in CAN[ServerKind(kind)]:
        raise lacking(word, Server(ServerKind(kind)), base_url)


def lacking(word: str, server: Server, base_url: str) -> OtherApiError:
    """Make the error of a command, by its word, that this server cannot serve."""
    known = server.kind is not ServerKind.NONE
    error = OtherApiError(
        f"{word} needs an Ollama server; "
        + (f"this is {server.name}" if known else f"nothing that is known answers at {base_url}"),
        hint=_HINTS.get(server.kind, _HINT),
    )
    error.is_told = True
    return error
