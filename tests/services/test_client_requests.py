"""Each method is one request and one parse; what is not said is not sent."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from clients import known, stranger
from hostile import Request, Script, answer, document, lines, page

from ollama_cli.errors import ModelNotFoundError, ProtocolError, UsageError
from ollama_cli.services.ollama import OllamaClient

DONE = lines({"done": True})
MESSAGES: list[dict[str, Any]] = [{"role": "user", "content": "Hi"}]


def sent(call: Callable[[OllamaClient], object], script: Script = DONE) -> Request:
    with stranger(script) as server, known(server.url) as client:
        call(client)
        (request,) = server.requests
        return request


def read(events: Iterator[object]) -> list[object]:
    return list(events)


FORMAT = {"type": "object"}
OPTIONS = {"seed": 1, "stop": ["x"], "temperature": 0.0}
REQUESTS: dict[str, tuple[Callable[[OllamaClient], object], str, str, object]] = {
    "version": (lambda c: c.version(), "GET", "/api/version", None),
    "list": (lambda c: c.list_models(), "GET", "/api/tags", None),
    "running": (lambda c: c.running_models(), "GET", "/api/ps", None),
    "blob": (lambda c: c.has_blob("sha256:ab"), "HEAD", "/api/blobs/sha256:ab", None),
    "show": (lambda c: c.show("m"), "POST", "/api/show", {"model": "m"}),
    "show verbose": (
        lambda c: c.show("m", verbose=True),
        "POST",
        "/api/show",
        {"model": "m", "verbose": True},
    ),
    "delete": (lambda c: c.delete("m"), "DELETE", "/api/delete", {"model": "m"}),
    "copy": (
        lambda c: c.copy("a", "b"),
        "POST",
        "/api/copy",
        {"source": "a", "destination": "b"},
    ),
    "stop": (
        lambda c: c.stop("m"),
        "POST",
        "/api/generate",
        {"model": "m", "keep_alive": 0, "stream": False},
    ),
    "pull": (lambda c: read(c.pull("m")), "POST", "/api/pull", {"model": "m", "stream": True}),
    "pull insecure": (
        lambda c: read(c.pull("h:1/n/m", insecure=True)),
        "POST",
        "/api/pull",
        {"model": "h:1/n/m", "stream": True, "insecure": True},
    ),
    "generate": (
        lambda c: read(c.generate("m", "Hi")),
        "POST",
        "/api/generate",
        {"model": "m", "prompt": "Hi", "stream": True, "truncate": False},
    ),
    "generate with everything": (
        lambda c: read(
            c.generate(
                "m",
                "",
                system="",
                template="t",
                suffix="s",
                raw=True,
                images=["aGk="],
                format=FORMAT,
                options=OPTIONS,
                think=False,
                keep_alive=0,
            )
        ),
        "POST",
        "/api/generate",
        {
            "model": "m",
            "prompt": "",
            "system": "",
            "template": "t",
            "suffix": "s",
            "raw": True,
            "images": ["aGk="],
            "format": FORMAT,
            "options": OPTIONS,
            "think": False,
            "keep_alive": 0,
            "stream": True,
            "truncate": False,
        },
    ),
    "generate with nothing in it": (
        lambda c: read(c.generate("m", "Hi", raw=False, images=[], options={}, think=None)),
        "POST",
        "/api/generate",
        {"model": "m", "prompt": "Hi", "stream": True, "truncate": False},
    ),
    "chat": (
        lambda c: read(c.chat("m", iter(MESSAGES))),
        "POST",
        "/api/chat",
        {"model": "m", "messages": MESSAGES, "stream": True, "truncate": False},
    ),
    "chat with everything": (
        lambda c: read(
            c.chat(
                "m",
                [{**MESSAGES[0], "images": ["aGk="]}],
                tools=[{"type": "function"}],
                format="json",
                options=OPTIONS,
                think="high",
                keep_alive="5m",
            )
        ),
        "POST",
        "/api/chat",
        {
            "model": "m",
            "messages": [{**MESSAGES[0], "images": ["aGk="]}],
            "tools": [{"type": "function"}],
            "format": "json",
            "options": OPTIONS,
            "think": "high",
            "keep_alive": "5m",
            "stream": True,
            "truncate": False,
        },
    ),
    "text beyond ASCII": (
        lambda c: read(c.generate("m", "caf\u00e9 \N{SNOWMAN} \u2028 \ud800")),
        "POST",
        "/api/generate",
        {
            "model": "m",
            "prompt": "caf\u00e9 \N{SNOWMAN} \u2028 \N{REPLACEMENT CHARACTER}",
            "stream": True,
            "truncate": False,
        },
    ),
}
GOOD = {
    "version": document({"version": "1"}),
    "list": document({"models": []}),
    "running": document({"models": []}),
    "show": document({}),
    "show verbose": document({}),
    "delete": answer(200),
    "copy": answer(200),
    "stop": document({"done": True, "done_reason": "unload"}),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_method_sends_one_request_and_what_is_none_is_left_out(name: str) -> None:
    call, method, path, body = REQUESTS[name]
    request = sent(call, GOOD.get(name, DONE))
    assert (request.method, request.path) == (method, path)
    if body is None:
        assert request.body == b""
        assert "Content-Type" not in request.headers
    else:
        assert request.json == body
        assert request.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("call", "model"),
    [
        (lambda c: c.show("m"), "m"),
        (lambda c: c.delete("m"), "m"),
        (lambda c: c.copy("a", "b"), "a"),
        (lambda c: read(c.generate("m", "x")), "m"),
        (lambda c: read(c.chat("m", [])), "m"),
        (lambda c: c.embed("x", "m"), "m"),
    ],
)
def test_a_missing_model_is_named(call: Callable[[OllamaClient], object], model: str) -> None:
    with (
        stranger(answer(404, b'{"error":"model \'x\' not found"}')) as server,
        known(server.url) as client,
        pytest.raises(ModelNotFoundError) as caught,
    ):
        call(client)
    assert caught.value.model == model
    assert caught.value.http_status == 404


@pytest.mark.parametrize("name", REQUESTS)
def test_an_html_page_is_not_ollamas_answer(name: str) -> None:
    with (
        stranger(page()) as server,
        known(server.url) as client,
        pytest.raises(ProtocolError, match="HTML page"),
    ):
        REQUESTS[name][0](client)


@pytest.mark.parametrize("name", ["version", "list", "running", "show"])
@pytest.mark.parametrize("body", [b"", b"nothing", b"{", b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_json_cannot_be_read(name: str, body: bytes) -> None:
    with (
        stranger(answer(200, body)) as server,
        known(server.url) as client,
        pytest.raises(ProtocolError),
    ):
        REQUESTS[name][0](client)


def test_no_request_is_sent_before_the_first_event_is_asked_for() -> None:
    with stranger(DONE) as server, known(server.url) as client:
        events = client.generate("m", "x")
        assert server.requests == []
        next(events)
        assert len(server.requests) == 1
        events.close()
        events.close()
        client.pull("m").close()
        assert len(server.requests) == 1


CIRCLE: dict[str, Any] = {}
CIRCLE["itself"] = CIRCLE


@pytest.mark.parametrize("odd", [float("nan"), float("-inf"), b"bytes", object(), {1, 2}, CIRCLE])
def test_what_json_has_no_word_for_is_not_sent(odd: object) -> None:
    with stranger(DONE) as server, known(server.url) as client:
        for ask in (client.generate("m", "Hi", options={"x": odd}), client.chat("m", [{"x": odd}])):
            with pytest.raises(UsageError, match="cannot be written as JSON: "):
                read(ask)
        with pytest.raises(UsageError, match="cannot be written as JSON: "):
            client.embed("Hi", "m", options={"x": odd})
        assert server.requests == []
