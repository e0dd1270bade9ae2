"""Writes docs/reference.md: every command and option, from the tree of commands.

Run it as `python docs/reference.py`.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from ollama_cli.cli.formats import FORMATS, PROMISE
from ollama_cli.cli.manual.outline import Outline, Rows, outlines
from ollama_cli.cli.options import PROGRAM
from ollama_cli.cli.table import TABLE, Branch, Row

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
    yield from (f"| {_link(each)} | {_escaped(each.help)} |" for each in below if not each.commands)
    yield from ("", "## Global options", "", "They stand before or after the command.", "")
    yield from _rows(program.options)
    yield from ("", "## Output formats", "")
    yield from (f"- `-o {name}`: {_escaped(what)} ({where})" for name, what, where in FORMATS)
    for promise in PROMISE:
        yield from ("", _escaped(promise))
    known = dict(_aliases(TABLE))
    for each in below:
        yield from _section(each, known)


def _section(outline: Outline, aliases: Mapping[tuple[str, ...], list[str]]) -> Iterator[str]:
    yield from ("", f"## {outline.name}")
    for paragraph in outline.paragraphs:
        yield from ("", _escaped(paragraph))
    if others := aliases.get(outline.words):
        yield from ("", f"Also typed as {', '.join(f'`{PROGRAM} {other}`' for other in others)}.")
    yield from ("", "```text", " ".join((outline.name, *outline.usage)), "```")
    if outline.commands:
        yield ""
        below = [shlex.split(f"{outline.name} {name}") for name, _ in outline.commands]
        yield ", ".join(f"[{words[-1]}](#{'-'.join(words)})" for words in below)
    for rows in (outline.arguments, outline.options):
        if rows:
            yield ""
            yield from _rows(rows)
    yield from ("", "```sh run=no", *outline.examples, "```")


def _rows(rows: Rows) -> Iterator[str]:
    yield from (f"- `{term}`: {_escaped(meaning)}" for term, meaning in rows)


def _aliases(rows: Mapping[str, Row], *above: str) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Yield the words of each command that has other names, with those."""
    hidden = dict(_hidden(TABLE))
    for name, row in rows.items():
        if isinstance(row, Branch):
            yield from _aliases(row.entries, *above, name)
        elif not row.hidden:
            others = [words for words, module in hidden.items() if module == row.module]
            if others:
                yield (*above, name), others


def _hidden(rows: Mapping[str, Row], *above: str) -> Iterator[tuple[str, str]]:
    for name, row in rows.items():
        if isinstance(row, Branch):
            yield from _hidden(row.entries, *above, name)
        elif row.hidden:
            yield " ".join((*above, name)), row.module


def _link(outline: Outline) -> str:
    return f"[`{' '.join(outline.words)}`](#{outline.name.replace(' ', '-')})"


def _escaped(said: str) -> str:
    return _MARK.sub(lambda found: found[1] or f"\\{found[2]}", said)


def main() -> None:
    """Write the page beside this file."""
    PAGE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
