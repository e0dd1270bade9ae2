"""What routers say, told apart from what servers say of a request."""

import json

import pytest

from ollama_cli.wire.unknown_route import is_lm_studio_refusal, is_unknown_route

ROUTERS = [
    "Not Found",
    "not found",
    "404 page not found",
    "Unexpected endpoint or method. (POST /api/chat)",
    "Invalid URL (POST /v1/x)",
    "Unknown endpoint",
    "Method Not Allowed",
    "Cannot POST /api/chat",
    "Route not found",
    "No handler for /x",
    "The requested URL was not found on the server.",
]
OWN = [
    "model 'm' not found",
    "model not found",
    'model "m" not found, try pulling it first',
    "The model `m` does not exist.",
    "file does not exist",
    "This server does not support embeddings. Start it with `--embeddings`",
    "no such model",
]


@pytest.mark.parametrize("status", [404, 405, 501])
@pytest.mark.parametrize("words", ROUTERS)
def test_the_words_of_routers_are_of_no_endpoint(words: str, status: int) -> None:
    for value in ({"error": words}, {"error": {"message": words}}, {"detail": words}):
        assert is_unknown_route(status, json.dumps(value).encode())
    assert is_unknown_route(status, words.encode())


@pytest.mark.parametrize("words", OWN)
def test_words_about_a_request_are_of_an_endpoint_that_is_there(words: str) -> None:
    for value in ({"error": words}, {"error": {"message": words}}, {"message": words}):
        assert not is_unknown_route(404, json.dumps(value).encode())


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 502, 503])
def test_no_other_status_says_that_there_is_no_endpoint(status: int) -> None:
    assert not is_unknown_route(status, b"Not Found")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"<h1>Not Found</h1>", b"[" * 99_999])
def test_what_says_nothing_at_all_comes_from_a_router(body: bytes) -> None:
    assert is_unknown_route(404, body)


def test_lm_studios_answer_is_known_by_its_beginning() -> None:
    assert is_lm_studio_refusal(b'{"error":"Unexpected endpoint or method. (GET /api/version)"}')
    assert is_lm_studio_refusal(b'{\n "error" : "Unexpected endpoint or method. (GET /x)"}')
    assert not is_lm_studio_refusal(b'{"response":"{\\"error\\":\\"Unexpected endpoint or method"}')
    assert not is_lm_studio_refusal(b'{"error":"unexpected EOF"}')
    assert not is_lm_studio_refusal(b"")
