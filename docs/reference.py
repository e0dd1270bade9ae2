"""Writes docs/reference.md: every command and option, from the tree of commands.

Run it as `python docs/reference.py`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ollama_cli.cli.formats import FORMATS, PROMISE
from ollama_cli.cli.manual.outline import Outline, Rows, outlines
from ollama_cli.cli.options import PROGRAM

PAGE: Final = Path(__file__).with_name("reference.md")
_HEAD: Final = """\
# Reference

Every command, its arguments and its options, written by `docs/reference.py` from the tree that
`--help` prints.
[Settings](settings.md) and [exit codes](scripting.md#exit-codes) have pages of their own.
"""
# What Markdown would take for its own, outside of code.
_MARK: Final = re.compile(r"(`[^`]+`)|([*_<|\[\]])")


def text() -> str:
    """Return the page."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    program, *below = outlines()
    yield from (_HEAD, "| command | what it does |", "|---|---|")
    yield from (f"| {_link(each)} | {_escaped(each.help)} |" for each in below if not each.rows)
    yield from ("", "## Global options", "", "They stand before or after the command.")
    yield from _options(program)
    yield from ("", "## Output formats", "")
    yield from (f"- `-o {name}`: {_escaped(what)} ({where})" for name, what, where in FORMATS)
    for promise in PROMISE:
        yield from ("", _escaped(promise))
    for each in below:
        yield from _section(each)


def _section(outline: Outline) -> Iterator[str]:
    yield from ("", f"## {outline.name}")
    for paragraph in outline.paragraphs:
        yield from ("", _escaped(paragraph))
    if outline.aliases:
        others = (f"`{PROGRAM} {' '.join(words)}`" for words in outline.aliases)
        yield from ("", f"Also typed as {', '.join(others)}.")
    yield from ("", "```text", " ".join((outline.name, *outline.usage)), "```")
    if outline.rows:
        above = outline.name.replace(" ", "-")
        yield from ("", ", ".join(f"[{name}](#{above}-{name})" for name, _ in outline.commands))
    if outline.arguments:
        yield from ("", *_rows(outline.arguments))
    yield from _options(outline)
    yield from ("", "```sh run=no", *outline.examples, "```")


def _options(outline: Outline) -> Iterator[str]:
    for title, rows in outline.groups:
        yield from ("", f"**{title}**", "", *_rows(rows))


def _rows(rows: Rows) -> Iterator[str]:
    yield from (f"- `{term}`: {_escaped(meaning)}" for term, meaning in rows)


def _link(outline: Outline) -> str:
    return f"[`{' '.join(outline.words)}`](#{outline.name.replace(' ', '-')})"


def _escaped(said: str) -> str:
    return _MARK.sub(lambda found: found[1] or f"\\{found[2]}", said)


def main() -> None:
    """Write the page beside this file."""
    PAGE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
