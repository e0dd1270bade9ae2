"""A program `ollama` in a folder of its own, which serves as the demo server does, or fails to."""

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from ollama_cli.services.ollama import OllamaClient

SERVES = f'exec {sys.executable} -m ollama_cli demo serve --port "${{OLLAMA_HOST##*:}}"'


class Installed:
    """The program, and the variables that let it be found and started where they say so."""

    def __init__(self, folder: Path, script: str, wish: str) -> None:
        self._pid = folder / "pid"
        program = folder / "ollama"
        program.write_text(f'#!/bin/sh\necho "$1" $$ >> {self._pid}\n{script}\n')
        program.chmod(0o755)
        path = f"{folder}{os.pathsep}{os.environ['PATH']}"
        self.env = {"PATH": path, "OLLAMA_CLI_AUTO_START": wish}

    @property
    def starts(self) -> list[tuple[str, int]]:
        """With what it was started, and as which process."""
        if not self._pid.exists():
            return []
        lines = (line.split() for line in self._pid.read_text().splitlines())
        return [(word, int(number)) for word, number in lines]


@contextlib.contextmanager
def installed(folder: Path, script: str = SERVES, wish: str = "always") -> Iterator[Installed]:
    """Install the program; what it started is ended with the block."""
    program = Installed(folder, script, wish)
    try:
        yield program
    finally:
        for _, number in program.starts:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)


def free_address() -> str:
    """An address of loopback at which nobody listens, and somebody may."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{sock.getsockname()[1]}"


def is_up(address: str) -> bool:
    with OllamaClient(address) as client:
        return client.health().connected
