"""`mcp serve` with a real server: an agent lists models, gets an answer, and ends one."""

import time
from pathlib import Path

import pytest
from agents import Agent, serving

from ollama_cli.features.schema.check import check

pytestmark = pytest.mark.live
pytest.importorskip("mcp", reason="the extra mcp is not installed")


def test_an_agent_lists_models_and_gets_an_answer(live: str, model: str) -> None:
    with serving(live) as agent:
        schemas = {name: tool["outputSchema"] for name, tool in agent.tools().items()}
        listed = agent.call("ai_ollama_list_models")["structuredContent"]["models"]
        assert model in {each["name"].removesuffix(":latest") for each in listed}
        for tool, more in (
            ("ai_ollama_generate", {"prompt": "hi", "max_tokens": 8}),
            ("ai_ollama_chat", {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 8}),
            ("ai_ollama_show_model", {}),
            ("ai_ollama_count_tokens", {"text": "hello world"}),
        ):
            result = agent.call(tool, model=model, **more)
            assert result["isError"] is False, result
            assert check(result["structuredContent"], schemas[tool]) == []
        counted = agent.call("ai_ollama_count_tokens", model=model, text="hello world")
        assert counted["structuredContent"]["exact"] is True
        assert agent.call("ai_ollama_health")["structuredContent"]["connected"] is True
        long = agent.failure("ai_ollama_generate", model=model, prompt="word " * 150_000)
        assert long[1] == "hint: shorten the input"
        assert agent.end() == 0


def test_texts_are_embedded(live: str, installed: set[str]) -> None:
    if "tiny-embed" not in installed:
        pytest.skip("the server has no tiny-embed")
    with serving(live) as agent:
        result = agent.call("ai_ollama_embed", model="tiny-embed", input=["a river", "a stream"])
        document = result["structuredContent"]
        assert len(document["embeddings"]) == 2
        assert document["truncated"] is False


def work_done() -> int:
    """Count the CPU ticks that the runners of models on this machine have used."""
    ticks = 0
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes()
            fields = (place / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if b"llama" in words and b"--model" in words:
            ticks += int(fields[11]) + int(fields[12])
    return ticks


_LEAST_WORK = 10  # ticks of the clock, which are of 10 ms


def test_a_cancelled_call_ends_the_work_of_the_server(live: str, model: str) -> None:
    asked = {"model": model, "prompt": "go on", "max_tokens": 100, "temperature": 0}
    with serving(live, "--rate", "1000") as agent:
        agent.call("ai_ollama_generate", **asked)  # the model is loaded
        before = work_done()
        agent.call("ai_ollama_generate", **asked)
        whole = work_done() - before
        if whole < _LEAST_WORK:
            pytest.skip("the server is on another machine, or too fast to be measured")
        shares = [work_of_a_cancelled_call(agent, asked) / whole for _ in range(3)]
        assert min(shares) < 1 / 2, shares  # others may be at work meanwhile
        assert agent.end() == 0


def work_of_a_cancelled_call(agent: Agent, asked: dict[str, object]) -> int:
    before = work_done()
    number = agent.begin_call("ai_ollama_generate", "t", **asked)
    first = agent.read()
    if "result" in first:
        pytest.skip("the server answers too fast to be cancelled")
    assert first["method"] == "notifications/progress"
    agent.send({"method": "notifications/cancelled", "params": {"requestId": number}})
    time.sleep(1)  # in which it would have gone on
    return work_done() - before
