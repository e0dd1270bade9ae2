"""Error answers of Anthropic's API, turned into ours."""

import json

import pytest

from ollama_cli.errors import (
    AuthError,
    ModelNotFoundError,
    OllamaCliError,
    ServerError,
    TooLongError,
)
from ollama_cli.wire.anthropic_failures import error_from_answer, error_in


def failure(kind: str, message: str) -> bytes:
    error = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}
    return json.dumps(error).encode()


@pytest.mark.parametrize(
    ("status", "kind", "message", "error"),
    [
        (400, "invalid_request_error", "max_tokens: Field required", ServerError),
        (400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum", TooLongError),
        (401, "authentication_error", "invalid x-api-key", AuthError),
        (403, "permission_error", "not yours", AuthError),
        (404, "not_found_error", "model: nope", ModelNotFoundError),
        (404, "not_found_error", "no such thing", ModelNotFoundError),
        (413, "request_too_large", "Request exceeds the maximum size", TooLongError),
        (429, "rate_limit_error", "slow down", ServerError),
        (500, "api_error", "Internal server error", ServerError),
        (529, "overloaded_error", "Overloaded", ServerError),
    ],
)
def test_each_status_has_its_error(
    status: int, kind: str, message: str, error: type[OllamaCliError]
) -> None:
    found = error_from_answer(status, "application/json", failure(kind, message))
    assert type(found) is error
    assert found.http_status == status
    assert found.exit_code == error.exit_code


def test_a_gateway_that_finds_it_too_large_is_too_long_as_well() -> None:
    page = b"<html><h1>413 Request Entity Too Large</h1></html>"
    found = error_from_answer(413, "text/html", page, address="https://h")
    assert isinstance(found, TooLongError)
    assert found.hint == "shorten the prompt"
    assert error_from_answer(413, "text/plain", b"").exit_code == 8


def test_the_numbers_of_a_prompt_that_is_too_long_are_kept() -> None:
    body = failure("invalid_request_error", "prompt is too long: 215,000 tokens > 200000 maximum")
    found = error_from_answer(400, "application/json", body)
    assert isinstance(found, TooLongError)
    assert (found.needs, found.holds) == (215_000, 200_000)


def test_an_overloaded_server_says_what_to_do() -> None:
    found = error_from_answer(529, "application/json", failure("overloaded_error", "Overloaded"))
    assert found.hint == "the server has too much to do: try again in a moment"
    assert found.exit_code == 5


def test_what_reports_no_error_is_none() -> None:
    assert error_in({"type": "ping"}) is None
    assert error_in({"type": "message", "error": None, "content": []}) is None
