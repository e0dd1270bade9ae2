"""Model options are typed by their names, as a server refuses a wrong type."""

import math
from typing import Any

import pytest

from ollama_cli.errors import UsageError
from ollama_cli.features.chat.model_options import read_options


def options(*pairs: str, **shortcuts: Any) -> dict[str, Any]:
    read, warnings = read_options(pairs, shortcuts)
    assert warnings == []
    return read


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("num_ctx=8192", 8192),
        ("num_ctx= 8_192 ", 8192),
        (" seed =-1", -1),
        ("num_predict=-1", -1),
        ("num_predict=-2", -2),
        ("temperature=2", 2.0),
        ("temperature=0", 0.0),
        ("temperature=.5", 0.5),
        ("top_p=1e-1", 0.1),
        ("repeat_penalty=1", 1.0),
        ("use_mmap=true", True),
        ("use_mmap=No", False),
        ("use_mmap=0", False),
    ],
)
def test_a_known_option_has_its_type(pair: str, value: object) -> None:
    (read,) = options(pair).values()
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("pair", "kind"),
    [
        ("num_ctx=8k", "a whole number"),
        ("num_ctx=1.5", "a whole number"),
        ("num_ctx=", "a whole number"),
        ("seed=true", "a whole number"),
        (f"seed={'9' * 5000}", "a whole number"),
        ("temperature=warm", "a number"),
        ("temperature=", "a number"),
        ("temperature=nan", "a number"),
        ("top_p=inf", "a number"),
        ("top_p=1e999", "a number"),
        ("use_mmap=perhaps", "true or false"),
        ("use_mmap=", "true or false"),
    ],
)
def test_a_wrong_type_is_a_usage_error(pair: str, kind: str) -> None:
    name, _, text = pair.partition("=")
    with pytest.raises(UsageError) as caught:
        options(pair)
    assert caught.value.message == f"option {name} takes {kind}, not {text!r}"


@pytest.mark.parametrize(
    ("pair", "problem"),
    [
        ("temperature=3", "is no number from 0 to 2"),
        ("temperature=-0.1", "is no number from 0 to 2"),
        ("top_p=1.5", "is no number from 0 to 1"),
        ("num_ctx=0", "is no number of tokens, 1 or more, and not auto"),
        ("num_ctx=-1", "is no number of tokens, 1 or more, and not auto"),
        ("num_predict=0", "is no number of tokens, 1 or more, and not -1 (no limit)"),
        ("num_predict=-3", "is no number of tokens, 1 or more, and not -1 (no limit)"),
    ],
)
def test_an_option_that_is_a_setting_has_its_bounds(pair: str, problem: str) -> None:
    name, _, text = pair.partition("=")
    with pytest.raises(UsageError) as caught:
        options(pair)
    assert caught.value.message == f"option {name} = {text} {problem}"


def test_where_auto_is_taken_is_told() -> None:
    with pytest.raises(UsageError) as caught:
        options("num_ctx = auto")
    assert caught.value.hint == "auto has an option of its own: `--num-ctx auto`"


@pytest.mark.parametrize("pair", ["seed", "=1", " = 1", ""])
def test_what_is_no_pair_is_a_usage_error(pair: str) -> None:
    with pytest.raises(UsageError, match="an option is written key=value, not "):
        options(pair)


def test_stop_texts_add_up_and_keep_their_blanks() -> None:
    assert options("stop=\n", "stop= a=b ", stop=["END"]) == {"stop": ["\n", " a=b ", "END"]}
    assert options(stop=["END"]) == {"stop": ["END"]}
    assert options(stop=None) == options(stop=[]) == {}


@pytest.mark.parametrize(("pairs", "stop"), [(["stop="], None), ([], ["a", ""])])
def test_an_empty_stop_text_would_end_every_answer(
    pairs: list[str], stop: list[str] | None
) -> None:
    with pytest.raises(UsageError, match="option stop takes text, not ''"):
        read_options(pairs, {"stop": stop})


def test_the_last_of_two_wins_and_a_shortcut_beats_both() -> None:
    assert options("seed=1", "seed=2") == {"seed": 2}
    assert options("seed=1", seed=0, temperature=None, top_p=0.0) == {"seed": 0, "top_p": 0.0}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_shortcut_is_finite(value: float) -> None:
    with pytest.raises(UsageError, match="option temperature takes a number, not "):
        options(temperature=value)


@pytest.mark.parametrize(
    ("pair", "value", "guess"),
    [
        ("temprature=0.5", 0.5, ": did you mean temperature?"),
        ("Temperature=1", 1, ": did you mean temperature?"),
        ("num-ctx=1", 1, ": did you mean num_ctx?"),
        ("max_tokens=5", 5, ": did you mean num_predict?"),
        ("n_ctx=5", 5, ": did you mean num_ctx?"),
        ("xyzzy=true", True, ""),
        ("xyzzy=null", None, ""),
        ("xyzzy=[1, 2]", [1, 2], ""),
        ("xyzzy=a=b", "a=b", ""),
        ("xyzzy=", "", ""),
        ("xyzzy=NaN", "NaN", ""),
        ("xyzzy=1e999", "1e999", ""),
        ("xyzzy=[-Infinity]", "[-Infinity]", ""),
        ("xyzzy=" + "[" * 100_000, "[" * 100_000, ""),
    ],
    ids=range(14),
)
def test_an_unknown_name_is_handed_on_with_a_warning(pair: str, value: object, guess: str) -> None:
    name = pair.partition("=")[0]
    read, warnings = read_options([pair], {})
    assert read == {name: value}
    assert warnings == [f"unknown option {name!r}{guess} (servers ignore what they do not know)"]


def test_nothing_is_nothing() -> None:
    assert read_options([], {}) == ({}, [])
