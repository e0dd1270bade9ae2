"""Kinds of servers, and what each can do."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from ollama_cli.errors import OtherApiError
from ollama_cli.types import known_hosts
from ollama_cli.types.urls import host_of


class ServerKind(StrEnum):
    """The kind of a server; OPENAI and ANTHROPIC are any others that speak those protocols."""

    OLLAMA = "ollama"
    LLAMA_CPP = "llama.cpp"
    VLLM = "vllm"
    LM_STUDIO = "lm-studio"
    LOCALAI = "localai"
    SGLANG = "sglang"
    LITELLM = "litellm"
    OPEN_WEBUI = "open-webui"
    OLLAMA_COM = "ollama.com"
    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    NONE = "none"


NAMES: Final[Mapping[ServerKind, str]] = {
    ServerKind.OLLAMA: "Ollama",
    ServerKind.LLAMA_CPP: "a llama.cpp server",
    ServerKind.VLLM: "vLLM",
    ServerKind.LM_STUDIO: "LM Studio",
    ServerKind.LOCALAI: "LocalAI",
    ServerKind.SGLANG: "SGLang",
    ServerKind.LITELLM: "LiteLLM",
    ServerKind.OPEN_WEBUI: "Open WebUI",
    ServerKind.OLLAMA_COM: "ollama.com",
    ServerKind.OPENAI: "an OpenAI-compatible server",
    ServerKind.ANTHROPIC: "a server of Anthropic's API",
    ServerKind.NONE: "nothing that is known",
}
_COMMON: Final = frozenset({"chat", "generate", "embed", "list", "has"})
_OLLAMA_ONLY: Final = frozenset(
    {"pull", "rm", "cp", "stop", "load", "outdated", "update", "ensure", "tokens", "--show-prompt"}
)
CAN: Final[Mapping[ServerKind, frozenset[str]]] = {
    ServerKind.OLLAMA: _COMMON | _OLLAMA_ONLY | {"show", "ps"},
    ServerKind.LLAMA_CPP: _COMMON,
    ServerKind.VLLM: _COMMON,
    ServerKind.LM_STUDIO: _COMMON,
    ServerKind.LOCALAI: _COMMON | {"show", "ps"},
    ServerKind.SGLANG: _COMMON,
    ServerKind.LITELLM: _COMMON,
    ServerKind.OPEN_WEBUI: _COMMON,
    ServerKind.OLLAMA_COM: frozenset({"chat", "generate", "list", "has", "show"}),
    ServerKind.OPENAI: _COMMON,
    ServerKind.ANTHROPIC: _COMMON - {"embed"},
    ServerKind.NONE: frozenset(),
}
"""What each kind can do, by the words of the commands; `load` means to load a model into memory."""

_HINTS: Final[Mapping[ServerKind, str]] = {
    ServerKind.LLAMA_CPP: "it serves what it was started with: `llama-server -m FILE`",
    ServerKind.VLLM: "it serves what it was started with: `vllm serve MODEL`",
    ServerKind.LM_STUDIO: "LM Studio keeps its models itself: `lms get`, `lms ls`, `lms load`",
    ServerKind.LOCALAI: "LocalAI keeps its models itself: `local-ai models list`",
    ServerKind.SGLANG: "it serves what it was started with: `sglang serve --model-path MODEL`",
    ServerKind.LITELLM: "it passes on to the models of its own settings: `litellm --config FILE`",
    ServerKind.NONE: "check the address: `ollama-cli doctor`",
}
_HINT: Final = "name an Ollama server with `--host`"
_KNOWN_BY_MODELS: Final = frozenset(
    {ServerKind.OPENAI, ServerKind.VLLM, ServerKind.SGLANG, ServerKind.LITELLM}
)
_LIST: Final = "/api/tags"
_ROUTES: Final[Mapping[str, str]] = {
    "show": "/api/show",
    "ps": "/api/ps",
    "rm": "/api/delete",
    "cp": "/api/copy",
    "stop": "/api/generate",
    "tokens": "/api/generate",
    "--show-prompt": "/api/chat",
    "pull": "/api/pull",
}
ADD_COMMANDS: Final[Mapping[ServerKind, str]] = {
    ServerKind.LLAMA_CPP: "llama-server -m FILE",
    ServerKind.VLLM: "vllm serve MODEL",
    ServerKind.LM_STUDIO: "lms get",
    ServerKind.LOCALAI: "local-ai models install NAME",
    ServerKind.SGLANG: "sglang serve --model-path MODEL",
    ServerKind.LITELLM: "litellm --config FILE",
}
"""The command that adds a model to a server that is not Ollama, if known."""


class Server(NamedTuple):
    """The server at an address: its kind, its version if known, and the evidence for its kind."""

    kind: ServerKind
    version: str | None = None
    evidence: str = ""

    @property
    def name(self) -> str:
        """Return the name of the kind, as it is used in a sentence."""
        return NAMES[self.kind]

    def can(self, word: str) -> bool:
        """Return whether servers of this kind can do what a command needs, by its word."""
        return word in CAN[self.kind]


def named(kind: str | None) -> str:
    """Return the name of a kind of server, as it is used in a sentence."""
    return NAMES[ServerKind(kind) if kind in set(ServerKind) else ServerKind.NONE]


def check(word: str, kind: str | None, base_url: str) -> None:
    """Raise OtherApiError for a command, by its word, that a kind of server cannot serve."""
    if kind in set(ServerKind) and word not in CAN[ServerKind(kind)]:
        raise lacking(word, Server(ServerKind(kind)), base_url)


def unanswered(error: OtherApiError, server: Server) -> OtherApiError:
    """Return the error for a question that a server known by its models has in neither API."""
    if server.kind not in _KNOWN_BY_MODELS:
        return error
    return OtherApiError(
        "the server",
        address=error.address,
        rest=f" has no route for this: it is {server.name}",
        reason=error.reason,
        hint="see what is asked and answered: `-v`; another server: `--host`",
        http_status=error.http_status,
    ).with_facts(is_named=True)


def without(word: str, base_url: str) -> OtherApiError:
    """Return the error for a command, by its word, where Anthropic's API is spoken."""
    is_theirs = host_of(base_url) == known_hosts.ANTHROPIC
    return OtherApiError(
        f"this server has no {word}: it is spoken to in Anthropic's Messages API",
        hint=_HINT if is_theirs else "let the API be found out: `--api auto`",
    ).with_facts(is_named=True)


