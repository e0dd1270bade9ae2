"""The OpenAI client against a real Ollama's /v1, and against any other real server.

The other one is named by OLLAMA_CLI_TEST_OPENAI_URL; what its model cannot do is skipped.
"""

import os
from collections.abc import Iterator, Mapping
from functools import partial

import pytest
from outlines import end_of

from ollama_cli.errors import ModelNotFoundError, OllamaCliError, ProtocolError, TooLongError
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.services.openai import OpenAIClient
from ollama_cli.types.answer_events import Done, Text, Thinking, ToolCall

pytestmark = pytest.mark.live

# Read at import: every test runs in an environment without it.
OTHER = os.environ.get("OLLAMA_CLI_TEST_OPENAI_URL", "")
MESSAGES = [{"role": "user", "content": "Once upon a time"}]
OPTIONS = {"seed": 1, "temperature": 0.0, "num_predict": 12}
TOOL = {
    "type": "function",
    "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}},
}


@pytest.fixture
def ollama(live: str) -> Iterator[OpenAIClient]:
    with OpenAIClient(live) as client:
        yield client


@pytest.fixture
def other() -> Iterator[OpenAIClient]:
    if not OTHER:
        pytest.skip("OLLAMA_CLI_TEST_OPENAI_URL is not set")
    with OpenAIClient(OTHER) as client:
        if not client.health().connected:
            pytest.skip(f"nothing answers at {OTHER}")
        yield client


def need(installed: set[str], name: str) -> str:
    if name not in installed:
        pytest.skip(f"the server has no {name}")
    return name


def chat_model(client: OpenAIClient) -> str:
    found = client.detect_model()
    assert found is not None
    return found


def test_ollama_lists_its_models_by_both_protocols(live: str, ollama: OpenAIClient) -> None:
    with OllamaClient(live) as native:
        assert {m.name for m in ollama.list_models()} == {m.name for m in native.list_models()}
    health = ollama.health()
    assert (health.connected, health.error) == (True, None)


@pytest.mark.parametrize("way", ["generate", "chat"])
def test_ollama_says_the_same_by_both_protocols(
    live: str, ollama: OpenAIClient, model: str, way: str
) -> None:
    options = {**OPTIONS, "top_p": 1.0}
    answers = []
    with OllamaClient(live) as native:
        for client in (native, ollama):
            said = (
                client.generate(model, "Once upon a time", options=options)
                if way == "generate"
                else client.chat(model, MESSAGES, options=options)
            )
            answers.append(end_of(said))
    one, other = answers
    assert one.text == other.text
    assert one.done_reason == other.done_reason == "length"
    assert one.usage == other.usage
    assert one.model == other.model


def test_ollama_thinks(ollama: OpenAIClient, installed: set[str]) -> None:
    model = need(installed, "tiny-think")
    events = list(ollama.chat(model, MESSAGES, think=True))
    thought = "".join(each.text for each in events if isinstance(each, Thinking))
    assert thought
    assert end_of(events).thinking == thought
    assert not end_of(ollama.chat(model, MESSAGES, think=False)).thinking


def test_ollama_calls_a_tool_and_hears_its_answer(
    ollama: OpenAIClient, installed: set[str]
) -> None:
    model = need(installed, "tiny-tools")
    call, done = ollama.chat(model, MESSAGES, tools=[TOOL])
    assert isinstance(call, ToolCall)
    assert (call.name, call.arguments) == ("get_weather", {"city": "Tromsø", "days": 3})
    assert isinstance(done, Done)
    talk: list[Mapping[str, object]] = [
        *MESSAGES,
        {"role": "assistant", "content": "", "tool_calls": done.answer.tool_calls},
        {"role": "tool", "content": "rain", "tool_name": "get_weather"},
    ]
    answered = end_of(ollama.chat(model, talk, tools=[TOOL]))
    assert answered.text
    assert not answered.tool_calls


