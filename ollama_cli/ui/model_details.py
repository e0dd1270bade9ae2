"""A model in sections, as `ollama show` prints it."""

from collections.abc import Mapping
from typing import Final

from ollama_cli.types.model_details import ModelDetails
from ollama_cli.types.numbers import count
from ollama_cli.types.units import format_count
from ollama_cli.ui.streams import OutStream
from ollama_cli.ui.tables import show_section

_MAX_LINES: Final = 2
_MOST_ELEMENTS: Final = 3


def show_details(out: OutStream, model: ModelDetails, *, verbose: bool = False) -> None:
    """Write the sections that are not empty; if `verbose`, also all metadata and the tensors."""
    sections = (
        ("Model", _model(model)),
        ("Capabilities", [[capability] for capability in model.capabilities]),
        ("Projector", _projector(model)),
        ("Parameters", _parameter_rows(model)),
        ("Metadata", _metadata(model.info) if verbose else []),
        ("Tensors", _tensors(model.document.get("tensors")) if verbose else []),
        ("System", _first_lines(model.system)),
        ("License", _first_lines(model.license)),
    )
    for title, rows in sections:
        if rows:
            show_section(out, title, rows)


def _model(model: ModelDetails) -> list[list[str]]:
    kind = model.info.get("general.architecture") or model.details.get("family")
    rows = [
        ("Remote model", model.remote_model),
        ("Remote URL", model.remote_host),
        ("architecture", kind),
        ("parameters", _parameter_count(model)),
        ("context length", model.info.get(f"{kind}.context_length")),
        ("embedding length", model.info.get(f"{kind}.embedding_length")),
        ("quantization", model.details.get("quantization_level")),
        ("requires", model.requires),
    ]
    return [[name, str(value)] for name, value in rows if value]


def _parameter_count(model: ModelDetails) -> object:
    known = count(model.info.get("general.parameter_count"))
    if model.details.get("parameter_size") or known is None:
        return model.details.get("parameter_size")
    return format_count(known)


def _projector(model: ModelDetails) -> list[list[str]]:
    kind = model.projector.get("general.architecture")
    if kind is None:
        return []
    known = count(model.projector.get("general.parameter_count"))
    rows = [
        ("architecture", kind),
        ("parameters", None if known is None else format_count(known)),
        ("embedding length", model.projector.get(f"{kind}.vision.embedding_length")),
        ("dimensions", model.projector.get(f"{kind}.vision.projection_dim")),
    ]
    return [[name, str(value)] for name, value in rows if value]


def _parameter_rows(model: ModelDetails) -> list[list[str]]:
    lines = (line.strip().partition(" ") for line in model.parameters.splitlines())
    return [[name, value.strip()] for name, _, value in lines if name]


def _metadata(info: Mapping[str, object]) -> list[list[str]]:
    return [[name, _value(info[name])] for name in sorted(info) if info[name] is not None]


def _value(value: object) -> str:
    """Write a value: the first elements of an array, floats in short, words for true and false."""
    match value:
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case list():
            shown = [_value(each) for each in value[:_MOST_ELEMENTS]]
            more = len(value) - len(shown)
            return f"[{' '.join(shown)}{f' ...+{more} more' if more else ''}]"
    return str(value)


def _tensors(tensors: object) -> list[list[str]]:
    """List name, type and shape of each tensor that is described as it should be."""
    return [
        [str(each.get("name", "")), str(each.get("type", "")), _shape(each.get("shape"))]
        for each in (tensors if isinstance(tensors, list) else [])
        if isinstance(each, dict)
    ]


def _shape(shape: object) -> str:
    return f"[{' '.join(map(str, shape))}]" if isinstance(shape, list) else ""


def _first_lines(text: str) -> list[list[str]]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    more = ["..."] if lines[_MAX_LINES:] else []
    return [[line] for line in lines[:_MAX_LINES] + more]
