"""What is copied goes to the clipboard in front of the user, and it is said where it was sent."""

import base64
import os
import pty
import shutil
import subprocess
import tempfile
import tty
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from screens import Screen

from ollama_cli.errors import UsageError
from ollama_cli.ui import clipboard
from ollama_cli.ui.streams import OutStream

SSH = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}
TERM = {"TERM": "xterm-256color"}
TAKES = 'cat > "$0.got"; echo "$@" > "$0.words"'


class Tools:
    """A folder of programs that write down what they are given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", **TERM}

    def add(self, *names: str, script: str = TAKES) -> None:
        for name in names:
            (self.folder / name).write_text(f"#!/bin/sh\n{script}\n")
            (self.folder / name).chmod(0o755)

    def given(self, name: str) -> bytes | None:
        found = self.folder / f"{name}.got"
        return found.read_bytes() if found.exists() else None

    def words(self, name: str) -> str:
        return (self.folder / f"{name}.words").read_text().strip()


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    """No clipboard tool of this machine is in the way."""
    found = Tools(tmp_path)
    found.add("tmux", "wl-copy", "xclip", "xsel", "pbcopy", "clip.exe", script="exit 1")
    return found


@pytest.fixture
def terminal() -> Iterator[tuple[OutStream, int]]:
    """A terminal, and the descriptor of its other side."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    with os.fdopen(slave, "w") as file:
        yield OutStream(file, is_terminal=True), master
    os.close(master)


def received(master: int, end: bytes) -> bytes:
    data = b""
    while not data.endswith(end):
        data += os.read(master, 1 << 16)
    return data


def set_by(sequence: str) -> str:
    """What OSC 52 sets."""
    assert sequence.startswith("\x1b]52;c;")
    assert sequence.endswith("\x07")
    return base64.b64decode(sequence[7:-1], validate=True).decode()


@pytest.mark.parametrize("remote", [SSH, {"SSH_TTY": "/dev/pts/0"}])
def test_over_ssh_the_terminal_is_sent_the_text_and_no_tool_is(
    tools: Tools, terminal: tuple[OutStream, int], remote: Mapping[str, str]
) -> None:
    tools.add("xclip", "wl-copy", "pbcopy")
    out, master = terminal
    text = "é\n" * 20
    said = clipboard.send(text, out, {**tools.environ, **remote})
    assert said == "sent 60 B to the terminal's clipboard"
    assert set_by(received(master, b"\x07").decode()) == text
    assert tools.given("xclip") is tools.given("wl-copy") is tools.given("pbcopy") is None


@pytest.mark.parametrize("name", ["wl-copy", "xclip", "xsel", "pbcopy"])
def test_at_home_it_is_the_tool_that_is_there(tools: Tools, name: str) -> None:
    tools.add(name)
    screen = Screen()
    assert clipboard.send("x = 1", screen, tools.environ) == f"sent 5 B to the clipboard, by {name}"
    assert tools.given(name) == b"x = 1"
    assert screen.raw == ""


def test_windows_is_given_what_its_tool_reads(tools: Tools) -> None:
    tools.add("clip.exe")
    said = clipboard.send("é☃", Screen(), tools.environ)
    assert said == "sent 5 B to the clipboard, by clip.exe"
    assert (tools.given("clip.exe") or b"").decode("utf-16-le") == "é☃"


def test_each_tool_is_told_which_clipboard_is_meant(tools: Tools) -> None:
    for name, words in {
        "xsel": "--clipboard --input",
        "xclip": "-selection clipboard -in",
        "wl-copy": "--type text/plain;charset=utf-8",
    }.items():
        tools.add(name)
        clipboard.send("a", Screen(), tools.environ)
        assert tools.words(name) == words


def test_a_tool_that_cannot_reach_its_display_is_passed_by(tools: Tools) -> None:
    (tools.folder / "wl-copy").write_text("no program at all")
    tools.add("xsel")
    assert clipboard.send("a", Screen(), tools.environ).endswith("by xsel")


def test_without_any_tool_the_terminal_is_asked(tools: Tools) -> None:
    screen = Screen()
    assert clipboard.send("a", screen, tools.environ) == "sent 1 B to the terminal's clipboard"
    assert set_by(screen.raw) == "a"


