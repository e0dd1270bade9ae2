"""The table of commands says of each what sets it apart; the rest follows from it."""

import inspect
from collections.abc import Iterator

import pytest
from shell import call

from ollama_cli.cli.table import TABLE, Branch, Entry, Row
from ollama_cli.features.context import Traits


def leaves(
    rows: "dict[str, Row] | None" = None, above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Entry]]:
    for name, row in (TABLE if rows is None else rows).items():
        if isinstance(row, Branch):
            yield from leaves(dict(row.entries), (*above, name))
        else:
            yield (*above, name), row


COMMANDS = dict(leaves())
ENTRIES = {entry.module: (words, entry) for words, entry in COMMANDS.items() if not entry.hidden}


@pytest.mark.parametrize("module", ENTRIES)
def test_each_row_has_its_command_and_each_format_of_the_row_can_be_asked_for(module: str) -> None:
    words, entry = ENTRIES[module]
    command = entry.load()
    assert command.__module__ == f"ollama_cli.cli.commands.{module}"
    assert "output" not in inspect.signature(command).parameters
    shown = call(*words, "--help").out
    assert ("--output" in shown) is bool(entry.outputs)
    for output in entry.outputs:
        assert output in shown


def test_who_looks_starts_no_server_and_who_names_what_is_there_pulls_nothing() -> None:
    def those(**traits: bool) -> set[str]:
        return {
            entry.module
            for entry in COMMANDS.values()
            if all(getattr(entry.traits, name) is value for name, value in traits.items())
        }

    assert those(starts_server=False) >= {"health", "doctor", "models.ps", "models.stop"}
    assert those(offers_pull=False) == {"models.rm", "models.cp", "models.stop", "mcp.serve"}
    assert those(silent_if_quiet=True) == {"health"}
    assert Traits() == Traits(starts_server=True, offers_pull=True, silent_if_quiet=False)
