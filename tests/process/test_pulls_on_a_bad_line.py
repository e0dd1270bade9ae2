"""Pulls on a bad line, as whole processes: they finish, or say why, and never hang."""

import json
import signal
import socket
import threading
from typing import Any

import pytest
from hostile import CHUNKED, LAST_CHUNK, Peer, Script, Server, bytes_then, chunk, drip, lines, page
from shell import Result, ended, run, start

MB = 1_000_000
DIGEST = "sha256:" + "ab" * 32
SMALL = "sha256:" + "cd" * 32
MANIFEST = {"status": "pulling manifest"}
END = [{"status": "verifying sha256 digest"}, {"status": "writing manifest"}, {"status": "success"}]
QUICK = ("--stall-timeout", "0.8")


def layer(completed: int, total: int = 100 * MB, digest: str = DIGEST) -> dict[str, Any]:
    line = {"status": f"pulling {digest[7:19]}", "digest": digest, "total": total}
    return line | {"completed": completed} if completed else line


def encoded(*values: object) -> bytes:
    return b"".join(chunk(json.dumps(value).encode() + b"\n") for value in values)


def then(after: Script, *values: object) -> Script:
    """These lines, then whatever `after` does."""
    return bytes_then(CHUNKED + encoded(*values), after)


def close(_: Peer) -> None:
    """Cut the connection."""


reset, stall = Peer.reset, Peer.stall


def echo(peer: Peer) -> None:
    """Repeat one line until the client leaves."""
    for _ in range(2000):
        peer.send(encoded(layer(99 * MB)))
        if peer.left(0.01):
            return


def trickle(peer: Peer) -> None:
    """Send a line byte by byte, and never its end."""
    for _ in range(2000):
        peer.send(chunk(b" "))
        if peer.left(0.01):
            return


def framing(peer: Peer) -> None:
    """Send the framing of a chunk byte by byte, and never its end."""
    peer.send(b"1;")
    for _ in range(2000):
        peer.send(b"x")
        if peer.left(0.01):
            return


def slow_head(peer: Peer) -> None:
    """Send the head of an answer byte by byte, and never its end."""
    peer.send(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(2000):
        peer.send(b"x")
        if peer.left(0.01):
            return


RESUMED = lines(MANIFEST, layer(99 * MB), layer(100 * MB), *END)
FULL = lines(MANIFEST, layer(5), {"error": f"write {DIGEST}: no space left on device"})


def pull(server: Server, *args: str) -> Result:
    return run("models", "pull", "m", *args, "--host", server.url)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (then(stall, MANIFEST, layer(99 * MB)), "no byte was gained for 800 ms"),
        (then(echo, MANIFEST, layer(99 * MB)), "no byte was gained for 800 ms"),
        (then(trickle, MANIFEST, layer(99 * MB)), "no byte was gained for 800 ms"),
        (then(framing, MANIFEST, layer(99 * MB)), "no byte was gained for 800 ms"),
        (stall, "the server did not answer within 800 ms"),
        (slow_head, "800 ms"),
        (then(close, MANIFEST, layer(40 * MB)), "was cut off"),
        (then(reset, MANIFEST, layer(40 * MB)), "broke the connection"),
        (lines(MANIFEST, layer(40 * MB)), "ended without success"),
        (lines(MANIFEST, {"error": "max retries exceeded: EOF"}), "max retries exceeded: EOF"),
        (lines(MANIFEST, {"error": "a text in neither list"}), "a text in neither list"),
    ],
)  # fmt: skip
def test_a_fault_and_then_success(fault: Script, reason: str) -> None:
    with Server(fault, RESUMED) as server:
        result = pull(server, *QUICK)
        again = server.requests
    assert (result.code, result.out, len(again)) == (0, "", 2)
    notes = [line for line in result.err.splitlines() if line.startswith("note: ")]
    assert len(notes) == 1
    assert notes[0].startswith("note: pull of m: ")
    assert reason in notes[0]
    assert "trying again in " in notes[0]
    assert result.err.splitlines()[-1].startswith("pulled m  100 MB in ")


def test_restarts_as_events() -> None:
    faults = [then(close, MANIFEST, layer(40 * MB)), then(close, MANIFEST, layer(10 * MB))]
    with Server(*faults, lines(MANIFEST, layer(20 * MB), layer(100 * MB), *END)) as server:
        result = pull(server, "-o", "jsonl")
    events = result.events
    assert result.code == 0
    restarts = [event for event in events if event["event"] == "restart"]
    assert [event["attempt"] for event in restarts] == [1, 2]
    assert "was cut off" in restarts[0]["reason"]
    seen = [(event["fraction"], event["completed"], event["lost"]) for event in events]
    assert (0.4, 10 * MB, 30 * MB) in seen, "the shown figure, the true one and what was lost"
    fractions = [event["fraction"] or 0 for event in events]
    assert fractions == sorted(fractions)
    assert events[-1]["event"] == "success"
    assert len(result.err.splitlines()) == 3
    assert "the server had dropped 30 MB" in result.err


