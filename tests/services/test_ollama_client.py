"""Each method is one request and one parse; what is not said is not sent."""

import dataclasses
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hostile import (
    LAST_CHUNK,
    NDJSON,
    Peer,
    Request,
    Script,
    Server,
    answer,
    bytes_then,
    chunk,
    closed_port,
    document,
    head,
    lines,
    page,
)

from ollama_cli.errors import (
    ConfigError,
    ModelNotFoundError,
    OllamaCliError,
    ProtocolError,
    ServerError,
    StreamCutError,
    UnreachableError,
)
from ollama_cli.events import ChunkProgress, Done, Error, Status, Success, Text, Thinking
from ollama_cli.replies import Answer, ModelDetails
from ollama_cli.services import EventStream, OllamaClient
from ollama_cli.timeouts import Timeouts

CHUNKED = head(200, {**NDJSON, "Transfer-Encoding": "chunked"})
DONE = lines({"done": True})
MESSAGES: list[dict[str, Any]] = [{"role": "user", "content": "Hi"}]


def test_importing_the_services_does_not_import_requests() -> None:
    program = (
        "import sys, ollama_cli.services;"
        "assert 'requests' not in sys.modules and 'urllib3' not in sys.modules;"
        "ollama_cli.services.OllamaClient;"
        "assert 'requests' in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_services_have_no_other_names() -> None:
    import ollama_cli.services as room  # noqa: PLC0415  its attributes are what is tested

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        room.nothing  # noqa: B018  the look-up itself raises


def test_the_constructor_touches_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a socket was made")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    with OllamaClient("http://models.example.com/v1", timeouts=Timeouts(connect=1)) as client:
        assert client.base_url == "http://models.example.com"
        client.pull("m").close()
        client.generate("m", "x").close()


@pytest.mark.parametrize(
    ("address", "root"),
    [
        ("http://h:1/v1", "http://h:1"),
        ("http://h", "http://h"),
        ("https://user:pw@h/ollama/v1/", "https://h/ollama"),
        ("h", "http://h:11434"),
        ("0.0.0.0:1", "http://127.0.0.1:1"),
        ("", "http://127.0.0.1:11434"),
    ],
)
def test_any_address_of_the_server_will_do(address: str, root: str) -> None:
    with OllamaClient(address) as client:
        assert client.base_url == root
        assert client.provider_type == "ollama"


def test_an_address_that_is_none_is_a_config_error() -> None:
    with pytest.raises(ConfigError):
        OllamaClient("http://h/?x")


def test_without_an_address_it_is_the_default_one() -> None:
    with OllamaClient() as client:
        assert client.base_url == "http://127.0.0.1:11434"
        assert client.timeouts == Timeouts()


def test_connecting_verifies_that_a_server_answers() -> None:
    with Server(document({"version": "0.32.15"})) as server:
        with OllamaClient.connect(server.url, timeouts=Timeouts(metadata=5)) as client:
            assert client.timeouts.metadata == 5
        assert [request.path for request in server.requests] == ["/api/version"]


@pytest.mark.parametrize(
    ("script", "kind"),
    [(page(), ProtocolError), (document({}), ProtocolError), (answer(500), ServerError)],
)
def test_connecting_to_something_else_fails(script: Script, kind: type[OllamaCliError]) -> None:
    with Server(script) as server, pytest.raises(kind):
        OllamaClient.connect(server.url)
    with pytest.raises(UnreachableError):
        OllamaClient.connect(f"http://127.0.0.1:{closed_port()}")


def sent(call: Callable[[OllamaClient], object], script: Script = DONE) -> Request:
    with Server(script) as server, OllamaClient(server.url) as client:
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
        {"model": "m", "prompt": "Hi", "stream": True},
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
        },
    ),
    "generate with nothing in it": (
        lambda c: read(c.generate("m", "Hi", raw=False, images=[], options={}, think=None)),
        "POST",
        "/api/generate",
        {"model": "m", "prompt": "Hi", "stream": True},
    ),
    "chat": (
        lambda c: read(c.chat("m", iter(MESSAGES))),
        "POST",
        "/api/chat",
        {"model": "m", "messages": MESSAGES, "stream": True},
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
        },
    ),
    "text beyond ASCII": (
        lambda c: read(c.generate("m", "caf\u00e9 \N{SNOWMAN} \u2028 \ud800")),
        "POST",
        "/api/generate",
        {"model": "m", "prompt": "caf\u00e9 \N{SNOWMAN} \u2028 \ud800", "stream": True},
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


def test_a_prefix_of_a_proxy_stands_before_every_route() -> None:
    with Server(document({"version": "1"})) as server:
        with OllamaClient(f"{server.url}//ollama/v1/") as client:
            client.version()
        assert server.requests[0].path == "/ollama/api/version"


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
        Server(answer(404, b'{"error":"model \'x\' not found"}')) as server,
        OllamaClient(server.url) as client,
        pytest.raises(ModelNotFoundError) as caught,
    ):
        call(client)
    assert caught.value.model == model
    assert caught.value.http_status == 404


