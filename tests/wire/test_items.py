"""An array that comes in pieces: each item once, whole, and at its time."""

import json
import random
import sys
from collections.abc import Iterable
from typing import Any

import pytest

from ollama_cli.errors import InvalidOutputError
from ollama_cli.wire.items import Items

ITEMS: list[Any] = [
    {"name": 'a "quoted" \\ one', "tags": ["{", "}", "]", "[,"], "n": {"a": [{}]}},
    '}{][,\\" \\u00e9 \n',
    *(-12.5e-3, 0, 12345678901234567890123, True, False, None, "", [], {}, [[[]]], [1, [2]]),
    {"\\": "\\\\", '"': '\\"'},
    "\N{GRINNING FACE} ünïcode \u2028",
]
TEXT = json.dumps(ITEMS, ensure_ascii=False, indent=1)


def taken(pieces: Iterable[str], items: Items | None = None) -> tuple[list[str], str]:
    """Give the items that came, and the error that ended them."""
    items = items or Items("items")
    found: list[str] = []
    try:
        for piece in pieces:
            for each in items.feed(piece):
                found.append(each)  # noqa: PERF402  what came before an error counts
    except InvalidOutputError as error:
        return found, error.message.removeprefix("the answer is no JSON array: ")
    return found, "" if items.is_closed else "open"


def cut(text: str, rng: random.Random, longest: int) -> list[str]:
    """Cut a text into pieces of random lengths."""
    pieces = []
    while text:
        length = rng.randint(0, longest)
        pieces.append(text[:length])
        text = text[length:]
    return pieces


@pytest.mark.parametrize(
    "text", [TEXT, json.dumps(ITEMS), json.dumps(ITEMS, separators=(",", ":"))]
)
@pytest.mark.parametrize("longest", [1, 3, 20, 10_000])
def test_each_item_comes_once_however_the_text_is_cut(text: str, longest: int) -> None:
    rng = random.Random(longest)
    for _ in range(20):
        found, error = taken(cut(text, rng, longest))
        assert error == ""
        assert [json.loads(each) for each in found] == ITEMS


def test_a_text_that_ends_anywhere_gives_the_items_before_and_is_open() -> None:
    text = json.dumps(ITEMS, ensure_ascii=False)
    found: list[str] = []
    starts = [0]  # where each item is closed, found by the standard library
    decoder = json.JSONDecoder()
    place = 1
    for _ in ITEMS:
        place = decoder.raw_decode(text, place)[1] + 2
        starts.append(place)
    for end in range(len(text)):
        found, error = taken([text[:end]])
        whole = sum(1 for start in starts[1:] if start - 2 <= end)
        assert error == "open"
        assert whole - 1 <= len(found) <= whole
        assert [json.loads(each) for each in found] == ITEMS[: len(found)]


def test_a_number_at_the_cut_is_not_handed_on() -> None:
    assert taken(["[1, 2", "3"]) == (["1"], "open")
    assert taken(["[1, 2", "3", "]"]) == (["1", "23"], "")
    assert taken(["[tr", "ue , nu", "ll\n", ","]) == (["true", "null"], "open")


def test_an_item_comes_with_the_piece_that_closes_it() -> None:
    items = Items()
    came = [list(items.feed(piece)) for piece in ['[{"a":', "1", "}", ', "b', '"', ",3", ",", "4]"]]
    assert came == [[], [], ['{"a":1}'], [], ['"b"'], [], ["3"], ["4"]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[]", []),
        (" \n[ ] \t\r\n", []),
        ("[1]", ["1"]),
        ("```json\n[1, 2]\n```\n", ["1", "2"]),
        ("```\n[{}]```", ["{}"]),
        ('{"items": [1, {"items": [2]}]}', ["1", '{"items": [2]}']),
        ('{ "items" :[ ] }\n', []),
        ("[1 2x , {]]", ["1"]),
    ],
)
def test_what_is_seen_through(text: str, found: list[str]) -> None:
    for pieces in ([text], list(text)):
        assert taken(pieces)[0] == found


@pytest.mark.parametrize(
    ("text", "found", "told"),
    [
        ("Here it is: []", [], "it begins with 'H"),
        ("1", [], "it begins with '1"),
        ('{"item": []}', [], "it begins with '{\"item\"'"),
        ('{"name": 1}', [], "it begins with '{\"n'"),
        ('{"items": {"a": 1}}', [], "it begins with"),
        ("[1,]", ["1"], "an item is missing before ']'"),
        ("[,1]", [], "an item is missing before ','"),
        ("[1,,2]", ["1"], "an item is missing before ','"),
        ("[1 2]", ["1"], "a comma is missing before '2'"),
        ('[{"a":1}{"b":2}]', ['{"a":1}'], "a comma is missing before '{'"),
        ("[1}", [], "open"),
        ("[1}]", ["1}"], ""),
        ('[{"a": 1]]', ['{"a": 1]'], ""),
        ("[}", [], "an item is missing before '}'"),
        ("[1] [2]", ["1"], "'[' stands behind it"),
        ("[1] and more", ["1"], "'a' stands behind it"),
        ("[1]```", ["1"], "'`' stands behind it"),
        ('{"items": [1], "more": 2}', ["1"], "',' stands behind it"),
        ('{"items": [1]', ["1"], "open"),
        ("[[1]", ["[1]"], "open"),
        ('["a]', [], "open"),
        ("", [], "open"),
        ("```json", [], "open"),
        ("``` [1]", [], "open"),
    ],
)
def test_what_is_no_array_is_told_and_no_item_is_judged(
    text: str, found: list[str], told: str
) -> None:
    for pieces in ([text], list(text)):
        came, error = taken(pieces)
        assert came == found
        assert error.startswith(told)


def _operations(pieces: list[str]) -> int:
    """Count the calls, of Python and of C, that it takes to split an array."""
    count = 0

    def profile(*_: object) -> None:
        nonlocal count
        count += 1

    items = Items()
    sys.setprofile(profile)
    try:
        for piece in pieces:
            for _ in items.feed(piece):
                pass
    finally:
        sys.setprofile(None)
    assert items.is_closed
    return count


@pytest.mark.parametrize("item", ['{"a": "b \\" c", "d": [1, 2]}', '"x\\\\ y"', "12.5"])
def test_the_work_grows_as_the_text_does(item: str) -> None:
    def pieces(count: int) -> list[str]:
        text = f"[{','.join([item] * count)}]"
        return [text[place : place + 3] for place in range(0, len(text), 3)]

    one, two = _operations(pieces(300)), _operations(pieces(600))
    assert two < 2.1 * one


def test_the_work_for_one_item_grows_as_it_does() -> None:
    def pieces(count: int) -> list[str]:
        return ["[", '{"a": "', *['b\\"{ '] * count, '"}', "]"]

    one, two = _operations(pieces(1000)), _operations(pieces(2000))
    assert two < 2.1 * one


def test_an_item_of_ten_megabytes() -> None:
    piece = 'x "{ \\ y' * 1000
    quoted = json.dumps(piece)[1:-1]
    pieces = ['[{"a": "', *[quoted] * (10_000_000 // len(quoted)), '"}, ', "1", "]"]
    found, error = taken(pieces)
    assert (len(found), found[1], error) == (2, "1", "")
    assert found[0] == "".join(pieces)[1:-4]


def test_an_object_is_seen_through_where_it_was_asked_for_alone() -> None:
    assert taken(['{"items": [1]}'], Items()) == ([], "it begins with '{\"items\": [1]}'")
    assert taken(['{"all": [1]}'], Items("all")) == (["1"], "")
