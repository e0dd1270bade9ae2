"""Routes about models: tags, ps, show, copy, delete, and a check for blobs."""

import re
from typing import Any, Final

from ollama_cli.demo import catalogue, options, vectors
from ollama_cli.demo.documents import BAD_REQUEST, NOT_FOUND, Document, RefusalError, document
from ollama_cli.demo.fields import Fields
from ollama_cli.demo.library import Installed, Loaded, check_name, not_found
from ollama_cli.demo.machine import Machine, Request, timestamp
from ollama_cli.types import model_names

BLOBS: Final = "/api/blobs/"
"""The start of the paths of blobs; a digest follows."""

_DIGEST: Final = re.compile(r"sha256[:-]([0-9a-f]{64})")


def tags(request: Request) -> Document:
    """List the installed models."""
    machine = request.machine
    return document({"models": [_tag(machine, model) for model in machine.library.all()]})


def ps(request: Request) -> Document:
    """List the loaded models."""
    machine = request.machine
    return document({"models": [_process(machine, loaded) for loaded in machine.memory.all()]})


def show(request: Request) -> Document:
    """Describe one model."""
    wanted = request.read("ShowRequest")
    installed = find(request.machine, _named(wanted))
    shown = _shown(installed, wanted, request.machine.num_predict)
    shown |= {
        "details": _details(request.machine, installed),
        "model_info": _info(request.machine, installed),
        "tensors": _tensors(request.machine, installed),
        "capabilities": list(installed.model.capabilities),
        "modified_at": timestamp(installed.modified_ns),
    }
    return document(shown)


def copy(request: Request) -> Document:
    """Return a model a second name."""
    wanted = request.read("CopyRequest")
    source, destination = wanted.text("source"), wanted.text("destination")
    for role, name in (("source", source), ("destination", destination)):
        if not model_names.is_valid(name):
            raise RefusalError(BAD_REQUEST, f'{role} "{name}" is invalid')
    installed = request.machine.library.find(source)
    if installed is None:
        raise RefusalError(NOT_FOUND, f'model "{source}" not found')
    request.machine.library.install(destination, installed.model)
    return Document()


def delete(request: Request) -> Document:
    """Remove a model."""
    name = _named(request.read("DeleteRequest"))
    if not model_names.is_valid(name):
        raise RefusalError(BAD_REQUEST, f'name "{name}" is invalid')
    if not request.machine.library.remove(name):
        raise not_found(name)
    return Document()


def blob(request: Request) -> Document:
    """Answer whether a blob exists."""
    named = request.path.removeprefix(BLOBS)
    digest = _DIGEST.fullmatch(named)
    if digest is None:
        raise RefusalError(BAD_REQUEST, "invalid digest format")
    if not request.machine.library.has(f"sha256:{digest[1]}"):
        raise RefusalError(NOT_FOUND, f'blob "{named}" not found')
    return Document()


def find(machine: Machine, name: str) -> Installed:
    """Find a model; the error of show has the shortest form of the name, with the tag."""
    installed = machine.library.find(check_name(name))
    if installed is None:
        raise not_found(model_names.shortest(name))
    return installed


def _named(wanted: Fields) -> str:
    name = wanted.text("model") or wanted.text("name")
    if not name:
        raise RefusalError(BAD_REQUEST, "model is required")
    return name


def _tag(machine: Machine, installed: Installed) -> dict[str, Any]:
    model = installed.model
    lengths = {
        "context_length": model.context_length,
        "embedding_length": _embedding_length(machine, installed),
    }
    return {
        "name": installed.name,
        "model": installed.name,
        "modified_at": timestamp(installed.modified_ns),
        "size": model.size,
        "digest": model.digest,
        "details": _details(machine, installed) | lengths,
        "capabilities": list(model.capabilities),
    }


def _process(machine: Machine, loaded: Loaded) -> dict[str, Any]:
    installed = loaded.installed
    return {
        "name": installed.name,
        "model": installed.name,
        "size": installed.model.size,
        "digest": installed.model.digest,
        "details": _details(machine, installed),
        "expires_at": timestamp(loaded.expires_ns),
        "size_vram": 0,
        "context_length": loaded.context_length,
    }


def _details(machine: Machine, installed: Installed) -> dict[str, Any]:
    count = _parameter_count(machine, installed)
    return {
        "parent_model": "",
        "format": "demo",
        "family": "demo",
        "families": ["demo"],
        "parameter_size": f"{count / 1000:.2f}K" if count else "0",
        "quantization_level": "I32",
    }


def _info(machine: Machine, installed: Installed) -> dict[str, Any]:
    return {
        "demo.context_length": installed.model.context_length,
        "demo.embedding_length": _embedding_length(machine, installed),
        "general.architecture": "demo",
        "general.basename": "ollama-cli demo, no substitute for a real model",
        "general.parameter_count": _parameter_count(machine, installed),
    }


def _tensors(machine: Machine, installed: Installed) -> list[dict[str, Any]]:
    """List the tables of counts as tensors: one for each length of context."""
    if not installed.model.completes:
        return []
    counts = machine.language.parameters
    return [
        {"name": f"context_{size}.counts", "type": "I32", "shape": [count]}
        for size, count in counts.items()
    ]


def _parameter_count(machine: Machine, installed: Installed) -> int:
    return sum(machine.language.parameters.values()) if installed.model.completes else 0


def _embedding_length(machine: Machine, installed: Installed) -> int:
    """Return the embedding length; for the word model it is the size of the vocabulary."""
    if installed.model.completes:
        return len(machine.language.vocabulary)
    return vectors.DIMENSIONS


def _shown(installed: Installed, wanted: Fields, num_predict: int | None) -> dict[str, Any]:
    """Return the texts of a model; those of the request replace them, as on the real server."""
    model = installed.model
    overrides = wanted.object("options")
    options.parse(overrides)
    texts: dict[str, str] = {}
    if model.completes:
        limit = {} if num_predict is None else {"num_predict": num_predict}
        parameters = dict(model.parameters) | limit
        rows = (f"{name:<30} {value:g}" for name, value in parameters.items())
        texts = {
            "parameters": "\n".join(rows),
            "template": catalogue.TEMPLATE,
            "system": catalogue.SYSTEM,
        }
    if wanted.text("system"):
        texts["system"] = wanted.text("system")
    modelfile = _modelfile(installed, texts, overrides)
    return {"license": model.license, "modelfile": modelfile, **texts}


def _modelfile(installed: Installed, texts: dict[str, str], overrides: dict[str, Any]) -> str:
    parameters = dict(installed.model.parameters) | overrides
    rows = [
        '# Modelfile generated by "ollama show"',
        "# To build a new Modelfile based on this, replace FROM with:",
        f"# FROM {installed.name}",
        "",
        f"FROM {installed.name}",
    ]
    rows += [f"{word.upper()} {texts[word]}" for word in ("template", "system") if word in texts]
    for name, value in parameters.items():
        rows += [f"PARAMETER {name} {each}" for each in _each(value)]
    return "\n".join([*rows, f'LICENSE """{installed.model.license}"""', ""])


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
