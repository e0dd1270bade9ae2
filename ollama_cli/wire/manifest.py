"""Documents of a registry: manifests, and the small blobs that hold parameters and messages."""

import hashlib
import re
from typing import Any, Final

from ollama_cli.errors import ProtocolError
from ollama_cli.types.manifests import Manifest, ManifestLayer
from ollama_cli.wire import decoding, fields

MEDIA_TYPE: Final = "application/vnd.docker.distribution.manifest.v2+json"
LARGEST_MANIFEST: Final = 8 << 20  # one that lists thousands of tensors has 2 MiB
CONFIG: Final = "config"
_KIND: Final = "application/vnd.ollama.image."
_DIGEST: Final = r"sha256:[0-9a-f]{64}"
_LARGEST_LAYER: Final = 2**63
_ESCAPE: Final = r"\\(?:([abfnrtv])|x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))"
_QUOTED: Final = r'".*"'
_NAMED_ESCAPES: Final = dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))
# Values as text, as 1 and True are equal in Python; sorted, as the server's order is random.
Parameters = dict[str, list[str]]


def parse_manifest(body: bytes) -> Manifest:
    """Read a manifest; ProtocolError unless each layer has a digest and a size."""
    document = fields.mapping(decoding.document(body))
    listed, config = document.get("layers"), document.get("config")
    if not isinstance(listed, list):
        raise ProtocolError("the registry answers, but not with a manifest")
    layers = [_layer(each) for each in listed]
    if config is not None:
        layers.append(_layer(config, CONFIG))
    if sum(layer.size for layer in layers) >= _LARGEST_LAYER:
        raise ProtocolError("the registry lists layers of an impossible size")
    return Manifest(digest=hashlib.sha256(body).hexdigest(), layers=tuple(layers))


def parse_parameters(document: object) -> Parameters:
    """Read the parameters of a model as the registry stores them, for comparison."""
    return {
        name: sorted(repr(_number(each)) for each in _listed(value))
        for name, value in fields.mapping(document).items()
        if value is not None and not isinstance(value, dict)
    }


def parse_shown_parameters(text: str) -> Parameters:
    """Read the same from `/api/show`: lines of a name and a value, as Go writes them."""
    shown: dict[str, list[str]] = {}
    for line in text.split("\n"):
        name, _, value = line.strip().partition(" ")
        if name and value.strip() not in {"", "<nil>"}:
            shown.setdefault(name, []).append(repr(_shown_value(value.strip())))
    return {name: sorted(values) for name, values in shown.items()}


def parse_messages(document: object) -> list[tuple[str, str]]:
    """Read the messages of a model, stored or shown: role and content of each."""
    return [
        (fields.text(message.get("role")), fields.text(message.get("content")))
        for message in fields.items(document)
    ]


def _layer(value: Any, kind: str | None = None) -> ManifestLayer:
    layer = fields.mapping(value)
    digest, size = fields.text(layer.get("digest")), fields.count(layer.get("size"))
    if size is None or not re.fullmatch(_DIGEST, digest):
        raise ProtocolError("the registry lists a layer without a digest or a size")
    media_type = fields.text(layer.get("mediaType"))
    kind = kind or media_type.removeprefix(_KIND)
    return ManifestLayer(digest, size, kind, fields.text(layer.get("from")))


def _shown_value(text: str) -> object:
    if re.fullmatch(_QUOTED, text):
        return re.sub(_ESCAPE, _unescaped, text[1:-1])
    if text in {"true", "false"}:
        return text == "true"
    try:
        return float(text)
    except ValueError:
        return text


def _unescaped(match: re.Match[str]) -> str:
    name, *codes, other = match.groups()
    if name:
        return _NAMED_ESCAPES[name]
    code = next((int(each, 16) for each in codes if each), None)
    if code is None:
        return str(other)
    return chr(code) if code <= 0x10FFFF else "\ufffd"  # noqa: PLR2004  the last character there is


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _number(value: object) -> object:
    """Turn an integer into a float, as the server does: what is 1 here is 1.0 there."""
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    try:
        return float(value)
    except OverflowError:  # an integer beyond every float
        return value
