"""The README, its pages, and the commands they have to tell of, for the tests that compare them."""

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn

from ollama_cli.cli import parser
from ollama_cli.cli.options import PROGRAM
from ollama_cli.cli.table import TABLE, Branch, Entry
from ollama_cli.features.context import Flags

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
WRITTEN = "\n".join(p.read_text("utf-8") for p in PAGES if p.name != "reference.md")
TOLD = f"{WRITTEN}\n{(ROOT / 'docs/reference.md').read_text('utf-8')}"
"""All pages; `WRITTEN` leaves out the one that a script writes."""


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


def typed_lines(shell: str) -> Iterator[list[str]]:
    """Find the arguments of each `ollama-cli` in lines of shell."""
    for inner in (nested := re.compile(r"\$\(([^()]*)\)")).findall(shell):
        yield from typed_lines(inner)
    joined = nested.sub("WORD", shell).replace("\\\n", " ")
    for line in re.sub(r"\bxargs (.*)", r"\1 WORD", joined).splitlines():
        words = shlex.shlex(line.removeprefix("$ "), posix=True, punctuation_chars=True)
        words.whitespace_split = True
        arguments: list[str] | None = None
        before = ""
        for word in words:
            if arguments is not None and set(word) <= set("();<>|&"):
                yield arguments
                arguments = None
            elif arguments is not None:
                arguments.append(word)
            elif word == PROGRAM or word.endswith(f"bin/{PROGRAM}"):
                arguments = None if before == "-t" else []  # the name of an image
            before = word
        if arguments is not None:
            yield arguments


COMMANDS = list(commands())
