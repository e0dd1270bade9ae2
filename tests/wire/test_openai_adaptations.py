"""What a server refuses by name is asked in another way, and nothing else is."""

from typing import Any

import pytest

from ollama_cli.wire.openai_adaptations import ANY_LIMIT, adapted_body, smaller_batch

STREAMED = {"stream": True, "stream_options": {"include_usage": True}}
OBJECT = {"response_format": {"type": "json_object"}}
SCHEMA = {
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": {"type": "object"}},
    }
}


@pytest.mark.parametrize(
    ("body", "complaint", "changed"),
    [
        (OBJECT, "'response_format.type' must be 'json_schema' or 'text'", SCHEMA),
        (OBJECT, "response_format json_object is not supported by this model", SCHEMA),
        (STREAMED, "body.stream_options: Extra inputs are not permitted", {"stream": True}),
        (STREAMED, "Streaming is not supported", {"stream": False}),
        (STREAMED, "Unsupported value: 'stream' does not support true", {"stream": False}),
        (STREAMED, "stream must be false", {"stream": False}),
        (STREAMED, "your organization must be verified to stream this model", {"stream": False}),
        ({"max_tokens": 5}, "use 'max_completion_tokens' instead", {"max_completion_tokens": 5}),
        ({}, "body.max_tokens: Field required", {"max_tokens": ANY_LIMIT}),
        ({}, "max_tokens must be an integer", {"max_tokens": ANY_LIMIT}),
        ({}, "missing parameter max_tokens", {"max_tokens": ANY_LIMIT}),
    ],
)
def test_a_refusal_by_name_changes_that_alone(
    body: dict[str, Any], complaint: str, changed: dict[str, Any]
) -> None:
    assert adapted_body({"model": "m", **body}, complaint) == {"model": "m", **changed}


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (STREAMED, "the model stream-1 does not exist"),
        (STREAMED, "the upstream is not supported"),
        ({"stream": False}, "streaming is not supported"),
        ({"max_tokens": 5}, "max_tokens must be at least 16"),
        ({"max_completion_tokens": 5}, "max_tokens is required"),
        (SCHEMA, "json_object is not supported"),
        ({}, "response_format.type must be text"),
        (STREAMED | OBJECT, "out of memory"),
    ],
)
def test_any_other_complaint_changes_nothing(body: dict[str, Any], complaint: str) -> None:
    assert adapted_body(body, complaint) is None


@pytest.mark.parametrize(
    ("complaint", "most"),
    [
        ("batch size 40 > maximum allowed batch size 32", 32),
        ("batch size is invalid, it should not be larger than 10.: input.contents", 10),
        ("Invalid 'input': array too long. Expected a list with maximum length 25", 25),
        ("too many inputs: 40", 20),
        ("invalid request: total number of texts must be at most 16 - received 40", 16),
        ("the batch is too large", 20),
        ("at most 1 inputs are allowed", 1),
        ("input exceeds the limit of 512 tokens in a batch", None),
        ("input is too large to process. increase the physical batch size (512)", None),
        ("the model is unknown", None),
    ],
)
def test_a_batch_shrinks_to_what_the_server_says_or_to_its_half(
    complaint: str, most: int | None
) -> None:
    assert smaller_batch(40, complaint) == most
    assert smaller_batch(1, complaint) is None
