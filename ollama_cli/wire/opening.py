"""The text of an answer as it comes: halves of characters are joined, `<think>` begins thinking."""

from typing import Final, Literal, TypeAlias

from ollama_cli.types.text import well_formed

_OPEN: Final = "<think>"
_CLOSE: Final = "</think>"
_HIGH: Final = ("\ud800", "\udbff")
Kind: TypeAlias = Literal["text", "thinking"]


class Halves:
    """Holds the first half of a character back until the other one comes in the next piece."""

    def __init__(self) -> None:
        self._held = ""

    def add(self, text: str) -> str:
        """Return the text that is complete; a half without its other one becomes U+FFFD."""
        if not self._held and text.isascii():
            return text
        text, self._held = self._held + text, ""
        if _HIGH[0] <= text[-1:] <= _HIGH[1]:
            text, self._held = text[:-1], text[-1]
        return well_formed(text)

    def close(self) -> str:
        """Return what is still held."""
        text, self._held = self._held, ""
        return well_formed(text)


class Opening:
    """Tells thinking from text: a literal `<think>` at the very start, until `</think>`.

    White space may stand before the tag; it and the white space behind each tag are left out. The
    tag means nothing anywhere else.
    """

    def __init__(self) -> None:
        self._held = ""
        self._state: Literal["start", "before", "thinking", "after", "text"] = "start"

    @property
    def has_begun(self) -> bool:
        """Return whether any text came, beyond white space and what may be the tag."""
        return self._state != "start"

    @property
    def is_over(self) -> bool:
        """Return whether all that comes now is text, as it is."""
        return self._state == "text"

    def add(self, text: str) -> list[tuple[Kind, str]]:
        """Return the pieces that are decided, none of them empty."""
        found: list[tuple[Kind, str]] = []
        text, self._held = self._held + text, ""
        if self._state == "start":
            text = self._begin(text)
        if self._state == "before" and (text := text.lstrip()):
            self._state = "thinking"
        if self._state == "thinking":
            text = self._think(text, found)
        if self._state == "after" and (text := text.lstrip()):
            self._state = "text"
        if self._state == "text" and text:
            found.append(("text", text))
        return found

    def close(self) -> list[tuple[Kind, str]]:
        """Return what was held back: the start of a tag that did not come."""
        text, self._held = self._held, ""
        kind: Kind = "thinking" if self._state == "thinking" else "text"
        return [(kind, text)] if text else []

    def _begin(self, text: str) -> str:
        start = text.lstrip()
        if start.startswith(_OPEN):
            self._state = "before"
            return start.removeprefix(_OPEN)
        if _OPEN.startswith(start):
            self._held = text
            return ""
        self._state = "text"
        return text

    def _think(self, text: str, found: list[tuple[Kind, str]]) -> str:
        """Add the thinking to `found`; return what stands behind its end."""
        thinking, tag, rest = text.partition(_CLOSE)
        if tag:
            self._state = "after"
        else:
            held = next(n for n in range(len(_CLOSE) - 1, -1, -1) if text.endswith(_CLOSE[:n]))
            thinking, self._held = text[: len(text) - held], text[len(text) - held :]
        if thinking:
            found.append(("thinking", thinking))
        return rest
