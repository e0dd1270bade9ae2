"""Standard input is judged before it is read, and its silence is spoken of once."""

import io
import os
import socket
import sys
import threading
from pathlib import Path

import pytest

from ollama_cli.ui.streams import InStream, open_stdin


class Standing:
    """What stands in for sys.stdin: a binary file."""

    def __init__(self, buffer: object) -> None:
        self.buffer = buffer


def judged(monkeypatch: pytest.MonkeyPatch, buffer: object) -> InStream:
    monkeypatch.setattr(sys, "stdin", Standing(buffer))
    return open_stdin()


def test_a_pipe_is_read_without_being_named(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"a\xffb")
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        stream = judged(monkeypatch, pipe)
        assert (stream.implicit, stream.is_terminal) == (True, False)
        assert stream.read() == b"a\xffb"


def test_a_regular_file_and_a_socket_are_read_without_being_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "prompt"
    path.write_bytes(b"x")
    with path.open("rb") as file:
        assert judged(monkeypatch, file).implicit
    left, right = socket.socketpair()
    with left, right, left.makefile("rb") as file:
        assert judged(monkeypatch, file).implicit


def test_a_device_is_not_read_unless_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path(os.devnull).open("rb") as device:
        stream = judged(monkeypatch, device)
        assert not stream.implicit
        assert stream.read() == b""


@pytest.mark.parametrize("stdin", [None, io.StringIO(), Standing(io.BytesIO())])
def test_a_closed_stdin_holds_nothing(monkeypatch: pytest.MonkeyPatch, stdin: object) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)
    stream = open_stdin()
    assert (stream.implicit, stream.is_terminal, stream.read()) == (False, False, b"")


def test_a_silent_stdin_is_spoken_of_once_and_still_read() -> None:
    reading, writing = os.pipe()
    silences: list[int] = []
    spoken = threading.Event()

    def on_silence() -> None:
        silences.append(1)
        spoken.set()
        os.write(writing, b"late")
        os.close(writing)

    with os.fdopen(reading, "rb") as pipe:
        assert InStream(pipe).read(on_silence, patience=0.01) == b"late"
    assert spoken.is_set()
    assert silences == [1]


def test_nobody_is_told_of_silence_where_there_is_none() -> None:
    silences: list[int] = []
    stream = InStream(io.BytesIO(b"here"))
    assert stream.read(lambda: silences.append(1), patience=600) == b"here"
    assert silences == []
