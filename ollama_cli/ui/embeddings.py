"""Show embeddings, batch by batch as they come."""

import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Final

from ollama_cli.types.answers import Embeddings
from ollama_cli.ui import export
from ollama_cli.ui.streams import OutStream

_NUMBERS_SHOWN: Final = 4


def show_text(out: OutStream, parts: Iterable[Embeddings]) -> None:
    """Write a JSON array for each vector; on a terminal only its first numbers."""
    for index, vector in _numbered(parts):
        if out.is_terminal:
            start = ", ".join(f"{number:.4f}" for number in vector[:_NUMBERS_SHOWN])
            rest = ", …" if out.unicode else ", ..."
            more = rest if len(vector) > _NUMBERS_SHOWN else ""
            out.line(f"{index}  {len(vector)} dimensions  [{start}{more}]")
        else:
            out.write_as_is(f"{json.dumps(vector)}\n")


def show_lines(out: OutStream, parts: Iterable[Embeddings]) -> None:
    """Write `{index, embedding}` for each vector."""
    rows = ({"index": index, "embedding": vector} for index, vector in _numbered(parts))
    export.show_lines(out, "embed", rows)


def show_csv(out: OutStream, parts: Iterable[Embeddings]) -> None:
    """Write a row for each vector: its index, then its numbers."""
    rows = ([index, *vector] for index, vector in _numbered(parts))
    first = next(rows, None)
    header = ["index", *(f"d{number}" for number in range(len(first or [0]) - 1))]
    export.show_csv(out, header, itertools.chain([first] if first else [], rows))


def _numbered(parts: Iterable[Embeddings]) -> Iterator[tuple[int, tuple[float, ...]]]:
    index = 0
    for part in parts:
        for vector in part.vectors:
            yield index, vector
            index += 1
