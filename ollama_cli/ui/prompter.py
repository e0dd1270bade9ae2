"""Notes to the user and questions, beside the result of a command."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ollama_cli.errors import InterruptError, OutputError, UsageError
from ollama_cli.system import signals
from ollama_cli.types.secrets import redact
from ollama_cli.types.text import one_line
from ollama_cli.ui import motion
from ollama_cli.ui.cells import break_lines
from ollama_cli.ui.sentences import show_sentence
from ollama_cli.ui.streams import InStream, OutStream

_MODES: Any = None
with suppress(ImportError):  # Windows has none
    import termios

    _MODES = termios


class Prompter:
    """Write notes on stderr and ask questions, as far as the options of this run allow it."""

    def __init__(
        self, err: OutStream, stdin: InStream, *, quiet: bool = False, no_input: bool = False
    ) -> None:
        self.err, self.stdin = err, stdin
        self.quiet = quiet
        self._no_input = no_input
        self._warned: set[str] = set()

    def note(self, text: str) -> None:
        """Write a note on stderr, unless quiet."""
        if not self.quiet:
            show_sentence(self.err, f"note: {_shown(text)}")

    def report(self, text: str) -> None:
        """Write on stderr what was done, unless quiet."""
        if not self.quiet:
            show_sentence(self.err, _shown(text))

    def warn(self, text: str, *, about: str = "") -> None:
        """Write a warning on stderr, each text once, unless quiet; of what it is `about` one."""
        if not self.quiet and (about or text) not in self._warned:
            self._warned.add(about or text)
            show_sentence(self.err, f"warning: {_shown(text)}")

    def note_waiting(self) -> None:
        """Write that standard input is awaited, so that a silent wait does not look like a hang."""
        text = "note: waiting for standard input to end; --no-stdin (or </dev/null) skips it"
        show_sentence(self.err, text)

    def can_ask(self) -> bool:
        """Return whether a question may be asked: stdin and stderr are terminals, no --no-input."""
        has_both = self.stdin.is_terminal and self.stdin.file and self.err.is_terminal
        return bool(has_both) and not self._no_input

    def confirm(self, question: str, *, flag: str) -> bool:
        """Ask a yes-or-no question; UsageError with `flag` in its hint if nobody can answer."""
        if not self.can_ask():
            raise UsageError(
                "this needs a confirmation, and there is nobody to ask",
                hint=f"confirm it with {flag}",
            )
        *list_, last = question.split("\n")  # a list keeps its columns
        lines = [*list_, *break_lines(f"{last} [y/N]", self.err.width - 1)]
        return (self.ask("\n".join(lines) + " ") or "").lower() in {"y", "yes"}

    def ask(self, question: str, *, fresh: bool = False) -> str | None:
        """Ask for one line, only if `can_ask` allows it; None at the end of input.

        If `fresh`, what was typed before the question is no answer to it.
        """
        with motion.ordinary():
            if fresh and _MODES is not None and self.stdin.file is not None:
                with suppress(OSError, _MODES.error):
                    _MODES.tcflush(self.stdin.file.fileno(), _MODES.TCIFLUSH)
            return self._ask(question)

    def _ask(self, question: str) -> str | None:
        asked = _Question(self.err, question)
        assert self.stdin.file is not None  # noqa: S101  can_ask has seen a terminal
        try:
            asked.renew()
            motion.begin(asked)
            line = signals.let_in(self.stdin.file.readline)
        except OSError as error:  # the terminal has gone, or nobody can bring us back to it
            words = (error.strerror or "it is gone").lower()
            raise UsageError(f"there is nobody to ask: the terminal says {words}") from error
        except (KeyboardInterrupt, InterruptError):
            with suppress(OSError, OutputError):  # the terminal itself may be gone
                self.err.line()  # the shell's prompt gets its own line
            raise
        finally:
            motion.over(asked)
        if not line:
            self.err.line()
        return line.decode("utf-8", "replace").strip() if line else None


def _shown(text: str) -> str:
    return one_line(redact(text))


class _Question:
    """A question that waits for its answer; a shell that had the terminal meanwhile hid it."""

    def __init__(self, err: OutStream, text: str) -> None:
        self._err = err
        self._text = text

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Ask again after the block."""
        yield
        self.renew()

    def renew(self) -> None:
        """Write the question."""
        self._err.write(self._text)

    def close(self) -> None:
        """Do nothing: it has changed no modes."""
