"""What a model cannot do is told before a byte of the prompt is sent, with models that can."""

from pathlib import Path
from typing import Any

import pytest
from hostile import Script, Server, answer, by_path, document
from installations import model, show_script
from other_servers import VLLM, serving
from shell import Result, call

from ollama_cli.demo import DemoServer

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da63"
    "fcff1f0002eb01f5aaa6a3f00000000049454e44ae426082"
)
INSTALLED: dict[str, list[str] | None] = {
    "talker": ["completion"],
    "seer": ["completion", "vision"],
    "thinker": ["completion", "thinking"],
    "maker": ["embedding"],
    "silent": None,
}


def server(more: dict[str, Script] | None = None, *, known: bool = True) -> Server:
    listed = [
        model(name, *(can or ()), known=known and can is not None)
        for name, can in INSTALLED.items()
    ]
    said = {"message": {"content": "yes"}, "response": "yes", "done": True}
    return Server(
        by_path(
            {
                "/api/tags": document({"models": listed}),
                "/api/show": show_script(INSTALLED),
                "/api/chat": document(said),
                "/api/generate": document(said),
                "/api/embed": document({"embeddings": [[1.0, 2.0]]}),
                **(more or {}),
            }
        )
    )


def asked(server: Server, *args: object, **env: str) -> tuple[Result, list[str]]:
    result = call(*args, "--host", server.url, env=env)
    return result, [request.path for request in server.requests]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(PIXEL)
    return path


@pytest.mark.parametrize("command", ["chat", "generate"])
@pytest.mark.parametrize("known", [True, False])
def test_an_image_for_a_model_without_vision(command: str, known: bool, picture: Path) -> None:
    with server(known=known) as one:
        result, paths = asked(one, command, "what is it?", "-m", "talker", "-i", picture)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "error: model 'talker' cannot see images\n"
        "hint: choose a model with vision with -m, or leave out --image; installed: seer\n"
    )
    assert f"/api/{command}" not in paths


@pytest.mark.parametrize("command", ["chat", "generate"])
def test_thinking_by_a_model_that_cannot(command: str) -> None:
    with server() as one:
        result, paths = asked(one, command, "why?", "-m", "talker", "--think")
    assert result.code == 2
    assert "error: model 'talker' cannot think\n" in result.err
    assert "; installed: thinker\n" in result.err
    assert f"/api/{command}" not in paths


def test_embedding_with_a_chat_model() -> None:
    with server() as one:
        result, paths = asked(one, "embed", "a text", "-m", "talker")
    assert result.code == 2
    assert "error: model 'talker' makes no embeddings\n" in result.err
    assert "; installed: maker\n" in result.err
    assert "/api/embed" not in paths


@pytest.mark.parametrize(
    "args",
    [
        ("chat", "why?", "-m", "thinker", "--think"),
        ("chat", "why?", "-m", "silent", "--think"),
        ("chat", "why?", "-m", "talker", "--think=false"),
        ("embed", "a text", "-m", "maker"),
        ("embed", "a text", "-m", "silent"),
    ],
)
def test_what_a_model_can_do_or_may_be_able_to_do_is_asked(args: tuple[str, ...]) -> None:
    with server() as one:
        result, paths = asked(one, *args)
    assert result.code == 0
    assert paths[-1] in {"/api/chat", "/api/embed"}


def test_nothing_is_asked_where_nothing_is_needed() -> None:
    with server() as one:
        result, paths = asked(one, "chat", "hello", "-m", "talker")
    assert (result.code, paths) == (0, ["/api/chat"])


@pytest.mark.parametrize("command", ["chat", "generate", "embed"])
@pytest.mark.parametrize(
    "where",
    [
        {"remote_host": "https://elsewhere.example:443"},
        {"remote_model": "big"},
        {"remote_host": True},
        {"remote_host": ["https://elsewhere.example:443"]},
    ],
)
def test_no_byte_of_a_prompt_leaves_where_all_shall_stay_local(
    command: str, where: dict[str, Any]
) -> None:
    with server({"/api/show": document({"capabilities": ["completion"], **where})}) as one:
        result, paths = asked(one, command, "SECRET", "-m", "far", "--local-only")
        sent = b"".join(request.body for request in one.requests)
    assert result.code == 13
    assert "model 'far' runs on " in result.err
    assert "local_only is set" in result.err
    assert paths == ["/api/show"]
    assert b"SECRET" not in sent


