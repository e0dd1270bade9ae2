"""`generate`: what is sent, what comes out in each format."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile import Server, lines
from shell import call

ARGS = ("generate", "Tell me", "--seed", "1", "--max-tokens", "5")
DONE = {
    "model": "m",
    "response": "",
    "done": True,
    "done_reason": "stop",
    "total_duration": 210_000_000,
    "load_duration": 9_000_000,
    "prompt_eval_count": 12,
    "prompt_eval_duration": 30_000_000,
    "eval_count": 5,
    "eval_duration": 90_000_000,
}
ANSWER = [{"model": "m", "response": "Yes", "done": False}, {**DONE, "response": "."}]
PNG = b"\x89PNG\r\n\x1a\n and more"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(lines(*ANSWER)) as running:
        yield running


def sent(server: Server, *args: str, prompt: str = "hi", **more: Any) -> dict[str, Any]:
    """Give the body that these arguments send."""
    result = call("generate", prompt, "-m", "m", *args, "--host", server.url, **more)
    assert result.code == 0, result.err
    body: dict[str, Any]
    *_, body = (each.json for each in server.requests if each.path == "/api/generate")
    return body


def test_the_answer_alone_on_stdout(demo: str) -> None:
    result = call(*ARGS, "--host", demo)
    assert result.code == 0
    assert len(result.out.split()) == 5
    assert result.out.endswith("\n")
    assert result.err == (
        "note: using demo:latest (choose another with -m)\n"
        "warning: the answer was cut at 5 tokens (--max-tokens)\n"
    )
    assert call(*ARGS, "--host", demo).out == result.out
    assert call(*ARGS, "--no-stream", "--host", demo).out == result.out
    assert call(*ARGS, "-q", "--host", demo).err == ""


def test_a_document_in_seconds(server: Server) -> None:
    result = call("generate", "hi", "-m", "m", "--json", "--host", server.url)
    assert (result.code, result.err) == (0, "")
    assert json.dumps(result.json) == json.dumps(
        {
            "schema": "ollama-cli/generate/1",
            "model": "m",
            "text": "Yes.",
            "thinking": "",
            "done_reason": "stop",
            "tool_calls": [],
            "usage": {"prompt_tokens": 12, "completion_tokens": 5},
            "timings": {"total": 0.21, "load": 0.009, "prompt": 0.03, "completion": 0.09},
            "unshown": [],
            "complete": True,
            "cut": None,
            "limit": None,
            "prompt_truncated": False,
            "context_length": None,
        }
    )


def test_events_as_they_come(server: Server) -> None:
    start, *texts, done = call(
        "generate", "hi", "-m", "m", "-o", "jsonl", "--host", server.url
    ).events
    assert start == {"schema": "ollama-cli/generate/1", "event": "start", "model": "m"}
    assert texts == [{"event": "text", "text": "Yes"}, {"event": "text", "text": "."}]
    assert list(done) == [
        "event", "model", "thinking", "done_reason", "tool_calls", "usage", "timings",
        "unshown", "complete", "cut", "limit", "prompt_truncated", "context_length",
    ]  # fmt: skip
    assert done["event"] == "done"


def test_raw_is_what_the_server_sent(server: Server) -> None:
    result = call("generate", "hi", "-m", "m", "-o", "raw", "--host", server.url)
    assert result.raw == b"".join(json.dumps(line).encode() + b"\n" for line in ANSWER)


def test_missing_numbers_are_null() -> None:
    with Server(lines({"done": True})) as server:
        result = call("generate", "hi", "-m", "m", "--json", "--host", server.url).json
    assert result["text"] == ""
    assert result["done_reason"] is None
    assert set(result["usage"].values()) | set(result["timings"].values()) == {None}


def test_statistics_on_stderr(server: Server) -> None:
    result = call("generate", "hi", "-m", "m", "--stats", "--host", server.url)
    assert result.out == "Yes.\n"
    rows = dict(line.split(":", 1) for line in result.err.splitlines())
    assert {name: value.strip() for name, value in rows.items()} == {
        "prompt tokens": "12",
        "answer tokens": "5",
        "tokens/s": "55.6",
        "load time": "9 ms",
        "prompt time": "30 ms",
        "answer time": "90 ms",
        "total time": "210 ms",
        "end": "stop",
    }


def test_a_plain_request_says_no_more_than_it_must(server: Server) -> None:
    assert sent(server) == {"model": "m", "prompt": "hi", "stream": True, "truncate": False}


def test_all_options_are_sent_typed(server: Server) -> None:
    body = sent(
        server, "--temperature", "0", "--seed", "7", "--num-ctx", "4096", "--max-tokens", "9",
        "--top-p", "0.5", "--stop", "a", "--stop", "b", "-O", "top_k=3", "-O", "use_mmap=false",
        "-O", "stop=c", "--keep-alive", "10m", "--format", "json", "--template", "{{x}}",
        "--suffix", "end", "-s", "be brief", "--think=high",
    )  # fmt: skip
    options = body.pop("options")
    assert sorted(options.pop("stop")) == ["a", "b", "c"]
    assert options == {
        "temperature": 0,
        "seed": 7,
        "num_ctx": 4096,
        "num_predict": 9,
        "top_p": 0.5,
        "top_k": 3,
        "use_mmap": False,
    }
    assert body == {
        "model": "m",
        "prompt": "hi",
        "system": "be brief",
        "template": "{{x}}",
        "suffix": "end",
        "format": "json",
        "think": "high",
        "keep_alive": "10m",
        "stream": True,
        "truncate": False,
    }


def test_an_unknown_option_warns_and_is_sent(server: Server) -> None:
    result = call("generate", "hi", "-m", "m", "-O", "temprature=1", "--host", server.url)
    assert result.code == 0
    assert "warning: unknown option 'temprature': did you mean temperature?" in result.err
    assert server.requests[-1].json["options"] == {"temprature": 1}


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--think", True),
        ("--think=true", True),
        ("--think=false", False),
        ("--think=low", "low"),
        ("--think=MAX", "max"),
    ],
)
def test_think(server: Server, flag: str, value: object) -> None:
    assert sent(server, flag)["think"] == value


def test_the_word_after_think_is_its_level_or_the_prompt(server: Server) -> None:
    for words, think, prompt in ((["low", "why?"], "low", "why?"), (["slow"], True, "slow")):
        result = call("generate", "--think", *words, "-m", "m", "--host", server.url)
        assert result.code == 0
        body = server.requests[-1].json
        assert (body["think"], body["prompt"]) == (think, prompt)


def test_files_and_images(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbffrom a")
    (tmp_path / "b.txt").write_bytes(b"from b\xff")
    (tmp_path / "p.png").write_bytes(PNG)
    (tmp_path / "s.txt").write_text("system text")
    args = ["-f", "a.txt", "-f", "b.txt", "-i", "p.png", "-s", "@s.txt", "--template", "@a.txt"]
    body = sent(server, *args, cwd=tmp_path)
    assert body["prompt"] == "hi\n\nfrom a\n\nfrom b\N{REPLACEMENT CHARACTER}"
    assert body["images"] == [base64.b64encode(PNG).decode()]
    assert (body["system"], body["template"]) == ("system text", "from a")


def test_a_schema_is_sent_without_what_harms(server: Server, tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(x|y)$"}}}
    (tmp_path / "s.json").write_text(json.dumps(schema))
    assert sent(server, "--format", "@s.json", cwd=tmp_path)["format"] == schema
    (tmp_path / "s.json").write_text(json.dumps(schema).replace("(x", "(?:x"))
    del schema["properties"]["a"]["pattern"]  # type: ignore[index]  # of mixed values
    assert sent(server, "--format", "@s.json", cwd=tmp_path)["format"] == schema


@pytest.mark.parametrize("prompt", ["", " ", "\n"])
def test_an_empty_prompt_is_a_usage_error(server: Server, prompt: str) -> None:
    for command in ("generate", "chat"):
        result = call(command, prompt, "-m", "m", "--host", server.url)
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith("error: the prompt is empty\nhint: ")
    assert server.requests == []


def test_raw_sends_the_prompt_alone(server: Server) -> None:
    assert sent(server, "--raw")["raw"] is True
    for option in ("--system", "--template"):
        result = call("generate", "hi", "-m", "m", "--raw", option, "x", "--host", server.url)
        assert (result.code, result.out) == (2, "")
        assert "--raw sends the prompt alone" in result.err


def test_the_model_is_set_or_found(server: Server, demo: str) -> None:
    result = call("generate", "hi", "--host", server.url, env={"OLLAMA_CLI_MODEL": "set"})
    assert server.requests[-1].json["model"] == "set"
    assert result.err == ""
    found = call("generate", "hi", "--max-tokens", "1", "--json", "--host", demo)
    assert found.json["model"] == "demo:latest"
