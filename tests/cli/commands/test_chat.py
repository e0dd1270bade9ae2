"""`chat` and `run`: one question off a terminal; thinking and tool calls."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile import Server, lines
from shell import call


def message(**fields: Any) -> dict[str, Any]:
    return {"model": "m", "message": {"role": "assistant", "content": "", **fields}, "done": False}


END = {**message(), "done": True, "done_reason": "stop"}
CALL = {"id": "c1", "function": {"name": "weather", "arguments": {"city": "Oslo"}}}
THOUGHT = [
    message(thinking="Hm\x1b[1m"),
    message(thinking=" so"),
    message(content="Yes"),
    {**message(content="."), "done": True, "done_reason": "stop"},
]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(lines(message(content="Yes."), END)) as running:
        yield running


def test_one_question(server: Server) -> None:
    result = call("chat", "why?", "-m", "m", "-s", "be brief", "--host", server.url)
    assert (result.code, result.out, result.err) == (0, "Yes.\n", "")
    assert server.requests[-1].path == "/api/chat"
    assert server.requests[-1].json == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "why?"},
        ],
        "stream": True,
        "truncate": False,
    }


def test_the_demo_answers(demo: str) -> None:
    result = call("chat", "hello", "--seed", "3", "--host", demo)
    assert result.code == 0
    assert "ollama-cli's demo model" in result.out


def test_thinking_never_reaches_stdout() -> None:
    with Server(lines(*THOUGHT)) as server:
        result = call("chat", "why?", "-m", "m", "--think", "--host", server.url)
        quiet = call("chat", "why?", "-m", "m", "--think", "-q", "--host", server.url)
    assert (result.code, result.out) == (0, "Yes.\n")
    assert result.err == "Hm\\x1b[1m so\n\n"
    assert (quiet.out, quiet.err) == ("Yes.\n", "")


def test_thinking_for_programs() -> None:
    with Server(lines(*THOUGHT)) as server:
        document = call("chat", "why?", "-m", "m", "--json", "--host", server.url).json
        events = call("chat", "why?", "-m", "m", "-o", "jsonl", "--host", server.url).events
    assert document["schema"] == "ollama-cli/chat/1"
    assert (document["text"], document["thinking"]) == ("Yes.", "Hm\x1b[1m so")
    assert [event["event"] for event in events] == [
        "start", "thinking", "thinking", "text", "text", "done",
    ]  # fmt: skip
    assert events[1] == {"event": "thinking", "text": "Hm\x1b[1m"}
    assert events[-1]["thinking"] == "Hm\x1b[1m so"


def test_a_tool_call_in_the_last_chunk_is_seen() -> None:
    last = {**message(tool_calls=[CALL]), "done": True, "done_reason": "stop"}
    with Server(lines(last)) as server:
        result = call("chat", "why?", "-m", "m", "--host", server.url)
        document = call("chat", "why?", "-m", "m", "--json", "--host", server.url).json
        events = call("chat", "why?", "-m", "m", "-o", "jsonl", "--host", server.url).events
    assert (result.code, result.out) == (0, "")
    assert result.err == 'note: the model calls weather({"city": "Oslo"})\n'
    called = {"name": "weather", "arguments": {"city": "Oslo"}, "id": "c1"}
    assert document["tool_calls"] == [called]
    assert events[1] == {"event": "tool_call", **called}
    assert events[2]["tool_calls"] == [called]


def test_an_answer_that_was_cut_at_the_limit_warns() -> None:
    with Server(lines(message(content="Y"), {**END, "done_reason": "length"})) as server:
        result = call("chat", "why?", "-m", "m", "--host", server.url)
    assert (result.code, result.out) == (0, "Y\n")
    assert result.err.startswith("warning: the answer was cut at a limit of tokens (--max-tokens")


def test_images_go_with_the_question(server: Server, tmp_path: Path) -> None:
    (tmp_path / "p.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    call("chat", "why?", "-m", "m", "-i", "p.jpg", "--host", server.url, cwd=tmp_path)
    assert server.requests[-1].json["messages"] == [
        {"role": "user", "content": "why?", "images": ["/9j/4A=="]}
    ]


@pytest.mark.parametrize("command", ["chat", "generate"])
def test_no_prompt_off_a_terminal(command: str) -> None:
    result = call(command, "-m", "m")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "error: there is no prompt\n"
        "hint: give one: as an argument, with -f FILE, or through a pipe\n"
    )
    as_json = call(command, "-m", "m", "--json")
    assert (as_json.code, as_json.out, as_json.error["code"]) == (2, "", "usage")


def test_run_takes_the_words_of_ollama_run(server: Server) -> None:
    result = call("run", "llama3.2", "why", "not?", "--host", server.url)
    assert (result.code, result.out) == (0, "Yes.\n")
    body = server.requests[-1].json
    assert body["model"] == "llama3.2"
    assert body["messages"][0]["content"] == "why not?"


@pytest.mark.parametrize(
    ("flag", "prompt", "think"),
    [("--think", "slow", True), ("--think=low", None, "low"), ("--think=false", None, False)],
)
def test_think_takes_no_word_after_it_but_a_level(
    server: Server, flag: str, prompt: str | None, think: object
) -> None:
    call("chat", flag, prompt or "why?", "-m", "m", "--host", server.url)
    body = server.requests[-1].json
    assert body["think"] == think
    assert body["messages"][0]["content"] == (prompt or "why?")


def test_raw_is_what_the_server_sent(server: Server) -> None:
    result = call("chat", "x", "-m", "m", "-o", "raw", "--host", server.url)
    expected = [message(content="Yes."), END]
    assert result.raw == b"".join(json.dumps(line).encode() + b"\n" for line in expected)


def test_keep_alive_comes_from_the_settings_too(server: Server) -> None:
    env = {"OLLAMA_CLI_KEEP_ALIVE": "-1"}
    call("chat", "x", "-m", "m", "--host", server.url, env=env)
    assert server.requests[-1].json["keep_alive"] == -1
    call("chat", "x", "-m", "m", "--keep-alive", "0", "--host", server.url, env=env)
    assert server.requests[-1].json["keep_alive"] == 0