@pytest.mark.parametrize("how", [[], ["--api", "openai"], ["--api", "native"]])
@pytest.mark.parametrize(
    "broken",
    [
        document({"error": "no such thing"}, 500),
        document({"error": "bad request"}, 400),
        document({"error": "not today"}),
        document(["far"]),
        document(None),
        answer(200, b"hello"),
        answer(307, headers={"Location": "http://127.0.0.1:1/api/show"}),
    ],
)
def test_a_server_that_does_not_tell_where_a_model_runs_gets_no_prompt(
    how: list[str], broken: Script
) -> None:
    listed = document({"data": [{"id": "far"}]})
    with server({"/api/show": broken, "/v1/models": listed}) as one:
        result, paths = asked(one, "chat", "SECRET", "-m", "far", *how, OLLAMA_CLI_LOCAL_ONLY="1")
    assert result.code == 5
    assert set(paths) <= {"/api/show", "/v1/models"}


@pytest.mark.parametrize(
    "args", [("chat", "hi", "-m", "m"), ("health",), ("models", "list"), ("embed", "x", "-m", "m")]
)
def test_a_public_host_is_refused_before_a_connection(args: tuple[str, ...]) -> None:
    far = (*args, "--host", "https://ollama.com")
    result, as_set = call(*far, "--local-only"), call(*far, env={"OLLAMA_CLI_LOCAL_ONLY": "1"})
    assert (result.code, as_set.code) == (13, 13)
    assert "https://ollama.com:443 is a public host, and local_only is set" in result.err
    assert "hint: name a server or a model of your own, or leave out --local-only\n" in result.err
    assert "hint: see where that is set: `ollama-cli config show`\n" in as_set.err


@pytest.mark.parametrize(
    "args",
    [
        ("chat", "hi", "-m", "qwen3"),
        ("generate", "hi", "-m", "qwen3"),
        ("embed", "hi", "-m", "qwen3"),
        ("run", "qwen3", "hi"),
        ("models", "pull", "qwen3"),
        ("models", "pull", "qwen3", "--dry-run"),
        ("models", "cp", "qwen3", "llama3"),
        ("models", "cp", "llama3", "qwen3"),
    ],
)
def test_a_model_that_is_not_allowed_is_refused_everywhere(args: tuple[str, ...]) -> None:
    with server() as one:
        result, paths = asked(one, *args, OLLAMA_CLI_ALLOWED_MODELS="llama3*")
    assert (result.code, paths) == (13, [])
    assert "error: model 'qwen3' is not allowed: allowed_models has llama3*\n" in result.err


def test_of_several_pulls_those_that_are_allowed_go_on() -> None:
    done = document({"status": "success"})
    with server({"/api/pull": done}) as one:
        result, paths = asked(
            one, "models", "pull", "qwen3", "llama3", OLLAMA_CLI_ALLOWED_MODELS="llama3*"
        )
    assert result.code == 11
    assert paths.count("/api/pull") == 1


@pytest.mark.parametrize("args", [("embed", "a"), ("chat", "--think", "a")])
def test_it_is_told_as_well_where_an_ollama_is_asked_by_v1(args: tuple[str, ...]) -> None:
    with DemoServer() as demo:
        result = call(*args, "-m", "demo", "--host", f"{demo.url}/v1")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: model 'demo' ")


def test_a_list_by_v1_is_filtered_by_what_an_ollama_tells() -> None:
    with DemoServer() as demo:
        args = ("models", "list", "--filter", "capability=embedding", "-o", "name")
        result = call(*args, "--host", f"{demo.url}/v1")
    assert (result.out, result.err) == ("demo-embed:latest\n", "")


def test_another_server_is_asked_once_whether_it_is_an_ollama() -> None:
    with serving(VLLM) as other:
        for _ in range(3):
            assert call("embed", "a", "-m", "demo-embed", "--host", other.url).code == 0
        assert other.requests.count(("GET", "/api/version")) == 1
        assert other.requests.count(("POST", "/api/show")) == 0
