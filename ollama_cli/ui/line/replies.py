"""What comes from a terminal and is no key: replies to questions of other programs, and pastes.

A reply to a question about colours (OSC), about the terminal itself (DA, DCS) or where its cursor
is, and news of the window's focus, arrive as if they were typed; a line editor that does not know
them types them into the line. Enter with Shift has two encodings of its own.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

_ESCAPE: Final = "\x1b"
_CONTROL: Final = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_CONTROL_BEGUN: Final = re.compile(r"\x1b\[[0-?]*[ -/]*\Z")
# Strings: ended by BEL or ST, and by nothing else that a terminal would send in one.
_STRING: Final = re.compile(r"\x1b(?:\]\d|P[\d>=$+!|]|_G|[X^]\d)[^\x00-\x1f\x7f\x9c]*")
_STRING_BEGUN: Final = re.compile(r"\x1b[\]P_X^]\Z")
_STRING_END: Final = re.compile(r"\x07|\x1b\\|\x9c")
_LONGEST_STRING: Final = 1 << 20
_PASTE: Final = "\x1b[200~"
_PASTE_END: Final = "\x1b[201~"
_FOCUS: Final = frozenset({"\x1b[I", "\x1b[O"})
_NEWLINES: Final = frozenset({"\x1b\r", "\x1b\n"})  # Alt-Enter
# Keys by their code, as kitty and as xterm's modifyOtherKeys encode them.
_KITTY: Final = re.compile(r"\x1b\[(\d{1,9})(?::\d*)*(?:;(\d{0,9})(?::(\d{1,9}))?)?(?:;[\d:]*)?u")
_XTERM: Final = re.compile(r"\x1b\[27;(\d{1,9});(\d{1,9})~")
_SHIFT, _ALT, _CTRL = 1, 2, 4
_RELEASED: Final = "3"
_BLANK, _BACKSPACE = 32, 127
_FIRST_WITHOUT_TEXT: Final = 0xD800
_CTRL_C: Final = "\x03"


class Paste(NamedTuple):
    """A text that was pasted."""

    text: str


class Replies:
    """Sort what comes from a terminal; `is_key` knows the sequences that are keys.

    A sequence that is cut in two is held until its rest comes.
    """

    def __init__(self, is_key: Callable[[str], bool]) -> None:
        self._is_key = is_key
        self._held = ""
        self._pasted: list[str] | None = None

    def feed(self, data: str) -> Iterator[str | Paste]:
        """Yield what was typed, in pieces, and what was pasted, each as a whole.

        A Ctrl-C that comes alone ends a paste whose own end was lost, which would take all keys.
        """
        if self._pasted is not None and data == _CTRL_C:
            data = _PASTE_END + data
            self._pasted.append(self._held)
            self._held = ""
        data, self._held = self._held + data, ""
        while data:
            if self._pasted is not None:
                piece, data = self._end_paste(data)
                if piece is not None:
                    yield piece
                continue
            typed, escape, rest = data.partition(_ESCAPE)
            if typed:
                yield typed
            if not escape:
                return
            keys, data = self._sequence(escape + rest)
            if keys:
                yield keys

    def flush(self) -> str:
        """Return what was held and is a key after all, as nothing followed: Escape, Alt-]."""
        if self._pasted is not None or len(self._held) > len("\x1b]") or self._held == "\x1b[":
            return ""
        keys, self._held = self._held, ""
        return keys

    def _end_paste(self, data: str) -> tuple[Paste | None, str]:
        assert self._pasted is not None  # noqa: S101  a paste is open
        text, end, rest = data.partition(_PASTE_END)
        if end:
            paste = Paste("".join([*self._pasted, text]))
            self._pasted = None
            return paste, rest
        cut = text.rfind(_ESCAPE, -len(_PASTE_END))
        if cut >= 0 and _PASTE_END.startswith(text[cut:]):
            text, self._held = text[:cut], text[cut:]
        self._pasted.append(text)
        return None, ""

    def _sequence(self, data: str) -> tuple[str, str]:
        """Split what begins with Escape: the keys that it means, and the rest."""
        if found := _CONTROL.match(data):
            return self._control(found[0]), data[found.end() :]
        if found := _STRING.match(data):
            return self._string(data, found.end())
        if data in {_ESCAPE, "\x1bO"} or _CONTROL_BEGUN.match(data) or _STRING_BEGUN.match(data):
            self._held = data
            return "", ""
        if data[:2] in _NEWLINES:
            return "\n", data[2:]
        length = 1 if data[1] == _ESCAPE else 3 if data[1] == "O" else 2
        return data[:length], data[length:]

    def _string(self, data: str, end: int) -> tuple[str, str]:
        """Drop a string, also one that is broken off."""
        if ended := _STRING_END.match(data, end):
            return "", data[ended.end() :]
        if data[end:] in {"", _ESCAPE} and end < _LONGEST_STRING:
            self._held = data
            return "", ""
        return "", data[end:]

    def _control(self, sequence: str) -> str:
        if sequence == _PASTE:
            self._pasted = []
            return ""
        if found := _KITTY.fullmatch(sequence):
            code, modifiers, event = found.groups()
            return "" if event == _RELEASED else _key(int(code), int(modifiers or 1) - 1)
        if found := _XTERM.fullmatch(sequence):
            return _key(int(found[2]), int(found[1]) - 1)
        return sequence if sequence not in _FOCUS and self._is_key(sequence) else ""


def _key(code: int, modifiers: int) -> str:
    """Return what an ordinary terminal sends for a key; Enter with any modifier is a newline."""
    alt = _ESCAPE if modifiers & _ALT else ""
    match code:
        case 13:
            return "\n" if modifiers & (_SHIFT | _ALT | _CTRL) else "\r"
        case 9 if modifiers & _SHIFT:
            return "\x1b[Z"
        case 9 | 27 | 127:
            return alt + chr(code)
        case _ if code < _BLANK or code >= _FIRST_WITHOUT_TEXT:
            return ""
        case _ if modifiers & _CTRL:
            return alt + chr(code & 0x1F) if code < _BACKSPACE else ""
        case _:
            return alt + (chr(code).upper() if modifiers & _SHIFT else chr(code))
