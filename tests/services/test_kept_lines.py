"""The lines of an answer: kept to the byte if its end is among them, and read again."""

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from answer_servers import DONE, said
from hostile import CHUNKED, Script, Server, bytes_then, chunk, lines
from recordings import WIRE, exchanges, recorded

from ollama_cli.errors import OllamaCliError
from ollama_cli.services import kept
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.types.answer_events import ChatEvent, Done
from ollama_cli.types.requests import ChatRequest, GenerateRequest

EXCHANGES = exchanges(WIRE)
ASKED = GenerateRequest("m", "hi", records=True)
HALF = chunk(b'{"response":"half"}\n')


@pytest.fixture
def client() -> Iterator[OllamaClient]:
    with Server(lines(said("a"), said("b"), DONE)) as server, OllamaClient(server.url) as made:
        yield made


@pytest.mark.parametrize("request_", [ASKED, ChatRequest("m", [], records=True)])
def test_they_are_read_again_as_they_came(
    client: OllamaClient, request_: GenerateRequest | ChatRequest
) -> None:
    with client.answer(request_) as stream:
        assert stream.lines is None
        events = list(stream)
    assert stream.lines is not None
    assert stream.lines.count(b"\n") == 3
    with client.replayed(request_, stream.lines) as again:
        assert list(again) == events
    with client.replayed(request_, stream.lines) as again:
        assert b"".join(again.raw()) == stream.lines
    with client.replayed(request_, stream.lines) as again:
        reads = iter(lambda: again.read(1.0), None)
        assert [event for read in reads for event in read] == events


def test_they_are_kept_only_if_it_is_said(client: OllamaClient) -> None:
    with client.answer(GenerateRequest("m", "hi")) as stream:
        assert isinstance([*stream][-1], Done)
    assert stream.lines is None


@pytest.mark.parametrize(
    "script",
    [
        bytes_then(CHUNKED + HALF),
        bytes_then(CHUNKED + HALF + chunk(b'{"response":"","done":tru')),
        bytes_then(CHUNKED + HALF + chunk(b'{"error":"no"}\n')),
    ],
)
def test_without_the_end_there_are_none(script: Script) -> None:
    with Server(script) as server, OllamaClient(server.url) as client:
        with client.answer(ASKED) as stream, suppress(OllamaCliError):
            list(stream)
        assert stream.lines is None


def test_too_many_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_MOST", 300)
    long = lines(*[said("a") for _ in range(10)], DONE)
    with Server(long) as server, OllamaClient(server.url) as client:
        with client.answer(ASKED) as stream:
            assert isinstance([*stream][-1], Done)
        assert stream.lines is None


def test_large_ones_come_in_pieces() -> None:
    data = bytes(range(256)) * 1000
    pieces = list(kept.KeptReply(data).chunks())
    assert b"".join(pieces) == data
    assert len(pieces) == 4


@pytest.mark.parametrize("name", [name for name in EXCHANGES if re.search("chat|generate", name)])
def test_what_real_servers_sent_is_read_again_as_it_came(name: str) -> None:
    with Server(recorded(EXCHANGES[name])) as server, OllamaClient(server.url) as client:
        events: list[ChatEvent] = []
        with client.answer(ASKED) as stream, suppress(OllamaCliError):
            events += stream
        if not events or not isinstance(events[-1], Done):
            assert stream.lines is None
            return
        assert stream.lines is not None
        with client.replayed(ASKED, stream.lines) as again:
            assert list(again) == events
