"""Our words for a conversation, said in the words of the OpenAI-compatible API."""

import base64
import json
from typing import Any

import pytest

from ollama_cli.errors import UsageError
from ollama_cli.wire.openai_requests import messages, sampling

STARTS = {
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff\xe0",
    "gif": b"GIF89a",
    "webp": b"RIFF\x00\x00\x00\x00WEBP",
}


def image(start: bytes) -> str:
    return base64.b64encode(start + bytes(20)).decode()


@pytest.mark.parametrize("kind", STARTS)
def test_the_kind_of_an_image_is_seen_in_its_bytes(kind: str) -> None:
    (said,) = messages([{"role": "user", "content": "x", "images": [image(STARTS[kind])]}])
    assert said["content"][1]["image_url"]["url"] == (
        f"data:image/{kind};base64,{image(STARTS[kind])}"
    )


@pytest.mark.parametrize(
    "data", [image(b"<svg>"), image(b"RIFF\0\0\0\0WAVE"), "", "no base64!", "abc"]
)
def test_what_is_no_image_is_refused(data: str) -> None:
    with pytest.raises(UsageError, match="neither PNG, JPEG, GIF nor WebP"):
        messages([{"role": "user", "content": "x", "images": [data]}])


def test_tool_calls_and_their_answers_are_tied_together() -> None:
    calls = [
        {"function": {"name": "f", "arguments": {"city": "Tromsø"}}},
        {"id": "mine", "function": {"name": "g", "arguments": "{}"}},
    ]
    said = messages(
        [
            {"role": "user", "content": "x"},
            {"role": "assistant", "content": "", "thinking": "Hm", "tool_calls": calls},
            {"role": "tool", "content": "rain", "tool_name": "f"},
            {"role": "tool", "content": "sun", "tool_name": "g"},
        ]
    )
    _, asked, first, second = said
    one, two = asked["tool_calls"]
    assert json.loads(one["function"]["arguments"]) == {"city": "Tromsø"}
    assert (one["type"], one["function"]["name"]) == ("function", "f")
    assert two == {"id": "mine", "type": "function", "function": {"name": "g", "arguments": "{}"}}
    assert first == {"role": "tool", "content": "rain", "tool_call_id": one["id"]}
    assert second == {"role": "tool", "content": "sun", "tool_call_id": "mine"}


def test_calls_as_the_answer_tells_them_can_be_sent_back() -> None:
    call = {"name": "f", "arguments": {"n": 1}, "id": "a"}
    (said,) = messages([{"role": "assistant", "content": "", "tool_calls": [call]}])
    assert said["tool_calls"][0]["function"] == {"name": "f", "arguments": '{"n": 1}'}
    told = messages([{"role": "tool", "content": "x", "tool_call_id": "a"}])
    assert told[0]["tool_call_id"] == "a"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"num_predict": 5}, {"max_tokens": 5}),
        ({"num_predict": -1}, {}),
        ({"frequency_penalty": 0.5, "presence_penalty": 0}, None),
        (None, {}),
    ],
)
def test_options_get_the_names_of_the_api(
    options: dict[str, Any] | None, said: dict[str, Any] | None
) -> None:
    assert sampling(options) == (options if said is None else said)
