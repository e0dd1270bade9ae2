"""JSON without mercy: what two programs could read in two ways is refused, with a sentence."""

import re

import pytest

from ollama_cli.types.strict_json import DEEPEST, read


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (' {"a": [1, -2.5e3, true, null, "é"]}\n', {"a": [1, -2500.0, True, None, "é"]}),
        ('{"a": {"a": 1}, "b": {"a": 2}}', {"a": {"a": 1}, "b": {"a": 2}}),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ('"NaN"', "NaN"),
        ("1e-400", 0.0),
        (r'"\ud83d\ude00 \\ud83d"', "\N{GRINNING FACE} \\ud83d"),
    ],
)
def test_json_is_read(text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ('{"a": 1', "it ends too early"),
        ('"abc', "unterminated string starting at (line 1, column 1)"),
        ("{'a': 1}", "expecting property name enclosed in double quotes (line 1, column 2)"),
        ('{"a": 1} x', "extra data (line 1, column 10)"),
        ('"a\tb"', "invalid control character at (line 1, column 3)"),
        ('{"a": 1, "b": 2, "a": 3}', "the name 'a' stands twice in one object"),
        ('[{"b": {"x": 1, "x": 1}}]', "the name 'x' stands twice in one object"),
        ("NaN", "NaN is no number of JSON"),
        ("[-Infinity]", "-Infinity is no number of JSON"),
        ("2.8e7237", "2.8e7237 is no number of JSON"),
        ("-1e999", "-1e999 is no number of JSON"),
        ("9" * 5000, "a number of 5000 digits is too long"),
        (r'["\ud83d"]', "it holds half of a character"),
        (r'{"\uDE00\ud83d": 1}', "it holds half of a character"),
        ('"\ud83d"', "it holds half of a character"),
        (nested(DEEPEST + 1), "it is nested more than 100 levels deep"),
        (nested(100_000), "it is nested more than 100 levels deep"),
    ],
)
def test_what_is_not_strictly_json_is_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=rf"^{re.escape(told)}$"):
        read(text)


def test_a_hundred_levels_are_read() -> None:
    assert read(nested(DEEPEST))
