"""Error answers of servers that speak the OpenAI protocol, each in its own shape."""

import json
from http import HTTPStatus

import pytest

from ollama_cli.errors import (
    AuthError,
    ModelNotFoundError,
    OllamaCliError,
    ServerError,
    TooLongError,
)
from ollama_cli.wire.openai_failures import error_from_answer, error_in, is_for_chat

UNPROCESSABLE = HTTPStatus(422).phrase  # whose words newer Pythons took from a newer standard
JSON = "application/json"
TOO_LONG = {
    "OpenAI": {
        "error": {
            "message": "This model's maximum context length is 8192 tokens. However, your messages "
            "resulted in 9000 tokens.",
            "type": "invalid_request_error",
            "param": "messages",
            "code": "context_length_exceeded",
        }
    },
    "vLLM of old": {
        "object": "error",
        "message": "This model's maximum context length is 4096 tokens. However, you requested "
        "5000 tokens.",
        "type": "BadRequestError",
        "code": 400,
    },
    "vLLM": {
        "error": {
            "message": "The decoder prompt (length 5000) is longer than the maximum model length "
            "of 4096.",
            "type": "BadRequestError",
            "param": None,
            "code": 400,
        }
    },
    "llama.cpp": {
        "error": {
            "code": 400,
            "message": "request (1230 tokens) exceeds the available context size (256 tokens)",
            "type": "exceed_context_size_error",
            "n_prompt_tokens": 1230,
            "n_ctx": 256,
        }
    },
    "llama-cpp-python": {
        "error": {
            "message": "Requested tokens (3000) exceed context window of 2048",
            "type": "internal_server_error",
            "param": None,
            "code": None,
        }
    },
    "LM Studio": {
        "error": "The number of tokens to keep from the initial prompt is greater than the context "
        "length. However, the model is loaded with context length of only 4096 tokens"
    },
    "Ollama": {"error": {"message": "the input length exceeds the context length", "code": None}},
}
UNKNOWN = {
    "OpenAI": {"error": {"message": "The model `x` does not exist", "code": "model_not_found"}},
    "vLLM": {
        "error": {"message": "The model `x` does not exist.", "type": "NotFoundError", "code": 404}
    },
    "Ollama": {"error": {"message": "model 'x' not found", "type": "not_found_error"}},
}


def error(status: int, body: object, content_type: str = JSON) -> OllamaCliError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error_from_answer(status, content_type, data, address="http://h")


@pytest.mark.parametrize("server", TOO_LONG)
def test_a_prompt_that_is_too_long_is_told_apart(server: str) -> None:
    found = error(400, TOO_LONG[server])
    assert isinstance(found, TooLongError)
    assert (found.http_status, found.exit_code) == (400, 8)
    assert "larger context" in (found.hint or "")
    in_stream = error_in(TOO_LONG[server])
    assert isinstance(in_stream, TooLongError)


@pytest.mark.parametrize("server", UNKNOWN)
def test_a_model_that_is_unknown_is_told_apart(server: str) -> None:
    found = error(404, UNKNOWN[server])
    assert isinstance(found, ModelNotFoundError)
    assert found.http_status == 404
    assert not is_for_chat(found)


@pytest.mark.parametrize(
    "told",
    [
        "This is a chat model and not supported in the v1/completions endpoint.",
        "did you mean /v1/chat/completions?",
    ],
)
def test_a_model_of_conversations_is_no_unknown_model(told: str) -> None:
    found = error(404, {"error": {"message": told}})
    assert type(found) is ServerError
    assert is_for_chat(found)


@pytest.mark.parametrize(
    ("status", "told"),
    [(500, "a chat model"), (401, "x"), (404, "no such thing: chatty"), (404, "File Not Found")],
)
def test_other_errors_are_not_about_conversations(status: int, told: str) -> None:
    assert not is_for_chat(error(status, {"error": told}))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": {"message": "out of memory", "type": "x", "code": None}}, "out of memory"),
        ({"error": "out of memory"}, "out of memory"),
        ({"object": "error", "message": "out of memory"}, "out of memory"),
        ({"message": "out of memory"}, "out of memory"),
        ({"detail": "out of memory"}, "out of memory"),
        (
            {"detail": [{"loc": ["body", "top_p"], "msg": "too large"}, {"msg": "bad"}]},
            "body.top_p: too large; bad",
        ),
        ({"error": {"message": "see http://u:secret@h/"}}, "see http://***@h/"),
        (b"plain words", f"the server at http://h answered HTTP 422 {UNPROCESSABLE}: plain"),
        (b"", f"the server at http://h answered HTTP 422 {UNPROCESSABLE}"),
        (b"[1]", "the server at http://h answered HTTP 422"),
        ({"detail": [1]}, "[1]"),
    ],
)
def test_the_message_is_found_in_every_shape(body: object, message: str) -> None:
    found = error(422, body)
    assert type(found) is ServerError
    assert message in found.message
    assert found.http_status == 422


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_wants_a_key(status: int) -> None:
    told = {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}
    found = error(status, told)
    assert isinstance(found, AuthError)
    assert found.message == "the server refuses: Incorrect API key provided"
    assert "--api-key-env" in (found.hint or "")
    assert f"HTTP {status}" in error(status, b"").message


def test_a_sign_in_is_told_with_its_address() -> None:
    found = error(401, {"error": "unauthorized", "signin_url": "https://ollama.com/connect?x"})
    assert found.hint == "open https://ollama.com/connect?x"


def test_a_value_without_an_error_is_none() -> None:
    assert error_in({"choices": [], "error": None}) is None
    assert error_in([]) is None


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (404, b"model not found\n", 4),
        (404, b"Model 'foo' is not found", 4),
        (400, b"prompt is too long: 20 tokens > 10 maximum", 8),
        (413, b"Request Entity Too Large", 5),
        (404, b"no healthy upstream", 5),
        (
            400,
            b'{"error": {"message": "/chat/completions: Invalid model name passed in model=f"}}',
            4,
        ),
        (400, b'{"error": {"message": "litellm: /v1/completions: no such model f"}}', 4),
    ],
)
def test_plain_words_and_routes_before_them_have_their_code_too(
    status: int, body: bytes, code: int
) -> None:
    assert error_from_answer(status, "text/plain", body).exit_code == code
