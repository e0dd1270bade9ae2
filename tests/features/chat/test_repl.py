"""The loop of a conversation: whoever leaves has left, whatever key came just before."""

import signal
from pathlib import Path
from typing import NoReturn, cast

import pytest
from conversations import talking
from first_signals import as_a_shell_starts_it

from ollama_cli.features.chat import repl
from ollama_cli.system import signals
from ollama_cli.ui.line.line import Line


class LastKeys:
    """A line that is left, behind a Ctrl-C that nobody has looked at yet."""

    def read(self, *_: object, **__: object) -> NoReturn:
        signal.raise_signal(signal.SIGINT)
        raise EOFError

    def use_keys(self, _: str) -> None:
        """Take no keys."""


def test_a_ctrl_c_just_before_the_end_changes_no_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work() -> int:
        with talking(tmp_path) as talk:
            repl.run(talk.conversation, cast("Line", LastKeys()))
        return 0

    with as_a_shell_starts_it(monkeypatch):
        assert signals.watched(work) == 0
