"""The Anthropic client against a real Ollama's /v1/messages."""

from collections.abc import Iterator, Mapping

import pytest
from outlines import end_of

from ollama_cli import AnthropicClient, OllamaClient
from ollama_cli.errors import ModelNotFoundError, ServerError
from ollama_cli.types.answer_events import Done, Thinking, ToolCall
from ollama_cli.types.answers import Limit

pytestmark = pytest.mark.live

MESSAGES = [{"role": "user", "content": "Once upon a time"}]
OPTIONS = {"temperature": 0.0, "num_predict": 12}
TOOL = {
    "type": "function",
    "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}},
}


@pytest.fixture
def client(live: str) -> Iterator[AnthropicClient]:
    with AnthropicClient(live) as client:
        yield client


def need(installed: set[str], name: str) -> str:
    if name not in installed:
        pytest.skip(f"the server has no {name}")
    return name


def test_it_lists_the_models_that_ollama_lists(live: str, client: AnthropicClient) -> None:
    with OllamaClient(live) as native:
        assert {m.name for m in client.list_models()} == {m.name for m in native.list_models()}
    health = client.health()
    assert (health.connected, health.error) == (True, None)


def test_it_answers_as_ollama_does(live: str, client: AnthropicClient, model: str) -> None:
    with OllamaClient(live) as native:
        expected = end_of(native.chat(model, MESSAGES, options=OPTIONS))
    found = end_of(client.chat(model, MESSAGES, options=OPTIONS))
    assert (found.text, found.done_reason) == (expected.text, expected.done_reason)
    assert found.usage == expected.usage
    assert found.limit == Limit(12, "--max-tokens")


def test_it_thinks(client: AnthropicClient, installed: set[str]) -> None:
    model = need(installed, "tiny-think")
    events = list(client.chat(model, MESSAGES, think=True))
    thought = "".join(each.text for each in events if isinstance(each, Thinking))
    assert thought
    assert end_of(events).thinking == thought
    assert not end_of(client.chat(model, MESSAGES, think=False)).thinking


def test_it_calls_a_tool_and_hears_its_answer(client: AnthropicClient, installed: set[str]) -> None:
    model = need(installed, "tiny-tools")
    call, done = client.chat(model, MESSAGES, tools=[TOOL])
    assert isinstance(call, ToolCall)
    assert (call.name, call.arguments) == ("get_weather", {"city": "Tromsø", "days": 3})
    assert isinstance(done, Done)
    talk: list[Mapping[str, object]] = [
        *MESSAGES,
        {"role": "assistant", "content": "", "tool_calls": done.answer.tool_calls},
        {"role": "tool", "content": "rain", "tool_name": "get_weather", "tool_call_id": call.id},
    ]
    answered = end_of(client.chat(model, talk, tools=[TOOL]))
    assert answered.text
    assert not answered.tool_calls


def test_it_refuses_as_ollama_does(client: AnthropicClient, model: str) -> None:
    with pytest.raises(ModelNotFoundError, match="'nope' not found"):
        next(client.chat("nope", MESSAGES))
    with pytest.raises(ServerError, match="does not support tools"):
        next(client.chat(model, MESSAGES, tools=[TOOL]))


def test_it_stops_when_it_is_left(client: AnthropicClient, model: str) -> None:
    with client.generate(model, "Once upon") as events:
        next(events)
    assert end_of(client.chat(model, MESSAGES, options=OPTIONS)).text
