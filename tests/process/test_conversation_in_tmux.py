"""A conversation as a person has it in tmux: what its screen shows, and what is left of it."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conversations import Answers, said, shown_model
from hostile import Server, by_path
from shell import PROGRAM, environment
from waits import until

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here")


class Tmux:
    """A server of its own with one window, in which our program runs."""

    def __init__(self, folder: Path, *words: str) -> None:
        self._base = ["tmux", "-S", str(folder / "socket"), "-f", "/dev/null"]
        self._environ = environment({"LC_ALL": "C.UTF-8"}, folder)
        self._run(
            "new-session", "-d", "-x", "80", "-y", "24", "sh", "-c", 'exec "$@"', "sh", *words
        )
        self._run("set-option", "-g", "remain-on-exit", "on")

    def send(self, *keys: str) -> None:
        self._run("send-keys", *keys)

    def paste(self, text: str) -> None:
        self._run("set-buffer", text)
        self._run("paste-buffer", "-p")

    def expect(self, text: str) -> None:
        until(lambda: text in self.shown)

    @property
    def shown(self) -> str:
        """What the window shows, with what has left it at the top."""
        rows = self._run("capture-pane", "-p", "-S", "-").splitlines()
        return "\n".join(row.rstrip() for row in rows)

    def end(self) -> None:
        """Wait until the program has ended; whether that is also shown is tmux's own affair."""
        until(lambda: self._run("list-panes", "-F", "#{pane_dead}") == "1\n")

    def close(self) -> None:
        self._run("kill-server")

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            [*self._base, *words], env=self._environ, capture_output=True, text=True, check=True
        )
        return done.stdout


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    answers = Answers(said("first answer"), said("second answer"))
    with Server(by_path({"/api/show": shown_model, "/api/chat": answers})) as server:
        window = Tmux(tmp_path, PROGRAM, "chat", "-m", "m", "--no-preload", "--host", server.url)
        yield window
        window.close()


def test_a_conversation(tmux: Tmux) -> None:
    tmux.expect("/help, Ctrl-D leaves\n>>> ")
    tmux.send("a question", "Enter")
    tmux.expect("\nfirst answer\n>>> ")
    tmux.paste("\n".join(f"line {number}" for number in range(20)))
    tmux.expect(">>> [paste 1: 20 lines, 149 chars]")
    tmux.send("Enter")
    tmux.expect("\nsecond answer\n>>> ")
    tmux.send("half a lin", "C-c")
    tmux.send("C-c")
    tmux.expect("note: Ctrl-D or /exit leaves\n>>> ")
    tmux.send("/branch", "Enter")
    tmux.expect("*  1       2 ")
    tmux.send("C-d")
    tmux.end()
    assert tmux.shown.count("first answer") == 1
    assert tmux.shown.count("a question") == 2  # where it was asked, and in the list of branches
