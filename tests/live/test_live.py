"""The commands against a real server; small models named tiny-… are used where it has them."""

import json

import pytest
from shell import call, run

pytestmark = pytest.mark.live

SHORT = ("--max-tokens", "12", "--seed", "1", "--temperature", "0")


def need(installed: set[str], name: str) -> str:
    if name not in installed:
        pytest.skip(f"the server has no {name}")
    return name


def test_health(live: str, model: str) -> None:
    result = run("health", "-m", model, "--host", live)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("ok: Ollama ")
    verdict = call("health", "--json", "--host", live).json
    assert verdict["connected"] is True
    assert verdict["version"]


def test_list_and_show(live: str, model: str) -> None:
    listed = call("models", "list", "--json", "--host", live).json["models"]
    found = next(each for each in listed if each["name"].removesuffix(":latest") == model)
    assert len(found["digest"]) == 64
    assert found["size"] > 0
    assert found["modified_at"].endswith("Z")
    raw = call("models", "list", "-o", "raw", "--host", live).raw
    assert len(json.loads(raw)["models"]) == len(listed)
    shown = call("models", "show", model, "--host", live)
    assert shown.code == 0
    assert shown.out.startswith("  Model\n")
    family = call("models", "show", model, "--get", "details.family", "--host", live).out
    assert family == f"{found['family']}\n"


def test_just_the_fields(live: str, model: str) -> None:
    models = call("models", "list", "--json", "--host", live).json["models"]
    listed = ("models", "list", "--host", live)
    csv = call(*listed, "--fields", "name,size", "-o", "csv").out.splitlines()
    assert csv == ["name,size", *(f"{each['name']},{each['size']}" for each in models)]
    assert call(*listed, "--jq", ".models[0].name").out == f"{models[0]['name']}\n"
    shown = call("models", "show", model, "--line", "{{details.family}}", "--host", live)
    assert shown.out == call("models", "show", model, "--get", "details.family", "--host", live).out
    asked = ("generate", "-q", "hi", "-m", model, *SHORT, "--host", live)
    assert call(*asked, "--jq", ".usage.completion_tokens > 0").out == "true\n"


@pytest.mark.parametrize("command", ["generate", "chat"])
def test_an_answer_is_the_same_in_every_format(live: str, model: str, command: str) -> None:
    args = (command, "Once upon a time", "-m", model, *SHORT, "--host", live)
    text = run(*args, "-q")
    whole = call(*args, "-q", "--no-stream")
    document = call(*args, "--json").json
    events = call(*args, "-o", "jsonl").events
    raw = call(*args, "-o", "raw").raw
    assert text.code == whole.code == 0
    streamed = "".join(event["text"] for event in events if event["event"] == "text")
    assert text.out == whole.out
    assert text.out in {document["text"], document["text"] + "\n"}
    assert streamed == document["text"]
    assert document["usage"]["completion_tokens"] > 0
    assert 0 < document["timings"]["total"] < 600
    assert events[-1]["done_reason"] == document["done_reason"]
    assert json.loads(raw.splitlines()[-1])["done"] is True


def test_thinking(live: str, installed: set[str]) -> None:
    name = need(installed, "tiny-think")
    args = ("generate", "Why?", "-m", name, "--think", "--max-tokens", "60", "--host", live)
    document = call(*args, "--json").json
    assert document["thinking"]
    assert document["thinking"] not in document["text"]


def test_thinking_where_the_model_cannot(live: str, installed: set[str]) -> None:
    result = call("chat", "Why?", "-m", need(installed, "tiny"), "--think", "--host", live)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: model 'tiny' cannot think\nhint: leave out --think")


def test_odd_characters_arrive_whole(live: str, installed: set[str]) -> None:
    name = need(installed, "tiny-odd")
    args = ("generate", "odd", "-m", name, "--max-tokens", "60", "--seed", "1", "--host", live)
    text = run(*args, "-q")
    document = call(*args, "--json").json
    assert text.code == 0
    assert text.raw.decode().rstrip("\n") == document["text"].rstrip("\n")


def test_a_model_that_repeats_itself_is_stopped_and_told(live: str, installed: set[str]) -> None:
    name = need(installed, "tiny-loop")
    result = call("generate", "loop", "-m", name, "--max-tokens", "400", "-q", "--host", live)
    assert result.code == 5
    assert result.out
    assert "the answer ended without its end marker" in result.err


def test_embed(live: str, installed: set[str]) -> None:
    name = need(installed, "tiny-embed")
    document = call("embed", "a river", "a stream", "-m", name, "--json", "--host", live).json
    assert len(document["embeddings"]) == 2
    assert {len(vector) for vector in document["embeddings"]} == {document["dimensions"]}


def test_copy_has_and_remove(live: str, model: str) -> None:
    copy = "ollama-cli-live-copy"
    try:
        assert run("models", "cp", model, copy, "--host", live).code == 0
        assert run("models", "has", copy, "--host", live).code == 0
    finally:
        removed = run("models", "rm", copy, "--yes", "--host", live)
    assert removed.code == 0
    assert run("models", "has", copy, "-q", "--host", live).code == 4


def test_ps_and_stop(live: str, model: str) -> None:
    before = call("models", "ps", "-o", "name", "--host", live).out.split()
    if before:  # a model of the same weights would stand there under its own name
        call("models", "stop", *before, "--host", live)
    call("generate", "hi", "-m", model, *SHORT, "--host", live)
    running = call("models", "ps", "-o", "name", "--host", live).out.split()
    assert model in {name.removesuffix(":latest") for name in running}
    assert call("models", "stop", model, "--host", live).code == 0


def test_unknown_models(live: str) -> None:
    for command in (("generate", "hi", "-m"), ("chat", "hi", "-m"), ("models", "show")):
        result = call(*command, "ollama-cli-no-such-model", "--host", live)
        assert (result.code, result.out) == (4, ""), command
        pulls = f"`ollama-cli --host {live} models pull ollama-cli-no-such-model`"
        assert pulls in result.err


def test_pull(live: str, pulled: str) -> None:
    result = call("models", "pull", pulled, "--insecure", "-o", "jsonl", "--host", live)
    if "connection refused" in result.err or "no such host" in result.err:
        pytest.skip(f"the registry does not answer: {result.err}")
    assert result.events[0]["event"] == "status"
    assert result.events[-1]["event"] == "success"
    assert result.events[-1]["total"] == result.events[-1]["completed"] > 0
    assert call("models", "has", pulled, "--host", live).code == 0
    again = call("models", "pull", pulled, "--insecure", "--json", "-q", "--host", live)
    assert again.json["models"][0]["status"] == "success"
