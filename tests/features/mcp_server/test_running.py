"""Work on a thread of its own: some of its reports pass, and a cancel ends it."""

import asyncio
import threading
import time
from itertools import count

import pytest
from hostile import Peer, Server

from ollama_cli.errors import OllamaCliError
from ollama_cli.features.mcp_server.running import Reporter, in_thread
from ollama_cli.services.ollama import OllamaClient

PATIENCE = 30.0


def test_what_comes_of_it_is_returned_or_raised() -> None:
    def fail(_: Reporter) -> None:
        raise OllamaCliError("no")

    assert asyncio.run(in_thread(lambda _: 7)) == 7
    assert asyncio.run(in_thread(lambda _: None)) is None
    with pytest.raises(OllamaCliError, match=r"^no$"):
        asyncio.run(in_thread(fail))


def test_at_most_five_reports_a_second_pass() -> None:
    sent: list[tuple[float, float | None]] = []

    async def send(done: float, total: float | None) -> None:
        sent.append((done, total))

    def work(report: Reporter) -> float:
        began = time.monotonic()
        for number in range(5000):
            report(number, 5000)
        return time.monotonic() - began

    seconds = asyncio.run(in_thread(work, send))
    assert sent[0] == (0, 5000)
    assert sent == sorted(sent)
    assert len(sent) <= 1 + 5 * seconds


def test_reports_never_fall_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ollama_cli.features.mcp_server.running._INTERVAL", 0.0)
    sent: list[float] = []

    async def send(done: float, _: float | None) -> None:
        sent.append(done)

    def work(report: Reporter) -> None:
        for done in (0, 0, 5, 3, 5, 8):
            report(done)

    asyncio.run(in_thread(work, send))
    assert sent == [0, 5, 8]


def test_a_cancel_ends_what_the_thread_asks_and_what_it_would_do_next() -> None:
    asked, over = threading.Event(), threading.Event()
    gone: list[bool] = []

    def script(peer: Peer) -> None:
        asked.set()
        gone.append(peer.gone())

    def work(report: Reporter) -> None:
        with OllamaClient(server.url) as client:
            try:
                list(client.generate("m", "x"))
            except OllamaCliError:
                for number in count():  # it hears of the end, sooner or later
                    try:
                        report(number)
                    except OllamaCliError:
                        over.set()
                        return

    async def cancelled() -> None:
        task = asyncio.create_task(in_thread(work))
        assert await asyncio.to_thread(asked.wait, PATIENCE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with Server(script) as server:
        asyncio.run(cancelled())
        assert over.wait(PATIENCE)
    assert gone == [True]
