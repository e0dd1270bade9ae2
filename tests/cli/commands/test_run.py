"""`run`: hands that know `ollama run` type what they know."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile import Server, by_path, document, lines
from shell import call
from terminals import Terminal


def said(**fields: Any) -> dict[str, Any]:
    return {"model": "m", "message": {"role": "assistant", "content": "", **fields}, "done": False}


END = {**said(), "done": True, "done_reason": "stop", "eval_count": 7}
THOUGHT = [said(thinking="Hm"), said(content="**Yes** " * 30), END]
CANNOT = document({"error": '"m" does not support chat'}, 400)
VECTOR = {"model": "m", "embeddings": [[0.5, -1.0]], "prompt_eval_count": 2}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(lines(*THOUGHT)) as running:
        yield running


def embedder(*capabilities: str) -> Server:
    shown = {"capabilities": list(capabilities), "model_info": {}, "details": {}}
    return Server(
        by_path({"/api/chat": CANNOT, "/api/show": document(shown), "/api/embed": document(VECTOR)})
    )


@pytest.mark.parametrize("flag", ["--hidethinking", "--hidethinking=true"])
def test_the_thinking_is_hidden(server: Server, flag: str) -> None:
    loud = call("run", "m", "why?", "--host", server.url)
    quiet = call("run", "m", "why?", flag, "--host", server.url)
    assert loud.out == quiet.out
    assert (loud.err, quiet.err) == ("Hm\n\n", "")
    with Terminal("run", "m", "why?", flag, "--host", server.url) as terminal:
        assert terminal.end() == 0
        assert terminal.lines[0].startswith("Yes")


def test_without_word_wrap_lines_are_left_as_they_are(server: Server) -> None:
    args = ("run", "m", "why?", "--hidethinking", "--nowordwrap", "--host", server.url)
    with Terminal(*args, columns=40) as terminal:
        assert terminal.end() == 0
    assert terminal.raw.decode().strip() == ("**Yes** " * 30).strip()


@pytest.mark.parametrize("option", ["--keepalive", "--keep-alive"])
def test_how_long_the_model_stays_loaded(server: Server, option: str) -> None:
    assert call("run", "m", "why?", option, "1h30m", "--host", server.url).code == 0
    assert server.requests[-1].json["keep_alive"] == "1h30m"
    both = call("run", "m", "x", "--keepalive", "1m", "--keep-alive", "1m", "--host", server.url)
    assert both.code == 2
    bad = call("run", "m", "x", "--keepalive", "soon", "--host", server.url)
    assert bad.code == 2


def test_verbose_tells_the_statistics(server: Server) -> None:
    assert "answer tokens:" not in call("run", "m", "x", "--host", server.url).err
    for flag in ("--verbose", "-v", "--verbose=true", "--stats"):
        told = call("run", "m", "x", flag, "--host", server.url).err
        assert "answer tokens:  7" in told
        assert "POST" not in told
    for flags, bodies in ((["-vv"], 0), (["--verbose", "--verbose"], 0), (["-vvv"], 1)):
        told = call("run", "m", "x", *flags, "--host", server.url).err
        assert f"POST {server.url}/api/chat 200" in told
        assert told.count("> {") == bodies
        assert "answer tokens:  7" in told
    assert "answer tokens:" not in call("chat", "x", "-m", "m", "-v", "--host", server.url).err


@pytest.mark.parametrize(
    ("args", "think"), [(["--think=low"], "low"), (["--think", "high"], "high"), ([], None)]
)
def test_the_words_of_ollama_run(server: Server, args: list[str], think: str | None) -> None:
    result = call("run", "m", "why", "not?", *args, "--format", "json", "--host", server.url)
    assert result.code == 0
    body = server.requests[-1].json
    assert body["messages"] == [{"role": "user", "content": "why not?"}]
    assert body.get("think") == think
    assert body["format"] == "json"


def test_standard_input_goes_along(server: Server) -> None:
    call("run", "m", "sum", "up", "--host", server.url, stdin="a text")
    assert server.requests[-1].json["messages"][0]["content"] == "sum up\n\na text"


def test_an_embedding_model_prints_its_vector() -> None:
    with embedder("embedding") as server:
        args = ("--dimensions", "2", "--truncate=false", "--keepalive", "5m", "--host", server.url)
        result = call("run", "m", "a", "river", *args)
        assert server.requests[-1].json == {
            "model": "m",
            "input": ["a river"],
            "dimensions": 2,
            "truncate": False,
            "keep_alive": "5m",
        }
    assert (result.code, result.out, result.err) == (0, "[0.5, -1.0]\n", "")


def test_an_embedding_model_prints_it_whole_on_a_terminal(tmp_path: Path) -> None:
    with (
        embedder("embedding") as server,
        Terminal("run", "m", "a", "--host", server.url, at=tmp_path) as shown,
    ):
        assert shown.end() == 0
        assert shown.lines[-1] == "[0.5, -1.0]"
    assert not [*tmp_path.rglob("sessions.db")]


@pytest.mark.parametrize("output", ["json", "jsonl"])
def test_a_document_of_a_vector_is_that_of_embed(output: str) -> None:
    with embedder("embedding") as server:
        result = call("run", "m", "a", "-o", output, "--host", server.url)
    assert result.code == 5
    assert result.error["hint"] == f"it makes embeddings: `ollama-cli embed -m m -o {output}`"


@pytest.mark.parametrize("capabilities", [(), ("completion",), ("completion", "embedding")])
def test_a_model_that_makes_none_keeps_its_refusal(capabilities: tuple[str, ...]) -> None:
    with embedder(*capabilities) as server:
        result = call("run", "m", "a", "--host", server.url)
        assert "/api/embed" not in [request.path for request in server.requests]
    assert (result.code, result.out) == (5, "")
    assert "does not support chat" in result.err


def test_no_conversation_begins_with_a_model_that_only_makes_embeddings() -> None:
    with embedder("embedding") as server, Terminal("run", "m", "--host", server.url) as terminal:
        assert terminal.end() == 2
        assert "model 'm' cannot chat" in terminal.shown


def test_a_missing_model_is_pulled_by_plain_http_if_that_is_said() -> None:
    tags = document({"models": []})
    missing = document({"error": "model 'm' not found"}, 404)
    for flags, insecure in (([], None), (["--insecure"], True)):
        pulled = lines({"error": "pull model manifest: file does not exist"})
        scripts = {"/api/chat": missing, "/api/tags": tags, "/api/pull": pulled}
        with Server(by_path(scripts)) as server:
            call("run", "m", "hi", "--auto-pull", *flags, "--host", server.url)
            asked = [r.json for r in server.requests if r.path == "/api/pull"]
        assert [body.get("insecure") for body in asked] == [insecure]


PICTURE = b"\x89PNG\r\n\x1a\n"


def seeing(*capabilities: str) -> Server:
    shown = document({"capabilities": list(capabilities), "model_info": {}, "details": {}})
    return Server(by_path({"/api/show": shown, "/api/chat": lines(*THOUGHT)}))


@pytest.mark.parametrize(
    ("prompt", "text", "pictures"),
    [
        ("what is in this picture? ./p.png", "what is in this picture?", 1),
        ("./p.png what is it?", "what is it?", 1),
        ("'./p.png' and \"./Q R.JPG\"", "and", 2),
        ("./p.png ./Q\\ R.JPG compare", "compare", 2),
        ("see ./none.png", "see ./none.png", 0),
        ("what is p.png?", "what is p.png?", 0),
        ("write ./p.png.txt", "write ./p.png.txt", 0),
        ("http://h/p.png", "http://h/p.png", 0),
    ],
)
def test_a_picture_that_the_prompt_names_goes_along(
    prompt: str, text: str, pictures: int, tmp_path: Path
) -> None:
    for name in ("p.png", "Q R.JPG"):
        (tmp_path / name).write_bytes(PICTURE)
    with seeing("completion", "vision") as server:
        result = call("run", "m", prompt, "--host", server.url, cwd=tmp_path)
        (message,) = server.requests[-1].json["messages"]
    assert result.code == 0
    assert (message["content"], len(message.get("images", []))) == (text, pictures)
    assert ("note: sent along as a picture: ./" in result.err) is (pictures > 0)


def test_a_model_that_cannot_see_gets_the_path_as_text(tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(PICTURE)
    with seeing("completion") as server:
        result = call("run", "m", "what is ./p.png?", "--host", server.url, cwd=tmp_path)
        (message,) = server.requests[-1].json["messages"]
    assert (result.code, message) == (0, {"role": "user", "content": "what is ./p.png?"})
    assert "note: m cannot see pictures: ./p.png is sent as text\n" in result.err
