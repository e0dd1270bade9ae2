"""What one thread asks a server can be ended by another one: the connection is closed at once."""

import threading
from collections.abc import Callable, Iterator

import pytest
from hostile import CHUNKED, JSON, Peer, Script, Server, chunk, document, head

from ollama_cli.errors import OllamaCliError
from ollama_cli.services.abort import Abort
from ollama_cli.services.auto import AutoClient
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.services.openai import OpenAIClient
from ollama_cli.services.provider import Provider
from ollama_cli.services.stream import EventStream
from ollama_cli.types.answer_events import Text

PATIENCE = 30.0
Make = Callable[[OllamaClient], Provider]


def auto(client: OllamaClient) -> Provider:
    return AutoClient({"native": lambda: client, "openai": lambda: OpenAIClient.beside(client)})


CLIENTS: dict[str, Make] = {"native": lambda client: client, "auto": auto}


class Watched:
    """A script that notes when it was asked, and whether the client closed the connection."""

    def __init__(self, *first: bytes) -> None:
        self._first = first
        self.asked = threading.Event()
        self.gone: list[bool] = []

    def __call__(self, peer: Peer) -> None:
        peer.send(*self._first)
        self.asked.set()
        self.gone.append(peer.gone())


class Asking:
    """A question on a thread of its own; `error` is what it raised."""

    def __init__(self, question: Callable[[], object]) -> None:
        self.error: BaseException | None = None
        self._question = question
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._question()
        except OllamaCliError as error:
            self.error = error

    def ended(self) -> OllamaCliError:
        self._thread.join(PATIENCE)
        assert isinstance(self.error, OllamaCliError)
        return self.error


BEGUN = CHUNKED + chunk(b'{"response":"x"}\n')


@pytest.mark.parametrize("first", [(), (BEGUN,)], ids=["before the answer", "within it"])
@pytest.mark.parametrize("make", CLIENTS.values(), ids=CLIENTS)
def test_a_stream_is_ended_by_another_thread(make: Make, first: tuple[bytes, ...]) -> None:
    script = Watched(*first)
    with Server(script) as server, OllamaClient(server.url) as client:
        stream = make(client).generate("m", "x")
        asking = Asking(lambda: list(stream))
        assert script.asked.wait(PATIENCE)
        stream.abort()
        asking.ended()
    assert script.gone == [True]
    assert server.connections == 1  # it is not asked again


@pytest.mark.parametrize("make", CLIENTS.values(), ids=CLIENTS)
def test_what_is_ended_before_it_began_sends_nothing(make: Make) -> None:
    with Server(document({})) as server, OllamaClient(server.url) as client:
        stream = make(client).generate("m", "x")
        stream.abort()
        with pytest.raises(OllamaCliError):
            next(stream)
        assert server.requests == []


def endless(client: OllamaClient) -> Iterator[EventStream[object]]:
    yield client.pull("m")  # type: ignore[misc]  # whatever its events are
    yield client.chat("m", [])  # type: ignore[misc]  # likewise


def test_reading_by_bursts_and_by_bytes_is_ended_too() -> None:
    for number in range(2):
        for way in ("bursts", "raw", "read"):
            script = Watched()
            with Server(script) as server, OllamaClient(server.url) as client:
                stream = list(endless(client))[number]
                ask = {
                    "bursts": lambda stream=stream: list(stream.bursts()),
                    "raw": lambda stream=stream: list(stream.raw()),
                    "read": lambda stream=stream: stream.read(0),
                }[way]
                asking = Asking(ask)
                assert script.asked.wait(PATIENCE)
                stream.abort()
                asking.ended()
            assert script.gone == [True], way


QUESTIONS: dict[str, Callable[[OllamaClient], object]] = {
    "tags": lambda client: client.list_models(),
    "show": lambda client: client.show("m"),
    "embed": lambda client: client.embed("x", "m"),
    "tokens": lambda client: client.count_tokens("m", "x"),
    "version": lambda client: client.version(),
    "chat": lambda client: list(client.chat("m", [])),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_whatever_a_thread_asks_can_be_ended(question: Callable[[OllamaClient], object]) -> None:
    script = Watched(head(200, {**JSON, "Content-Length": "100"}))
    with Server(script, is_ollama=False) as server, OllamaClient(server.url) as client:
        abort = Abort()

        def ask() -> None:
            with abort.watching():
                question(client)

        asking = Asking(ask)
        assert script.asked.wait(PATIENCE)
        abort.abort()
        asking.ended()
        abort.abort()
    assert script.gone == [True]
    assert server.connections == 1


def kept_alive(answers: list[Script]) -> Script:
    """Answer one request after another on the same connection."""

    def script(peer: Peer) -> None:
        for answer in answers:
            answer(peer)
            if peer.read_request() is None:
                return

    return script


def test_a_connection_that_serves_somebody_else_is_left_alone() -> None:
    whole = b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"models":[]}'
    line = b'{"response":"x"}\n'
    begun = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(line)
    end = chunk(b'{"done":true}\n') + b"0\r\n\r\n"
    go_on = threading.Event()

    def second(peer: Peer) -> None:
        peer.send(begun)
        assert go_on.wait(PATIENCE)
        peer.send(end)

    script = kept_alive([lambda peer: peer.send(whole), second])
    with Server(script) as server, OllamaClient(server.url) as client:
        abort = Abort()
        with abort.watching():
            assert client.list_models() == []
        stream = client.generate("m", "x")
        assert next(stream) == Text("x")
        abort.abort()  # its question was answered long ago
        go_on.set()
        assert len(list(stream)) == 1
        assert server.connections == 1


def test_a_stream_that_has_ended_is_ended_in_vain() -> None:
    with Server(document({"done": True})) as server, OllamaClient(server.url) as client:
        stream = client.generate("m", "x")
        assert len(list(stream)) == 1
        stream.abort()
