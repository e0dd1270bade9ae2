"""No token is held back, and each silence is waited for as long as its timeout says."""

import threading

import pytest
from hostile import CHUNKED, LAST_CHUNK, NDJSON, Peer, Server, bytes_then, chunk, drip, head

from ollama_cli.errors import OllamaCliError, TimedOutError
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.types.answer_events import Text
from ollama_cli.types.timeouts import Timeouts


def test_silence_within_an_answer_counts_through_a_proxy_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = CHUNKED + chunk(b'{"response":"x"}\n')
    with Server(bytes_then(begun, lambda peer: peer.stall())) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        target = Timeouts(first_token=60, between_tokens=0.2)
        with (
            OllamaClient("http://example.com", timeouts=target) as client,
            pytest.raises(TimedOutError),
        ):
            list(client.generate("m", "x"))


def test_a_token_is_there_before_the_next_one_is_sent() -> None:
    seen = [threading.Event() for _ in range(3)]

    def script(peer: Peer) -> None:
        peer.send(CHUNKED)
        for number, event in enumerate(seen):
            peer.send(chunk(b'{"response":"%d"}\n' % number))
            assert event.wait(10), "the token was held back"
        peer.send(chunk(b'{"done":true}\n'), LAST_CHUNK)

    with Server(script) as server, OllamaClient(server.url) as client:
        events = client.generate("m", "x")
        for number, event in enumerate(seen):
            assert next(events) == Text(str(number))
            event.set()
        assert len(list(events)) == 1


def test_a_token_is_not_held_back_where_a_proxy_took_the_chunks_away() -> None:
    seen = [threading.Event() for _ in range(3)]

    def script(peer: Peer) -> None:
        peer.send(head(200, NDJSON))
        for number, event in enumerate(seen):
            peer.send(b'{"response":"%d"}\n' % number)
            assert event.wait(10), "the token was held back"
        peer.send(b'{"done":true}')

    with Server(script) as server, OllamaClient(server.url) as client:
        events = client.generate("m", "x")
        for number, event in enumerate(seen):
            assert next(events) == Text(str(number))
            event.set()
        assert len(list(events)) == 1


@pytest.mark.parametrize(
    "data",
    [
        CHUNKED + chunk(b'{"response":"\xe2\x98\x83"}\n') + chunk(b'{"done":true}\n') + LAST_CHUNK,
        head(200, NDJSON) + b'{"response":"\xe2\x98\x83"}\n{"done":true}\n',
    ],
    ids=["chunked", "ended by the connection"],
)
def test_an_answer_may_drip_byte_by_byte(data: bytes) -> None:
    with Server(drip(data)) as server, OllamaClient(server.url) as client:
        first, end = list(client.generate("m", "x"))
    assert first == Text("\N{SNOWMAN}")
    assert type(end).__name__ == "Done"


def test_the_first_byte_may_be_late_where_the_next_may_not() -> None:
    late = threading.Event()

    def script(peer: Peer) -> None:
        late.wait(0.3)  # longer than a silence within the answer may last
        peer.send(CHUNKED + chunk(b'{"response":"x"}\n'))
        peer.stall()

    target = Timeouts(first_token=60, between_tokens=0.2)
    with Server(script) as server, OllamaClient(server.url, timeouts=target) as client:
        events = client.generate("m", "x")
        assert next(events) == Text("x")
        with pytest.raises(TimedOutError, match="went silent"):
            next(events)


@pytest.mark.parametrize(
    "framing",
    [
        head(200, NDJSON) + b'{"response":"x"}\n',
        head(200, {**NDJSON, "Content-Length": "999"}) + b'{"response":"x"}\n',
        CHUNKED.replace(b"Connection: close\r\n", b"") + chunk(b'{"response":"x"}\n'),
    ],
    ids=["ended by the connection", "known length", "kept alive"],
)
def test_silence_within_an_answer_ends_it_however_it_is_framed(framing: bytes) -> None:
    target = Timeouts(first_token=60, between_tokens=0.2)
    with (
        Server(bytes_then(framing, lambda peer: peer.stall())) as server,
        OllamaClient(server.url, timeouts=target) as client,
    ):
        events = client.generate("m", "x")
        assert next(events) == Text("x")
        with pytest.raises(TimedOutError):
            next(events)


def test_a_timeout_of_zero_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[object] = []

    def request(*_: object, timeout: object, **__: object) -> None:
        waits.append(timeout)
        raise ConnectionRefusedError

    forever = Timeouts(connect=0).with_overall(0)
    with OllamaClient("http://127.0.0.1:1", timeouts=forever) as client:
        monkeypatch.setattr("requests.adapters.HTTPAdapter.send", request)
        client.health()
        with pytest.raises(OllamaCliError):
            next(client.generate("m", "x"))
    assert waits == [(None, None)] * 2
