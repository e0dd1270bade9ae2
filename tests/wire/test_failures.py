"""Error answers become our errors: the class, the code, the words, the hint."""

import json

import pytest

from ollama_cli.errors import (
    AuthError,
    ModelNotFoundError,
    OllamaCliError,
    ServerError,
    TooLongError,
)
from ollama_cli.wire.failures import (
    error_from_answer,
    error_from_line,
    error_from_text,
    may_be_of_a_proxy,
)

JSON = "application/json; charset=utf-8"
NESTED = (
    '{"error":{"code":400,"message":"request (9000 tokens) exceeds the available context size '
    '(4096 tokens), try increasing it","type":"exceed_context_size_error"}}'
)


def test_a_name_that_is_none_is_told_what_one_is() -> None:
    told = error(400, {"error": "invalid model name"})
    assert told.hint == "a name is [HOST/][NAMESPACE/]MODEL[:TAG]"


def error(status: int, body: object, content_type: str = JSON) -> OllamaCliError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error_from_answer(status, content_type, data, address="X")


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (404, {"error": "model 'm' not found"}, ModelNotFoundError, "model 'm' not found"),
        (404, {"error": 'model "m" not found'}, ModelNotFoundError, 'model "m" not found'),
        (404, {"error": "no such blob"}, ServerError, "no such blob"),
        (404, b"404 page not found", ServerError, "the server at X answered HTTP 404 Not Found"),
        (405, b"405 method not allowed", ServerError, "HTTP 405 Method Not Allowed"),
        (400, {"error": "invalid model name"}, ServerError, "invalid model name"),
        (
            400,
            {"error": NESTED},
            TooLongError,
            "the prompt needs 9,000 tokens, the context holds 4,096",
        ),
        (
            400,
            {"error": json.loads(NESTED)["error"]},
            TooLongError,
            "the prompt needs 9,000 tokens",
        ),
        (400, {"error": "x", "StatusCode": 400}, ServerError, "x"),
        (500, {"error": {"message": "inner"}}, ServerError, "inner"),
        (500, {"error": {"code": 3}}, ServerError, '{"code": 3}'),
        (500, {"error": 7}, ServerError, "7"),
        (500, {}, ServerError, "HTTP 500 Internal Server Error: {}"),
        (500, [], ServerError, "HTTP 500 Internal Server Error: []"),
        (500, b"", ServerError, "the server at X answered HTTP 500 Internal Server Error"),
        (500, b"\xff\xfe", ServerError, "HTTP 500 Internal Server Error"),
        (502, b"upstream\n is  down", ServerError, "HTTP 502 Bad Gateway: upstream is down"),
        (599, b"", ServerError, "the server at X answered HTTP 599"),
        (429, {"error": "too many"}, ServerError, "too many"),
        (501, {"error": "no embeddings"}, ServerError, "no embeddings"),
        (401, {"error": "unauthorized"}, AuthError, "the server refuses: unauthorized"),
        (401, b"", AuthError, "the server refuses: HTTP 401 Unauthorized"),
        (403, b"", AuthError, "refuses requests for this host name"),
        (403, {"error": "ollama cloud is disabled"}, AuthError, "ollama cloud is disabled"),
        (403, b"<html>no</html>", AuthError, "the server at X refuses: <html>no</html>"),
        (403, {"message": "Forbidden"}, AuthError, "the server at X refuses: Forbidden"),
        (403, {"detail": "not you"}, AuthError, "the server at X refuses: not you"),
        (400, b"[" * 100_000, ServerError, "HTTP 400 Bad Request: [[["),
    ],
)
def test_an_error_answer_becomes_its_error(
    status: int, body: object, kind: type[OllamaCliError], message: str
) -> None:
    made = error(status, body)
    assert type(made) is kind
    assert message in made.message
    assert made.http_status == status
    assert len(made.message) < 700


def test_an_html_page_is_called_one() -> None:
    made = error(502, b"<html><h1>Oops</h1></html>", "text/html")
    assert made.message == "the server at X answered HTTP 502 Bad Gateway with an HTML page"


@pytest.mark.parametrize(
    ("address", "is_name"),
    [
        ("http://gpu:11434", True),
        ("http://gpu.corp.example:11434", True),
        ("http://localhost:11434", False),
        ("http://127.0.0.1:11434", False),
        ("http://192.168.1.20", False),
        ("http://[fd00::1]:11434", False),
        (None, False),
    ],
)
def test_an_empty_403_is_about_a_name_alone(address: str | None, is_name: bool) -> None:
    made = error_from_answer(403, "", b"", address=address)
    assert made.exit_code == 6
    assert ("refuses requests for this host name" in made.message) is is_name
    assert ("name it by its IP address" in str(made.hint)) is is_name
    assert ("whoever runs a proxy" in str(made.hint)) is not is_name


def test_a_403_with_a_page_is_called_one() -> None:
    page = b"<html>proxy: blocked</html>"
    made = error_from_answer(403, "text/html", page, address="http://gpu:11434")
    assert made.message == (
        "the server at http://gpu:11434 refuses with an HTML page: HTTP 403 Forbidden"
    )
    assert made.hint == "ask whoever runs a proxy or a gateway there: these are no words of Ollama"


@pytest.mark.parametrize(
    ("status", "body", "may_be"),
    [
        (403, b"<html>", True),
        (403, b"", True),
        (403, b'{"message":"Forbidden"}', True),
        (407, b"", True),
        (502, b"bad gateway", True),
        (403, b'{"error":"no"}', False),
        (503, b'{"error":"server busy"}', False),
        (500, b"<html>", False),
        (404, b"", False),
    ],
)
def test_what_may_be_the_answer_of_a_proxy(status: int, body: bytes, may_be: bool) -> None:
    assert may_be_of_a_proxy(status, body) is may_be


def test_a_sign_in_address_becomes_the_hint() -> None:
    made = error(401, {"error": "unauthorized", "signin_url": "https://example.com/connect?k=1"})
    assert made.message == "the server wants a sign-in: unauthorized"
    assert made.hint == "open https://example.com/connect?k=1"


@pytest.mark.parametrize(
    "text",
    [
        "the input length exceeds the context length",
        "request (1 tokens) exceeds the available context size (1 tokens), try increasing it",
        "the prompt is longer than the context length currently available to the model; shorten",
    ],
)
def test_each_wording_of_too_long_is_known(text: str) -> None:
    made = error_from_text(text, http_status=400)
    assert (type(made), made.exit_code, made.http_status) == (TooLongError, 8, 400)


def test_a_model_that_cannot_think_is_hinted_at() -> None:
    assert "--think" in str(error_from_text('"m" does not support thinking').hint)


def test_a_very_long_text_is_shortened() -> None:
    assert len(error(500, {"error": "x" * 10_000}).message) == 500
    in_line = error_from_line({"error": "x" * 10_000})
    assert in_line is not None
    assert len(in_line.message) == 500


@pytest.mark.parametrize("depth", [*range(800, 1000, 7), 5000])
def test_an_error_nested_to_the_limit_of_recursion_is_still_ours(depth: int) -> None:
    body = b'{"error":' + b"[" * depth + b"]" * depth + b"}"
    assert isinstance(error(500, body), ServerError)
