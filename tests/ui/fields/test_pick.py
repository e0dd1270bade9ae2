"""Values by their paths: through lists, past keys with dots, nested as they were."""

import json
from typing import Any

import pytest

from ollama_cli.ui.fields import pick

RECORD: dict[str, Any] = {
    "name": "m",
    "usage": {"prompt_tokens": 26, "completion_tokens": None},
    "rungs": [{"name": "dns", "notes": [{"hint": "a"}, {"hint": "b"}]}, {"name": "tcp"}],
    "info": {"general.architecture": "llama", "general": {"size": 1}},
    "nothing": None,
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name", "m"),
        ("usage", {"prompt_tokens": 26, "completion_tokens": None}),
        ("usage.prompt_tokens", 26),
        ("usage.completion_tokens", None),
        ("usage.other", None),
        ("name.below.a.text", None),
        ("nothing.at.all", None),
        ("rungs.name", ["dns", "tcp"]),
        ("rungs.notes.hint", [["a", "b"], None]),
        ("info.general.architecture", "llama"),
        ("info.general.size", 1),
    ],
)
def test_a_value_by_its_path(path: str, value: object) -> None:
    assert pick.value(RECORD, pick.split(path)) == value


@pytest.mark.parametrize(
    ("paths", "part"),
    [
        (["usage.prompt_tokens", "name"], {"usage": {"prompt_tokens": 26}, "name": "m"}),
        (["usage.prompt_tokens", "usage"], {"usage": RECORD["usage"]}),
        (["usage", "usage.prompt_tokens"], {"usage": RECORD["usage"]}),
        (["usage.a.b"], {"usage": {"a": None}}),
        (["nothing.below"], {"nothing": None}),
        (["missing.below"], {"missing": None}),
        (["rungs.name"], {"rungs": [{"name": "dns"}, {"name": "tcp"}]}),
        (["info.general.architecture"], {"info": {"general.architecture": "llama"}}),
        ([], {}),
    ],
)
def test_a_part_is_nested_as_the_record_is_and_in_the_order_of_the_paths(
    paths: list[str], part: dict[str, Any]
) -> None:
    found = pick.of_record(RECORD, [pick.split(each) for each in paths])
    assert json.dumps(found) == json.dumps(part)


def test_what_a_line_lacks_is_left_out() -> None:
    paths = [pick.split("text"), pick.split("usage.prompt_tokens")]
    assert pick.of_record({"text": "a"}, paths, whole=False) == {"text": "a"}
    assert pick.of_record({"usage": {}}, paths, whole=False) == {"usage": {"prompt_tokens": None}}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a b", "a b"),
        (None, ""),
        (True, "true"),
        (1.5, "1.5"),
        (["a", "b", None], "a b "),
        ([], ""),
        ([["a"]], '[["a"]]'),
        ({"é": 1}, '{"é": 1}'),
    ],
)
def test_a_value_as_text(value: object, text: str) -> None:
    assert pick.text(value) == text
