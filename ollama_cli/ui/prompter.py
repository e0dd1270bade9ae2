"""What a command and its user say to one another beside the result: notes and questions."""

from ollama_cli.errors import UsageError
from ollama_cli.types.text import one_line
from ollama_cli.ui.streams import InStream, OutStream


class Prompter:
    """The user of one run: what may be said, and whether anything may be asked."""

    def __init__(
        self, err: OutStream, stdin: InStream, *, quiet: bool = False, no_input: bool = False
    ) -> None:
        self.err, self.stdin = err, stdin
        self.quiet = quiet
        self._no_input = no_input
        self._warned: set[str] = set()

    def note(self, text: str) -> None:
        """Say something on stderr, unless quiet."""
        if not self.quiet:
            self.err.line(f"note: {one_line(text)}")

    def report(self, text: str) -> None:
        """Say on stderr what was done, unless quiet."""
        if not self.quiet:
            self.err.line(one_line(text))

    def warn(self, text: str) -> None:
        """Warn on stderr, once of each thing, unless quiet."""
        if not self.quiet and text not in self._warned:
            self._warned.add(text)
            self.err.line(f"warning: {one_line(text)}")

    def note_waiting(self) -> None:
        """Say that standard input is open and silent: a tool that hangs shall say why."""
        self.err.line(
            "note: waiting for standard input to end; --no-stdin (or </dev/null) skips it"
        )

    def can_ask(self) -> bool:
        """Tell whether a question may be asked: terminals at both ends, and no --no-input."""
        has_both = self.stdin.is_terminal and self.stdin.file and self.err.is_terminal
        return bool(has_both) and not self._no_input

    def confirm(self, question: str, *, flag: str) -> bool:
        """Ask a yes-or-no question; UsageError naming `flag` where nobody can answer."""
        if not self.can_ask():
            raise UsageError(
                "this needs a confirmation, and there is nobody to ask",
                hint=f"confirm it with {flag}",
            )
        return (self.ask(f"{question} [y/N] ") or "").lower() in {"y", "yes"}

    def ask(self, question: str) -> str | None:
        """Ask for one line, where `can_ask` allows it; None at the end of input."""
        self.err.write(question)
        assert self.stdin.file is not None  # noqa: S101  can_ask has seen a terminal
        line = self.stdin.file.readline()
        if not line:
            self.err.line()
        return line.decode("utf-8", "replace").strip() if line else None
