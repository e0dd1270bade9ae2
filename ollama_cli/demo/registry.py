"""The registry of the demo: manifests, and blobs by byte range.

It speaks the protocol of container registries, as Ollama's registry, on the port of the server.
"""

import re
from typing import Any, Final

from ollama_cli.demo import catalogue
from ollama_cli.demo.catalogue import Model
from ollama_cli.demo.documents import JSON_UTF8, NOT_FOUND, Document, encode
from ollama_cli.demo.layers import Layer, Span
from ollama_cli.demo.library import key
from ollama_cli.demo.machine import Request
from ollama_cli.demo.script import REGISTRY_ROOT

_PARTIAL: Final = 206
_UNSATISFIABLE: Final = 416
_PATH: Final = re.compile(r"/v2/(?P<name>[^/]+/[^/]+)/(?P<kind>manifests|blobs)/(?P<which>[^/]+)")
_RANGE: Final = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_VERSION: Final = ("Docker-Distribution-Api-Version", "registry/2.0")
_FALSE_SIZE_DIVISOR: Final = 10
_FALSE_LAYER: Final = {"mediaType": "x", "digest": f"sha256:{'0' * 64}", "size": 3_000_000_000}


def answer(request: Request) -> Document:
    """Answer any path of the registry."""
    if request.path == REGISTRY_ROOT:
        return Document(200, b"{}", JSON_UTF8, (_VERSION,))
    match = _PATH.fullmatch(request.path)
    if match is None:
        return Document(NOT_FOUND, b"404 page not found\n", "text/plain; charset=utf-8")
    find = _manifest if match["kind"] == "manifests" else _blob
    return find(request, match["name"], match["which"])


def find(name: str) -> Model | None:
    """Return a model of the catalogue by its name, None if it is unknown."""
    return catalogue.registry().get(key(name))


def _manifest(request: Request, name: str, which: str) -> Document:
    """Return a manifest by its tag, or by its digest."""
    named = {tag: model for tag, model in _tags(name).items() if which in {tag, _digest(model)}}
    if not named:
        return _unknown("MANIFEST_UNKNOWN", "manifest unknown", {"Tag": which})
    model, *_ = named.values()
    body = model.manifest
    if request.fault is not None and request.fault.kind == "registry-lies":
        body = _false_manifest(model)
    return Document(200, body, catalogue.MANIFEST, _headers(_digest(model)))


def _blob(request: Request, name: str, which: str) -> Document:
    """Return a blob of a model, or the requested range of it."""
    layers = (layer for model in _tags(name).values() for layer in model.layers)
    layer = next((layer for layer in layers if layer.digest == which), None)
    if layer is None:
        return _unknown("BLOB_UNKNOWN", "blob unknown to registry", which)
    headers = (*_headers(which), ("Accept-Ranges", "bytes"))
    wanted = _parse_range(request.range, layer)
    if wanted is None:
        return Document(200, Span(layer, 0, layer.size), "application/octet-stream", headers)
    if not wanted:
        headers = (*headers, ("Content-Range", f"bytes */{layer.size}"))
        return Document(_UNSATISFIABLE, b"", "application/octet-stream", headers)
    where = ("Content-Range", f"bytes {wanted.start}-{wanted.stop - 1}/{layer.size}")
    body = Span(layer, wanted.start, wanted.stop)
    return Document(_PARTIAL, body, "application/octet-stream", (*headers, where))


def _parse_range(text: str, layer: Layer) -> range | None:
    """Parse one byte range: empty if it cannot be satisfied, None for the whole layer."""
    match = _RANGE.fullmatch(text)
    if match is None or match.group(1, 2) == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return range(max(layer.size - int(last), 0), layer.size)
    if last and int(last) < int(first):
        return None  # an invalid range means the whole
    return range(int(first), min(int(last or layer.size) + 1, layer.size))


def _tags(name: str) -> dict[str, Model]:
    """Return the models of one repository by their tags."""
    parts = ((full.rpartition(":"), model) for full, model in catalogue.registry().items())
    wanted = key(name).rpartition(":")[0]
    return {tag: model for (before, _, tag), model in parts if before == wanted}


def _false_manifest(model: Model) -> bytes:
    """Return a manifest with a tenth of the size of the first layer, and a layer without a blob."""
    config, first, *rest = (
        {**layer.descriptor} for layer in (model.layers[-1], *model.layers[:-1])
    )
    first["size"] = model.layers[0].size // _FALSE_SIZE_DIVISOR
    manifest: dict[str, Any] = {"schemaVersion": 2, "mediaType": catalogue.MANIFEST}
    return encode(manifest | {"config": config, "layers": [first, *rest, _FALSE_LAYER]}).encode()


def _digest(model: Model) -> str:
    return f"sha256:{model.digest}"


def _headers(digest: str) -> tuple[tuple[str, str], ...]:
    return (("Docker-Content-Digest", digest), ("ETag", f'"{digest}"'), _VERSION)


def _unknown(code: str, message: str, detail: object) -> Document:
    """Return the error of a registry, whose format is not that of Ollama."""
    body = {"errors": [{"code": code, "message": message, "detail": detail}]}
    return Document(NOT_FOUND, f"{encode(body)}\n".encode(), JSON_UTF8, (_VERSION,))