def test_a_line_that_cuts_every_64_kb() -> None:
    step = 65536
    cuts = [then(close, MANIFEST, layer(n * step + 1), layer((n + 1) * step)) for n in range(6)]
    with Server(*cuts, RESUMED) as server:
        assert pull(server, "--retries", "1", "-q").code == 0
        assert server.connections == 7


def test_no_line_for_small_layers_and_success_then_more() -> None:
    told = lines(MANIFEST, layer(0), layer(99 * MB), layer(500, 500, SMALL), *END, MANIFEST)
    with Server(told) as server:
        result = pull(server, "-o", "jsonl")
    assert result.code == 0
    assert (result.events[-1]["event"], result.events[-1]["completed"]) == (
        "success",
        100 * MB + 500,
    )


@pytest.mark.parametrize(
    ("fault", "retries", "code"),
    [
        (then(close, MANIFEST, layer(40 * MB)), "0", 5),
        (then(close, MANIFEST), "1", 7),
        (then(stall, MANIFEST, layer(40 * MB)), "0", 5),
        (then(echo, MANIFEST, layer(99 * MB)), "1", 7),
        (stall, "1", 7),
        (lines(MANIFEST), "0", 5),
        (lines(MANIFEST), "1", 7),
        (lines(MANIFEST, {"error": "500: "}), "1", 5),
        (FULL, "8", 5),
        (lines(MANIFEST, {"error": "pull model manifest: unauthorized"}), "8", 6),
        (lines(MANIFEST, {"error": "pull model manifest: 412: "}), "8", 5),
        (page(), "8", 5),
    ],
)
def test_a_pull_that_fails_for_good(fault: Script, retries: str, code: int) -> None:
    with Server(fault) as server:
        result = pull(server, *QUICK, "--retries", retries)
        tries = server.connections
    assert result.code == code
    assert tries == (2 if retries == "1" else 1)
    assert "\nhint: " in result.err
    assert ("error: the server's disk is full, not yours" in result.err) is (fault is FULL)
    if code == 7:
        assert "1 further try did not help" in result.err


def test_the_nearest_known_names_of_an_unknown_model() -> None:
    unknown = {"error": "pull model manifest: file does not exist"}
    with Server(lines(MANIFEST, unknown)) as server:
        result = run("models", "pull", "lama3.2", "--host", server.url)
    assert result.code == 4
    assert "\nhint: did you mean llama3.2 or " in result.err


def test_html_in_mid_pull() -> None:
    html = bytes_then(CHUNKED + encoded(MANIFEST, layer(5)) + chunk(b"<html>\n") + LAST_CHUNK)
    with Server(html, page(), RESUMED) as server:
        result = pull(server)
    assert result.code == 0
    assert result.err.count("note: ") == 2


def test_bytes_that_come_one_by_one_are_a_pull_too() -> None:
    with Server(drip(CHUNKED + encoded(MANIFEST, layer(5), *END) + LAST_CHUNK)) as server:
        assert pull(server, *QUICK).code == 0


def test_a_server_that_is_away_for_a_while() -> None:
    with Server(then(close, MANIFEST, layer(40 * MB))) as server:
        port = server.port
        process = start("models", "pull", "m", "--host", server.url)
        assert process.stderr is not None
        told = b""
        while b"trying again" not in told:
            told += process.stderr.read(1)
    while told.count(b"trying again") < 2:
        told += process.stderr.read(1)
    with Server(RESUMED, port=port):
        result = ended(process)
    assert result.code == 0
    assert b"connection refused" in told
    assert "pulled m  100 MB" in result.err


def test_a_server_that_was_never_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert run("models", "pull", "m", "--host", f"127.0.0.1:{port}").code == 3


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_in_the_pause_and_the_same_command_again(number: int, code: int) -> None:
    busy = threading.Event()

    def script(peer: Peer) -> None:
        then(close, MANIFEST, layer(40 * MB))(peer)
        busy.set()

    faults = [script, then(reset), then(reset), then(reset), RESUMED]
    with Server(*faults) as server:
        process = start("models", "pull", "m", "--host", server.url)
        assert process.stderr is not None
        told = b""
        while b"trying again" not in told:
            told += process.stderr.read(1)
        process.send_signal(number)
        result = ended(process)
        assert result.code == code
        assert result.err.splitlines()[-1] == (
            "note: pull of m interrupted at 40 % (40/100 MB so far): "
            "run the same command again to resume"
        )
        codes = [pull(server, "-q").code for _ in range(2)]
    assert codes[-1] == 0
