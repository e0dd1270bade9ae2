"""Draws docs/tour.svg: a real run of the tour on a pseudo-terminal, exported by rich.

Run it as `python docs/picture.py`; it needs the extra `test` (pyte).
"""

import fcntl
import io
import os
import pty
import struct
import sys
import termios
from pathlib import Path
from typing import Final

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

COLUMNS: Final = 80
ROWS: Final = 60


def run_on_terminal(arguments: list[str]) -> pyte.Screen:
    """Run a program on a pseudo-terminal and return the screen that it leaves."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execvp(arguments[0], arguments)  # noqa: S606  the program is our own
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    try:
        while data := os.read(terminal, 65536):
            stream.feed(data)
    except OSError:  # Linux ends a pseudo-terminal with EIO
        pass
    os.waitpid(child, 0)
    return screen


def lines_of(screen: pyte.Screen) -> list[Text]:
    """Turn the screen into lines with their styles, without the empty ones at its end."""
    lines = []
    for row in range(ROWS):
        line = Text()
        for column in range(COLUMNS):
            cell = screen.buffer[row][column]
            colour = None if cell.fg == "default" else cell.fg.replace("bright", "bright_")
            style = Style(bold=cell.bold, color=colour if colour in _COLOURS else None)
            line.append(cell.data, style)
        line.rstrip()
        lines.append(line)
    while lines and not lines[-1].plain:
        lines.pop()
    return lines


_COLOURS: Final = ("red", "green", "blue", "cyan", "magenta", "yellow", "white")


def main() -> None:
    """Write the picture beside this file."""
    program = str(Path(sys.executable).with_name("ollama-cli"))
    screen = run_on_terminal([program, "demo"])
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for line in lines_of(screen):
        console.print(line, soft_wrap=True)
    console.save_svg(str(Path(__file__).with_name("tour.svg")), title="ollama-cli demo")


if __name__ == "__main__":
    main()
