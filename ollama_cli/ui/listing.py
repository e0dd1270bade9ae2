"""Lists of models for programs: JSON, JSON lines, CSV, bare names."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ollama_cli.types.model_details import RunningModel
from ollama_cli.types.models import ModelSummary
from ollama_cli.types.text import one_line
from ollama_cli.ui import export
from ollama_cli.ui.streams import OutStream


def show_listing(
    out: OutStream,
    output: str,
    command: str,
    models: Sequence[ModelSummary] | Sequence[RunningModel],
    empty: ModelSummary | RunningModel,
) -> bool:
    """Write the models in a format for programs; False where `output` is for people.

    What is unknown is null, and empty in CSV, whose header is that of the `empty` model.
    """
    records = [_record(model) for model in models]
    match output:
        case "json":
            export.show_document(out, command, {"models": records})
        case "jsonl":
            export.show_lines(out, command, records)
        case "csv":
            export.show_csv(out, list(_record(empty)), [_row(each) for each in records])
        case "name":
            for model in models:
                out.line(one_line(model.name))
        case _:
            return False
    return True


def _record(model: ModelSummary | RunningModel) -> dict[str, Any]:
    return {name: None if value == "" else value for name, value in asdict(model).items()}


def _row(record: dict[str, Any]) -> list[object]:
    return [" ".join(each) if isinstance(each, tuple) else each for each in record.values()]
