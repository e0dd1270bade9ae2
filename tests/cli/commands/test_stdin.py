"""Standard input: what is piped is never dropped, what is silent never hangs in silence."""

import os
import subprocess
import time
from collections.abc import Iterator

import pytest
from hostile import Server, by_path, document, lines
from shell import bash, call, ended, run, start

DONE = {"model": "m", "response": "ok", "message": {"content": "ok"}, "done": True}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(lines(DONE)) as running:
        yield running


def prompt(server: Server, *args: str, stdin: bytes | str | None = None) -> str:
    """Give the prompt that generate sends."""
    result = call("generate", "-m", "m", *args, "--host", server.url, stdin=stdin)
    assert (result.code, result.out, result.err) == (0, "ok\n", "")
    return str(server.requests[-1].json["prompt"])


def test_a_pipe_alone(server: Server) -> None:
    result = run("generate", "-m", "m", "--host", server.url, stdin="from the pipe\n")
    assert (result.code, result.out) == (0, "ok\n")
    assert server.requests[-1].json["prompt"] == "from the pipe\n"


def test_an_argument_and_a_pipe_are_joined_by_a_blank_line(server: Server) -> None:
    assert prompt(server, "argument", stdin="piped") == "argument\n\npiped"


def test_stdin_where_it_is_named(server: Server) -> None:
    assert prompt(server, "-f", "-", stdin="piped") == "piped"
    assert prompt(server, "-", stdin="piped") == "piped"
    assert prompt(server, "argument", "-f", "-", stdin="piped") == "argument\n\npiped"
    assert prompt(server, "argument", "-f", "-", "--no-stdin", stdin="x") == "argument\n\nx"


def test_an_empty_pipe_adds_nothing(server: Server) -> None:
    assert prompt(server, "argument", stdin="") == "argument"
    assert call("generate", "-m", "m", stdin="").code == 2


def test_no_stdin(server: Server) -> None:
    assert prompt(server, "argument", "--no-stdin", stdin="piped") == "argument"


def test_dev_null_is_no_pipe(server: Server) -> None:
    assert prompt(server, "argument", stdin=None) == "argument"


def test_bytes_that_are_no_text_become_replacements(server: Server) -> None:
    assert prompt(server, stdin=b"a\xff\xc3b") == "a\ufffd\ufffdb"
    assert prompt(server, stdin=b"\xef\xbb\xbfbom") == "bom"


def test_chat_reads_stdin_as_generate_does(server: Server) -> None:
    call("chat", "argument", "-m", "m", "--host", server.url, stdin="piped")
    assert server.requests[-1].json["messages"][-1]["content"] == "argument\n\npiped"


def test_embed_drops_nothing_that_is_piped() -> None:
    vector = {"model": "m", "embeddings": [[1.0]]}
    with Server(by_path({"/api/embed": document(vector)})) as server:
        args = ("embed", "-m", "m", "-o", "jsonl", "--host", server.url)
        assert call(*args, stdin="piped").code == 0
        assert server.requests[-1].json["input"] == ["piped"]
        call(*args, "typed", stdin="piped")
        assert server.requests[-1].json["input"] == ["typed", "piped"]
        assert call(*args, "typed", "--no-stdin", stdin="piped").code == 0
        assert server.requests[-1].json["input"] == ["typed"]
        assert call(*args, "-f", "-", stdin="piped\n").code == 0
        assert server.requests[-1].json["input"] == ["piped\n"]


def test_a_closed_stdin(server: Server) -> None:
    asked = bash(f"ollama-cli generate -m m hi --host {server.url} <&-")
    assert (asked.code, asked.out, asked.err) == (0, "ok\n", "")
    bare = bash(f"ollama-cli generate -m m --host {server.url} <&-")
    assert (bare.code, bare.out) == (2, "")
    named = bash(f"ollama-cli generate -m m -f - --host {server.url} <&-")
    assert (named.code, named.out) == (2, "")
    assert "`-` names standard input, which is closed" in named.err


def test_a_silent_pipe_is_told_of_once_and_then_read(server: Server) -> None:
    process = start("generate", "-m", "m", "argument", "--host", server.url, stdin=subprocess.PIPE)
    assert process.stderr is not None
    notice = process.stderr.readline()
    assert notice == (
        b"note: waiting for standard input to end; --no-stdin (or </dev/null) skips it\n"
    )
    assert process.stdin is not None
    process.stdin.write(b"late")
    result = ended(process)
    assert (result.code, result.out, result.err) == (0, "ok\n", "")
    assert server.requests[-1].json["prompt"] == "argument\n\nlate"


def test_a_pipe_that_speaks_in_time_is_not_told_of(server: Server) -> None:
    reading, writing = os.pipe()
    process = start("generate", "-m", "m", "argument", "--host", server.url, stdin=reading)
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as pipe:
        pipe.write(b"soon, ")
        time.sleep(0.05)
        pipe.write(b"and more")
    result = ended(process)
    assert (result.code, result.err) == (0, "")
    assert server.requests[-1].json["prompt"] == "argument\n\nsoon, and more"


def test_a_dash_means_stdin_for_every_file(server: Server) -> None:
    asked = call("generate", "-m", "m", "-s", "@-", "hi", "--host", server.url, stdin="be brief")
    assert asked.code == 0
    assert server.requests[-1].json["system"] == "be brief"
    assert server.requests[-1].json["prompt"] == "hi"
    image = b"\x89PNG\r\n\x1a\n"
    asked = call("generate", "-m", "m", "-i", "-", "hi", "--host", server.url, stdin=image)
    assert (asked.code, server.requests[-1].json["images"]) == (0, ["iVBORw0KGgo="])
    twice = call("generate", "-m", "m", "-s", "@-", "-f", "-", "--host", server.url, stdin="x")
    assert (twice.code, twice.out) == (2, "")
    assert "was read already" in twice.err
