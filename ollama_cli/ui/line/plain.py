"""The line of a terminal that can only print: typed with readline, where the system has it."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from ollama_cli.errors import InterruptError
from ollama_cli.system import signals
from ollama_cli.ui import edited_line, motion
from ollama_cli.ui.line import blocks
from ollama_cli.ui.line.line import (
    CONTINUATION,
    HOW_TO_LEAVE,
    Complete,
    Typed,
    Wishes,
    last_part,
)
from ollama_cli.ui.line.quiet import Quiet
from ollama_cli.ui.prompter import Prompter

_EDITOR: Any = None
with suppress(ImportError):  # Windows has none
    import readline

    _EDITOR = readline


_PASTE_MARKS: Final = (r"\e[200~", r"\e[201~")


class PlainLine:
    """Lines with the history and completion of readline."""

    def __init__(self, prompter: Prompter, quiet: Quiet | None, wishes: Wishes) -> None:
        self._prompter, self._quiet, self._prompt = prompter, quiet, wishes.prompt
        if quiet and quiet.keys:
            _keys_from(quiet.keys)
        self._ahead = ""
        self._was_told = False
        if _EDITOR:
            for question in reversed([*(wishes.history() if wishes.history else ())]):
                _EDITOR.add_history(question)
            for mark in _PASTE_MARKS:  # readline would wait for the second one, and take no Ctrl-C
                _EDITOR.parse_and_bind(f'"{mark}": ""')
            _EDITOR.set_completer_delims("")
            _EDITOR.set_completer(_completer(wishes.complete) if wishes.complete else None)
            _EDITOR.parse_and_bind("tab: complete")

    def read(self, prompt: str = "", *, text: str = "", right: str = "") -> Typed:  # noqa: ARG002  a line has no right edge
        """Read what is typed until it is sent, as `Line` says."""
        with motion.ordinary():
            lines = [self._line(prompt or self._prompt, text)]
            while blocks.is_open("\n".join(lines)):
                lines.append(self._line(CONTINUATION, ""))
        return blocks.typed("\n".join(lines))

    def use_keys(self, wanted: str) -> None:
        """Take the keys of `emacs` or `vi` from now on."""
        if _EDITOR:
            _EDITOR.parse_and_bind(f"set editing-mode {wanted}")

    def close(self) -> None:
        """Give the terminal back, and forget what was typed ahead."""
        self._ahead = ""
        if self._quiet:
            self._quiet.close()

    def _line(self, prompt: str, text: str) -> str:
        while True:
            try:
                line = self._typed_ahead(prompt) if not text else None
                if line is None:
                    with _begun(text + self._ahead):
                        self._ahead = ""
                        line = signals.let_in(lambda: edited_line.read_line(prompt))
            except KeyboardInterrupt:
                self._prompter.err.line()  # the next prompt gets its own line
                signals.go_on()
                self._tell_how_to_leave()
                text = ""
            except EOFError:
                self._prompter.err.line()  # likewise
                raise
            except InterruptError:
                with suppress(OSError):  # the terminal itself may be gone
                    self._prompter.err.line()  # likewise
                raise
            else:
                self._was_told = False
                return line

    def _typed_ahead(self, prompt: str) -> str | None:
        """Return a line that was typed and sent before this one was open."""
        if self._quiet:
            self._ahead += self._quiet.take().decode("utf-8", "replace")
        line, end, rest = self._ahead.replace("\n", "\r").partition("\r")
        if not end:
            return None
        self._ahead = rest
        self._prompter.err.line(f"{prompt}{line}")
        return line

    def _tell_how_to_leave(self) -> None:
        if not self._was_told and not (_EDITOR and _EDITOR.get_line_buffer()):
            self._prompter.note(HOW_TO_LEAVE)
            self._was_told = True


@contextmanager
def _begun(text: str) -> Iterator[None]:
    """Let a line begin with a text."""
    if _EDITOR is None or not text:
        yield
        return
    _EDITOR.set_startup_hook(lambda: _EDITOR.insert_text(text))
    try:
        yield
    finally:
        _EDITOR.set_startup_hook(None)


def _completer(complete: Complete) -> Callable[[str, int], str | None]:
    """Return what readline asks for the first, second, … whole line that may be meant."""
    found: list[str] = []

    def nth(line: str, number: int) -> str | None:
        if number == 0:
            begin = line.removesuffix(last_part(line))
            found[:] = [begin + each for each in complete(line)] if line[:1] == "/" else []
        return found[number] if number < len(found) else None

    return nth


def _keys_from(descriptor: int) -> None:
    """Have lines read from a terminal in place of what stdin was."""
    os.dup2(descriptor, 0)
    sys.stdin = os.fdopen(0, encoding="utf-8", errors="replace", closefd=False)
