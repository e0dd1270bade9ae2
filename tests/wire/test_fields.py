"""Fields that may be missing, null or of another type are read without surprise."""

import json
from typing import Any

import pytest

from ollama_cli.wire import fields

ODD: list[Any] = [None, True, 3, -1, 1.5, "", "x", [], {}, [1], {"a": 1}, float("nan")]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0, 0),
        (7, 7),
        (7.0, 7),
        (2**63, 2**63),
        (2**70, None),
        (10**400, None),
        (-1, None),
        (-1.0, None),
        (7.5, None),
        (True, None),
        ("7", None),
        (None, None),
        ([7], None),
        (float("inf"), None),
        (float("nan"), None),
    ],
)
def test_a_count_is_a_whole_number_that_is_not_negative(value: object, number: int | None) -> None:
    assert fields.count(value) == number


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(1_500_000_000, 1.5), (0, 0.0), (None, None), ("1", None), (10**400, None), (-5, None)],
)
def test_nanoseconds_become_seconds(value: object, seconds: float | None) -> None:
    assert fields.seconds(value) == seconds


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("2026-08-01T09:00:00.123456789+02:00", "2026-08-01T07:00:00.123456Z"),
        ("2026-08-01T09:00:00Z", "2026-08-01T09:00:00Z"),
        ("2026-08-01T09:00:00.5Z", "2026-08-01T09:00:00.500000Z"),
        ("2319-03-02T23:16:13.465452926Z", "2319-03-02T23:16:13.465452Z"),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (1_700_000_000, None),
    ],
)
def test_times_are_utc_to_the_microsecond(value: object, time: str | None) -> None:
    assert fields.time(value) == time


@pytest.mark.parametrize(
    ("value", "vector"),
    [
        ([1, 0.5, -2e-3], (1, 0.5, -2e-3)),
        ([], ()),
        (None, None),
        ("1,2", None),
        ([1, None], None),
        ([1, "2"], None),
        ([True], None),
        ([[1]], None),
        ([float("nan")], None),
        ([float("-inf")], None),
        ([10**400], None),
        ([10**400, -(10**400), 0.5], None),
        ([float("inf"), float("-inf")], None),
        ([1.7e308, 1.7e308], (1.7e308, 1.7e308)),
        ([0.5, [1]], None),
        ([0.5, {}], None),
        ([0.5, False, 1.5], None),
        ([0.25, 0.5], (0.25, 0.5)),
    ],
)
def test_a_vector_is_a_list_of_finite_numbers(
    value: object, vector: tuple[float, ...] | None
) -> None:
    assert fields.vector(value) == vector
    if not isinstance(value, list) or not any(isinstance(each, bool) for each in value):
        assert fields.vector(value, no_booleans=True) == vector


@pytest.mark.parametrize("value", ODD)
def test_what_is_of_another_type_is_empty(value: Any) -> None:
    assert fields.text(value) == (value if isinstance(value, str) else "")
    assert fields.mapping(value) == (value if isinstance(value, dict) else {})
    assert fields.items(value) == []
    assert fields.words(value) == (() if isinstance(value, list) else None)


def test_lists_keep_what_belongs_in_them() -> None:
    assert fields.items([{"a": 1}, None, "x", {}]) == [{"a": 1}, {}]
    assert fields.words(["a", None, 3, "b"]) == ("a", "b")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("", ""),
        (None, ""),
        (False, ""),
        (True, "true"),
        (0, "0"),
        ([], "[]"),
        ({"message": "m"}, "m"),
        ({"message": ""}, '{"message": ""}'),
        ({"text": "caf\u00e9"}, '{"text": "caf\u00e9"}'),
        ('{"error": "inner"}', "inner"),
        (' {"error": {"message": "inner"}}', "inner"),
        (json.dumps({"error": json.dumps({"error": "deeper"})}), "deeper"),
        ('{"error": null}', '{"error": null}'),
        ('{"other": 1}', '{"other": 1}'),
        ("{not json", "{not json"),
        ("{" * 100_000, "{" * 100_000),
        ([10**5000], "unknown error"),
        ({"n": 10**5000}, "unknown error"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else type(value).__name__,
)
def test_the_words_of_an_error_are_found_wherever_they_are_packed(value: object, text: str) -> None:
    assert fields.error_text(value) == text
