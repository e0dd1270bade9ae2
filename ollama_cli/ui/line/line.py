"""What a conversation asks for its questions with: the line, and what was typed on it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple, Protocol, TypeAlias

History: TypeAlias = Callable[[], Iterable[str]]
"""Gives earlier questions, the newest first; called each time that a line opens."""

Complete: TypeAlias = Callable[[str], Iterable[str]]
"""Gets the line up to the cursor; gives what may stand in place of its last part.

The last part is the word of a command, `/mod`, or after it the whole rest of the line: of
`/model hf.co/x:q` it is `hf.co/x:q`. Not asked where the line does not begin with `/`.
"""

PROMPT: Final = ">>> "
SPOKEN_PROMPT: Final = "you: "
CONTINUATION: Final = "... "
HOW_TO_LEAVE: Final = "Ctrl-D or /exit leaves"


class Typed(NamedTuple):
    """What was sent. `is_block`: it begins in a paste of several lines or in `\"\"\"`: no command.

    Pastes stand in the text in full, the marks of a block do not.
    """

    text: str
    is_block: bool = False


class Wishes(NamedTuple):
    """What is wanted of a line; `keys` are bound as emacs or vi binds them.

    An accessible one shows nothing beside what is typed.
    """

    environ: Mapping[str, str]
    prompt: str = PROMPT
    keys: str = "emacs"
    is_accessible: bool = False
    history: History | None = None
    complete: Complete | None = None


class Line(Protocol):
    """Where questions are typed, one after the other."""

    def read(self, prompt: str = "", *, text: str = "", right: str = "") -> Typed:
        """Read what is typed until it is sent; blank lines are sent too.

        `text` stands in the line to begin with, `right` at its right edge where there is room; no
        `prompt` means the usual one. Ctrl-C clears the line, or says how to leave. Raises EOFError
        for Ctrl-D on an empty line or keys that have ended, InterruptError for other signals.
        """
        ...

    def use_keys(self, wanted: str) -> None:
        """Take the keys of `emacs` or `vi` from now on."""
        ...

    def close(self) -> None:
        """Give the terminal back, and forget what was typed ahead."""
        ...


def last_part(line: str) -> str:
    """Return the part of a command's line that completion may replace."""
    _, blank, rest = line.partition(" ")
    return rest if blank else line
