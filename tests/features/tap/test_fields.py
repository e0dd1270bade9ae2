"""Fields of JSON that comes in pieces, held against what `json` reads of the whole."""

import json
import random
import string
import tracemalloc
from typing import Any

import pytest
from framings import cut_up

from ollama_cli.features.tap.fields import Fields

WANTED = {"a", "b", "c.a", "c.b.a", "l.a", "done"}
COUNTED = {"l", "m"}


def read(text: bytes, rng: random.Random) -> dict[str, object]:
    fields = Fields(WANTED, COUNTED)
    for piece in cut_up(text, rng):
        fields.feed(piece)
    return fields.values


def made(rng: random.Random, depth: int = 0) -> Any:
    kind = rng.choice(["text", "number", "word", "object", "list"][: 5 if depth < 9 else 3])
    if kind == "text":
        return "".join(rng.choices('abc"\\/{}[],:\n\té€😀 ', k=rng.choice([0, 3, 40])))
    if kind == "number":
        return rng.choice([0, -1, 17, 1.5, 1e300, 123456789012])
    if kind == "word":
        return rng.choice([True, False, None])
    if kind == "list":
        return [made(rng, depth + 1) for _ in range(rng.choice([0, 1, 2, 5]))]
    return {
        rng.choice(["a", "b", "c", "l", "m", "done", 'd"\\', ""]): made(rng, depth + 1)
        for _ in range(rng.choice([0, 1, 3]))
    }


def expected(
    value: Any, path: str = "", found: dict[str, object] | None = None
) -> dict[str, object]:
    """The plain way: all at once."""
    found = {} if found is None else found
    if isinstance(value, dict):
        for key, each in value.items():
            below = f"{path}.{key}".removeprefix(".")
            if below in WANTED and each is not None and not isinstance(each, dict | list):
                found[below] = each
            expected(each, below, found)
    elif isinstance(value, list):
        for each in value:
            if isinstance(each, dict | list):
                expected(each, path, found)
        if path in COUNTED:
            found[path] = len(value)
    return found


@pytest.mark.parametrize("seed", range(150))
def test_any_text_cut_anywhere(seed: int) -> None:
    rng = random.Random(seed)
    value = {"a": 1, "c": made(rng), "l": made(rng), "b": made(rng)}
    text = json.dumps(value, ensure_ascii=seed % 2 == 0, indent=rng.choice([None, None, 1]))
    assert read(text.encode(), rng) == expected(value)


def test_lines_and_events_follow_one_another() -> None:
    stream = (
        b'{"a":"x","done":false}\n{"a":null,"done":true}\ndata: {"c": {"a": 5}}\n\ndata: [DONE]\n'
    )
    assert read(stream, random.Random(1)) == {"a": "x", "done": True, "c.a": 5}


@pytest.mark.parametrize(
    "broken", [b"}}]]", b'{"a":}', b'{"a":\xff}', b'{"a":"\xff\\x"}', b"{,,,}", b'"']
)
def test_what_is_no_json_harms_nothing(broken: bytes) -> None:
    assert read(broken, random.Random(1)) == {}


def test_a_value_that_is_too_long_is_none() -> None:
    assert read(
        b'{"a":"' + b"x" * 5000 + b'","b":' + b"1" * 500 + b',"c":{"a":2}}', random.Random(1)
    ) == {"c.a": 2}


def test_a_long_context_is_skipped_in_no_memory() -> None:
    head, context = b'{"a":1,"context":[', b"12345,6,789," * 5000
    fields = Fields(WANTED, COUNTED)
    fields.feed(head)
    fields.feed(context)
    tracemalloc.start()
    for _ in range(40):
        fields.feed(context)
    fields.feed(b"[" * 10_000 + b'1],{"x":"')
    fields.feed(string.ascii_letters.encode() * 9000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    fields.feed(b'"}' + b"]" * 10_000 + b',"b":7,"done":true}')
    assert fields.values == {"a": 1, "b": 7, "done": True}
    assert peak < 700_000  # the pieces alone
