"""Numbers that others wrote are bounded before they are read."""

import pytest

from ollama_cli.types.numbers import count, finite, whole, with_finite_numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        (" 17 ", 17),
        (b" 17\r", 17),
        ("007", 7),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
        ("9" * 5000, None),
        (b"9" * 5000, None),
        ("0" * 5000, None),
        *((text, None) for text in ("", "-1", "+1", "1_0", "1.0", "1e3", "0x1", "\u0663", "\xb2")),
    ],
)
def test_a_whole_number_has_few_digits_and_nothing_else(text: str | bytes, number: int) -> None:
    assert whole(text) == number


def test_a_larger_one_may_be_told_from_none() -> None:
    assert whole("9" * 5000, beyond=7) == 7
    assert whole("x", beyond=7) is None


@pytest.mark.parametrize("text", ["nan", "inf", "-Infinity", "1e999", "9" * 5000, "x", ""])
def test_a_number_beyond_every_float_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|float"):
        finite(text)


def test_a_finite_number_is_read() -> None:
    assert finite("-1.5e3") == -1500


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, 3),
        (3.0, 3),
        (2**64 - 1, 2**64 - 1),
        *(
            (value, None)
            for value in (2**64, -1, 1.5, 1e300, float("inf"), float("nan"), True, "3", None, [3])
        ),
    ],
)
def test_what_counts_something_is_whole_and_of_64_bits(value: object, number: int | None) -> None:
    assert count(value) == number


def test_a_number_that_json_lacks_is_none_wherever_it_stands() -> None:
    value = {"a": [1.5, (float("nan"), "x")], "b": {"c": float("-inf")}, "d": True}
    assert with_finite_numbers(value) == {"a": [1.5, [None, "x"]], "b": {"c": None}, "d": True}
