"""A typist: lines of shell, each a pipeline, with `ollama-cli` run inside this process.

That costs a tenth of a process. What is more than a pipeline, and what becomes another program
(`env -- …`), is left to bash.
"""

import os
import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pages import Block
from shell import PATIENCE, PROGRAM, Result, call, environment

_OWN: Final = "ollama-cli "
# What lines of a block share, and what is more than a pipeline or becomes another program.
_SHARED: Final = re.compile(r"^\s*(if|for|until|case|while|export|set)\b|^\w+=|&$")
_FOR_BASH: Final = re.compile(r"^eval\b|&&|;| -- ")
_REDIRECTED: Final = re.compile(r"\s([<>])\s*(\S+)$")


@dataclass(frozen=True)
class Typist:
    """Somebody at a desk, with a home and variables of their own."""

    home: Path
    desk: Path
    variables: Mapping[str, str]
    elsewhere: Mapping[str, str]
    """Addresses of the pages, and what stands in for them."""

    def type(self, block: Block, skipped: Sequence[str] = ()) -> list[tuple[str, Result]]:
        """Run the lines of a block, but those that are `skipped`; return what came of each."""
        text = block.text.replace("\\\n", " ")
        lines = [re.sub(r"\s+#\s.*$|^#.*$", "", line) for line in text.splitlines()]
        typed = [line for line in lines if line.strip() and line not in skipped]
        if any(map(_SHARED.search, typed)):
            return [(block.text, self._bash("\n".join(typed)))]
        return [(line, self._pipeline(line)) for line in typed]

    def _pipeline(self, line: str) -> Result:
        if _FOR_BASH.search(line):
            return self._bash(line)
        given: bytes | None = None
        for address, instead in self.elsewhere.items():
            line = line.replace(address, instead)
        done = Result(0, b"", b"")
        for stage in re.split(r"\s\|\s", line):
            if stage.strip().startswith(_OWN):
                done = self._own(stage.strip().removeprefix(_OWN), given)
            else:
                done = self._bash(stage, given)
            given = done.raw
        return done

    def _own(self, arguments: str, given: bytes | None) -> Result:
        target = source = None
        while found := _REDIRECTED.search(arguments):
            arguments = arguments[: found.start()]
            target, source = (found[2], source) if found[1] == ">" else (target, found[2])
        if source is not None:
            given = (self.desk / source).read_bytes()
        words = self._words(arguments)
        done = call(*words, stdin=given, env=self.variables, cwd=self.desk, at=self.home)
        if target is None:
            return done
        (self.desk / target).write_bytes(done.raw)
        return Result(done.code, b"", done.errors)

    def _words(self, arguments: str) -> list[str]:
        if "$" not in arguments:
            return shlex.split(arguments)
        return self._bash(f"printf '%s\\n' {arguments}").out.splitlines()

    def _bash(self, script: str, given: bytes | None = None) -> Result:
        path = f"{Path(PROGRAM).parent}{os.pathsep}{os.environ['PATH']}"
        own = self.variables.get("PATH", "")
        more = {**self.variables, "PATH": f"{own}{os.pathsep}{path}" if own else path}
        done = subprocess.run(
            ["bash", "-c", script],
            input=given or b"",
            capture_output=True,
            env=environment(more, at=self.home),
            cwd=self.desk,
            timeout=PATIENCE,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)
