"""Which commands have a pager, and which pager that is."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from shell import environment

from ollama_cli.cli import paging
from ollama_cli.cli.table import TABLE, Branch, Entry
from ollama_cli.features.context import Context, Flags
from ollama_cli.ui.streams import InStream, OutStream

LIST = Entry("models.list", "")


def entries(rows: Mapping[str, Entry | Branch]) -> Iterator[Entry]:
    for row in rows.values():
        if isinstance(row, Branch):
            yield from entries(row.entries)
        else:
            yield row


def stream(**traits: bool) -> OutStream:
    return OutStream(io.StringIO(), **traits)


def context(environ: dict[str, str], config: str = "") -> Context:
    place = Path(environ["HOME"]) / "config.toml"
    place.write_text(config)
    named = {name: value for name, value in environ.items() if name != "OLLAMA_CLI_PAGER"}
    if environ["OLLAMA_CLI_PAGER"] != "-":
        named["OLLAMA_CLI_PAGER"] = environ["OLLAMA_CLI_PAGER"]
    return Context(
        Flags(),
        out=stream(),
        err=stream(),
        stdin=InStream(None),
        environ={**named, "OLLAMA_CLI_CONFIG": str(place)},
    )


def test_every_paged_command_is_one() -> None:
    assert {each.module for each in entries(TABLE)} > paging.PAGED


def test_what_a_model_says_is_never_paged() -> None:
    assert paging.PAGED.isdisjoint({"chat", "generate", "run", "embed", "mcp.call", "tap"})


@pytest.mark.parametrize(
    ("entry", "flags", "out", "is_paged"),
    [
        (LIST, Flags(), stream(is_terminal=True, motion=True), True),
        (LIST, Flags(no_pager=True), stream(is_terminal=True, motion=True), False),
        (LIST, Flags(no_input=True), stream(is_terminal=True, motion=True), False),
        (LIST, Flags(), stream(is_terminal=True), False),  # TERM=dumb
        (LIST, Flags(), stream(), False),
        (LIST, Flags(color="always"), stream(colour=True), False),
        (Entry("generate", ""), Flags(), stream(is_terminal=True, motion=True), False),
    ],
)
def test_a_pager_needs_a_terminal_and_keys(
    entry: Entry, flags: Flags, out: OutStream, is_paged: bool
) -> None:
    assert (paging.paged(out, flags, entry) is not None) == is_paged


@pytest.mark.parametrize(
    ("own", "setting", "shared", "expected"),
    [
        ("-", "", "-", None),
        ("-", "", "more", "more"),
        ("-", "", "", ""),
        ("-", 'pager = "most"', "more", "most"),
        ("-", 'pager = ""', "more", ""),
        ("bat -p", 'pager = "most"', "more", "bat -p"),
        ("", 'pager = "most"', "more", ""),
        ("-", "accessible = true", "more", ""),
        ("bat", "accessible = true", "-", "bat"),
        ("-", "render = 3", "more", ""),  # settings that cannot be read
    ],
)
def test_the_nearest_wins(
    tmp_path: Path, own: str, setting: str, shared: str, expected: str | None
) -> None:
    environ = environment({"OLLAMA_CLI_PAGER": own}, tmp_path)
    if shared != "-":
        environ["PAGER"] = shared
    made = context(environ, f"[ollama]\n{setting}\n" if setting else "")
    assert paging._pager(made) == expected


def test_a_file_in_the_folder_names_no_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("OLLAMA_CLI_PAGER=evil\nPAGER=evil\n")
    assert paging._pager(context(environment({"OLLAMA_CLI_PAGER": "-"}, tmp_path))) is None
