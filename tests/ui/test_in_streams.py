"""Standard input is judged before it is read, and its silence is spoken of once."""

import errno
import io
import os
import socket
import sys
import threading
from pathlib import Path

import pytest

from ollama_cli.errors import UsageError
from ollama_cli.ui import streams
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


class Endless(io.BytesIO):
    """A file that never ends; `given` counts the bytes that were taken of it."""

    given = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert 0 <= size <= 1 << 20
        self.given += size
        return b"x" * size

    def readline(self, size: int | None = -1, /) -> bytes:
        return self.read(size)


@pytest.mark.parametrize(
    ("largest", "told"), [(1 << 20, "1 MiB"), (64 << 10, "64 KiB"), (3 << 20, "3 MiB")]
)
def test_an_input_without_an_end_is_refused_before_it_is_held(largest: int, told: str) -> None:
    endless = Endless()
    with pytest.raises(UsageError, match=f"standard input is larger than {told}"):
        InStream(endless).read(largest=largest)
    assert endless.given <= largest + (1 << 20) + 1


@pytest.mark.parametrize("size", [0, 1, 1023, 1024])
def test_an_input_of_just_the_right_size_is_read(size: int) -> None:
    assert InStream(io.BytesIO(b"x" * size)).read(largest=1024) == b"x" * size


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"a", b"a\n", b"\n\nab\r\n\nc", b"\x85\xe2\x80\xa8\n"]
)
def test_lines_are_what_stands_between_newlines(data: bytes) -> None:
    stream = InStream(io.BytesIO(data), implicit=True)
    assert list(stream.lines()) == io.BytesIO(data).readlines()
    assert (stream.implicit, list(stream.lines())) == (False, [])


def test_a_line_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LARGEST_INPUT", 1 << 20)
    with pytest.raises(UsageError, match="a line of standard input is larger than 1 MiB"):
        next(InStream(Endless()).lines())


def test_what_cannot_be_read_is_told() -> None:
    """A folder, or a terminal of which nobody can bring us to the front."""
    broken = io.BufferedReader(Broken())
    with pytest.raises(UsageError, match=r"^cannot read standard input: input/output error$"):
        InStream(broken).read()


class Broken(io.RawIOBase):
    def readable(self) -> bool:
        return True

    def readinto(self, _: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))
