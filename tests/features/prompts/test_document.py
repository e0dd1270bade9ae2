"""YAML becomes plain values with their lines, whatever is in it."""

from typing import Any

import pytest

from ollama_cli.errors import UsageError
from ollama_cli.features.prompts.document import read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no\nb: 1:30\nc: 2024-01-01\nd: 0x10\n", ["no", "1:30", "2024-01-01", "0x10"]),
        ("a: true\nb: False\nc: 5\nd: -2.5e3\n", [True, False, 5, -2500.0]),
        ("a: ~\nb:\nc: null\nd: ''\n", [None, None, None, ""]),
        ("a: !!str 5\nb: '5'\nc: 1e999\nd: .inf\n", ["5", "5", "1e999", ".inf"]),
        ("a: |\n  x\n  y\nb: >\n  x\n  y\n", ["x\ny\n", "x y\n"]),
        ("c: [1, x]\nd: {e: f}", [[1, "x"], {"e": "f"}]),
        (f"a: {'9' * 5000}\nb: !!int x\nc: !!float y\n", ["9" * 5000, "x", "y"]),
        ('a: "\\ud83d\\ude00"\nb: "\\ud83d"', ["😀", "\ufffd"]),
        ("a: &x [1]\nb: *x\n", [[1], [1]]),
        ("<<: {a: b}\n", [{"a": "b"}]),
    ],
)  # fmt: skip
def test_values(text: str, value: list[Any]) -> None:
    assert [*read(text, "f").value.values()] == value


def test_what_is_written_and_where_is_kept() -> None:
    found = read("a: 1.10\n\nb:\n  - c: on\n", "f")
    assert found.written == {"a": "1.10", "b[0].c": "on"}
    assert found.lines == {"": 1, "a": 1, "b": 4, "b[0]": 4, "b[0].c": 4}


def test_a_name_that_reads_like_a_path_stands_for_no_other_value() -> None:
    text = 'a: [{b: right}]\n"a[0].b": wrong\nc: {"d.e": 1, d: {e: 2}, "": 3}\n"": 4\n'
    assert read(text, "f").written == {
        "a[0].b": "right",
        '["a[0].b"]': "wrong",
        'c["d.e"]': "1",
        "c.d.e": "2",
        'c[""]': "3",
        '[""]': "4",
    }


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb: 2\na: 3", "f: line 3: 'a' stands here twice"),
        ("a: 1\nb: [", "f: line 2: expected the node content, but found '<stream end>'"),
        ("\ta: b", "f: line 1: found character '\\t' that cannot start any token"),
        ("a: {{input}}", "f: line 1: a key is a text"),
        ("a: b\n---\nc: d", "f: line 2: found another document"),
        ("a: !!python/object/apply:os.system [ls]", "f: line 1: values have no tag such as tag:"),
        ("a: !!binary aGk=", "f: line 1: values have no tag such as tag:"),
        ("!!set {a}", "f: line 1: values have no tag such as tag:"),
        ("a: &x [*x]", "f: line 1: too deep or too much is written here"),
        ("a: &x {b: *x}", "f: line 1: too deep or too much is written here"),
        (BOMB, "f: line 1: too deep or too much is written here"),
        ("[" * 60 + "]" * 60, "f: line 1: too deep or too much is written here"),
        ("[" * 500, "f is no YAML that can be read"),
        ('"\\UFFFFFFFF"', "f is no YAML that can be read"),
        ("a: \x07", "f holds a character that YAML has not"),
        ("a: *b", "f: line 1: found undefined alias 'b'"),
    ],
    ids=range(16),
)
def test_what_is_refused(text: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        read(text, "f")
    assert raised.value.message.startswith(told)
