"""HTTP: methods, paths, bodies, framing, and the texts of the router."""

import http.client
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from ollama_cli.demo import DemoServer


def test_root_version_and_status(demo: Any) -> None:
    root = demo("/")
    assert (root.status, root.body) == (200, b"Ollama is running")
    assert root.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert demo("/api/version").body == b'{"version":"0.32.15"}'
    assert demo("/api/status").json["cloud"]["disabled"] is True


@pytest.mark.parametrize("path", ["/", "/api/tags", "/api/version"])
def test_head_has_the_length_and_no_body(demo: Any, path: str) -> None:
    head = demo(path, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(demo(path).body)


@pytest.mark.parametrize("path", ["/api/nope", "/v1/nope", "/v1/models/"])
def test_unknown_path(demo: Any, path: str) -> None:
    reply = demo(path)
    if path == "/v1/models/":
        assert (reply.status, reply.headers["Location"]) == (301, "/v1/models")
        return
    assert (reply.status, reply.body) == (404, b"404 page not found")
    assert reply.headers["Content-Type"] == "text/plain"


def test_wrong_method_names_the_right_one(demo: Any) -> None:
    reply = demo("/api/chat")
    assert (reply.status, reply.body) == (405, b"405 method not allowed")
    assert reply.headers["Allow"] == "POST"


def test_slashes_too_many_are_redirected(demo: Any) -> None:
    moved = demo("/api/tags/")
    assert (moved.status, moved.headers["Location"]) == (301, "/api/tags")
    kept = demo("//api/chat", {"model": "demo"})
    assert (kept.status, kept.headers["Location"], kept.body) == (307, "/api/chat", b"")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "example.com"}, 403),
        ({"Host": "93.184.216.34"}, 403),
        ({"Host": "box.local:80"}, 200),
        ({"Host": "192.168.1.5:11434"}, 200),
        ({"Origin": "https://example.com"}, 403),
        ({"Origin": "http://localhost:3000"}, 200),
        ({"Origin": "app://obsidian.md"}, 200),
    ],
)
def test_foreign_sites_are_refused(demo: Any, headers: dict[str, str], status: int) -> None:
    reply = demo("/api/version", headers=headers)
    assert reply.status == status
    assert (reply.body == b"") == (status == 403)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "missing request body"),
        (b'{"model":', "unexpected EOF"),
        (b'{"model": "de', "unexpected EOF"),
        (b'{"model": tiny}', "invalid character 'i' in literal true (expecting 'r')"),
        (b'{"model": tr', "unexpected EOF"),
        (b"{model: 1}", "invalid character 'm' looking for beginning of object key string"),
        (b'{"a" 1}', "invalid character '1' after object key"),
        (b"xyz", "invalid character 'x' looking for beginning of value"),
        (
            b'{"model": 3}',
            "json: cannot unmarshal number into Go struct field ChatRequest.model of type string",
        ),
        (
            b'{"model": "demo", "messages": [{"content": [1]}]}',
            (
                "json: cannot unmarshal array into Go struct field "
                "ChatRequest.messages.content of type string"
            ),
        ),
        (b"[1]", "json: cannot unmarshal array into Go value of type api.ChatRequest"),
        (b"null", "model is required"),
        (b"{}", "model is required"),
    ],
)
def test_bad_bodies_get_the_words_of_the_server(demo: Any, body: bytes, text: str) -> None:
    reply = demo("/api/chat", body, method="POST")
    assert (reply.status, reply.error) == (400, text)
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("body", [b'{"a": NaN}', b"[" * 100_000, b'{"messages": [3]}'])
def test_odd_json_is_refused_without_a_traceback(
    demo: Any, body: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    assert demo("/api/chat", body).status == 400
    assert capfd.readouterr().err == ""


def test_only_the_first_json_value_counts(demo: Any) -> None:
    assert demo("/api/show", b' {"model": "demo"} trailing').status == 200


def test_one_connection_serves_many_requests(server: DemoServer) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    for _ in range(3):
        connection.request("GET", "/api/version")
        reply = connection.getresponse()
        assert reply.read() == b'{"version":"0.32.15"}'
        assert "Connection" not in reply.headers
    connection.close()


def test_chunked_request_bodies_are_read(server: DemoServer) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    body = iter([b'{"mod', b'el": "demo"}'])
    connection.request("POST", "/api/show", body, encode_chunked=True)
    assert connection.getresponse().status == 200
    connection.close()


def _raw(server: DemoServer, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0), 10) as line:
        line.sendall(request)
        answer = b""
        while piece := line.recv(65536):
            answer += piece
        return answer


@pytest.mark.parametrize("length", [b"x", b"-5"])
def test_a_bad_length_is_a_bad_request(server: DemoServer, length: bytes) -> None:
    head = b"POST /api/show HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
    answer = _raw(server, head + length + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_old_clients_get_streams_without_chunks(server: DemoServer) -> None:
    body = b'{"model":"nope:1"}'
    head = b"POST /api/pull HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % len(body)
    answer = _raw(server, head + body)
    assert b"Transfer-Encoding" not in answer
    assert answer.endswith(
        b'\r\n\r\n{"status":"pulling manifest"}\n'
        b'{"error":"pull model manifest: file does not exist"}\n'
    )


def test_a_line_is_exactly_one_chunk(server: DemoServer) -> None:
    body = b'{"model":"demo","prompt":"tide","options":{"num_predict":4}}'
    head = b"POST /api/generate HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    answer = _raw(server, head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    _, _, rest = answer.partition(b"\r\n\r\n")
    chunks = []
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        chunks.append(rest[:length])
        rest = rest[length + 2 :]
    assert chunks[-1] == b""
    assert len(chunks) == 6
    assert all(chunk.count(b"\n") == 1 and chunk.endswith(b"}\n") for chunk in chunks[:-1])
