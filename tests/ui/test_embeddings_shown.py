"""Embeddings, batch by batch: begun on a terminal, whole for programs."""

import io
import json
from collections.abc import Iterator

import pytest

from ollama_cli.types.answers import Embeddings
from ollama_cli.ui import embeddings
from ollama_cli.ui.streams import OutStream

LONG = (0.1, -0.25, 1e-05, 4.0, 5.0)


def stream(*, terminal: bool = False, unicode: bool = True) -> OutStream:
    return OutStream(io.StringIO(), is_terminal=terminal, unicode=unicode)


def written(out: OutStream) -> str:
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def parts() -> Iterator[Embeddings]:
    yield Embeddings("m", (LONG, LONG[::-1]))
    yield Embeddings("m", ())
    yield Embeddings("m", (LONG,))


def test_a_pipe_gets_a_json_array_for_each_vector() -> None:
    out = stream()
    embeddings.show_text(out, parts())
    assert [json.loads(line) for line in written(out).splitlines()] == [
        list(LONG),
        list(LONG[::-1]),
        list(LONG),
    ]


@pytest.mark.parametrize(("unicode", "dots"), [(True, "…"), (False, "...")])
def test_a_terminal_gets_how_each_begins(unicode: bool, dots: str) -> None:
    out = stream(terminal=True, unicode=unicode)
    embeddings.show_text(out, parts())
    assert written(out) == (
        f"0  5 dimensions  [0.1000, -0.2500, 0.0000, 4.0000, {dots}]\n"
        f"1  5 dimensions  [5.0000, 4.0000, 0.0000, -0.2500, {dots}]\n"
        f"2  5 dimensions  [0.1000, -0.2500, 0.0000, 4.0000, {dots}]\n"
    )


def test_a_short_vector_is_shown_whole() -> None:
    out = stream(terminal=True)
    embeddings.show_text(out, [Embeddings("m", ((1.0, 2.0, 3.0, 4.0),))])
    assert written(out) == "0  4 dimensions  [1.0000, 2.0000, 3.0000, 4.0000]\n"


def test_lines_count_on_over_batches_and_begin_with_the_schema() -> None:
    out = stream()
    embeddings.show_lines(out, parts())
    lines = [json.loads(line) for line in written(out).splitlines()]
    assert lines[0] == {"schema": "ollama-cli/embed/1", "index": 0, "embedding": list(LONG)}
    assert lines[1:] == [
        {"index": 1, "embedding": list(LONG[::-1])},
        {"index": 2, "embedding": list(LONG)},
    ]


def test_csv_has_a_column_for_each_dimension() -> None:
    out = stream()
    embeddings.show_csv(out, parts())
    header, *rows = written(out).splitlines()
    assert header == "index,d0,d1,d2,d3,d4"
    assert rows == [
        "0,0.1,-0.25,1e-05,4.0,5.0",
        "1,5.0,4.0,1e-05,-0.25,0.1",
        "2,0.1,-0.25,1e-05,4.0,5.0",
    ]


def test_no_vectors_are_valid_output_in_every_format() -> None:
    text, lines, table = stream(), stream(), stream()
    embeddings.show_text(text, [])
    embeddings.show_lines(lines, [])
    embeddings.show_csv(table, [Embeddings("m", ())])
    assert (written(text), written(lines), written(table)) == ("", "", "index\r\n")


def test_a_batch_is_shown_before_the_next_is_asked_for() -> None:
    out = stream()
    seen: list[int] = []

    def batches() -> Iterator[Embeddings]:
        for _ in range(2):
            yield Embeddings("m", ((1.0,),))
            seen.append(len(written(out).splitlines()))

    embeddings.show_lines(out, batches())
    assert seen == [1, 2]
    seen.clear()
    out = stream()
    embeddings.show_csv(out, batches())
    assert seen == [2, 3]
