"""The routes: which function answers which path, and the errors of the router itself."""

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
"""The version of Ollama whose protocol the demo speaks."""

Route = Callable[[Request], Document | Stream]
_LOCAL_ENDINGS: Final = (".localhost", ".local", ".internal")
_LOCAL_ORIGINS: Final = ("localhost", "127.0.0.1", "0.0.0.0")  # noqa: S104  compared, never bound


def root(request: Request) -> Document:  # noqa: ARG001  every route takes the request
    """Answer that the server runs."""
    return Document(200, b"Ollama is running", TEXT_UTF8)


def version(request: Request) -> Document:  # noqa: ARG001  every route takes the request
    """Return the version of the protocol."""
    return document({"version": VERSION})


def status(request: Request) -> Document:  # noqa: ARG001  every route takes the request
    """Answer that this server has no cloud."""
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

_PREFIXES: Final[Mapping[str, Mapping[str, Route]]] = {
    openai.MODELS: {"GET": openai.one_model},
    models.BLOBS: {"HEAD": models.blob},
    REGISTRY_ROOT: {"GET": registry.answer, "HEAD": registry.answer},
}
"""The routes of all paths below these; only /v2/ is itself a path."""


def answer(method: str, request: Request) -> Document | Stream:
    """Answer a request, also with a refusal."""
    methods = _methods(request.path)
    if methods is None:
        return _unknown_path(method, request.path)
    if method not in methods:
        allowed = (("Allow", ", ".join(methods)),)
        return Document(405, b"405 method not allowed", TEXT, allowed)
    try:
        return methods[method](request)
    except RefusalError as error:
        return refusal(request.path, error)


def refusal(path: str, error: RefusalError) -> Document:
    """Return the document of a refusal in the format of the path."""
    to_document = openai.refusal if path.startswith("/v1/") else documents.refusal
    return to_document(error)


def is_forbidden(host: str, origin: str | None) -> bool:
    """Return whether a page of another site sends the request; the real server refuses it too."""
    try:
        if origin and urlsplit(origin).hostname not in _LOCAL_ORIGINS:
            return urlsplit(origin).scheme in {"http", "https", ""}
        return not _is_local(urlsplit(f"//{host}").hostname or "")
    except ValueError:  # for example a lone `[`
        return True


def _is_local(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        known = name in {"", "localhost", socket.gethostname().lower()}
        return known or name.endswith(_LOCAL_ENDINGS)
    return address.is_loopback or address.is_private or address.is_unspecified


def _methods(path: str) -> Mapping[str, Route] | None:
    for place, methods in _PREFIXES.items():
        if path.startswith(place) and (path != place or place == REGISTRY_ROOT):
            return methods
    return TABLE.get(path)


def _unknown_path(method: str, path: str) -> Document:
    """Redirect a path with too many slashes; others are not found."""
    clean_path = "/" + "/".join(part for part in path.split("/") if part)
    if _methods(clean_path) is None:
        return Document(404, b"404 page not found", TEXT)
    place = (("Location", clean_path),)
    if method == "GET" and "//" not in path:
        page = f'<a href="{clean_path}">Moved Permanently</a>.\n\n'.encode()
        return Document(301, page, "text/html; charset=utf-8", place)
    return Document(307, headers=place)
