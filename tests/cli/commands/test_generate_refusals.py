"""`generate`: what it refuses, from a mistyped option to a model that is not there."""

from pathlib import Path

import pytest
from hostile import Server, by_path, document
from shell import call


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["-O", "seed=many"], "option seed takes a whole number, not 'many'"),
        (["-O", "seed"], "an option is written key=value, not 'seed'"),
        (["--temperature", "warm"], "'--temperature': 'warm' is no number"),
        (["--format", "xml"], "unknown format 'xml'"),
        (["--think=deep"], "--think=deep: no such level"),
        (["--keep-alive", "soon"], "is no duration such as 10m"),
        (["-o", "xml"], "'xml' is not one of 'text', 'json', 'jsonl', 'raw'"),
        (["-i", "/dev/null"], "/dev/null is no PNG, JPEG or WebP image"),
    ],
)
def test_usage_errors_reach_no_server(args: list[str], told: str) -> None:
    result = call("generate", "hi", "-m", "m", *args, "--host", "http://127.0.0.1:9")
    assert (result.code, result.out) == (2, "")
    assert told in result.err


@pytest.mark.parametrize("args", [["-f", "gone"], ["-i", "gone"], ["-s", "@gone"]])
def test_a_file_that_is_not_there_is_4(args: list[str], tmp_path: Path) -> None:
    result = call("generate", "hi", "-m", "m", *args, cwd=tmp_path)
    assert (result.code, result.out) == (4, "")
    assert "no such file: gone" in result.err


def test_a_world_without_models_to_chat_with() -> None:
    embedder = {"models": [{"name": "e:latest", "capabilities": ["embedding"]}]}
    tags = {"/api/tags": document(embedder), "/api/ps": document({"models": []})}
    with Server(by_path(tags)) as server:
        result = call("generate", "hi", "--host", server.url)
    assert (result.code, result.out) == (4, "")
    assert result.err == (
        f"error: no chat model is installed on {server.url}\n"
        f"hint: get one: `ollama-cli --host {server.url} models pull llama3.2`\n"
    )


def test_an_unknown_model_names_the_nearest_and_the_pull(demo: str) -> None:
    text = "error: model 'dmo' not found\n"
    pull = f"`ollama-cli --host {demo} models pull dmo`, or have it pulled with --auto-pull"
    hint = f"did you mean demo:latest? if not: {pull}"
    result = call("generate", "hi", "-m", "dmo", "--host", demo)
    assert (result.code, result.out, result.err) == (4, "", f"{text}hint: {hint}\n")
    known = {
        "code": "model_not_found",
        "exit": 4,
        "message": "model 'dmo' not found",
        "hint": hint,
        "http_status": 404,
    }
    as_json = call("generate", "hi", "-m", "dmo", "--json", "--host", demo)
    assert (as_json.code, as_json.out, as_json.error) == (4, "", known)
    as_lines = call("generate", "hi", "-m", "dmo", "-o", "jsonl", "--host", demo)
    assert as_lines.code == 4
    assert as_lines.events[-1] == {"event": "error", **known}
    assert as_lines.error == known
