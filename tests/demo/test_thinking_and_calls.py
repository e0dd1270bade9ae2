"""The model of the demo that thinks and calls tools, in the shapes of the real server."""

import json
from typing import Any

import pytest

FIRST = ("model", "created_at")
DICE = {
    "type": "function",
    "function": {
        "name": "roll_dice",
        "description": "Roll dice.",
        "parameters": {
            "type": "object",
            "properties": {
                "count": {"type": "integer", "description": "how many"},
                "colour": {"enum": ["red", "green"]},
                "place": {"type": "string"},
                "loud": {"type": "boolean"},
                "sides": {"type": "number"},
            },
            "required": ["count", "colour", "place"],
        },
    },
}


@pytest.fixture
def thinker(demo: Any) -> Any:
    """Ask the model that thinks."""
    demo("/api/pull", {"model": "qwen3:4b"})

    def asked(path: str, prompt: str, **more: Any) -> Any:
        said = [{"role": "user", "content": prompt}]
        asks = {"prompt": prompt} if path == "/api/generate" else {"messages": said}
        return demo(path, {"model": "qwen3:4b", **asks, **more})

    return asked


def test_it_thinks_first_unless_it_is_told_not_to(thinker: Any) -> None:
    *pieces, last = thinker("/api/chat", "tides").events
    keys = ["role", "content", "thinking"]
    thinking = [piece for piece in pieces if list(piece["message"]) == keys]
    assert pieces[: len(thinking)] == thinking
    assert not any(piece["message"]["content"] for piece in thinking)
    thought = "".join(piece["message"]["thinking"] for piece in thinking)
    assert thought.startswith("The prompt holds words that I know well: tide (")
    assert last["eval_count"] == len(pieces)
    events = thinker("/api/chat", "tides", think=False).events
    assert not any("thinking" in event["message"] for event in events)


@pytest.mark.parametrize("think", [True, "low", "max"])
def test_the_document_holds_the_thinking_beside_the_text(thinker: Any, think: object) -> None:
    message = thinker("/api/chat", "xyzzy", think=think, stream=False).json["message"]
    assert list(message) == ["role", "content", "thinking"]
    assert message["thinking"].startswith("The prompt holds no word that I know well")
    assert message["content"].startswith("I am ollama-cli's demo model")


def test_generate_thinks_after_a_line_that_holds_nothing(thinker: Any) -> None:
    first, second, *_ = thinker("/api/generate", "tides").events
    assert tuple(first) == (*FIRST, "response", "done")
    assert tuple(second) == (*FIRST, "response", "thinking", "done")
    assert thinker("/api/generate", "tides", stream=False).json["thinking"]


@pytest.mark.parametrize("more", [{"format": "json"}, {"raw": True}])
def test_generate_does_not_think_before_a_format_or_a_raw_prompt(
    thinker: Any, more: dict[str, Any]
) -> None:
    assert not any("thinking" in event for event in thinker("/api/generate", "x", **more).events)


def test_chat_thinks_before_a_format(thinker: Any) -> None:
    message = thinker("/api/chat", "tides", format={"const": 3}, stream=False).json["message"]
    assert message["thinking"]
    assert message["content"] == "3"


def test_a_limit_within_the_thinking_leaves_no_text(thinker: Any) -> None:
    *pieces, last = thinker("/api/chat", "tides", options={"num_predict": 5}).events
    assert not any(piece["message"]["content"] for piece in pieces)
    assert (last["done_reason"], last["eval_count"]) == ("length", 5)


def test_a_stop_is_looked_for_in_the_text_alone(thinker: Any) -> None:
    message = thinker("/api/chat", "tides", options={"stop": ["demo"]}, stream=False).json[
        "message"
    ]
    assert message["content"] == "I am ollama-cli's "
    assert message["thinking"].endswith(".")


