"""How an installed model differs from the one in the registry, layer by layer.

Digests of manifests are not enough: different documents may list the same layers. The server gives
no manifest, but `/api/show` names the weights of a model and holds its texts.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence, Set as AbstractSet
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, Literal

from ollama_cli.errors import ModelNotFoundError, UnaskedError
from ollama_cli.features.context import Context
from ollama_cli.features.each import distinct
from ollama_cli.types import model_names
from ollama_cli.types.manifests import Manifest, ManifestLayer
from ollama_cli.types.model_details import ModelDetails
from ollama_cli.types.models import ModelSummary
from ollama_cli.types.urls import is_private_place
from ollama_cli.types.values import dataclass
from ollama_cli.wire import decoding, fields, manifest as wire

if TYPE_CHECKING:
    from ollama_cli.services.ollama import OllamaClient
    from ollama_cli.services.registry import Registry

_NO_TEMPLATE: Final = "{{ .Prompt }}"  # shown by the server for a model without one
_WEIGHTS_LINE: Final = r"(FROM|ADAPTER) .*sha256-([0-9a-f]{64})\"*$"
_REPLACEMENT: Final = "\ufffd"  # replaces bytes that are no text
_LARGE: Final = {"model": "weights", "projector": "projector", "adapter": "adapter"}
_TEXTS: Final = ("template", "system", "license")
_STORED: Final = ("params", "messages")
_COMPARED: Final = {*_LARGE, *_TEXTS, *_STORED}
_UNUSED: Final = {"embed"}
_RENAMED: Final = {"prompt": "template"}
Kinds = Mapping[str, Sequence[ManifestLayer]]
Chosen = Mapping[str, ModelSummary | None]


@dataclass(frozen=True)
class Freshness:
    """How an installed model differs from the registry's, and the bytes of an update.

    `status` is current, outdated, local (the registry has no such model) or unknown, with its
    `reason`. `parent` is the model from which a user made an outdated one.
    """

    model: str
    status: Literal["current", "outdated", "local", "unknown"]
    changes: tuple[str, ...] = ()
    to_fetch: int | None = None
    reason: str = ""
    parent: str = ""


def choose(context: Context, word: str, wanted: Sequence[str]) -> Chosen:
    """Look the named models up, all installed ones if none is named; None is not installed.

    Raises OtherApiError if the server cannot serve the `word` of a command.
    """
    installed = sorted(
        context.servers.native(word).list_models(), key=lambda model: model.name.lower()
    )
    if not wanted:
        return {model.name: model for model in installed}
    return {
        name: next((model for model in installed if model_names.same_model(name, model.name)), None)
        for name in distinct(wanted)
    }


def compare_chosen(context: Context, chosen: Chosen, name: str, *, insecure: bool) -> Freshness:
    """Compare one chosen model; ModelNotFoundError for one that is not installed."""
    model = chosen[name]
    if model is None:
        raise ModelNotFoundError.not_installed(name)
    return compare(context.servers.ollama(), context.servers.registry(), model, insecure=insecure)


def is_due(found: Freshness, *, is_named: bool) -> bool:
    """Return whether to pull a model again; one that was made here only if it is named."""
    return found.status == "outdated" and (is_named or not found.parent)


def is_on_private_host(name: str) -> bool:
    """Return whether a model comes from a loopback or private host, which may use plain http."""
    parsed = model_names.parse(name)
    return parsed is not None and is_private_place(parsed.host)


def record(found: Freshness) -> dict[str, Any]:
    """Return the comparison as a record for JSON output."""
    empty = {"reason": found.reason or None, "parent": found.parent or None, "error": None}
    return {**asdict(found), **empty}


def compare(
    client: "OllamaClient", registry: "Registry", model: ModelSummary, *, insecure: bool = False
) -> Freshness:
    """Compare one installed model with the registry's; raises the errors of client and registry."""
    try:
        manifest = registry.manifest(model.name, insecure=insecure)
    except ModelNotFoundError:
        return Freshness(model.name, "local", reason="the registry does not know it")
    except UnaskedError as error:
        return Freshness(model.name, "unknown", reason=error.message)
    if manifest.digest == model.digest:
        return Freshness(model.name, "current", to_fetch=0)
    kinds = _by_kind(manifest)
    stored = {
        kind: registry.blob(model.name, kinds[kind][-1].digest, insecure=insecure)
        for kind in _STORED
        if kind in kinds
    }
    sizes = {each.digest: each.size for each in manifest.layers if not client.has_blob(each.digest)}
    shown = client.show(model.name)
    changed = tuple(changes(kinds, shown, sizes.keys(), stored))
    if not changed:
        return Freshness(model.name, "current", to_fetch=0)
    to_fetch = sum(sizes.values())
    return Freshness(model.name, "outdated", changed, to_fetch, parent=_parent(shown, manifest))