@pytest.mark.parametrize("name", REQUESTS)
def test_an_html_page_is_not_ollamas_answer(name: str) -> None:
    with (
        Server(page()) as server,
        OllamaClient(server.url) as client,
        pytest.raises(ProtocolError, match="HTML page"),
    ):
        REQUESTS[name][0](client)


@pytest.mark.parametrize("name", ["version", "list", "running", "show"])
@pytest.mark.parametrize("body", [b"", b"nothing", b"{", b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_json_cannot_be_read(name: str, body: bytes) -> None:
    with (
        Server(answer(200, body)) as server,
        OllamaClient(server.url) as client,
        pytest.raises(ProtocolError),
    ):
        REQUESTS[name][0](client)


def test_a_huge_error_answer_is_not_read_to_its_end() -> None:
    with (
        Server(answer(500, b"x" * (3 << 20))) as server,
        OllamaClient(server.url) as client,
        pytest.raises(ServerError, match="more than 1048576 bytes"),
    ):
        client.delete("m")


def test_the_servers_own_bytes_are_handed_on() -> None:
    body = b' {"models" : [ ], "x": 1.0}\n'
    with Server(answer(200, body)) as server, OllamaClient(server.url) as client:
        assert client.list_models_bytes() == body
        assert client.running_models_bytes() == body
        assert client.show_bytes("m", verbose=True) == body
        assert client.show("m") == ModelDetails("m", document={"models": [], "x": 1.0})
        assert server.requests[2].json == {"model": "m", "verbose": True}


@pytest.mark.parametrize(
    ("name", "there"),
    [("m", True), ("M:LATEST", True), ("library/m", True), ("m:8b", False), ("", False)],
)
def test_a_model_is_there_if_the_server_would_find_it(name: str, there: bool) -> None:
    tags = document({"models": [{"name": "m:latest"}, {"name": "other:1b"}, {}]})
    with Server(tags) as server, OllamaClient(server.url) as client:
        assert client.has_model(name) is there


ANSWER = [
    {"response": "", "thinking": "Hm"},
    {"response": "Yes"},
    {"response": ".", "done": True, "done_reason": "stop", "model": "m"},
]
EVENTS = [
    Thinking("Hm"),
    Text("Yes"),
    Text("."),
    Done(Answer(model="m", text="Yes.", thinking="Hm", done_reason="stop")),
]


def test_an_answer_comes_event_by_event() -> None:
    with Server(lines(*ANSWER)) as server, OllamaClient(server.url) as client:
        with client.generate("m", "x") as events:
            assert list(events) == EVENTS
        assert next(events, None) is None


def test_a_pull_comes_event_by_event_and_its_error_is_an_event() -> None:
    script = lines(
        {"status": "pulling manifest"},
        {"status": "pulling ab", "digest": "sha256:ab", "total": 2},
        {"error": "no space left on device"},
    )
    with Server(script) as server, OllamaClient(server.url) as client:
        assert list(client.pull("m")) == [
            Status("pulling manifest"),
            Status("pulling ab"),
            ChunkProgress("sha256:ab", 2, None),
            Error("no space left on device"),
        ]


def test_what_stands_before_a_broken_line_is_kept() -> None:
    body = b'{"response":"a"}\n{"response":"b"}\n<html>\n'
    script = bytes_then(CHUNKED + chunk(body) + LAST_CHUNK)
    with Server(script) as server, OllamaClient(server.url) as client:
        events = client.generate("m", "x")
        assert [next(events), next(events)] == [Text("a"), Text("b")]
        with pytest.raises(ProtocolError):
            next(events)
        assert next(events, None) is None


def test_no_request_is_sent_before_the_first_event_is_asked_for() -> None:
    with Server(DONE) as server, OllamaClient(server.url) as client:
        events = client.generate("m", "x")
        assert server.requests == []
        next(events)
        assert len(server.requests) == 1
        events.close()
        events.close()
        client.pull("m").close()
        assert len(server.requests) == 1


@pytest.mark.parametrize("way", ["close", "with", "raw", "forgotten"])
def test_a_stream_that_is_closed_early_closes_the_connection(way: str) -> None:
    gone: list[bool] = []

    def script(peer: Peer) -> None:
        peer.send(CHUNKED + chunk(b'{"response":"x"}\n'))
        gone.append(peer.gone())

    with Server(script) as server, OllamaClient(server.url) as client:
        events = client.generate("m", "x")
        if way == "raw":
            pieces = events.raw()
            next(pieces)
            events.close()
            assert next(pieces, None) is None
        else:
            assert next(events) == Text("x")
        if way == "with":
            with events:
                pass
        elif way == "close":
            events.close()
        else:
            del events
    assert gone == [True]


def test_an_error_answer_closes_the_connection() -> None:
    gone: list[bool] = []

    def script(peer: Peer) -> None:
        peer.send(head(400, {"Content-Length": "2", "Connection": "keep-alive"}) + b"{}")
        gone.append(peer.gone())

    with (
        Server(script) as server,
        OllamaClient(server.url) as client,
        pytest.raises(ServerError),
    ):
        next(client.generate("m", "x"))
    assert gone == [True]


def raw_of(script: Script, *, pull: bool = False) -> tuple[bytes, OllamaCliError | None]:
    got = b""
    with Server(script) as server, OllamaClient(server.url) as client:
        stream: EventStream[Any] = client.pull("m") if pull else client.generate("m", "x")
        try:
            for piece in stream.raw():
                got += piece
        except OllamaCliError as error:
            return got, error
    return got, None


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_raw_bytes_are_the_servers_bytes(size: int) -> None:
    body = b' {"response":"\xe2\x98\x83 \xc2\x85"}\r\n\n{"x":  1.0}\n{"done":true}'
    pieces = [chunk(body[start : start + size]) for start in range(0, len(body), size)]
    assert raw_of(bytes_then(CHUNKED + b"".join(pieces) + LAST_CHUNK)) == (body, None)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"response":"x"}\n', ProtocolError),
        (b'{"response":"x"}\n{"error":"it broke"}\n', ServerError),
        (b'{"response":"x"}\nrubbish\n', ProtocolError),
        (b'{"response":"x"}\n{"done":', StreamCutError),
        (b"", ProtocolError),
    ],
)
def test_raw_bytes_are_all_there_before_their_error(
    body: bytes, kind: type[OllamaCliError]
) -> None:
    pieces = chunk(body) if body else b""
    got, error = raw_of(bytes_then(CHUNKED + pieces + LAST_CHUNK))
    assert got == body
    assert type(error) is kind


