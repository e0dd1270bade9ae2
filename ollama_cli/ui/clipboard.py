"""The clipboard of the machine that the user sits at, also where that is at the far end of SSH.

No terminal tells whether it took what was sent to it, so nothing here claims that it did. Facts:
what tmux passes on was measured with 3.3a; xterm takes 100,000 bytes of base64 at most.
"""

import base64
from collections.abc import Iterator, Mapping
from typing import Final

from ollama_cli.errors import UsageError
from ollama_cli.system import processes
from ollama_cli.types.text import well_formed
from ollama_cli.types.units import format_bytes
from ollama_cli.ui.streams import OutStream

LARGEST: Final = 74_994  # 99,992 bytes in base64
_PATIENCE: Final = 5.0
_TERMINAL: Final = "the terminal's clipboard"
_TMUX: Final = ("tmux", "load-buffer", "-w", "-")
_WINDOWS: Final = "clip.exe"
_TOOLS: Final = (
    ("wl-copy", "--type", "text/plain;charset=utf-8"),
    ("xclip", "-selection", "clipboard", "-in"),
    ("xsel", "--clipboard", "--input"),
    ("pbcopy",),
    (_WINDOWS,),
)
# These would print the sequence, or have no clipboard.
_BARE_TERMS: Final = frozenset({"", "dumb", "linux", "unknown"})
_DCS, _ST, _BEL = "\x1bP", "\x1b\\", "\x07"
_SCREEN_PIECE: Final = 240


def send(text: str, terminal: OutStream, environ: Mapping[str, str]) -> str:
    """Send a text to the clipboard, and return a sentence of what was sent where.

    By tmux if that holds the terminal, by the terminal itself over SSH, else by the first tool of
    this machine that takes it. UsageError for no text, for too long a one, and where nothing leads
    to a clipboard.
    """
    data = well_formed(text).encode()
    if not data:
        raise UsageError("there is nothing to copy")
    if len(data) > LARGEST:
        raise UsageError(
            f"{format_bytes(len(data))} are too much for a terminal's clipboard"
            f" (at most {format_bytes(LARGEST)})",
            hint="write it to a file: /save FILE",
        )
    place = _taken_by(data, terminal, environ)
    if place is None:
        raise UsageError("no clipboard was found", hint="write it to a file: /save FILE")
    return f"sent {format_bytes(len(data))} to {place}"


def _taken_by(data: bytes, terminal: OutStream, environ: Mapping[str, str]) -> str | None:
    if environ.get("TMUX") and _is_taken(_TMUX, data, environ):
        return f"tmux, for {_TERMINAL}"
    # Over SSH a tool succeeds, too: with the clipboard of a machine where nobody sits.
    is_remote = bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))
    if not is_remote and (tool := _first_tool(data, environ)):
        return f"the clipboard, by {tool}"
    if not terminal.is_terminal or environ.get("TERM", "") in _BARE_TERMS:
        return None
    terminal.write("".join(_sequence(data, is_in_screen=bool(environ.get("STY")))))
    return _TERMINAL


def _first_tool(data: bytes, environ: Mapping[str, str]) -> str | None:
    for words in _TOOLS:
        name = words[0]
        given = data.decode().encode("utf-16-le") if name == _WINDOWS else data
        if _is_taken(words, given, environ):  # one without its display fails at once
            return name
    return None


def _is_taken(words: tuple[str, ...], data: bytes, environ: Mapping[str, str]) -> bool:
    program = processes.find(environ, words[0])
    if program is None:
        return False
    try:
        code = processes.feed([program, *words[1:]], data, seconds=_PATIENCE, environ=environ)
    except OSError:  # it is there, and cannot be run
        return False
    return code == 0


def _sequence(data: bytes, *, is_in_screen: bool) -> Iterator[str]:
    """Yield OSC 52, which sets a clipboard; GNU screen hands on what stands in DCS, in pieces."""
    whole = f"\x1b]52;c;{base64.b64encode(data).decode('ascii')}{_BEL}"
    if not is_in_screen:
        yield whole
        return
    for start in range(0, len(whole), _SCREEN_PIECE):
        yield f"{_DCS}{whole[start : start + _SCREEN_PIECE]}{_ST}"
