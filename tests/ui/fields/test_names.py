"""The names of each command, as they are published, and what is said of a name that is none."""

import pytest
from documentation import COMMANDS, entry_of

from ollama_cli.errors import UsageError
from ollama_cli.ui import published
from ollama_cli.ui.fields import names

CHOSEN_OF = [
    words
    for words in COMMANDS
    if not (row := entry_of(words)).is_whole and {"json", "jsonl"}.intersection(row.outputs)
]


@pytest.mark.parametrize("words", CHOSEN_OF, ids=" ".join)
def test_every_command_has_names(words: list[str]) -> None:
    entry = entry_of(words)
    known = names.of(entry.schema, entry.items)
    assert known.paths
    assert all(each == names.find(each, known, "x") for each in names.listed(known))
    assert not {"schema", "event"}.intersection(names.listed(known))


@pytest.mark.parametrize("words", CHOSEN_OF, ids=" ".join)
def test_the_list_of_a_command_is_named_in_the_table(words: list[str]) -> None:
    entry = entry_of(words)
    found = names.of(entry.schema, output="json").paths
    lists = {each.partition(".")[0] for each in found if "." in each}
    has_lines = f"{entry.schema}-line" in published.names() and entry.schema != "embed"
    assert entry.items in lists if has_lines else entry.items in {"", *lists}


def test_documents_and_lines_may_have_names_of_their_own() -> None:
    assert "attempt" in names.of("generate", output="jsonl").paths
    assert "attempt" not in names.of("generate", output="json").paths
    assert {"attempts.text", "usage.prompt_tokens"} <= {*names.of("generate", output="json").paths}


def test_what_stands_beside_a_list() -> None:
    known = names.of("hosts-list", "hosts")
    assert (known.is_beside("active"), known.is_beside("active.url")) == (False, True)
    assert (known.is_beside("url"), known.is_beside("key")) == (False, False)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("name", "name"),
        (" NAME ", "name"),
        ("models.name", "name"),
        ("schema", "schema"),
    ],
)
def test_a_name_is_found(typed: str, found: str) -> None:
    assert names.find(typed, names.of("models-list", "models"), "x") == found


@pytest.mark.parametrize(
    ("command", "typed", "hint"),
    [
        ("models-list", "nmae", "did you mean name?"),
        ("models-list", "modified", "did you mean modified_at?"),
        ("generate", "prompt_tokens", "did you mean usage.prompt_tokens?"),
        ("generate", "usage.promt_tokens", "did you mean usage.prompt_tokens?"),
        ("health", "name.x.y.z", "which there are: `x --fields help`"),
        ("health", "", "which there are: `x --fields help`"),
    ],
)
def test_an_unknown_name_is_told_the_nearest(command: str, typed: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        names.find(typed, names.of(command, "models"), "x")
    assert caught.value.hint == hint


def test_below_what_is_anything_every_name_is_one() -> None:
    known = names.of("generate")
    assert names.find("data.Age", known, "x") == "data.Age"
    assert names.find("tool_calls.arguments.city", known, "x") == "tool_calls.arguments.city"
