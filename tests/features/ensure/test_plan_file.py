"""Plans in files: read back as they were written, or refused with their line."""

import json

import pytest

from ollama_cli.errors import ConfigError
from ollama_cli.features.ensure.plan import Step
from ollama_cli.features.ensure.plan_file import SCHEMA, format_plan, parse_plan

A = "sha256:" + "a" * 64
STEPS = [
    Step("pull", "one", insecure=True),
    Step("pull", "ns/two:7b", installed=A, digest=A),
    Step("remove", "three", installed=A),
]
HEAD = json.dumps({"schema": SCHEMA, "steps": 1})


@pytest.mark.parametrize("steps", [[], STEPS[:1], STEPS])
def test_what_is_written_is_read_again(steps: list[Step]) -> None:
    text = format_plan(steps)
    assert len(text.splitlines()) == len(steps) + 1
    assert parse_plan(text.encode(), "p") == steps


@pytest.mark.parametrize("lines", range(1, 4))
def test_a_plan_that_was_cut_is_not_whole(lines: int) -> None:
    cut = "\n".join(format_plan(STEPS).splitlines()[:lines])
    with pytest.raises(ConfigError, match=f"p is not whole: {lines - 1} steps of 3"):
        parse_plan(cut.encode(), "p")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "p is no plan"),
        ("{}", "p is no plan"),
        ('{"schema": "ollama-cli/models-list/1"}', "p is no plan"),
        ("[1]", "p:1: is no JSON object"),
        ("{", "p:1: is no JSON"),
        ("[" * 100_000, "p:1: is no JSON"),
        (f"{HEAD}\n{{", "p:2: is no JSON"),
        (f"{HEAD}\n{{}}", "p:2: action: None is neither pull nor remove"),
        (f'{HEAD}\n{{"action": ["pull"]}}', "p:2: action: ['pull'] is neither pull nor remove"),
        (f'{HEAD}\n{{"action": "pull"}}', "p:2: model: None is no name of a model"),
        (
            f'{HEAD}\n{{"action": "pull", "model": "a", "installed": "x"}}',
            "p:2: installed: 'x' is no digest",
        ),
        (
            f'{HEAD}\n{{"action": "pull", "model": "a", "insecure": 1}}',
            "p:2: insecure: 1 is neither true nor false",
        ),
    ],
)
def test_what_is_no_plan_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_plan(text.encode(), "p")
    assert caught.value.message.startswith(told)


def test_bytes_that_are_no_text_are_no_plan() -> None:
    with pytest.raises(ConfigError, match="p: line 1 is no UTF-8"):
        parse_plan(b"\xff", "p")
    steps = [Step("pull", "a")]
    data = b"\xff\xfe" + format_plan(steps).encode("utf-16-le")
    assert parse_plan(data, "p") == steps
    with pytest.raises(ConfigError, match="p: line 3 is no UTF-16"):
        parse_plan(data + b"x", "p")


def test_a_model_stands_in_a_plan_once() -> None:
    twice = [Step("pull", "a"), Step("remove", "library/A:latest")]
    with pytest.raises(ConfigError, match="p names a model twice"):
        parse_plan(format_plan(twice).encode(), "p")