def changes(
    kinds: Kinds, shown: ModelDetails, absent: AbstractSet[str], stored: Mapping[str, bytes]
) -> Iterator[str]:
    """Yield what differs; the server lacks the `absent` digests, `stored` are blobs by kind."""
    yield from _weights(kinds, shown, absent)
    template = "" if _has_no_template(shown) and "template" not in kinds else shown.template
    for kind, text in zip(_TEXTS, (template, shown.system, shown.license), strict=True):
        layers = kinds.get(kind, ())
        if not _is_stored(text, layers if kind == "license" else layers[-1:], absent):
            yield kind
    params = decoding.document(stored.get("params", b"{}"))
    if wire.parse_parameters(params) != wire.parse_shown_parameters(shown.parameters):
        yield "parameters"
    messages = decoding.document(stored.get("messages", b"[]"))
    if wire.parse_messages(messages) != wire.parse_messages(shown.document.get("messages")):
        yield "messages"
    # The server shows no other layers, but it says which blobs it has.
    for kind in sorted(kinds.keys() - _COMPARED - _UNUSED):
        if _any_absent(kinds[kind], absent):
            yield kind


def _by_kind(manifest: Manifest) -> Kinds:
    kinds: dict[str, list[ManifestLayer]] = {}
    for layer in manifest.layers:
        kinds.setdefault(_RENAMED.get(layer.kind, layer.kind), []).append(layer)
    return kinds


def _weights(kinds: Kinds, shown: ModelDetails, absent: AbstractSet[str]) -> Iterator[str]:
    """Compare the large layers with those that the head of the Modelfile names.

    If it names none, as for a model of tensors, the blobs of the server decide.
    """
    model, projectors, adapters = (
        [layer.digest for layer in kinds.get(kind, ())] for kind in _LARGE
    )
    used: dict[str, list[str]] = {"FROM": [], "ADAPTER": []}
    for line in shown.modelfile.splitlines():
        if match := re.match(_WEIGHTS_LINE, line):
            used[match[1]].append(f"sha256:{match[2]}")
        elif not line.startswith(("#", "FROM ")) and line:
            break
    if not used["FROM"]:
        yield from (_LARGE[kind] for kind in _LARGE if _any_absent(kinds.get(kind, ()), absent))
        return
    if used["FROM"][:1] != model[-1:]:  # the server uses the last one
        yield _LARGE["model"]
    if {*used["FROM"][1:]} != {*projectors}:
        yield _LARGE["projector"]
    if {*used["ADAPTER"]} != {*adapters}:
        yield _LARGE["adapter"]


def _has_no_template(shown: ModelDetails) -> bool:
    """Return whether a model has no template layer; the shown one may be that of the weights."""
    default = f"TEMPLATE {_NO_TEMPLATE}"
    return shown.template == _NO_TEMPLATE or default in shown.modelfile.split("\n")


def _is_stored(text: str, layers: Sequence[ManifestLayer], absent: AbstractSet[str]) -> bool:
    """Return whether a text is that of these layers, which the server joins by newlines."""
    data, end = text.encode("utf-8", "replace"), 0
    for number, layer in enumerate(layers):
        text_start = end + (number > 0)
        if data[end:text_start] != b"\n"[: text_start - end]:
            return False
        end = text_start + layer.size
        if f"sha256:{hashlib.sha256(data[text_start:end]).hexdigest()}" != layer.digest:
            return _REPLACEMENT in text and not _any_absent(layers, absent)
    return end == len(data)


def _parent(shown: ModelDetails, manifest: Manifest) -> str:
    """Return the model from which one was made on this server; empty if it was made elsewhere.

    A pulled model keeps the parent of its author: a name as in the registry, or a path, which may
    change with each version.
    """
    parent = fields.text(fields.mapping(shown.document.get("details")).get("parent_model"))
    origins = [layer.origin for layer in manifest.layers if layer.origin]
    is_known = any(model_names.same_model(parent, origin) for origin in origins)
    return "" if origins and (is_known or not model_names.is_valid(parent)) else parent


def _any_absent(layers: Sequence[ManifestLayer], absent: AbstractSet[str]) -> bool:
    return any(layer.digest in absent for layer in layers)
