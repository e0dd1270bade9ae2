"""The code blocks of a session: each has a number, in order of appearance."""

import itertools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ollama_cli.errors import UsageError

if TYPE_CHECKING:
    from ollama_cli.ui.markdown.parser import CodeBlock


class CodeBlocks:
    """The code in the answers of a session, on whichever branch they stand.

    Numbers begin at 1 and are never given twice, so that each on the screen means one block.
    Answers are only read where a number is needed.
    """

    def __init__(self, answers: Iterable[str] = ()) -> None:
        self._unread = list(answers)
        self._found: list[CodeBlock] = []

    def add(self, answer: str) -> None:
        """Add an answer, whole or stopped, once it was shown."""
        self._unread.append(answer)

    def numbers(self) -> Iterator[int]:
        """Yield the numbers for the code of the next answer, as they are asked for."""
        yield from itertools.count(len(self._all()) + 1)

    def block(self, number: int) -> "CodeBlock":
        """Return the block with a number; UsageError if there is none."""
        found = self._all()
        if 0 < number <= len(found):
            return found[number - 1]
        if not found:
            raise UsageError("there is no code in this conversation")
        range_ = "is only block 1" if len(found) == 1 else f"are blocks 1 to {len(found)}"
        raise UsageError(f"there is no code block {number}", hint=f"there {range_}")

    def _all(self) -> "list[CodeBlock]":
        from ollama_cli.ui.markdown.parser import code_blocks  # noqa: PLC0415  markdown-it: 50 ms

        for answer in self._unread:
            self._found += code_blocks(answer)
        self._unread.clear()
        return self._found
