"""Which words stand for which command: what users of `ollama` type, and what is short."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TypeAlias

from ollama_cli.cli.table import TABLE, Branch, Entry, Row

Words: TypeAlias = tuple[str, ...]


def commands(rows: Mapping[str, Row] = TABLE, *above: str) -> Iterator[tuple[Words, Entry]]:
    """Yield every command that may be typed, also the hidden ones, with its words."""
    for name, row in rows.items():
        if isinstance(row, Branch):
            yield from commands(row.entries, *above, name)
        else:
            yield (*above, name), row


def meaning_of(entry: Entry) -> Words:
    """Return the words of the command that an entry stands for; of one that is listed its own."""
    module = entry.like or entry.module
    return next(words for words, each in commands() if each.module == module and not each.hidden)


def aliases_of(entry: Entry) -> list[Words]:
    """List the other words that stand for a command."""
    return _aliases().get(entry.module, [])


@cache
def _aliases() -> Mapping[str, list[Words]]:
    """List the words that stand for others, by the module of what they stand for."""
    found: dict[str, list[Words]] = {}
    for words, each in commands():
        if each.hidden:
            found.setdefault(each.like or each.module, []).append(words)
    return found
