"""Tokens, prompts, requests and logprobs against a real server, with models named tiny-…."""

import json
import shutil
from pathlib import Path

import pytest
from shell import bash, call

pytestmark = pytest.mark.live

WORDS = "the quick brown fox jumps over the lazy dog " * 20
ANSWER = {"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]}


def tokens(live: str, text: str, *words: str) -> dict[str, object]:
    result = call("tokens", "-m", "tiny", "-o", "json", *words, "--host", live, stdin=text)
    assert result.code == 0, result.err
    found: dict[str, object] = result.json["texts"][0]
    return found | {"context_length": result.json["context_length"]}


def loaded_with(live: str, num_ctx: int) -> None:
    words = ("-m", "tiny", "--num-ctx", str(num_ctx), "--max-tokens", "1", "-q", "--host", live)
    assert call("generate", "hi", *words).code == 0


def context(live: str) -> int:
    models = call("models", "ps", "--json", "--host", live).json["models"]
    found: int = next(each["context_length"] for each in models if "tiny:" in each["name"])
    return found


def test_tokens_add_up_in_pieces_and_the_context_stays(live: str, installed: set[str]) -> None:
    if "tiny" not in installed:
        pytest.skip("the server has no tiny")
    found = {}
    for size in (256, 2048):
        loaded_with(live, size)
        for how in ((), ("--chat",)):
            counted = tokens(live, WORDS, *how)
            assert counted["context_length"] == size == context(live)
            found[size, how] = (counted["tokens"], counted["exact"])
    for how in ((), ("--chat",)):
        assert found[2048, how][1] is True
        assert found[256, how][0] == found[2048, how][0]


def test_the_prompt_that_is_shown_has_the_tokens_of_the_answer(live: str, model: str) -> None:
    words = ("chat", "Hi there", "-s", "be brief", "-m", model, "-q", "--host", live)
    shown = call(*words, "--show-prompt", "--json").json
    asked = call(*words, "--max-tokens", "1", "--json").json
    assert "Hi there" in shown["rendered"]
    assert "be brief" in shown["rendered"]
    assert shown["tokens"] == asked["usage"]["prompt_tokens"]
    question = call("tokens", "Hi there", "--chat", "-m", model, "--json", "--host", live).json
    plain = call("chat", "Hi there", "-m", model, "--max-tokens", "1", "--json", "--host", live)
    assert question["total"]["tokens"] == plain.json["usage"]["prompt_tokens"]


def test_messages_that_are_dropped_are_told_of(live: str, model: str, tmp_path: Path) -> None:
    words = ("-m", model, "--host", live, "--num-ctx")
    call("chat", "first " * 60, "--save", "--max-tokens", "1", *words, "2048", at=tmp_path)
    again = ("chat", "-c", "second " * 60, "--show-prompt", *words, "128")
    cut = call(*again, "--truncate", at=tmp_path)
    whole = call(*again, at=tmp_path)
    assert cut.code == whole.code == 0
    assert "older messages were dropped" in cut.err
    assert "older messages were dropped" not in whole.err
    assert "first first" in whole.out
    assert "first first" not in cut.out


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")
def test_what_curl_sends_is_answered(live: str, model: str) -> None:
    words = f'ollama-cli generate "it\'s \\$5" -m {model} --max-tokens 3 --seed 1 --host {live}'
    by_curl = bash(f"{words} --curl | sh")
    ours = bash(f"{words} -q")
    texts = [json.loads(line)["response"] for line in by_curl.out.splitlines()]
    assert "".join(texts) == ours.out.removesuffix("\n")


@pytest.mark.parametrize("formatted", [False, True])
def test_logprobs_are_those_of_the_answer(
    live: str, installed: set[str], formatted: bool, tmp_path: Path
) -> None:
    if "tiny-think" not in installed:
        pytest.skip("the server has no tiny-think")
    (tmp_path / "s.json").write_text(json.dumps(ANSWER))
    words = ["chat", "Why?", "-m", "tiny-think", "--think", "--max-tokens", "120", "--logprobs=2"]
    words += ["--format", "@s.json"] if formatted else []
    found = call(*words, "-o", "json", "--host", live, cwd=tmp_path).json
    assert found["thinking"]
    assert "".join(each["token"] for each in found["logprobs"]) == found["text"]
    assert {len(each["top"]) for each in found["logprobs"]} == {2}