@pytest.mark.parametrize("remote", [SSH, {}])
def test_in_tmux_it_is_tmux(tools: Tools, remote: Mapping[str, str]) -> None:
    tools.add("tmux", "xclip")
    screen = Screen()
    environ = {**tools.environ, **remote, "TMUX": "/run/tmux/default,1,0"}
    said = clipboard.send("a" * 1234, screen, environ)
    assert said == "sent 1.2 KB to tmux, for the terminal's clipboard"
    assert tools.words("tmux") == "load-buffer -w -"
    assert tools.given("tmux") == b"a" * 1234
    assert (tools.given("xclip"), screen.raw) == (None, "")


@pytest.mark.parametrize("remote", [SSH, {}])
def test_a_tmux_that_refuses_is_passed_by(tools: Tools, remote: Mapping[str, str]) -> None:
    tools.add("xclip")
    screen = Screen()
    environ = {**tools.environ, **remote, "TMUX": "/run/tmux/default,1,0"}
    said = clipboard.send("a", screen, environ)
    assert said.endswith("the terminal's clipboard" if remote else "by xclip")
    assert bool(screen.raw) is bool(remote)


def test_in_screen_the_sequence_is_handed_on_in_pieces(tools: Tools) -> None:
    screen = Screen()
    text = "\x1b\\\x07é" * 300
    environ = {**tools.environ, **SSH, "STY": "1234.pts-0.host", "TERM": "screen"}
    clipboard.send(text, screen, environ)
    pieces = screen.raw.removeprefix("\x1bP").removesuffix("\x1b\\").split("\x1b\\\x1bP")
    assert {len(piece) for piece in pieces[:-1]} == {240}
    assert 0 < len(pieces[-1]) <= 240
    assert set_by("".join(pieces)) == text


def test_what_is_too_long_for_a_terminal_is_sent_nowhere(tools: Tools) -> None:
    tools.add("xclip")
    screen = Screen()
    for environ in (tools.environ, {**tools.environ, **SSH}):
        with pytest.raises(UsageError) as caught:
            clipboard.send("é" + "a" * 74_993, screen, environ)
        assert caught.value.hint == "write it to a file: /save FILE"
    assert (tools.given("xclip"), screen.raw) == (None, "")
    clipboard.send("é" + "a" * 74_992, screen, {**tools.environ, **SSH})
    assert len(screen.raw) <= 100_000
    assert len(set_by(screen.raw)) == 74_993


@pytest.mark.parametrize("term", ["", "dumb", "linux", "unknown"])
def test_a_terminal_without_a_clipboard_is_not_written_to(tools: Tools, term: str) -> None:
    screen = Screen()
    with pytest.raises(UsageError, match="no clipboard was found") as caught:
        clipboard.send("a", screen, {**tools.environ, "TERM": term})
    assert (screen.raw, caught.value.hint) == ("", "write it to a file: /save FILE")


def test_nothing_is_copied_as_little_as_into_a_file(tools: Tools) -> None:
    with pytest.raises(UsageError, match="there is nothing to copy"):
        clipboard.send("", Screen(), tools.environ)
    out = OutStream(Screen().file)
    with pytest.raises(UsageError, match="no clipboard was found"):
        clipboard.send("a", out, tools.environ)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here")
def test_a_real_tmux_has_it_in_its_buffer() -> None:
    with tempfile.TemporaryDirectory() as folder:  # short: a socket's path has 107 bytes
        socket = Path(folder) / "s"

        def tmux(*words: str) -> bytes:
            every = ["tmux", "-S", str(socket), "-f", os.devnull, *words]
            return subprocess.run(every, check=True, capture_output=True, timeout=30).stdout

        tmux("new-session", "-d", "-x", "80", "-y", "24", "cat")
        try:
            environ = {**os.environ, **TERM, "TMUX": f"{socket},1,0"}
            screen = Screen()
            said = clipboard.send("first\n  é☃\n", screen, environ)
            assert said == "sent 14 B to tmux, for the terminal's clipboard"
            assert tmux("show-buffer").decode() == "first\n  é☃\n"
            assert screen.raw == ""
        finally:
            tmux("kill-server")
