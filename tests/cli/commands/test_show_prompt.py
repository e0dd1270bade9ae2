"""`--show-prompt`: the prompt as the model would see it, and nothing is generated."""

from pathlib import Path
from typing import Any

import pytest
from hostile import Peer, Script, Server, by_path, document
from other_servers import ONLY_V1, serving
from recordings import WIRE, recorded
from shell import call

NOTE = "note: the server shows the prompt as an experiment: other versions may not\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


COUNTED = document({"response": "x", "done": True, "prompt_eval_count": 31})


def showing(render: Script, counting: Script = COUNTED) -> Server:
    """A server that renders, counts 31 tokens of anything, and holds 64."""

    def generate(peer: Peer) -> None:
        (render if "_debug_render_only" in peer.request.json else counting)(peer)

    paths = {"ps": document({"models": [{"name": "m:latest", "context_length": 64}]})}
    paths |= {"show": document({"capabilities": ["completion", "vision"]})}
    paths |= {"chat": render, "generate": generate}
    return Server(by_path({f"/api/{name}": script for name, script in paths.items()}))


def rendered(text: str) -> Script:
    return document({"done": False, "_debug_info": {"rendered_template": text}})


def asked(server: Server) -> list[Any]:
    return [each.json for each in server.requests if each.path in {"/api/chat", "/api/generate"}]


@pytest.mark.parametrize("command", ["chat", "generate"])
def test_the_prompt_and_nothing_else(command: str) -> None:
    words = (command, "Hi", "-s", "be brief", "-m", "m", "--show-prompt", "--seed", "1")
    with showing(recorded(WIRE / f"{command}-debug-render.http")) as server:
        result = call(*words, "--host", server.url)
        (body,) = asked(server)
    prompt = "<|system|>You are a tiny test model.</s><|user|>Hi</s><|assistant|>"
    assert (result.code, result.out, result.err) == (0, f"{prompt}\n", NOTE)
    assert (body["_debug_render_only"], body["stream"]) == (True, False)
    assert body["options"] == {"seed": 1, "num_predict": 1}


def test_a_document_has_its_tokens_too() -> None:
    words = ("chat", "Hi", "-m", "m", "--show-prompt", "-q")
    with showing(recorded(WIRE / "chat-debug-render.http")) as server:
        result = call(*words, "-o", "json", "--host", server.url)
        line = call(*words, "-o", "jsonl", "--host", server.url)
        counted = asked(server)[1]
    assert result.json == {
        "schema": "ollama-cli/chat-prompt/1",
        "model": "m",
        "rendered": "<|system|>You are a tiny test model.</s><|user|>Hi</s><|assistant|>",
        "tokens": 31,
    }
    assert line.events == [result.json]
    assert counted["prompt"] == result.json["rendered"]
    assert (counted["raw"], counted["options"]) == (True, {"num_predict": 1, "num_ctx": 64})


def test_a_prompt_that_does_not_fit_is_shown_whole_and_told() -> None:
    refused = recorded(WIRE / "v0.32.15/generate-too-long-truncate-false.http")
    with showing(rendered("long"), counting=refused) as server:
        result = call("chat", "Hi", "-m", "m", "--show-prompt", "--json", "--host", server.url)
    assert (result.code, result.json["tokens"]) == (0, 1230)
    assert "warning: the prompt has 1,230 tokens, and the context holds 64" in result.err


