"""A pull through a line that cuts and crawls ends complete, and the model that came answers."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from shell import call, run

from ollama_cli import parse_host

pytestmark = pytest.mark.live
CUTS = 3
BYTES_BEFORE_A_CUT = 1500
BYTES_PER_SECOND = 20_000


class BadLine:
    """A port that leads to a server; its first answers are cut, all of them are slow."""

    def __init__(self, server: str) -> None:
        address = urlsplit(parse_host(server))
        self._target = (address.hostname or "", address.port or 0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._target) as server:
            threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()
            sent = 0
            with suppress(OSError):
                while data := server.recv(4096):
                    client.sendall(data)
                    sent += len(data)
                    time.sleep(len(data) / BYTES_PER_SECOND)
                    if sent > BYTES_BEFORE_A_CUT and self.cuts < CUTS:
                        self.cuts += 1
                        break
            with suppress(OSError):  # close alone would wait for the other thread
                client.shutdown(socket.SHUT_RDWR)
                server.shutdown(socket.SHUT_RDWR)


def _pass_on(client: socket.socket, server: socket.socket) -> None:
    with suppress(OSError):
        while data := client.recv(4096):
            server.sendall(data)


@pytest.fixture
def line(live: str) -> Iterator[BadLine]:
    bad = BadLine(live)
    yield bad
    bad.close()


def test_a_pull_over_a_bad_line_ends_complete(live: str, line: BadLine, pulled: str) -> None:
    call("models", "rm", pulled, "--yes", "--host", live)
    result = run("models", "pull", pulled, "--insecure", "-o", "jsonl", "--host", line.url)
    assert result.code == 0, result.err
    assert 0 < line.cuts <= CUTS  # the server fetches on meanwhile: a newer one is done sooner
    events = result.events
    assert [event["event"] for event in events].count("restart") == line.cuts
    fractions = [event["fraction"] for event in events if event["fraction"] is not None]
    assert fractions == sorted(fractions)
    assert (events[-1]["event"], fractions[-1]) == ("success", 1.0)
    answer = run("generate", "hi", "-m", pulled, "--max-tokens", "5", "--host", live)
    assert (answer.code, bool(answer.out.strip())) == (0, True), answer.err
