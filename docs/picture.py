"""Draws docs/picture.svg: a real run on a pseudo-terminal against the demo server.

A pull whose line is cut goes on by itself, then a model thinks and answers in Markdown. Run it as
`python docs/picture.py`; it needs the extra `test` (pyte).
"""

import fcntl
import io
import os
import pty
import re
import struct
import sys
import tempfile
import termios
from itertools import groupby
from pathlib import Path
from typing import Final

import pyte
from pyte.screens import Char
from rich.console import Console
from rich.style import Style
from rich.text import Text

from ollama_cli.demo import DemoServer

COLUMNS: Final = 80
ROWS: Final = 60
COMMANDS: Final = (
    "ollama-cli models pull qwen3:4b",
    'ollama-cli chat -m qwen3:4b "show me Markdown"',
)
FAULT: Final = "cut@40%"
"""What befalls the first pull."""

_FONTS: Final = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
_FAINT: Final = 2
_NOT_FAINT: Final = 22
_OF_COLOURS: Final = frozenset({38, 48})
_NAMES: Final = {"brown": "yellow", "brightbrown": "bright_yellow"}


class _Screen(pyte.Screen):
    """A screen that knows faint text, as which blinking text is kept: nothing of ours blinks."""

    def select_graphic_rendition(self, *attributes: int) -> None:
        super().select_graphic_rendition(*attributes)
        if _OF_COLOURS.isdisjoint(attributes) and {_FAINT, _NOT_FAINT} & set(attributes):
            self.cursor.attrs = self.cursor.attrs._replace(blink=_FAINT in attributes)


def run_on_terminal(script: str, environment: dict[str, str]) -> pyte.Screen:
    """Run a shell script on a pseudo-terminal and return the screen that it leaves."""
    screen = _Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    child, terminal = pty.fork()
    if child == 0:
        os.execve("/bin/sh", ["sh", "-c", script], environment)  # noqa: S606  it is our own
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    try:
        while data := os.read(terminal, 65536):
            stream.feed(data)
    except OSError:  # Linux ends a pseudo-terminal with EIO
        pass
    _, status = os.waitpid(child, 0)
    if status:
        raise SystemExit("\n".join(screen.display))
    return screen


def lines_of(screen: pyte.Screen) -> list[Text]:
    """Turn the screen into lines with their styles, without the empty ones at its end."""
    lines = []
    for row in range(ROWS):
        cells = [screen.buffer[row][column] for column in range(COLUMNS)]
        line = Text()
        for style, alike in groupby(cells, _style):
            line.append("".join(cell.data for cell in alike), style)
        line.rstrip()
        lines.append(line)
    while lines and not lines[-1].plain:
        lines.pop()
    return lines


def _style(cell: Char) -> Style:
    return Style(
        bold=cell.bold,
        italic=cell.italics,
        underline=cell.underscore,
        strike=cell.strikethrough,
        reverse=cell.reverse,
        dim=cell.blink,
        color=_colour(cell.fg),
        bgcolor=_colour(cell.bg),
    )


def _colour(name: str) -> str | None:
    """Return the name that rich has for a colour of the screen."""
    if re.fullmatch("[0-9a-f]{6}", name):
        return f"#{name}"
    known = _NAMES.get(name, name.replace("bright", "bright_"))
    return None if name == "default" else known


def drawn(screen: pyte.Screen) -> str:
    """Draw a screen as SVG that fetches nothing: a dark window, readable on light and dark."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for line in lines_of(screen):
        console.print(line, soft_wrap=True)
    picture = console.export_svg(title="ollama-cli", unique_id="run")
    picture = re.sub(r"\s*@font-face \{.*?\}", "", picture, flags=re.DOTALL)
    picture = picture.replace("<svg ", '<svg xml:space="preserve" ', 1)  # blanks around styled text
    return picture.replace("Fira Code, monospace", _FONTS)


def run(server: str) -> pyte.Screen:
    """Run the commands against a server, with a home of their own."""
    shown = (f"printf '\\033[1m$ %s\\033[0m\\n' '{each}'; {each}; echo" for each in COMMANDS)
    with tempfile.TemporaryDirectory() as home:
        environment = {
            "HOME": home,
            "LANG": "C.UTF-8",
            "OLLAMA_HOST": server,
            "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
            "TERM": "xterm-256color",
        }
        return run_on_terminal("\n".join(shown), environment)


def main() -> None:
    """Write the picture beside this file."""
    with DemoServer(fault=FAULT, fault_times=1) as server:
        screen = run(server.url)
    Path(__file__).with_name("picture.svg").write_text(drawn(screen), encoding="utf-8")


if __name__ == "__main__":
    main()
