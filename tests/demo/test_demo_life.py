"""The life of the server: its port, its end, clients that leave, bugs."""

import http.client
import signal
import socket
import threading
import time
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import pytest

from ollama_cli.demo import DemoServer
from ollama_cli.demo.peer import GoneError, Peer


def test_a_taken_port_is_an_os_error(server: DemoServer) -> None:
    with pytest.raises(OSError, match="ddress"), DemoServer(urlsplit(server.url).port or 0):
        pytest.fail("the port was taken")


def test_close_ends_waiting_and_running_streams(asking: Any) -> None:
    with DemoServer(tokens_per_second=0.01) as slow:
        waiting = threading.Thread(target=slow.wait)
        failures: list[Exception] = []

        def stream() -> None:
            try:
                asking(slow.url, "/api/generate", {"model": "demo", "prompt": "x"})
            except (http.client.HTTPException, OSError) as error:
                failures.append(error)

        streaming = threading.Thread(target=stream)
        waiting.start()
        streaming.start()
        while not list(slow._machine.memory.all()):
            time.sleep(0.01)
        slow.close()
        slow.close()
        for thread in (waiting, streaming):
            thread.join(5)
            assert not thread.is_alive()
    assert len(failures) == 1


def test_closing_before_the_start_is_harmless() -> None:
    DemoServer().close()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers on this system")
def test_waiting_is_interrupted_by_a_signal(server: DemoServer) -> None:
    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  the shape of a handler
        raise InterruptedError

    old = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        with pytest.raises(InterruptedError):
            server.wait()
    finally:
        signal.signal(signal.SIGALRM, old)


def test_a_client_that_leaves_is_no_error(
    server: DemoServer, capfd: pytest.CaptureFixture[str]
) -> None:
    server._machine.tokens_per_second = 0.01
    body = b'{"model":"demo","prompt":"x"}'
    line = socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0), 10)
    head = b"POST /api/generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
    line.sendall(head % len(body) + body)
    while not list(server._machine.memory.all()):
        time.sleep(0.01)
    line.close()
    while len(server._listener._open if server._listener else ()):
        time.sleep(0.01)
    assert capfd.readouterr().err == ""


def test_a_bug_keeps_its_traceback(
    server: DemoServer,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    demo: Any,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(server._machine, "library", None)
        with pytest.raises(http.client.RemoteDisconnected):
            demo("/api/tags")
    assert "AttributeError" in capfd.readouterr().err


def test_a_pause_ends_when_the_other_side_hangs_up() -> None:
    here, there = socket.socketpair()
    with here, there:
        peer = Peer(here)
        there.sendall(b"GET")
        peer.pause(0.01)
        here.recv(3)
        there.close()
        with pytest.raises(GoneError):
            peer.linger()