def test_the_tokens_of_pictures_are_not_counted(tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(PNG)
    words = ("chat", "Hi", "-m", "m", "-i", "p.png", "--show-prompt", "--json")
    with showing(rendered("[img-0]Hi")) as server:
        result = call(*words, "--host", server.url, cwd=tmp_path)
    assert (result.json["rendered"], result.json["tokens"]) == ("[img-0]Hi", None)


DROPPED = "warning: older messages were dropped: they do not fit into the context\n"


def conversation(tmp_path: Path, *words: str, render: Script) -> Any:
    """A second question after one whose prompt was `first`."""
    said = document({"message": {"content": "ok"}, "done": True, "done_reason": "stop"})
    with showing(said) as server:
        call("chat", "first", "--save", "-m", "m", "--host", server.url, at=tmp_path)
    with showing(render) as server:
        words = ("chat", "-c", "second", "-m", "m", "--show-prompt", *words)
        return call(*words, "--host", server.url, at=tmp_path)


def test_a_server_that_leaves_messages_out_is_told_of(tmp_path: Path) -> None:
    recording = recorded(WIRE / "chat-debug-render-dropped.http")
    result = conversation(tmp_path, render=recording)
    assert result.code == 0
    assert result.err == NOTE + DROPPED


def test_messages_that_are_dropped_as_it_was_asked_are_told_of(tmp_path: Path) -> None:
    def render(peer: Peer) -> None:  # the first question stands in the text of the second, too
        cut = "truncate" not in peer.request.json
        rendered("second first" if cut else "first ok second first")(peer)

    result = conversation(tmp_path, "--truncate", render=render)
    assert (result.out, result.err) == ("second first\n", NOTE + DROPPED)


def test_a_conversation_that_fits_is_no_warning(tmp_path: Path) -> None:
    result = conversation(tmp_path, "--truncate", render=rendered("S|first|ok|second"))
    assert result.err == NOTE


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("-o", "raw"), 2, "--show-prompt has no -o raw"),
        (("-I",), 2, "-I is a conversation"),
        (("--api", "openai"), 5, "--show-prompt needs Ollama's own API"),
    ],
)
def test_what_is_refused(words: tuple[str, ...], code: int, told: str) -> None:
    with showing(rendered("x")) as server:
        result = call("chat", "x", "-m", "m", "--show-prompt", *words, "--host", server.url)
    assert (result.code, result.out) == (code, "")
    assert told in result.err


def test_a_server_that_generates_instead() -> None:
    answered = document({"message": {"content": "x"}, "done": True, "done_reason": "length"})
    with showing(answered) as server:
        result = call("chat", "x", "-m", "m", "--show-prompt", "--host", server.url)
    assert (result.code, result.out) == (5, "")
    assert "this server does not show the prompt" in result.err


def test_a_server_of_another_kind() -> None:
    with serving(ONLY_V1) as server:
        result = call("chat", "x", "-m", "m", "--show-prompt", "--host", server.url)
    assert (result.code, result.out) == (5, "")
    assert "--show-prompt needs an Ollama server" in result.err


def test_an_unknown_model() -> None:
    missing = document({"error": "model 'm' not found"}, 404)
    with showing(missing) as server:
        result = call("chat", "x", "-m", "m", "--show-prompt", "--host", server.url)
    assert (result.code, result.out) == (4, "")


@pytest.mark.parametrize("command", ["chat", "generate"])
def test_the_demo_counts_what_it_shows(command: str) -> None:
    words = ("--demo", command, "tides\n\n", "-s", "be\n\nbrief")
    shown = call(*words, "--show-prompt", "--json").json
    answered = call(*words, "--max-tokens", "1", "--json").json
    assert shown["rendered"] == "be\n\nbrief\ntides\n\n\n"
    assert shown["tokens"] == answered["usage"]["prompt_tokens"]


def test_the_schema_that_the_model_is_shown_is_in_it() -> None:
    words = ("--demo", "chat", "bees", "--schema", "ok bool", "--show-prompt", "-q")
    assert '{"type": "object", "properties": {"ok":' in call(*words).out
    assert "properties" not in call(*words, "--no-schema-prompt").out


def test_fields_of_the_document() -> None:
    words = ("--demo", "generate", "bees", "--show-prompt", "-q")
    whole = call(*words, "--json").json
    assert call(*words, "--json", "--fields", "tokens").json == {
        "schema": "ollama-cli/generate-prompt/1",
        "tokens": whole["tokens"],
    }
    assert (
        call(*words, "--line", "{{model}}: {{tokens}}").out == f"demo:latest: {whole['tokens']}\n"
    )
