"""Show how long texts are, as `wc` does."""

from collections.abc import Iterable, Sequence
from typing import Final

from ollama_cli.types.tables import Table
from ollama_cli.types.token_counts import TextCount, total
from ollama_cli.ui import export, tables
from ollama_cli.ui.streams import OutStream

_COLUMNS: Final = {
    "TOKENS": "tokens",
    "CHARACTERS": "characters",
    "BYTES": "bytes",
    "CONTEXT": "percent",
    "NAME": "name",
}


def show(out: OutStream, output: str, model: str, counts: Iterable[TextCount]) -> None:
    """Write the counts of a model; csv and jsonl one by one as they come, others with their sum."""
    match output:
        case "json":
            _show_document(out, model, list(counts))
        case "jsonl":
            export.show_lines(out, "tokens", (each.record() for each in counts))
        case "csv":
            header = list(TextCount("", 0, 0, 0).record())
            export.show_csv(out, header, map(_cells, counts))
        case _:
            listed = list(counts)
            tables.show(out, _table(listed if len(listed) == 1 else [*listed, total(listed)]))


def _show_document(out: OutStream, model: str, counts: Sequence[TextCount]) -> None:
    whole = total(counts)
    document = {
        "model": model,
        "context_length": whole.context_length,
        "texts": [each.record() for each in counts],
        "total": {name: each for name, each in whole.record().items() if name != "name"},
    }
    export.show_document(out, "tokens", document, table=_table(counts))


def _table(counts: Sequence[TextCount]) -> Table:
    return Table(_COLUMNS, [_row(each) for each in counts])


def _row(count: TextCount) -> list[str]:
    about = "" if count.exact else "~"
    percent = "-" if count.percent is None else f"{count.percent:.1f} %"
    return [f"{about}{count.tokens}", str(count.characters), str(count.bytes), percent, count.name]


def _cells(count: TextCount) -> list[object]:
    # Words of JSON, as nobody but Python writes True.
    values = count.record().values()
    return [str(each).lower() if isinstance(each, bool) else each for each in values]
