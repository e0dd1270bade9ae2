"""Long tables and documents: what is long, and how it gets into a pager."""

import io
import json
import os
import sys
from pathlib import Path

import pytest

from ollama_cli.ui.pager import PagedStream
from ollama_cli.ui.streams import OutStream


class Screen(OutStream):
    """A terminal of 40 columns and 5 rows, in memory."""

    @property
    def size(self) -> os.terminal_size:
        return os.terminal_size((40, 5))

    @property
    def text(self) -> str:
        assert isinstance(self.file, io.StringIO)
        return self.file.getvalue()


@pytest.fixture
def screen() -> Screen:
    return Screen(io.StringIO(), is_terminal=True, colour=True, motion=True)


@pytest.fixture
def paged(screen: Screen) -> PagedStream:
    return PagedStream(screen)


def pager(folder: Path, code: str = "") -> str:
    """A pager that writes down what it is given, and in which environment."""
    script = folder / "pager.py"
    script.write_text(
        "import json, os, sys\nfrom pathlib import Path\n"
        "told = [sys.stdin.buffer.read().decode(), os.environ.get('LESS'), sys.argv[1:]]\n"
        f"Path({str(folder / 'told')!r}).write_text(json.dumps(told))\n{code}"
    )
    return f'"{sys.executable}" "{script}" -a "b c"'


def environ(**more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], **more}


@pytest.mark.parametrize(
    ("text", "is_long"),
    [
        ("", False),
        ("a\n" * 4, False),  # the last row is the shell's
        ("a\n" * 5, True),
        (f"{'a' * 40}\n" * 4, False),
        (f"{'a' * 40}\n" * 3 + f"{'a' * 41}\n", True),
        (f"{'a' * 160}\n", False),
        (f"{'a' * 161}\n", True),
        ("界" * 80 + "\n", False),  # of two cells each
        ("界" * 81 + "\n", True),
        (f"\x1b[1m{'a' * 40}\x1b[0m\n" * 4, False),  # colours take no room
        ("\n" * 5, True),
    ],
)
def test_what_is_long_does_not_fit_on_the_screen(
    paged: PagedStream, text: str, is_long: bool
) -> None:
    paged.write(text)
    assert paged.is_long == is_long


def test_it_is_the_terminal_that_it_stands_for(screen: Screen, paged: PagedStream) -> None:
    assert paged.is_terminal
    assert paged.colour
    assert paged.motion
    assert paged.unicode
    assert paged.file.isatty()
    paged.line("a")
    paged.write_bytes("é\n".encode())
    paged.still().write("b\n")  # another stream to the same file
    assert screen.text == ""
    paged.show()
    assert screen.text == "a\né\nb\n"
    paged.show()  # it is shown once
    assert screen.text == "a\né\nb\n"


def test_its_size_is_that_of_the_terminal() -> None:
    master, slave = os.openpty()
    with os.fdopen(slave, "w", encoding="utf-8") as file:
        paged = PagedStream(OutStream(file, is_terminal=True))
        assert paged.file.fileno() == slave
        assert paged.width == paged.size.columns
    os.close(master)


def test_a_pager_is_given_all_of_it(screen: Screen, paged: PagedStream, tmp_path: Path) -> None:
    paged.write("é\n" * 100_000)  # more than a pipe takes
    assert paged.page(pager(tmp_path), environ()) == ""
    text, less, args = json.loads((tmp_path / "told").read_text())
    assert text == "é\n" * 100_000
    assert (less, args) == ("FRX", ["-a", "b c"])
    assert screen.text == ""
    paged.show()
    assert screen.text == ""


def test_what_the_user_wants_of_less_stays(paged: PagedStream, tmp_path: Path) -> None:
    paged.write("a\n")
    assert paged.page(pager(tmp_path), environ(LESS="-S")) == ""
    assert '"-S"' in (tmp_path / "told").read_text()


def test_how_a_pager_ends_is_no_matter(screen: Screen, paged: PagedStream, tmp_path: Path) -> None:
    paged.write("a\n")
    assert paged.page(pager(tmp_path, "sys.exit(3)"), environ()) == ""
    assert screen.text == ""


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("cat", ""),
        ("no-such-pager -x", "cannot run the pager no-such-pager: there is no such command"),
        ("less '", 'cannot read the pager "less \'": it is shown as it is'),
        (None, ""),  # there is no less in this PATH
    ],
)
def test_without_a_pager_it_is_shown_as_it_is(
    screen: Screen, paged: PagedStream, tmp_path: Path, command: str | None, complaint: str
) -> None:
    paged.write("a\n" * 10)
    assert paged.page(command, {"PATH": str(tmp_path)}) == complaint
    assert screen.text == "a\n" * 10


def test_a_pager_that_cannot_be_run_is_told(
    screen: Screen, paged: PagedStream, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x7fELF no program")
    broken.chmod(0o755)
    paged.write("a\n")
    assert paged.page(str(broken), environ()).startswith(f"cannot run the pager {broken}: ")
    assert screen.text == "a\n"
