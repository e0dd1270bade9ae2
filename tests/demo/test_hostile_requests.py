"""Hostile requests: each is answered, nothing is printed, and the server serves on."""

import json
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from ollama_cli.demo import DemoServer, framing

POST = b"POST /api/show HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
MEGABYTE = bytes(1 << 20)
Attack = Callable[[bytes], bytes]


@pytest.fixture
def attack(server: DemoServer, demo: Any, capfd: pytest.CaptureFixture[str]) -> Iterator[Attack]:
    """Send raw bytes and give the answer; afterwards the server is quiet and alive."""

    def sent(request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0), 10) as line:
            line.sendall(request)
            answer = b""
            while piece := line.recv(65536):
                answer += piece
            return answer

    yield sent
    assert demo("/api/version").body == b'{"version":"0.32.15"}'
    assert capfd.readouterr() == ("", "")


def _status(answer: bytes) -> int:
    return int(answer.split()[1])


def _posted(path: bytes, body: bytes) -> bytes:
    head = b"POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    return head % (path, len(body)) + body


@pytest.mark.parametrize(
    ("length", "status"),
    [
        (b"99999999999999999999999", 413),
        (b"9000000000000000000", 413),
        (b"%d" % (framing.LARGEST + 1), 413),
        (b"9" * 5000, 413),
        (b"-1", 400),
        (b"+5", 400),
        (b"1_0", 400),
        (b"0x10", 400),
        (b"5\r\nContent-Length: 6", 400),
    ],
)
def test_a_length_nobody_can_hold_or_read(attack: Attack, length: bytes, status: int) -> None:
    answer = attack(POST + b"Content-Length: %b\r\n\r\n" % length)
    assert _status(answer) == status
    assert b"\r\nConnection: close\r\n" in answer


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"ffffffffffffffffffff\r\n", 413),
        (b"%x\r\n" % (framing.LARGEST + 1), 413),
        (b"1\r\n \r\n%x\r\n" % framing.LARGEST, 413),
        (b"-1\r\n{}", 400),
        (b"0x2\r\n{}\r\n0\r\n\r\n", 400),
        (b"1_0\r\n{}\r\n0\r\n\r\n", 400),
        (b"2\r\n{}more\r\n0\r\n\r\n", 400),
        (b"2" + b" " * 70_000, 400),
        (b"2;" + b"x" * 70_000, 400),
        (b"0\r\n" + b"a: b\r\n" * 200, 400),
    ],
)
def test_chunks_nobody_can_hold_or_read(attack: Attack, body: bytes, status: int) -> None:
    assert _status(attack(CHUNKED + body)) == status


def test_the_largest_body_is_said_in_the_shape_of_the_route(attack: Attack) -> None:
    head = b"HTTP/1.1\r\nHost: localhost\r\nContent-Length: 67108865\r\n\r\n"
    native = json.loads(attack(b"POST /api/chat " + head).partition(b"\r\n\r\n")[2])
    openai = json.loads(attack(b"POST /v1/embeddings " + head).partition(b"\r\n\r\n")[2])
    assert native["error"] == "request body too large: at most 67108864 bytes are read"
    assert openai["error"]["message"] == native["error"]


def test_a_refusal_reaches_a_client_that_is_still_sending(
    attack: Attack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(framing, "LARGEST", 1000)
    assert _status(attack(_posted(b"/api/show", MEGABYTE))) == 413
    chunk = b"200\r\n" + bytes(0x200) + b"\r\n"
    assert _status(attack(CHUNKED + chunk * 5000 + b"0\r\n\r\n")) == 413


def test_a_body_below_the_limit_is_read(attack: Attack) -> None:
    body = b'{"model": "demo"}' + b" " * (1 << 20)
    assert _status(attack(_posted(b"/api/show", body))) == 200
    chunks = b"".join(b"1\r\n%c\r\n" % letter for letter in body[:17])
    close = CHUNKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert _status(attack(close + chunks + b"0;x=y\r\nTrailer: x\r\n\r\n")) == 200


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * (1 << 21) + b"\r\n\r\n", 431),
        (b"GET / HTTP/x.y\r\n\r\n", 400),
        (b"BREW / HTTP/1.1\r\n\r\n" + MEGABYTE, 501),
    ],
)
def test_heads_have_bounds(attack: Attack, request_head: bytes, status: int) -> None:
    assert _status(attack(request_head)) == status


@pytest.mark.parametrize(
    "header",
    [b"Host: [", b"Host: ]", b"Host: localhost\r\nOrigin: http://[", b"Host: \xe2\x84\x80"],
)
def test_a_host_that_is_no_address_is_foreign(attack: Attack, header: bytes) -> None:
    head = b"GET /api/version HTTP/1.1\r\nConnection: close\r\n"
    assert _status(attack(head + header + b"\r\n\r\n")) == 403


def _generate(**more: Any) -> bytes:
    return json.dumps({"model": "demo", "prompt": "x", "stream": False, **more}).encode()


@pytest.mark.parametrize("path", [b"/api/chat", b"/api/generate", b"/v1/chat/completions"])
@pytest.mark.parametrize(
    ("field", "text"),
    [
        (b'"format": {"type":"integer","minimum":1e999}', "unmarshal number 1e999 into Go value"),
        (b'"keep_alive": -1e999', "cannot unmarshal number -1e999 into Go value of type float64"),
        (b'"keep_alive": 1' + b"0" * 400, f"number 1{'0' * 39}... into Go value of type float64"),
        (b'"options": {"seed": 1' + b"0" * 5000 + b"}", "... into Go value of type float64"),
        (b'"temperature": 1' + b"0" * 400, "... into Go value of type float64"),
        (b'"format": {"minimum": Infinity}', "invalid character 'I' looking for beginning of val"),
        (b'"format": ' + b"[" * 100_000, "exceeded max depth"),
        (b'"format": {"const": ' + b"[" * 300 + b"]" * 300 + b"}", "exceeded max depth"),
        (b'"format": {"const": ' + b'{"":' * 300 + b"1" + b"}" * 301, "exceeded max depth"),
    ],
)
def test_json_beyond_what_can_be_written_again(
    attack: Attack, path: bytes, field: bytes, text: str
) -> None:
    body = b'{"model": "demo", "prompt": "x", "messages": [{"content": "x"}], ' + field + b"}"
    answer = attack(_posted(path, body))
    assert _status(answer) == 400
    error = json.loads(answer.partition(b"\r\n\r\n")[2])["error"]
    assert text in (error if isinstance(error, str) else error["message"])


