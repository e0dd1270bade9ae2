"""`tap` before a real server: what passes is the same, and what is told is so."""

import json
import os

import pytest
from shell import PROGRAM, Result, run

pytestmark = pytest.mark.live


def tapped(live: str, *words: str) -> tuple[Result, list[dict[str, object]]]:
    result = run("--host", live, "tap", "-o", "jsonl", "--", *words)
    lines = [line for line in result.err.splitlines() if '"event": "exchange"' in line]
    return result, [json.loads(line) for line in lines]


def test_our_own_answer_is_the_same_through_it(live: str, model: str) -> None:
    args = ("generate", "-m", model, "--seed", "1", "--num-ctx", "512", "Once upon a time")
    straight = run("--host", live, *args)
    result, exchanges = tapped(live, PROGRAM, *args)
    assert (result.code, result.out) == (straight.code, straight.out)
    (answered,) = (each for each in exchanges if each["path"] == "/api/generate")
    assert (answered["status"], answered["ended"], answered["api"]) == (200, "done", "native")
    assert (answered["model"], answered["stream"]) == (model, True)
    assert (answered["num_ctx"], answered["context_length"]) == (512, 512)
    for known in ("prompt_tokens", "completion_tokens", "tokens_per_second", "first_byte_seconds"):
        assert answered[known], known


@pytest.mark.parametrize(
    ("path", "api"), [("/v1/chat/completions", "openai"), ("/v1/messages", "anthropic")]
)
def test_other_apis_are_told(live: str, model: str, path: str, api: str) -> None:
    body = {"model": model, "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}
    script = 'curl -sS -H \'Content-Type: application/json\' -d @- "$OLLAMA_HOST$0" <<< "$1"'
    result, (exchange,) = tapped(live, "bash", "-c", script, path, json.dumps(body))
    assert (result.code, json.loads(result.out)["model"]) == (0, model)
    assert (exchange["status"], exchange["api"], exchange["stream"]) == (200, api, False)
    assert (exchange["prompt_tokens"], exchange["completion_tokens"]) != (None, None)


def test_a_prompt_that_was_cut(live: str, model: str) -> None:
    body = {"model": model, "prompt": "word " * 3000, "stream": False}
    options = {"options": {"num_ctx": 512, "num_predict": 1}}
    script = 'curl -sS -d @- $OLLAMA_HOST/api/generate <<< "$0" >/dev/null'
    _, (exchange,) = tapped(live, "bash", "-c", script, json.dumps(body | options))
    assert (exchange["context_length"], exchange["truncated"]) == (512, True)


def test_a_foreign_page_is_refused(live: str) -> None:
    script = f"curl -sS -H 'Origin: https://evil.example' $OLLAMA_HOST/api/tags{os.linesep}"
    result, (exchange,) = tapped(live, "sh", "-c", script)
    assert (exchange["status"], "not this machine" in result.out) == (403, True)
