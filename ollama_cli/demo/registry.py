"""The registry that models are pulled from: manifests, and blobs by range of bytes.

It speaks the protocol of container registries, as Ollama's does, on the port of the server.
"""

import re
from typing import Any, Final

from ollama_cli.demo import catalogue
from ollama_cli.demo.catalogue import Model
from ollama_cli.demo.documents import JSON_UTF8, NOT_FOUND, Document, encode
from ollama_cli.demo.layers import Layer
from ollama_cli.demo.library import key
from ollama_cli.demo.machine import Request
from ollama_cli.demo.script import REGISTRY_ROOT

_PARTIAL: Final = 206
_UNSATISFIABLE: Final = 416
_PLACE: Final = re.compile(r"/v2/(?P<name>[^/]+/[^/]+)/(?P<kind>manifests|blobs)/(?P<which>[^/]+)")
_RANGE: Final = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_VERSION: Final = ("Docker-Distribution-Api-Version", "registry/2.0")
_LYING_SHARE: Final = 10
_INVENTED: Final = {"mediaType": "x", "digest": f"sha256:{'0' * 64}", "size": 3_000_000_000}


def answer(request: Request) -> Document:
    """Answer any path of the registry."""
    if request.path == REGISTRY_ROOT:
        return Document(200, b"{}", JSON_UTF8, (_VERSION,))
    place = _PLACE.fullmatch(request.path)
    if place is None:
        return Document(NOT_FOUND, b"404 page not found\n", "text/plain; charset=utf-8")
    find = _manifest if place["kind"] == "manifests" else _blob
    return find(request, place["name"], place["which"])


def find(name: str) -> Model | None:
    """Look a model of the catalogue up by its name."""
    return catalogue.registry().get(key(name))


def _manifest(request: Request, name: str, which: str) -> Document:
    """Give a manifest by its tag, or by its digest."""
    named = {tag: model for tag, model in _tags(name).items() if which in {tag, _digest(model)}}
    if not named:
        return _unknown("MANIFEST_UNKNOWN", "manifest unknown", {"Tag": which})
    model, *_ = named.values()
    body = model.manifest
    if request.fault is not None and request.fault.kind == "registry-lies":
        body = _lie(model)
    return Document(200, body, catalogue.MANIFEST, _headers(_digest(model)))


def _blob(request: Request, name: str, which: str) -> Document:
    """Give a blob of a model, or the range of it that is asked for."""
    layers = (layer for model in _tags(name).values() for layer in model.layers)
    layer = next((layer for layer in layers if layer.digest == which), None)
    if layer is None:
        return _unknown("BLOB_UNKNOWN", "blob unknown to registry", which)
    headers = (*_headers(which), ("Accept-Ranges", "bytes"))
    wanted = _range(request.range, layer)
    if wanted is None:
        body = layer.read(0, layer.size)
        return Document(200, body, "application/octet-stream", headers)
    if not wanted:
        headers = (*headers, ("Content-Range", f"bytes */{layer.size}"))
        return Document(_UNSATISFIABLE, b"", "application/octet-stream", headers)
    where = ("Content-Range", f"bytes {wanted.start}-{wanted.stop - 1}/{layer.size}")
    body = layer.read(wanted.start, len(wanted))
    return Document(_PARTIAL, body, "application/octet-stream", (*headers, where))


def _range(text: str, layer: Layer) -> range | None:
    """Read one range of bytes: empty where nothing can satisfy it, None where all is wanted."""
    match = _RANGE.fullmatch(text)
    if match is None or match.group(1, 2) == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return range(max(layer.size - int(last), 0), layer.size)
    if last and int(last) < int(first):
        return None  # such a range is no range, and the whole is right
    return range(int(first), min(int(last or layer.size) + 1, layer.size))


def _tags(name: str) -> dict[str, Model]:
    """Give the models of one repository by their tags."""
    split = ((full.rpartition(":"), model) for full, model in catalogue.registry().items())
    wanted = key(name).rpartition(":")[0]
    return {tag: model for (before, _, tag), model in split if before == wanted}


def _lie(model: Model) -> bytes:
    """Claim a tenth of the largest layer, and one layer more that is in no blob and no line."""
    config, first, *rest = ({**layer.described} for layer in (model.layers[-1], *model.layers[:-1]))
    first["size"] = model.layers[0].size // _LYING_SHARE
    told: dict[str, Any] = {"schemaVersion": 2, "mediaType": catalogue.MANIFEST}
    return encode(told | {"config": config, "layers": [first, *rest, _INVENTED]}).encode()


def _digest(model: Model) -> str:
    return f"sha256:{model.digest}"


def _headers(digest: str) -> tuple[tuple[str, str], ...]:
    return (("Docker-Content-Digest", digest), ("ETag", f'"{digest}"'), _VERSION)


def _unknown(code: str, message: str, detail: object) -> Document:
    """Refuse in the words of registries, which are not those of Ollama."""
    body = {"errors": [{"code": code, "message": message, "detail": detail}]}
    return Document(NOT_FOUND, f"{encode(body)}\n".encode(), JSON_UTF8, (_VERSION,))
