"""Which function answers which path, and what the router itself says."""

import ipaddress
import socket
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from ollama_cli.demo import (
    conversations,
    documents,
    embedding,
    models,
    openai,
    openai_answers,
    pulls,
    registry,
)
from ollama_cli.demo.documents import TEXT, TEXT_UTF8, Document, RefusalError, Stream, document
from ollama_cli.demo.machine import Request
from ollama_cli.demo.script import REGISTRY_ROOT

VERSION: Final = "0.32.15"
"""The version of the protocol that is spoken."""

Route = Callable[[Request], Document | Stream]
_LOCAL_ENDINGS: Final = (".localhost", ".local", ".internal")
_LOCAL_ORIGINS: Final = ("localhost", "127.0.0.1", "0.0.0.0")  # noqa: S104  compared, never bound


def root(request: Request) -> Document:  # noqa: ARG001  every route takes the request
    """Say that the server is there."""
    return Document(200, b"Ollama is running", TEXT_UTF8)


def version(request: Request) -> Document:  # noqa: ARG001  every route takes the request
    """Say which protocol is spoken."""
    return document({"version": VERSION})


def status(request: Request) -> Document:  # noqa: ARG001  every route takes the request
    """Say that there is no cloud behind this server."""
    return document({"cloud": {"disabled": True, "source": "config"}})


TABLE: Final[Mapping[str, Mapping[str, Route]]] = {
    "/": {"GET": root, "HEAD": root},
    "/api/version": {"GET": version, "HEAD": version},
    "/api/status": {"GET": status},
    "/api/tags": {"GET": models.tags, "HEAD": models.tags},
    "/api/ps": {"GET": models.ps},
    "/api/show": {"POST": models.show},
    "/api/pull": {"POST": pulls.pull},
    "/api/copy": {"POST": models.copy},
    "/api/delete": {"DELETE": models.delete},
    "/api/generate": {"POST": conversations.generate},
    "/api/chat": {"POST": conversations.chat},
    "/api/embed": {"POST": embedding.embed},
    "/api/embeddings": {"POST": embedding.embeddings},
    "/v1/models": {"GET": openai.list_models},
    "/v1/chat/completions": {"POST": openai_answers.chat},
    "/v1/completions": {"POST": openai_answers.complete},
    "/v1/embeddings": {"POST": openai.embed},
}

_UNDER: Final[Mapping[str, Mapping[str, Route]]] = {
    openai.MODELS: {"GET": openai.one_model},
    models.BLOBS: {"HEAD": models.blob},
    REGISTRY_ROOT: {"GET": registry.answer, "HEAD": registry.answer},
}
"""The routes of all paths that begin with these; the place itself is among them only for /v2/."""


def answer(method: str, request: Request) -> Document | Stream:
    """Answer a request, or say why not."""
    methods = _methods(request.path)
    if methods is None:
        return _astray(method, request.path)
    if method not in methods:
        allowed = (("Allow", ", ".join(methods)),)
        return Document(405, b"405 method not allowed", TEXT, allowed)
    try:
        return methods[method](request)
    except RefusalError as error:
        return refusal(request.path, error)


def refusal(path: str, error: RefusalError) -> Document:
    """Write a refusal in the shape of the path."""
    shape = openai.refusal if path.startswith("/v1/") else documents.refusal
    return shape(error)


def forbidden(host: str, origin: str | None) -> bool:
    """Tell whether a page of a foreign site sends the request, as the real server guards itself."""
    try:
        if origin and urlsplit(origin).hostname not in _LOCAL_ORIGINS:
            return urlsplit(origin).scheme in {"http", "https", ""}
        return not _is_local(urlsplit(f"//{host}").hostname or "")
    except ValueError:  # `[` begins no address
        return True


def _is_local(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        known = name in {"", "localhost", socket.gethostname().lower()}
        return known or name.endswith(_LOCAL_ENDINGS)
    return address.is_loopback or address.is_private or address.is_unspecified


def _methods(path: str) -> Mapping[str, Route] | None:
    for place, methods in _UNDER.items():
        if path.startswith(place) and (path != place or place == REGISTRY_ROOT):
            return methods
    return TABLE.get(path)


def _astray(method: str, path: str) -> Document:
    """Redirect a path with too many slashes; others lead nowhere."""
    clean = "/" + "/".join(part for part in path.split("/") if part)
    if _methods(clean) is None:
        return Document(404, b"404 page not found", TEXT)
    place = (("Location", clean),)
    if method == "GET" and "//" not in path:
        page = f'<a href="{clean}">Moved Permanently</a>.\n\n'.encode()
        return Document(301, page, "text/html; charset=utf-8", place)
    return Document(307, headers=place)
