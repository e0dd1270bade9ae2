"""What real servers do where the context is full, played to the commands: none of it is silent."""

from pathlib import Path

import pytest
from hostile import Script, Server, by_path, document
from recordings import WIRE, recorded
from shell import call

VERSIONS = ("", "v0.32.15/")
PLACED = document({"models": [{"name": "m:latest", "context_length": 256}]})


def played(name: str) -> Server:
    script: Script = recorded(WIRE / f"{name}.http")
    routes = ("/api/chat", "/api/generate")
    return Server(by_path({**dict.fromkeys(routes, script), "/api/ps": PLACED}))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_start_that_was_shifted_out_in_silence_is_told(version: str) -> None:
    words = ("generate", "a a a", "-m", "m", "--num-ctx", "256", "-o", "json")
    with played(f"{version}generate-shift-silent") as server:
        result = call(*words, "--host", server.url)
        strict = call(*words, "--strict", "--host", server.url)
    assert (result.code, strict.code) == (0, 9)
    assert result.json["complete"] is False
    assert result.json["usage"]["prompt_tokens"] == 201
    assert "the start was forgotten: prompt and answer exceed the 256 tokens" in result.err


@pytest.mark.parametrize("version", VERSIONS)
def test_whether_history_was_dropped_no_number_tells_and_so_do_we(
    version: str, tmp_path: Path
) -> None:
    words = ("-m", "m", "--num-ctx", "256", "--truncate", "-o", "json", "--host")
    with played(f"{version}chat-history-dropped") as server:
        first = call("chat", "one", "--save", *words, server.url, at=tmp_path)
        second = call("chat", "-c", "two", *words, server.url, at=tmp_path)
        refused = call(
            "chat", "-c", "three", *words[:4], "--json", words[-1], server.url, at=tmp_path
        )
    assert first.json["prompt_truncated"] is False
    assert second.json["prompt_truncated"] is None
    assert refused.json["prompt_truncated"] is False  # it would have been refused
