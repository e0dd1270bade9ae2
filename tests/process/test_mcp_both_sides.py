"""Our client and our server: what one offers, the other one uses."""

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