def test_raw_bytes_of_a_refused_request_are_its_error() -> None:
    got, error = raw_of(answer(400, b'{"error":"no"}'))
    assert got == b""
    assert error is not None
    assert error.message == "no"


def test_raw_bytes_of_a_pull_are_left_to_whoever_follows_them() -> None:
    body = b'{"status":"pulling manifest"}\n{"error":"no"}\n'
    assert raw_of(bytes_then(CHUNKED + chunk(body) + LAST_CHUNK), pull=True) == (body, None)


def test_a_pull_of_one_line_without_newline_succeeds() -> None:
    with Server(document({"status": "success"})) as server, OllamaClient(server.url) as client:
        assert list(client.pull("m")) == [Status("success"), Success()]


def test_the_timeouts_of_a_client_cannot_be_changed_from_outside() -> None:
    timeouts = Timeouts()
    with pytest.raises(dataclasses.FrozenInstanceError):
        timeouts.pull = 1  # type: ignore[misc]  # the point of the test


def test_a_burst_holds_what_one_read_brought_also_before_a_failure() -> None:
    body = head(200, NDJSON) + b'{"response":"a"}\n{"response":"b"}\n{"error":"x"}\n'
    with Server(bytes_then(body)) as server, OllamaClient(server.url) as client:
        bursts = client.generate("m", "x").bursts()
        assert [event for burst in [next(bursts)] for event in burst] == [Text("a"), Text("b")]
        with pytest.raises(OllamaCliError, match="x"):
            next(bursts)
