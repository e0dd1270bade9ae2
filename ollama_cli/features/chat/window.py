"""How full the context of a conversation is, by the server's own numbers, and what makes room.

Facts, measured on Ollama 0.24.0 and 0.32.15: used is what was read and written for the last answer,
the window is what `/api/ps` tells of the loaded model. An answer that ends with `length` within two
tokens of the window has filled it; where the sum exceeds it, the start was shifted out meanwhile.
"""

from collections.abc import Sequence
from typing import Final, Literal

from ollama_cli.features.chat.tree import Exchange, Tree, exchanges
from ollama_cli.types.answers import Answer, Usage
from ollama_cli.types.sessions import Message

_NOTE_AT: Final = 80
_SPARE: Final = 2
_CHARACTERS: Final = 4  # of a token, about
_SMALLEST: Final = 4096


class Window:
    """The context in tokens: `used` by the last exchange, `size` of the window; None if unknown."""

    def __init__(self) -> None:
        self.used: int | None = None
        self.size: int | None = None
        self._was_noted = False

    @property
    def percent(self) -> int | None:
        """Return how full it is, in percent; None until both numbers are known."""
        if self.used is None or not self.size:
            return None
        return round(100 * self.used / self.size)

    @property
    def shown(self) -> str:
        """Return the percentage in words, a dash if it is unknown."""
        return "-" if self.percent is None else f"{self.percent} %"

    def measure(self, usage: Usage, size: int | None) -> None:
        """Take the numbers of an answer."""
        self.used = used(usage)
        self.size = size

    def warning(self) -> str:
        """Return the note at 80 %, once; empty before and after."""
        if self._was_noted or (self.percent or 0) < _NOTE_AT:
            return ""
        self._was_noted = True
        return f"the context is {self.shown} full ({self.used:,} of {self.size:,} tokens)"

    def forget(self) -> None:
        """Forget the numbers, as another branch or another model has others."""
        self.used = self.size = None
        self._was_noted = False


def sent_exchanges(tree: Tree) -> list[Exchange]:
    """Return the exchanges that a model is sent."""
    return exchanges(tree.history)


def used(usage: Usage) -> int | None:
    """Return the tokens that an exchange took; None unless the server told both numbers."""
    if usage.prompt_tokens is None or usage.completion_tokens is None:
        return None
    return usage.prompt_tokens + usage.completion_tokens


def overrun(answer: Answer, size: int | None) -> Literal["full", "shifted"] | None:
    """Tell whether an answer filled the context, or pushed the start out of it."""
    taken = used(answer.usage)
    if answer.cut == "shifted" or (size and taken is not None and taken > size):
        return "shifted"
    is_at_end = bool(size) and taken is not None and taken >= (size or 0) - _SPARE
    if answer.cut == "context" or (answer.done_reason == "length" and is_at_end):
        return "full"
    return None


def ways(
    exchanges: Sequence[Exchange],
    *,
    needs: int | None,
    holds: int | None,
    most: int | None,
    said: int | None = None,
) -> str:
    """Name the ways to make room, none of which is taken unasked.

    The prompt `needs` so many tokens and the window `holds` so many, where that is known; `most`
    is what the model itself can hold, and `said` the tokens of what was said before the question.
    """
    found = []
    is_alone_too_long = (
        needs is not None and holds is not None and said is not None and needs - said > holds
    )
    if exchanges and not is_alone_too_long:
        found.append("/compact (a summary in the place of what was said)")
        if len(exchanges) > 1:
            over = (needs or 0) - (holds or 0)
            found.append(f"/drop {_enough(exchanges, over)} (without the oldest exchanges)")
    larger = _larger(needs, holds, most)
    if larger is not None:
        found.append(f"/set num_ctx {larger} (the model is loaded again)")
    if not found:
        return "shorten the question"
    return f"make room: {', or '.join(found)}"


def estimate(message: Message) -> int:
    """Estimate the tokens of a message by its length."""
    return len(message.content) // _CHARACTERS + 1


def _enough(exchanges: Sequence[Exchange], over: int) -> int:
    """Return how many of the oldest exchanges hold as many tokens as there are too many."""
    freed = 0
    for count, (question, answer) in enumerate(exchanges[:-1], 1):
        freed += estimate(question.message) + (estimate(answer.message) if answer else 0)
        if freed > over:
            return count
    return len(exchanges) - 1


def _larger(needs: int | None, holds: int | None, most: int | None) -> int | None:
    """Return the next power of two that is enough, no more than the model can hold."""
    target = _SMALLEST
    while target <= max(holds or 0, needs or 0):
        target *= 2
    target = target if most is None else min(target, most)
    return target if target > (holds or 0) and target > (needs or 0) else None