def test_ollama_stops_a_loop_without_an_end(ollama: OpenAIClient, installed: set[str]) -> None:
    model = need(installed, "tiny-loop")
    with pytest.raises(ProtocolError, match="without its end marker"):
        list(ollama.chat(model, MESSAGES))


def test_ollama_embeds(live: str, ollama: OpenAIClient, installed: set[str]) -> None:
    model = need(installed, "tiny-embed")
    texts = ["a river", "a stone"]
    with OllamaClient(live) as native:
        expected = native.embed(texts, model)
    found = ollama.embed(texts, model)
    assert len(found.vectors) == 2
    for vector, other in zip(found.vectors, expected.vectors, strict=True):
        assert vector == pytest.approx(other, abs=1e-5)


def test_ollama_refuses_as_by_its_own_protocol(ollama: OpenAIClient, model: str) -> None:
    for asked in (ollama.generate("nope", "Hi"), ollama.chat("nope", MESSAGES)):
        with pytest.raises(ModelNotFoundError, match="'nope' not found"):
            next(asked)
    with pytest.raises(OllamaCliError) as caught:
        next(ollama.chat(model, MESSAGES, tools=[TOOL]))
    assert "does not support tools" in caught.value.message


def test_the_other_server_has_a_model(other: OpenAIClient) -> None:
    (first, *_) = other.list_models()
    assert other.health(first.name).model_id == first.name
    assert other.capabilities(first.name).names is None


@pytest.mark.parametrize("way", ["generate", "chat", "raw", "system"])
def test_the_other_server_answers(other: OpenAIClient, way: str) -> None:
    model = chat_model(other)
    asked = {
        "generate": partial(other.generate, model, "Once upon"),
        "raw": partial(other.generate, model, "Once upon", raw=True),
        "system": partial(other.generate, model, "Hi", system="Be brief"),
        "chat": partial(other.chat, model, MESSAGES),
    }
    events = list(asked[way](options=OPTIONS))
    answer = end_of(events)
    assert answer.text == "".join(each.text for each in events if isinstance(each, Text))
    assert answer.text
    assert answer.done_reason in {"stop", "length"}


def test_the_other_server_may_cut_by_itself_and_that_is_told(other: OpenAIClient) -> None:
    model = chat_model(other)
    options = {"seed": 1, "temperature": 0.0}
    unlimited = list(other.generate(model, "Once upon", options=options))
    limited = list(other.generate(model, "Once upon", options={**options, "num_predict": 16}))
    assert end_of(limited).done_reason == "length"
    assert len(end_of(unlimited).text) >= len(end_of(limited).text)
    assert (end_of(unlimited).cut == "max_tokens") is (end_of(unlimited).done_reason == "length")


def test_the_other_server_answers_many_in_one_session(other: OpenAIClient) -> None:
    model = chat_model(other)
    said = {end_of(other.chat(model, MESSAGES, options=OPTIONS)).text for _ in range(5)}
    assert len(said) == 1


def test_the_other_server_stops_when_it_is_left(other: OpenAIClient) -> None:
    model = chat_model(other)
    with other.generate(model, "Once upon", options={"seed": 1}) as events:
        assert isinstance(next(events), Text)
    assert end_of(other.chat(model, MESSAGES, options=OPTIONS)).text


def test_a_prompt_too_long_for_the_other_server_is_no_answer(other: OpenAIClient) -> None:
    """One that has sent its status by then can but end without an end (llama-cpp-python)."""
    model = chat_model(other)
    with pytest.raises((TooLongError, ProtocolError)):
        list(other.generate(model, "hello " * 50_000))


def test_the_other_server_embeds(other: OpenAIClient) -> None:
    model = other.detect_embedding_model()
    if model is None:
        pytest.skip("the server names no embedding model")
    found = other.embed(["a river", "a stone"], model)
    assert len(found.vectors) == 2
    assert found.dimensions > 1
