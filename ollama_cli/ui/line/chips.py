"""Chips: a long paste is one character of the line, shown by its size and sent in full."""

from typing import Final

_FIRST: Final = 0x10F000  # of a range that is nobody's
_LAST: Final = 0x10FFFD
_LONGEST: Final = 512
_MOST_LINES: Final = 8


class Chips:
    """The pastes of one question, by the characters that stand for them."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def put(self, text: str) -> str:
        """Return what goes into the line for a text that was pasted: itself, or its chip."""
        is_long = len(text) > _LONGEST or _lines(text) > _MOST_LINES
        if not is_long and not any(_FIRST <= ord(each) <= _LAST for each in text):
            return text
        chip = chr(_FIRST + len(self._texts))
        self._texts[chip] = text
        return chip

    def has(self, character: str) -> bool:
        """Return whether a character of the line is a chip."""
        return character in self._texts

    def label(self, chip: str) -> str:
        """Return how a chip is shown."""
        text = self._texts[chip]
        size = f"{_counted(_lines(text), 'line')}, {_counted(len(text), 'char')}"
        return f"[paste {ord(chip) - _FIRST + 1}: {size}]"

    def whole(self, line: str) -> str:
        """Return the line with its pastes in full."""
        return "".join(self._texts.get(each, each) for each in line) if self._texts else line

    def folded(self, text: str) -> str:
        """Return a text in which the pastes that it holds unchanged are chips again."""
        for chip, paste in self._texts.items():
            text = text.replace(paste, chip)
        return text

    def clear(self) -> None:
        """Forget all pastes; the next one is the first."""
        self._texts.clear()


def _lines(text: str) -> int:
    return text.count("\n") + 1


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
