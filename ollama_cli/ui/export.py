"""Output for programs: one JSON document, JSON lines, CSV, bare names."""

import csv
import io
import itertools
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ollama_cli.types.secrets import hide_in
from ollama_cli.types.text import one_line, visible
from ollama_cli.ui.json_text import dumped
from ollama_cli.ui.streams import OutStream

if TYPE_CHECKING:
    from ollama_cli.types.model_details import RunningModel
    from ollama_cli.types.models import ModelSummary
    from ollama_cli.types.tables import Table


def schema(command: str) -> dict[str, str]:
    """Return the field that names the schema of a command's documents."""
    return {"schema": f"ollama-cli/{command}/1"}


def show_document(
    out: OutStream,
    command: str,
    payload: Mapping[str, Any],
    *,
    answer: Collection[str] = (),
    table: "Table | None" = None,
) -> None:
    """Write one JSON document, its schema first: indented on a terminal, else on one line.

    No secret is in it but in the fields that `answer` names: these are the words of a model. What
    people see of its list in a `table` is shown so, where columns of it are chosen.
    """
    document = _with_head(schema(command), payload)
    if out.choice is not None:
        out.choice.show_document(out, document, answer=answer, table=table)
        return
    indent = 2 if out.is_terminal else None
    out.write_as_is(dumped(out, document, answer=answer, indent=indent) + "\n")


def show_value(out: OutStream, value: object) -> None:
    """Write one value as JSON."""
    out.write_as_is(dumped(out, value) + "\n")


def show_line(out: OutStream, value: Mapping[str, Any], *, answer: Collection[str] = ()) -> None:
    """Write one line of JSON; `answer` is as in `show_document`."""
    if out.choice is not None:
        out.choice.show_lines(out, [value], answer=answer)
        return
    out.write_as_is(dumped(out, value, answer=answer) + "\n")


def show_all(
    out: OutStream, values: Iterable[Mapping[str, Any]], *, answer: Collection[str] = ()
) -> None:
    """Write several lines of JSON in one write; `answer` is as in `show_document`."""
    if out.choice is not None:
        out.choice.show_lines(out, values, answer=answer)
        return
    out.write_as_is("".join(dumped(out, value, answer=answer) + "\n" for value in values))


def show_lines(out: OutStream, command: str, values: Iterable[Mapping[str, Any]]) -> None:
    """Write one line of JSON for each value; the first carries the schema."""
    head: Mapping[str, Any] = schema(command)
    for value in values:
        show_line(out, _with_head(head, value))
        head = {}


def show_record(
    out: OutStream,
    output: str,
    command: str,
    record: Mapping[str, Any],
    *,
    answer: Collection[str] = (),
) -> bool:
    """Write one record in a format for programs; return False if `output` is for people."""
    match output:
        case "json":
            show_document(out, command, record, answer=answer)
        case "jsonl":
            show_line(out, _with_head(schema(command), record), answer=answer)
        case _:
            return False
    return True


def show_csv(out: OutStream, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write CSV (RFC 4180): a header, then a line for each row; None is empty."""
    if out.choice is not None:
        header, rows = out.choice.columns(header, rows)
    for row in map(hide_in, itertools.chain([header], rows)):
        line = io.StringIO()
        shown = [visible(v) if out.is_terminal and isinstance(v, str) else v for v in row]
        csv.writer(line, lineterminator="\r\n").writerow(shown)
        out.write_as_is(line.getvalue())


def show_listing(
    out: OutStream,
    output: str,
    command: str,
    models: "Sequence[ModelSummary] | Sequence[RunningModel]",
    empty: "ModelSummary | RunningModel",
    table: "Table",
) -> bool:
    """Write the models in a format for programs; return False if `output` is for people.

    Unknown values are null, and empty in CSV. The CSV header is the field names of `empty`.
    """
    records = [_record(model) for model in models]
    match output:
        case "json":
            show_document(out, command, {"models": records}, table=table)
        case "jsonl":
            show_lines(out, command, records)
        case "csv":
            show_csv(out, list(_record(empty)), [_row(each) for each in records])
        case "name":
            for model in models:
                out.line(one_line(model.name))
        case _:
            return False
    return True


def show_conversation(out: OutStream, text: str, *, is_json: bool) -> None:
    """Write an exported conversation as it is; on a terminal what controls it is written out."""
    if out.is_terminal and is_json:
        text = re.sub(r"[^\x00-\x7e]", _escaped, text)
    elif out.is_terminal:
        text = visible(text)
    out.write_as_is(text)


def show_plain(out: OutStream, text: str) -> None:
    """Write a text as it is, with a newline at its end; on a terminal what controls it is shown."""
    text = visible(text) if out.is_terminal else text
    out.write_as_is(text if text.endswith("\n") else f"{text}\n")


def _escaped(found: re.Match[str]) -> str:
    return "\\u007f" if found[0] == "\x7f" else json.dumps(found[0])[1:-1]


def show_raw(out: OutStream, document: bytes) -> None:
    """Write the server's bytes, and a newline after them on a terminal."""
    show_chunks(out, [document])


def show_chunks(out: OutStream, chunks: Iterable[bytes]) -> None:
    """Write the server's bytes as they arrive, and a newline after them on a terminal."""
    last = b""
    for chunk in chunks:
        out.write_bytes(chunk)
        last = chunk
    if out.is_terminal and not last.endswith(b"\n"):
        out.line()


def _with_head(head: Mapping[str, Any], value: Mapping[str, Any]) -> dict[str, Any]:
    # The head comes first, and wins over keys from the server.
    return {**head, **value, **head}


def _record(model: "ModelSummary | RunningModel") -> dict[str, Any]:
    return {name: None if value == "" else value for name, value in asdict(model).items()}


def _row(record: dict[str, Any]) -> list[object]:
    return [" ".join(each) if isinstance(each, tuple) else each for each in record.values()]