def test_null_in_an_array_is_an_empty_element(attack: Attack) -> None:
    chat = b'{"model": "demo", "stream": false, "messages": [null, {"content": "x"}]}'
    assert _status(attack(_posted(b"/api/chat", chat))) == 200
    answer = attack(_posted(b"/api/generate", _generate(images=[None])))
    assert _status(answer) == 400
    assert b"Multimodal data" in answer


@pytest.mark.parametrize("limit", [1e300, -1e300, 10**300, 2**64])
def test_a_huge_limit_is_no_limit(attack: Attack, limit: float) -> None:
    answer = attack(_posted(b"/api/generate", _generate(options={"num_predict": limit})))
    assert _status(answer) == 200


LIST: dict[str, Any] = {"type": "array", "minItems": 1000}
TREE = {
    "$ref": "#/definitions/tree",
    "definitions": {
        "tree": {
            "type": "object",
            "properties": {str(n): {"$ref": "#/definitions/tree"} for n in range(120)},
        }
    },
}


@pytest.mark.parametrize(
    "schema",
    [
        LIST | {"items": LIST | {"items": LIST | {"items": {"type": "boolean"}}}},
        TREE,
        {"type": "array", "minItems": 1000, "items": {"type": "string", "minLength": 10_000}},
        {"type": "string", "pattern": r"^(?:a?){4294967294}#$"},
        {"type": "string", "pattern": r"^(?:(?:(?:a?){999}){999}){999}#$"},
        {"type": "string", "pattern": r"^a{99999999999}$"},
        {"type": "string", "pattern": "^" + "(" * 14 + "a" + "{9})" * 14 + "$"},
        {"type": "string", "pattern": r"^(?x:(a|a) *)#$"},
        {"type": "string", "pattern": "^" + "(" * 2000 + ")" * 2000 + "#$"},
    ],
)
def test_schemas_that_ask_for_too_much(attack: Attack, schema: object) -> None:
    answer = attack(_posted(b"/api/generate", _generate(format=schema)))
    assert _status(answer) == 400
    assert b"failed to parse grammar" in answer


@pytest.mark.parametrize(
    "pattern",
    [
        *("^[a-z]+$", "^(a|b)+$", "^.*$", "^a{3,5}$", "^[A-Z]{19}$", "^[[a]#$", "^[a||b]#$"),
        # On these a search would never end.
        *("^(.|.)*#$", "^(a+)+#$", "^((a|a|a|a)*)*#$"),
        *("^" + ".*" * 12 + "#$", "^" + "(|)" * 60 + "#$"),
    ],
)
def test_patterns_that_stay_followed(attack: Attack, pattern: str) -> None:
    schema = {"type": "string", "pattern": pattern}
    assert _status(attack(_posted(b"/api/generate", _generate(format=schema)))) == 200


@pytest.mark.parametrize(
    ("schema", "status"),
    [
        ({"type": ["integer", "null"]}, 200),
        ({"type": []}, 200),
        ({"type": {}}, 200),
        ("integer", 200),
        (None, 200),
        (LIST | {"items": LIST | {"items": LIST | {"items": {"type": "boolean"}}}}, 400),
        ({"type": "string", "minLength": "x"}, 400),
    ],
)
def test_arguments_of_any_schema_are_made_or_refused(
    attack: Attack, schema: object, status: int
) -> None:
    attack(_posted(b"/api/pull", b'{"model": "llama3.2", "stream": false}'))
    parameters = {"type": "object", "properties": {"a": schema}, "required": ["a"]}
    tool = {"type": "function", "function": {"name": "roll", "parameters": parameters}}
    said = [{"role": "user", "content": f"roll {'9' * 400} {'9' * 15} {'A b ' * 9}"}]
    asked = {"model": "llama3.2", "stream": False, "messages": said, "tools": [tool]}
    assert _status(attack(_posted(b"/api/chat", json.dumps(asked).encode()))) == status


@pytest.mark.parametrize("duration", ["1" * 100_000 + "x", "1" * 100_000 + "h1"])
def test_a_long_duration_is_read_in_one_go(attack: Attack, duration: str) -> None:
    answer = attack(_posted(b"/api/generate", _generate(keep_alive=duration)))
    assert _status(answer) == 400


def test_many_messages_are_dropped_in_one_go(attack: Attack) -> None:
    messages = [{"content": "old"}] * 20_000 + [{"role": "user", "content": "tide"}]
    body = json.dumps({"model": "demo", "stream": False, "messages": messages}).encode()
    assert _status(attack(_posted(b"/api/chat", body))) == 200


@pytest.mark.parametrize("path", [b"/api/embed", b"/v1/embeddings"])
def test_more_texts_than_memory_are_refused(attack: Attack, path: bytes) -> None:
    body = json.dumps({"model": "demo-embed", "input": ["a"] * 10_001}).encode()
    answer = attack(_posted(path, body))
    assert _status(answer) == 400
    assert b"too many inputs: at most 10000 in one request" in answer