def test_a_tool_is_called_whose_name_the_prompt_speaks_of(thinker: Any) -> None:
    asked = 'Please roll 3 dice of 20 sides "on the table"'
    *thinking, called, last = thinker("/api/chat", asked, tools=[DICE]).events
    assert all(event["message"]["thinking"] for event in thinking)
    ((call),) = called["message"]["tool_calls"]
    assert called["message"]["content"] == ""
    assert call["id"].startswith("call_")
    assert call["function"] == {
        "index": 0,
        "name": "roll_dice",
        "arguments": {"count": 3, "colour": "red", "place": "on the table", "sides": 20},
    }
    assert (last["message"]["content"], last["done_reason"]) == ("", "stop")
    assert last["eval_count"] > len(thinking)


@pytest.mark.parametrize(
    ("prompt", "more"),
    [
        ("the bees", {}),
        ("roll dice", {"format": "json"}),
        ("roll dice", {"options": {"num_predict": 24}}),
    ],
)
def test_no_tool_is_called(thinker: Any, prompt: str, more: dict[str, Any]) -> None:
    message = thinker("/api/chat", prompt, tools=[DICE], stream=False, **more).json["message"]
    assert "tool_calls" not in message


def test_the_arguments_are_an_object_where_nothing_is_asked_for(thinker: Any) -> None:
    tools = [{"type": "function", "function": {"name": "ping"}}]
    message = thinker("/api/chat", "Ping it", tools=tools, stream=False, think=False).json[
        "message"
    ]
    assert [call["function"]["arguments"] for call in message["tool_calls"]] == [{}]
    assert "thinking" not in message


def test_an_answer_says_what_the_tools_said(demo: Any, thinker: Any) -> None:
    first = thinker("/api/chat", "roll dice", tools=[DICE], stream=False).json["message"]
    said = [{"role": "user", "content": "roll dice"}, first]
    said += [
        {"role": "tool", "tool_name": name, "content": text}
        for name, text in (("roll_dice", "4."), ("other", "red"))
    ]
    wanted = {"model": "qwen3:4b", "messages": said, "tools": [DICE], "stream": False}
    message = demo("/api/chat", wanted).json["message"]
    assert message["content"] == "roll_dice says: 4. other says: red"
    assert message["thinking"] == "A tool has answered: I say what it said."


@pytest.mark.parametrize(
    ("tools", "status", "text"),
    [
        ([3], 400, "json: cannot unmarshal number into Go struct field ChatRequest.tools of type"),
        ([{"function": 3}], 400, "json: cannot unmarshal number into Go struct field"),
        (
            [{"function": {"name": "dice", "parameters": {"properties": {"a": {"$ref": "x"}}}}}],
            400,
            '{"error":{"code":400,"message":"Field \'json_schema\'',
        ),
    ],
)
def test_tools_that_are_none_are_refused(thinker: Any, tools: Any, status: int, text: str) -> None:
    reply = thinker("/api/chat", "dice", tools=tools)
    assert reply.status == status
    assert reply.error.startswith(text)


def test_the_compatible_route_has_its_own_names_for_both(demo: Any, thinker: Any) -> None:
    whole = thinker("/v1/chat/completions", "roll 2 dice", tools=[DICE]).json["choices"][0]
    assert list(whole["message"]) == ["role", "content", "reasoning", "tool_calls"]
    assert whole["finish_reason"] == "tool_calls"
    ((call),) = whole["message"]["tool_calls"]
    assert list(call) == ["id", "index", "type", "function"]
    assert json.loads(call["function"]["arguments"])["count"] == 2
    result = {"role": "tool", "tool_call_id": call["id"], "content": "6"}
    said = [{"role": "user", "content": "roll 2 dice"}, whole["message"], result]
    after = demo("/v1/chat/completions", {"model": "qwen3:4b", "messages": said}).json
    assert after["choices"][0]["message"]["content"] == "roll_dice says: 6"


def test_the_compatible_route_streams_both(thinker: Any) -> None:
    body = thinker("/v1/chat/completions", "roll 2 dice", tools=[DICE], stream=True).body
    *events, _, _ = body.decode().split("\n\n")
    choices = [json.loads(event.removeprefix("data: "))["choices"][0] for event in events]
    *thinking, called, last = choices
    assert all(choice["delta"]["reasoning"] for choice in thinking)
    assert called["delta"]["tool_calls"][0]["function"]["name"] == "roll_dice"
    assert last == {"index": 0, "delta": {}, "finish_reason": "tool_calls"}
