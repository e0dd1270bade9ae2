"""`models pull -o jsonl` as a program reads it: in a flood, and one line at a time."""

import json
import threading
from itertools import groupby
from typing import Any

import pytest
from hostile import CHUNKED, LAST_CHUNK, Peer, Server, bytes_then, chunk
from shell import ended, run, start

MANIFEST, SUCCESS = {"status": "pulling manifest"}, {"status": "success"}
END = [{"status": "verifying sha256 digest"}, {"status": "writing manifest"}, SUCCESS]
LINES = 50_000
NO_REGISTRY = {"OLLAMA_CLI_REGISTRY": "none"}


def encoded(*values: object) -> bytes:
    return b"".join(chunk(json.dumps(value).encode() + b"\n") for value in values)


def layer(name: str, total: object, completed: object) -> dict[str, Any]:
    digest = f"sha256:{name}"
    return {"status": f"pulling {name}", "digest": digest, "total": total, "completed": completed}


LONE = [MANIFEST, *[layer("a", 9, done) for done in range(1, 10)]]


@pytest.mark.parametrize("names", [["model"], ["a", "b", "c", "d", "e", "f", "g", "h"]])
def test_of_a_flood_each_state_is_told_and_the_last_of_each_layer(names: list[str]) -> None:
    each = LINES // len(names)
    flood = [layer(name, each, done) for done in range(1, each + 1) for name in names]
    body = encoded(MANIFEST, *flood, *END) + LAST_CHUNK
    with Server(bytes_then(CHUNKED + body)) as server:
        args = ("models", "pull", "m", "-o", "jsonl", "--host", server.url)
        result = run(*args, env=NO_REGISTRY)
    assert result.code == 0
    told = result.events
    assert len(told) < LINES / 4
    statuses = [event["status"] for event in told if event["event"] == "status"]
    states = [text for text, _ in groupby(statuses) if text not in {f"pulling {n}" for n in names}]
    assert states == [line["status"] for line in (MANIFEST, *END)]
    for name in names:
        seen = [e["layer_completed"] for e in told if e["digest"] == f"sha256:{name}"]
        assert (seen[0], seen[-1]) == (1, each)
        assert seen == sorted(seen)
    assert told[-1]["event"] == "success"
    assert told[-1]["completed"] == each * len(names)


def test_what_arrives_alone_is_told_before_the_next_comes() -> None:
    is_told = threading.Event()

    def one_by_one(peer: Peer) -> None:
        peer.send(CHUNKED)
        for line in LONE:
            peer.send(encoded(line))
            is_told.wait(10)
            is_told.clear()
        peer.send(encoded(*END), LAST_CHUNK)

    with Server(one_by_one) as server:
        args = ("models", "pull", "m", "-o", "jsonl", "--host", server.url)
        process = start(*args, env=NO_REGISTRY)
        assert process.stdout is not None
        out = b""
        status = None
        for line in LONE:
            for _ in range((line["status"] != status) + ("digest" in line)):
                out += process.stdout.readline()
            status = line["status"]
            is_told.set()
        result = ended(process, out)
    assert result.code == 0
    told = [e["layer_completed"] or e["status"] for e in result.events[: len(LONE) + 1]]
    assert told == [MANIFEST["status"], "pulling a", *range(1, 10)]
