"""The README, and the commands that it has to tell of, for the tests that compare them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn

from ollama_cli.cli import parser
from ollama_cli.cli.table import TABLE, Branch, Entry
from ollama_cli.features.context import Flags

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


class Parsed(Exception):  # noqa: N818  it says that all went well
    """A command line was read to its end; nothing was run."""


def commands(table: Mapping[str, Entry | Branch] = TABLE, *path: str) -> Iterator[list[str]]:
    """List every command that may be typed, also the hidden ones, as its words."""
    for name, entry in table.items():
        if isinstance(entry, Branch):
            yield from commands(entry.entries, *path, name)
        else:
            yield [*path, name]


def branches(table: Mapping[str, Entry | Branch] = TABLE) -> Iterator[Branch]:
    for entry in table.values():
        if isinstance(entry, Branch):
            yield entry
            yield from branches(entry.entries)


def branch_of(words: list[str]) -> Branch:
    found = Branch("", TABLE)
    for word in words:
        below = found.entries[word]
        assert isinstance(below, Branch)
        found = below
    return found


def entry_of(words: list[str]) -> Entry:
    entry = branch_of(words[:-1]).entries[words[-1]]
    assert isinstance(entry, Entry)
    return entry


def read(arguments: list[str]) -> None:
    """Read a command line as the program does and stop before anything runs."""

    def launch(flags: Flags, output: str, entry: Entry) -> NoReturn:
        assert entry
        raise Parsed(flags, output)

    parser.run(arguments, launch)


COMMANDS = list(commands())
