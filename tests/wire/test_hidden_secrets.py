"""What is kept secret is hidden in the words of a server, wherever these are cut off."""

import json
from collections.abc import Callable

import pytest

from ollama_cli.errors import AuthError, OllamaCliError
from ollama_cli.types.secrets import keep_secret, redact
from ollama_cli.wire import failures, openai_failures

KEY = "sk-0123456789-abcdef"
Translate = Callable[[int, str, bytes], OllamaCliError]
BOTH = [failures.error_from_answer, openai_failures.error_from_answer]


@pytest.mark.parametrize("translate", BOTH)
@pytest.mark.parametrize("before", [0, 480, 490, 499, 500, 600])
@pytest.mark.parametrize("status", [400, 401, 500])
def test_no_part_of_a_key_is_left_at_the_cut(
    translate: Translate, before: int, status: int
) -> None:
    keep_secret(KEY)
    told = "x" * before + KEY
    for body in (json.dumps({"error": told}).encode(), told.encode()):
        assert KEY[:4] not in translate(status, "text/plain", body).message


def test_no_part_of_a_key_is_left_in_the_line_of_a_stream() -> None:
    keep_secret(KEY)
    error = failures.error_from_line({"error": "x" * 490 + KEY})
    assert error is not None
    assert KEY[:4] not in error.message


@pytest.mark.parametrize("translate", BOTH)
@pytest.mark.parametrize(
    ("status", "body", "wants"),
    [
        (401, {"error": "no"}, True),
        (403, {"error": "no"}, False),
        (401, {"error": "no", "signin_url": "https://ollama.com/connect"}, False),
    ],
)
def test_a_server_that_wants_a_key_is_told_from_one_that_wants_a_sign_in(
    translate: Translate, status: int, body: object, wants: bool
) -> None:
    error = translate(status, "application/json", json.dumps(body).encode())
    assert isinstance(error, AuthError)
    assert error.wants_key is wants


def test_short_words_are_no_secrets_and_long_ones_are_hidden_first() -> None:
    for text in ("ollama", "", KEY, f"{KEY}-and-more"):
        keep_secret(text)
    assert redact(f"run ollama with {KEY}-and-more, or {KEY}") == "run ollama with ***, or ***"
