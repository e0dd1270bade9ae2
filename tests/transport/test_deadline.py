"""A whole answer to a question about metadata takes as long as its timeout says, and no longer."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from clients import known, stranger
from hostile import JSON, Peer, Script, Server, answer, document, head
from shell import call

from ollama_cli.errors import OllamaCliError, ServerError, TimedOutError
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.services.openai import OpenAIClient
from ollama_cli.transport.deadline import Allowance, limited
from ollama_cli.types.timeouts import Timeouts

SECONDS = 0.2
QUICK = Timeouts(metadata=SECONDS, health=SECONDS)
ROOT = "http://127.0.0.1:1"


def dripping(first: bytes, again: bytes = b" ") -> Script:
    """Send a piece again and again, each soon enough for a timeout that starts anew with it."""

    def script(peer: Peer) -> None:
        with suppress(OSError):
            peer.send(first)
            while not peer.left(SECONDS / 4):
                peer.send(again)

    return script


BODY = dripping(head(200, {**JSON, "Content-Length": "1000"}))
DRIPS = {
    "a body": BODY,
    "chunks": dripping(head(200, {**JSON, "Transfer-Encoding": "chunked"}), b"1\r\n \r\n"),
    "a head": dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
    "a status line": dripping(b"HTTP/1.1 ", b" "),
    "informational answers": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "the page of an error": dripping(head(500, {"Content-Length": "1000"})),
}
QUESTIONS: dict[str, Callable[[OllamaClient], object]] = {
    "version": lambda client: client.version(),
    "tags": lambda client: client.list_models(),
    "tags, raw": lambda client: client.list_models_bytes(),
    "ps": lambda client: client.running_models(),
    "show": lambda client: client.show("m"),
    "show, raw": lambda client: client.show_bytes("m"),
    "blob": lambda client: client.has_blob("sha256:" + "0" * 64),
    "rm": lambda client: client.delete("m"),
    "cp": lambda client: client.copy("m", "n"),
    "stop": lambda client: client.stop("m"),
}


@pytest.mark.parametrize("drip", DRIPS.values(), ids=DRIPS)
def test_no_drip_holds_a_list_for_ever(drip: Script) -> None:
    with stranger(drip) as server, known(server.url, timeouts=QUICK) as client:
        with pytest.raises(TimedOutError, match=r"did not answer in full within 0\.2 s") as caught:
            client.list_models()
        assert server.url in caught.value.message
        assert "--timeout" in str(caught.value.hint)


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_every_question_about_metadata_has_an_end(ask: Callable[[OllamaClient], object]) -> None:
    drip = DRIPS["a status line"]
    with stranger(drip) as server, known(server.url, timeouts=QUICK) as client:
        with pytest.raises(TimedOutError):
            ask(client)
        assert server.connections == 1


def test_so_has_the_list_of_the_other_api() -> None:
    with stranger(BODY) as server, OpenAIClient(server.url, timeouts=QUICK) as client:
        for ask in (client.list_models, client.list_models_bytes, lambda: client.capabilities("m")):
            with pytest.raises(TimedOutError):
                ask()
        assert client.health().error_kind == "timeout"


@pytest.mark.parametrize(
    "words",
    ["models list", "models ps", "models show m", "models rm m -y", "models cp m n", "stop m"],
)
def test_the_command_ends_with_7(words: str) -> None:
    with stranger(BODY) as server:
        env = {"OLLAMA_HOST": server.url, "OLLAMA_CLI_METADATA_TIMEOUT": str(SECONDS)}
        result = call(*words.split(), env=env)
    assert (result.code, result.out) == (7, "")
    assert "did not answer in full within 0.2 s" in result.err


def test_further_tries_count_as_well() -> None:
    busy = answer(503, b'{"error": "busy"}', {**JSON, "Retry-After": "20"})
    with Server(busy) as server, known(server.url, timeouts=QUICK) as client:
        with pytest.raises(TimedOutError):
            client.list_models()
        assert server.connections == 1


def test_all_questions_of_health_share_its_time() -> None:
    def slow(peer: Peer) -> None:
        peer.left(SECONDS * 0.6)
        document({"version": "1", "models": []})(peer)

    with stranger(slow) as server, OllamaClient(server.url, timeouts=QUICK) as client:
        health, error = client.examine()
    assert (health.connected, health.error_kind) == (True, "timeout")
    assert isinstance(error, TimedOutError)


def test_what_a_model_computes_may_take_longer() -> None:
    vectors = b'{"embeddings": [[1.0]]}'
    begun = head(200, {**JSON, "Content-Length": str(len(vectors) + 8)})

    def slow(peer: Peer) -> None:
        peer.send(begun)
        for _ in range(8):
            peer.left(SECONDS / 4)
            peer.send(b" ")
        peer.send(vectors)

    with stranger(slow) as server, known(server.url, timeouts=QUICK) as client:
        assert client.embed("a", "m").vectors == ((1.0,),)


def test_the_look_up_of_a_name_counts_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def look_up(*_: Any, **__: Any) -> Any:
        over.wait(30)
        raise socket.gaierror(socket.EAI_AGAIN, "too late")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with known("http://slow.example", timeouts=QUICK) as client:
        with pytest.raises(TimedOutError, match=r"within 0\.2 s"):
            client.list_models()
        over.set()


def test_a_handshake_counts_as_well() -> None:
    drip = dripping(b"\x16\x03\x03\x40\x00", b"\x02")
    with Server(drip, reads=False) as server:
        url = server.url.replace("http:", "https:")
        with known(url, timeouts=QUICK) as client, pytest.raises(TimedOutError):
            client.list_models()


def test_nothing_is_sent_once_the_time_is_over() -> None:
    late = threading.Event()

    def script(peer: Peer) -> None:
        late.wait(30)
        peer.reset()

    with Server(script, BODY) as server, known(server.url, timeouts=QUICK) as client:
        with pytest.raises(TimedOutError):
            client.list_models()
        late.set()
        with pytest.raises(TimedOutError):
            client.list_models()  # by then, the thread of the first one has tried again, if it does
        assert server.connections == 2


def test_an_answer_that_comes_too_late_is_closed() -> None:
    closed, late = threading.Event(), threading.Event()

    class Answer:
        def close(self) -> None:
            closed.set()

    def work() -> Answer:
        late.wait(30)
        return Answer()

    with pytest.raises(TimedOutError, match=r"the server at .* within 0\.01 s"):
        limited(0.01, ROOT, work)
    late.set()
    assert closed.wait(30)


def test_what_the_work_raises_is_raised() -> None:
    def work() -> None:
        raise ServerError("it broke")

    for seconds in (0, 30):
        with pytest.raises(ServerError, match="it broke"):
            limited(seconds, ROOT, work)
        assert limited(seconds, ROOT, lambda: 7) == 7


def test_a_limit_within_a_limit_counts() -> None:
    over = threading.Event()

    def inner() -> object:
        return limited(30, ROOT, lambda: over.wait(30))

    with pytest.raises(OllamaCliError, match=r"the registry at .* within"):
        limited(0.01, ROOT, inner, "registry")
    over.set()


def test_an_allowance_is_never_used_up_to_nothing_which_would_be_for_ever() -> None:
    assert Allowance(0).left == 0
    assert 0 < Allowance(1e-9).left < 1
    assert 8 < Allowance(9).left <= 9
