"""Places in texts are filled once, and in linear time."""

import pytest

from ollama_cli.features.prompts.filling import filled, is_name, places


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{a}}{{ b }}", "{{b}}B"),
        ("{{{a}}}", "{{{b}}}"),
        ("{{#each}} {{}} {{1}} {a} {{a b}} {{a}", "{{#each}} {{}} {{1}} {a} {{a b}} {{a}"),
        ("{{\n a\t}}", "{{b}}"),
        ("{{x.y}} {{x-y}} {{größe}}", "1 2 3"),
        ("", ""),
    ],
)
def test_one_pass(text: str, result: str) -> None:
    values = {"a": "{{b}}", "b": "B", "x.y": "1", "x-y": "2", "größe": "3"}
    assert filled(text, values) == result


def test_the_names_in_their_order() -> None:
    assert places(["{{b}} {{ a }}", "{{b}} {{c}}"]) == ["b", "a", "c"]
    with pytest.raises(KeyError):
        filled("{{b}}", {})


def test_names() -> None:
    assert [is_name(each) for each in ("a", "a.b-c_1", "é", "", "1", "a b", "-a", "{{a}}")] == [
        *(True, True, True, False, False, False, False, False)
    ]


@pytest.mark.parametrize("hostile", ["{{", "{{a", "{{ ", "{{a ", "{"])
def test_no_text_takes_long(hostile: str) -> None:
    text = hostile * 100_000 + " " * 300_000 + "a" * 300_000
    assert filled(text, {}) == text