def without_native(error: OtherApiError, server: Server) -> OtherApiError:
    """Return the error for a server that does not speak Ollama's own API, which was asked for."""
    if server.kind is ServerKind.NONE:
        return error
    return error.with_facts(
        aside=f": this is {server.name}",
        hint="let it be found out: `--api auto`",
        is_named=True,
    )


def without_messages(error: OtherApiError) -> OtherApiError:
    """Return the error for a server that turns out not to speak Anthropic's API."""
    status = error.http_status
    return OtherApiError(
        "the server",
        address=error.address,
        rest=" does not speak Anthropic's Messages API",
        reason=f"HTTP {status}" if status else "",
        hint="let the API be found out: `--api auto`",
        http_status=status,
    ).with_facts(is_named=True)


def lacking(word: str, server: Server, base_url: str) -> OtherApiError:
    """Return the error for a command, by its word, that this server cannot serve."""
    if server.kind is ServerKind.OLLAMA and server.can(word):
        return OtherApiError(
            f"{word} has no answer: this Ollama is too old, or a proxy hides"
            f" {_ROUTES.get(word, _LIST)}",
            hint=f"see what is asked and answered: `ollama-cli -v {word}`",
        ).with_facts(is_named=True)
    known = server.kind is not ServerKind.NONE
    there = f"this is {server.name}" if known else "nothing that is known answers"
    return OtherApiError(
        f"{word} needs an Ollama server; {there}",
        address=None if known else base_url,
        hint=_HINTS.get(server.kind, _HINT),
    ).with_facts(is_named=True)
