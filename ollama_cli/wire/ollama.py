"""Documents of the native API (`/api/tags`, `ps`, `show`), parsed into values."""

from collections.abc import Mapping
from typing import Final

from ollama_cli.errors import ProtocolError
from ollama_cli.types.models import ModelSummary
from ollama_cli.wire import fields

AMBIGUOUS_VERSION: Final = "0.9.0"
"""The version that every LocalAI reports, whatever its own is; Ollama 0.9.0 reports it, too."""


def parse_version(document: object) -> str:
    """Read `/api/version`; ProtocolError if it holds no version."""
    version = fields.mapping(document).get("version")
    if not isinstance(version, str) or not version:
        raise ProtocolError("the server answers, but not as Ollama does: no version")
    return version


def parse_tags(document: object) -> list[ModelSummary]:
    """Read `/api/tags`: newest first; by name within one second, where the server has no order."""
    models = [
        ModelSummary(
            name=name,
            digest=fields.text(model.get("digest")),
            size=fields.count(model.get("size")),
            parameter_size=fields.text(details.get("parameter_size")),
            quantization=fields.text(details.get("quantization_level")),
            family=fields.text(details.get("family")),
            capabilities=fields.words(model.get("capabilities")),
            modified_at=fields.time(model.get("modified_at")),
            remote_host=place(model.get("remote_host")),
        )
        for name, model, details in listed_models(document)
    ]
    models.sort(key=lambda model: model.name)
    models.sort(key=lambda model: (model.modified_at or "")[:19], reverse=True)
    return models


def listed_models(document: object) -> list[tuple[str, dict[str, object], dict[str, object]]]:
    """Read a list of models: the name of each, itself as it was sent, and its details.

    One without a name is left out, as nothing can be done with it; ProtocolError without a list.
    """
    listed = fields.mapping(document)
    if not isinstance(listed.get("models", ""), list | None):
        raise ProtocolError("the server answers, but not as Ollama does: no list of models")
    named = ((_name(model), model) for model in fields.items(listed["models"]))
    return [
        (name, each, fields.mapping(each.get("details"))) for name, each in named if name.strip()
    ]


def _name(model: Mapping[str, object]) -> str:
    return fields.text(model.get("name")) or fields.text(model.get("model"))


def place(value: object) -> str:
    """Read the host or the name of a remote model; any value means that it does not run here."""
    return str(value) if value else ""
