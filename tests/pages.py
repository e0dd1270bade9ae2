"""Pages of the documentation, and what they show, typed into a shell as a reader would.

The word behind the language of a fenced block says what becomes of it: `exit=4` is how it ends,
`file=NAME` that the reader saves it, `needs=NAME` that it runs where that program is, `at=NAME`
which variable holds the server, `run=no` that no test has what it needs: it is only read.
A block of `text` behind one of shell is what that prints.
"""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from documentation import ROOT
from shell import PATIENCE, PROGRAM, environment

from ollama_cli.demo.server import DemoServer

SHELL: Final = ("sh", "bash", "console")
_FENCED: Final = re.compile(r"^( *)```(\w*)([^\n]*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
# What differs from run to run, as it is shown, and what may stand there instead.
_VARYING: Final = (
    (re.compile(r"…"), r".*"),
    (re.compile(r"(\d+|less than a) \w+ ago"), r"(?:\d+|less than a) \w+ ago"),
    (re.compile(r"\b(?=[a-f]*\d)[0-9a-f]{12}\b"), r"[0-9a-f]{12}"),
    (re.compile(r"\d[\d.,]*"), r"\d[\d.,]*"),
    (re.compile(r"\s+"), r"\s+"),
)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language and text, and what is said of it."""

    language: str
    text: str
    said: Mapping[str, str]
    place: int = 0
    shown: str | None = None


@dataclass(frozen=True)
class Page:
    """A page, by its path below the root of the project."""

    name: str
    text: str = field(repr=False)

    @property
    def blocks(self) -> list[Block]:
        """List the blocks, each with what it prints; that is no block of its own."""
        found: list[Block] = []
        end = 0
        for match in _FENCED.finditer(self.text):
            indent, language, said, text = match.groups()
            is_next = not self.text[end : match.start()].strip()
            end = match.end()
            lines = re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)
            if language == "text" and is_next and found and found[-1].language in SHELL:
                last = found.pop()
                found.append(Block(last.language, last.text, last.said, last.place, lines))
                continue
            words = dict(word.partition("=")[::2] for word in said.split())
            place = self.text.count("\n", 0, match.start()) + 1
            found.append(Block(language, lines, words, place))
        return found


def page(name: str) -> Page:
    return Page(name, (ROOT / name).read_text(encoding="utf-8"))


def is_as_shown(said: str, shown: str) -> bool:
    """Tell whether a text is the one that is shown, which may have other numbers, times and ids.

    `…` stands for any text.
    """
    return re.fullmatch(_pattern(shown.strip()), said.strip(), re.DOTALL) is not None


def _pattern(shown: str, kinds: Sequence[tuple[re.Pattern[str], str]] = _VARYING) -> str:
    if not kinds:
        return re.escape(shown)
    (kind, instead), *others = kinds
    parts, end = [], 0
    for match in kind.finditer(shown):
        parts.append(_pattern(shown[end : match.start()], others))
        end = match.end()
    return instead.join([*parts, _pattern(shown[end:], others)])


@dataclass(frozen=True)
class Ran:
    """What came of a block: its exit code, and what stood on the screen."""

    block: Block
    code: int
    screen: str


class Reader:
    """Somebody with a shell in an empty folder, where the demo server is the one of the settings.

    `tools` are programs that this machine may lack, each a script of `sh`.
    """

    def __init__(self, folder: Path, tools: Mapping[str, str] | None = None) -> None:
        self.home = folder / "home"
        self.desk = folder / "desk"
        self._ran = folder / "ran"
        self._tools = folder / "tools"
        for place in (self.home, self.desk, self._ran, self._tools):
            place.mkdir()
        for name, script in (tools or {}).items():
            (self._tools / name).write_text(f"#!/bin/sh\n{script}\n")
            (self._tools / name).chmod(0o755)

    def type(self, page: Page, **more: str) -> list[Ran]:
        """Save what is to be saved, run the rest in one shell, and return what came of it."""
        blocks = [block for block in page.blocks if block.language in SHELL and _runs(block)]
        for block in page.blocks:
            if name := block.said.get("file"):
                (self.desk / name).parent.mkdir(parents=True, exist_ok=True)
                (self.desk / name).write_text(block.text, encoding="utf-8")
        for number, block in enumerate(blocks):
            (self._ran / f"{number}.sh").write_text(block.text, encoding="utf-8")
        (self._ran / "all.sh").write_text("".join(self._steps(blocks)), encoding="utf-8")
        with DemoServer(tokens_per_second=0, bytes_per_second=0) as server:
            self._run({"OLLAMA_HOST": server.url, **more})
        return list(self._results(blocks))

    def _steps(self, blocks: list[Block]) -> Iterator[str]:
        for number, block in enumerate(blocks):
            here = self._ran / str(number)
            place = f"OLLAMA_HOST=${at.upper()} " if (at := block.said.get("at")) else ""
            yield f"{place}. {here}.sh >{here}.screen 2>&1\necho $? >{here}.code\n"

    def _run(self, more: Mapping[str, str]) -> None:
        path = [str(self._tools), str(Path(PROGRAM).parent), os.environ["PATH"]]
        process = subprocess.Popen(
            ["bash", str(self._ran / "all.sh")],
            stdin=subprocess.DEVNULL,
            env=environment({**more, "PATH": os.pathsep.join(path)}, at=self.home),
            cwd=self.desk,
            start_new_session=True,
        )
        with process:
            try:
                process.wait(3 * PATIENCE)
            finally:
                with suppress(ProcessLookupError):  # whatever it started, too
                    os.killpg(process.pid, signal.SIGKILL)

    def _results(self, blocks: list[Block]) -> Iterator[Ran]:
        for number, block in enumerate(blocks):
            code = self._ran / f"{number}.code"
            screen = (self._ran / f"{number}.screen").read_text(encoding="utf-8")
            yield Ran(block, int(code.read_text()) if code.exists() else -1, screen)


def _runs(block: Block) -> bool:
    needed = block.said.get("needs")
    is_possible = needed is None or shutil.which(needed) is not None
    return is_possible and not {"run", "file"} & block.said.keys()


def check(ran: list[Ran]) -> None:
    """Hold what came of the blocks against what their page says."""
    for each in ran:
        what = f"line {each.block.place}: {each.block.text}\n{each.screen}"
        assert each.code == int(each.block.said.get("exit", 0)), f"{each.code} at {what}"
        if each.block.shown is not None:
            assert is_as_shown(each.screen, each.block.shown), f"{what}\nis not\n{each.block.shown}"


def run(
    name: str,
    folder: Path,
    tools: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
    **more: str,
) -> Reader:
    """Run a page, with `files` on the desk, and hold it against what it says of itself."""
    reader = Reader(folder, tools)
    for path, data in (files or {}).items():
        place = reader.desk / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    check(reader.type(page(name), **more))
    return reader
