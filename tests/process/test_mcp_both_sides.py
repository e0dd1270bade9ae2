"""Our client and our server: what one offers, the other one uses."""

from pathlib import Path

import pytest
from hostile import Server, document
from mcp_servers import configured
from shell import PROGRAM, run

from ollama_cli.demo import DemoServer


def test_a_model_answers_through_both() -> None:
    with DemoServer(tokens_per_second=0) as demo:
        ours = (PROGRAM, "--host", demo.url, "mcp", "serve")
        words = ("ai_ollama_generate", "--arg", "prompt=hello", "--arg", "max_tokens=3")
        done = run("mcp", "call", *words, "-o", "json", "--", *ours)
        assert (done.code, done.err) == (0, "")
        text, told = done.json["content"][0]["text"], done.json["structured_content"]
        assert (text, told["usage"]["completion_tokens"]) == (told["text"], 3)
        wrong = run("mcp", "call", "ai_ollama_generate", "--arg", "promt=a", "--", *ours)
        assert wrong.code == 2
        assert "unknown property 'promt'; did you mean 'prompt'?" in wrong.err


@pytest.mark.parametrize(("debug", "is_logged"), [((), False), (("--debug",), True)])
def test_the_sdk_logs_where_it_is_asked_to(
    debug: tuple[str, ...], is_logged: bool, tmp_path: Path
) -> None:
    with Server(document({})) as server:
        config = configured(tmp_path, web={"url": f"{server.url}/mcp"})
        done = run(*debug, "mcp", "tools", "--mcp-config", str(config))
    assert (done.code, done.out) == (5, "")
    assert ("Error parsing JSON response" in done.err) is is_logged
    assert (len(done.err.splitlines()) > 1) is is_logged
