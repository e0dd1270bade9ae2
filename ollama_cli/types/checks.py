"""The steps of `doctor`, as values."""

from typing import Literal

from ollama_cli.types.values import dataclass


@dataclass(frozen=True)
class Note:
    """A remark about something that works; a hint has one command in backticks."""

    message: str
    hint: str = ""

    @property
    def command(self) -> str | None:
        """Return the command of the hint."""
        return _command(self.hint)


@dataclass(frozen=True)
class Check:
    """One step of a diagnosis: how it went, how long it took, and what to do about it.

    `value` is the fact that it found (an address, a version, a model), `code` and `exit_code` are
    those of the error if it failed.
    """

    name: str
    status: Literal["ok", "note", "failed", "skipped"]
    message: str = ""
    value: str | None = None
    seconds: float | None = None
    notes: tuple[Note, ...] = ()
    hint: str = ""
    code: str | None = None
    exit_code: int = 0
    http_status: int | None = None

    @property
    def command(self) -> str | None:
        """Return the command of the hint."""
        return _command(self.hint)


def _command(hint: str) -> str | None:
    return hint.split("`")[1] if hint.count("`") > 1 else None
