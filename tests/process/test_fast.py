"""orjson is loaded where there is much to decode, and nothing else changes with it."""

import json

import pytest
from hostile import CHUNKED, LAST_CHUNK, Script, Server, by_path, chunk, document
from shell import python

RUN = """
import runpy, sys
if sys.argv[1] == "without":
    sys.modules["orjson"] = None
sys.argv = ["ollama-cli", *sys.argv[2:]]
try:
    runpy.run_module("ollama_cli", run_name="__main__")
except SystemExit as leave:
    code = leave.code
sys.stdout.flush()
print("orjson" in sys.modules and sys.modules["orjson"] is not None, code or 0, file=sys.stderr)
"""
TAGS = document({"models": [{"name": "m:latest", "capabilities": ["completion"]}]})
VERSION = document({"version": "0.32.15"})


def answer(count: int, *extra: bytes) -> Script:
    line = (
        b'{"model":"m","message":{"role":"assistant","content":"ab\xe2\x98\x83 "},"done":false}\n'
    )
    body = b"".join(map(chunk, [*[line] * count, *extra, b'{"done":true}\n']))
    return lambda peer: peer.send(CHUNKED, body, LAST_CHUNK)


def run(script: Script, *args: str) -> tuple[str, str]:
    paths = {"/api/chat": script, "/api/embed": script}
    with Server(by_path({**paths, "/api/tags": TAGS, "/api/version": VERSION})) as server:
        result = python(RUN, *args, "--host", server.url)
    assert result.code == 0, result.err
    return result.out, result.err


@pytest.mark.parametrize("args", [["health"], ["models", "list"], ["chat", "hi", "-m", "m"]])
def test_what_is_short_is_decoded_without_it(args: list[str]) -> None:
    pytest.importorskip("orjson")
    _, told = run(answer(20), "with", *args)
    assert told.splitlines()[-1] == "False 0"


LONG = ("chat", "hi", "-m", "m", "-o", "jsonl")
ODD = b'{"message":{"content":"\\ud83d","n":123456789012345678901234}}\n'


@pytest.mark.parametrize("extra", [b"\n", ODD, b"NaN\n", b'{"error":"it broke"}\n'])
def test_a_long_stream_is_the_same_with_it_and_without(extra: bytes) -> None:
    pytest.importorskip("orjson")
    quick = run(answer(2000, extra), "with", *LONG)
    plain = run(answer(2000, extra), "without", *LONG)
    assert quick[0] == plain[0]
    assert quick[0].count('"text": "ab☃ "') >= 2000
    assert quick[1].startswith("True") or "\nTrue" in quick[1]
    assert "True" not in plain[1]
    assert quick[1].replace("True", "False") == plain[1]


def test_a_large_document_is_the_same_with_it_and_without() -> None:
    pytest.importorskip("orjson")
    vectors = [[number / 7, -0.0, 1e-9 * number] for number in range(5000)]
    script = document({"embeddings": [[each for row in vectors for each in row]]})
    quick, plain = (run(script, way, "embed", "a", "-m", "m") for way in ("with", "without"))
    assert quick[0] == plain[0]
    assert json.loads(quick[0]) == [each for row in vectors for each in row]
    assert (quick[1], plain[1]) == ("True 0\n", "False 0\n")
