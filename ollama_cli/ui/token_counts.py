"""Show how long texts are, as `wc` does."""

from collections.abc import Iterable
from typing import Final

from ollama_cli.types.token_counts import TextCount, total
from ollama_cli.ui import export, tables
from ollama_cli.ui.streams import OutStream

_HEADER: Final = ("TOKENS", "CHARACTERS", "BYTES", "CONTEXT", "NAME")


def show(out: OutStream, output: str, model: str, counts: Iterable[TextCount]) -> None:
    """Write the counts of a model; csv and jsonl one by one as they come, others with their sum."""
    match output:
        case "json":
            listed = list(counts)
            sums = total(listed).record()
            document = {
                "model": model,
                "context_length": total(listed).context_length,
                "texts": [each.record() for each in listed],
                "total": {name: each for name, each in sums.items() if name != "name"},
            }
            export.show_document(out, "tokens", document)
        case "jsonl":
            export.show_lines(out, "tokens", (each.record() for each in counts))
        case "csv":
            header = list(TextCount("", 0, 0, 0).record())
            export.show_csv(out, header, map(_cells, counts))
        case _:
            _show_table(out, list(counts))


def _cells(count: TextCount) -> list[object]:
    # Words of JSON, as nobody but Python writes True.
    values = count.record().values()
    return [str(each).lower() if isinstance(each, bool) else each for each in values]


def _show_table(out: OutStream, counts: list[TextCount]) -> None:
    rows = counts if len(counts) == 1 else [*counts, total(counts)]
    tables.show_table(out, _HEADER, [_row(each) for each in rows])


def _row(count: TextCount) -> list[str]:
    about = "" if count.exact else "~"
    percent = "-" if count.percent is None else f"{count.percent:.1f} %"
    return [
        f"{about}{count.tokens}",
        str(count.characters),
        str(count.bytes),
        percent,
        count.name,
    ]
