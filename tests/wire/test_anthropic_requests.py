"""Bodies for /v1/messages, and what they cannot carry."""

from typing import Any

import pytest

from ollama_cli.errors import ProtocolError, UsageError
from ollama_cli.types.requests import ChatRequest, EmbedRequest, GenerateRequest
from ollama_cli.wire.anthropic_requests import fitted, message_body, messages

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAE="
ASKED = [{"role": "user", "content": "Hi"}]
IMAGE = {
    "type": "image",
    "source": {"type": "base64", "media_type": "image/png", "data": PNG},
}
CALL = {"id": "t1", "function": {"name": "f", "arguments": {"n": 1}}}


def test_a_bare_prompt_is_a_conversation_with_a_limit() -> None:
    assert message_body(GenerateRequest("m", "Hi")) == {
        "model": "m",
        "messages": ASKED,
        "max_tokens": 4096,
        "stream": True,
    }


def test_the_system_prompt_stands_outside() -> None:
    body = message_body(GenerateRequest("m", "Hi", system="Be brief"))
    assert (body["system"], body["messages"]) == ("Be brief", ASKED)
    talk = [{"role": "system", "content": "A"}, *ASKED, {"role": "system", "content": "B"}]
    body = message_body(ChatRequest("m", talk))
    assert (body["system"], body["messages"]) == ("A\n\nB", ASKED)


def test_options_have_the_names_of_the_api() -> None:
    options = {"temperature": 0.5, "top_p": 0.9, "top_k": 3, "stop": "END", "num_predict": 7}
    body = message_body(ChatRequest("m", ASKED, options=options))
    assert body == {
        "model": "m",
        "messages": ASKED,
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 3,
        "stop_sequences": ["END"],
        "max_tokens": 7,
        "stream": True,
    }


@pytest.mark.parametrize(("limit", "sent"), [(-1, 4096), (-2, 4096), (0, 4096), (1, 1)])
def test_no_limit_has_no_number_there(limit: int, sent: int) -> None:
    assert (
        message_body(ChatRequest("m", ASKED, options={"num_predict": limit}))["max_tokens"] == sent
    )


@pytest.mark.parametrize(
    ("think", "sent"),
    [
        (True, {"type": "enabled", "budget_tokens": 2048}),
        ("high", {"type": "enabled", "budget_tokens": 2048}),
        (False, {"type": "disabled"}),
    ],
)
def test_thinking_has_half_of_the_tokens(think: Any, sent: dict[str, Any]) -> None:
    assert message_body(ChatRequest("m", ASKED, think=think))["thinking"] == sent


def test_what_it_has_no_words_for_is_parted_by_name() -> None:
    options = {"seed": 1, "num_ctx": 4096, "temperature": 0.5}
    request = ChatRequest("m", ASKED, options=options, keep_alive="10m")
    kept, left_out = fitted(request)
    assert left_out == ("seed", "num_ctx", "keep_alive")
    assert message_body(kept)["temperature"] == 0.5
    with pytest.raises(UsageError, match=r"(?m)cannot carry seed, num_ctx, keep_alive$"):
        message_body(request)
    embed = EmbedRequest("m", keep_alive="10m")
    assert fitted(embed) == (embed, ())


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        (GenerateRequest("m", "Hi", raw=True), "raw"),
        (GenerateRequest("m", "Hi", template="{{ .Prompt }}"), "template"),
        (GenerateRequest("m", "Hi", suffix=""), "suffix"),
        (GenerateRequest("m", "Hi", format="json"), "a format or schema of answers"),
        (ChatRequest("m", ASKED, format={}), "a format or schema of answers"),
    ],
)
def test_what_would_change_the_answer_is_refused(
    request_: GenerateRequest | ChatRequest, name: str
) -> None:
    with pytest.raises(UsageError, match=f"(?m)cannot carry {name}$"):
        message_body(request_)


def test_images_stand_before_the_text() -> None:
    body = message_body(GenerateRequest("m", "What?", images=[PNG]))
    assert body["messages"][0]["content"] == [IMAGE, {"type": "text", "text": "What?"}]
    with pytest.raises(UsageError, match="neither PNG"):
        message_body(GenerateRequest("m", "What?", images=["aGVsbG8="]))


def test_tools_are_written_in_its_words() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    tools: list[dict[str, Any]] = [
        {"type": "function", "function": {"name": "f", "description": "F.", "parameters": schema}},
        {"type": "function", "function": {"name": "g"}},
    ]
    assert message_body(ChatRequest("m", ASKED, tools=tools))["tools"] == [
        {"name": "f", "description": "F.", "input_schema": schema},
        {"name": "g", "input_schema": {"type": "object", "properties": {}}},
    ]


def test_calls_and_results_are_blocks() -> None:
    second = {"name": "g", "arguments": '{"a": "b"}'}
    talk: list[dict[str, Any]] = [
        *ASKED,
        {"role": "assistant", "content": "Let me see", "tool_calls": [CALL, second]},
        {"role": "tool", "content": "rain", "tool_name": "f", "tool_call_id": "t1"},
        {"role": "tool", "content": "", "tool_name": "g"},
        {"role": "user", "content": "And?"},
    ]
    assert messages(talk) == [
        *ASKED,
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "Let me see"},
                {"type": "tool_use", "id": "t1", "name": "f", "input": {"n": 1}},
                {"type": "tool_use", "id": "call_1_1", "name": "g", "input": {"a": "b"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": "rain"},
                {"type": "tool_result", "tool_use_id": "call_1_1"},
            ],
        },
        {"role": "user", "content": "And?"},
    ]


def test_the_next_round_of_calls_has_its_own_results() -> None:
    again = {"id": "t2", "function": {"name": "f", "arguments": {}}}
    talk: list[dict[str, Any]] = [
        *ASKED,
        {"role": "assistant", "content": "", "tool_calls": [CALL]},
        {"role": "tool", "content": "rain"},
        {"role": "assistant", "content": "", "tool_calls": [again]},
        {"role": "tool", "content": "sun"},
    ]
    results = [each["content"][0] for each in messages(talk)[2::2]]
    assert [each["tool_use_id"] for each in results] == ["t1", "t2"]


def test_signed_blocks_go_back_unchanged() -> None:
    blocks = [
        {"type": "thinking", "thinking": "Hm", "signature": "sig"},
        {"type": "tool_use", "id": "t1", "name": "f", "input": {"n": 1}},
    ]
    said = {"role": "assistant", "content": "", "tool_calls": [CALL], "blocks": blocks}
    written = messages([*ASKED, said, {"role": "tool", "content": "rain"}])
    assert written[1] == {"role": "assistant", "content": blocks}
    assert written[2]["content"][0]["tool_use_id"] == "t1"


def test_content_in_parts_is_sent_as_it_is() -> None:
    parts = ["odd", {"type": "tool_use"}, {"type": "text", "text": "Hi"}]
    talk: list[dict[str, Any]] = [
        {"role": "assistant", "content": parts},
        {"role": "tool", "content": "rain"},
    ]
    assert messages(talk)[0]["content"] == parts


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_answer_is_not_sent_back(text: str) -> None:
    said = {"role": "assistant", "content": text}
    assert messages([*ASKED, said, *ASKED]) == [*ASKED, *ASKED]


def test_arguments_that_are_no_json_are_no_traceback() -> None:
    call = {"function": {"name": "f", "arguments": "{"}}
    with pytest.raises(ProtocolError, match="'f'"):
        messages([{"role": "assistant", "content": "", "tool_calls": [call]}])
