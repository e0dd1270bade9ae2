"""Answers as no server should send them, made at random from what servers do send: for tests."""

import json
import random
from collections.abc import Iterator
from typing import Any

from answer_chunks import called, delta, piece, usage

_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 3.5, 1e308, 10**30, "", "x", "\x00", "\x1b[2J", "\ud83d", "\ude00"),
    *(
        [],
        {},
        [None],
        [[]],
        [{}],
        {"text": "x"},
        {"error": None},
        [1, "a", None],
        "<think>",
        "a" * 99,
    ),
    *({"message": "boom"}, {"type": "text", "text": ["x"]}, {"code": 500, "msg": "boom"}),
)
_NATIVE: tuple[dict[str, Any], ...] = (
    {
        "model": "m",
        "message": {"role": "assistant", "content": "a", "thinking": "t"},
        "done": False,
    },
    {"model": "m", "response": "a", "done": False},
    {"message": {"tool_calls": [{"function": {"name": "f", "arguments": {}}}]}, "done": False},
    {
        "model": "m",
        "message": {"content": "b"},
        "done": True,
        "done_reason": "stop",
        "eval_count": 1,
    },
)
_CHUNKS: tuple[dict[str, Any], ...] = (
    delta(role="assistant", content="a", reasoning_content="t"),
    called(0, id="1", name="f", arguments="{}"),
    piece("a"),
    delta("stop"),
    usage(1, 2),
    {"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}]},
)


def ndjson(seed: int) -> bytes:
    """One answer of Ollama's API, each line broken somewhere, perhaps."""
    chance = random.Random(seed)
    values = chance.choices(_NATIVE, k=chance.randint(0, 3)) + [_NATIVE[3]] * chance.randint(0, 1)
    return b"".join(_written(chance, each) + b"\n" for each in values)


def events(seed: int) -> bytes:
    """One answer of `/v1`, likewise."""
    chance = random.Random(seed)
    values = chance.choices(_CHUNKS, k=chance.randint(0, 4)) + [_CHUNKS[3]] * chance.randint(0, 1)
    frames = (
        b"data: %b\n\n",
        b"data: %b\n\n",
        b"data: %b\n\n",
        b"%b\n",
        b"event: error\ndata: %b\n\n",
    )
    body = b"".join(chance.choice(frames) % _written(chance, each) for each in values)
    return body + chance.choice((b"data: [DONE]\n\n", b"data: [DONE]", b""))


def _written(chance: random.Random, value: dict[str, Any]) -> bytes:
    broken = json.loads(json.dumps(value))
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        *parents, name = chance.choice(list(_places(broken)) or [("x",)])
        place = broken
        for parent in parents:
            place = place[parent]
        place[name] = json.loads(json.dumps(chance.choice(_VALUES)))
    text = json.dumps(broken)
    cut = chance.randint(0, len(text)) if chance.random() < 0.05 else len(text)
    return text[:cut].encode()


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, inner in items:
        yield (*place, name)
        yield from _places(inner, (*place, name))
