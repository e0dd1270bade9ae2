"""Other programs: `ollama serve`, which outlives us; one that tells something; one to become."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, NoReturn

from ollama_cli.errors import OllamaCliError

_PROGRAM: Final = "ollama"
_PATIENCE: Final = 1.0
_END_OF_LOG: Final = 8192
# Python ignores these; what it becomes shall not.
_IGNORED: Final = ("SIGPIPE", "SIGXFSZ")


class Ended(NamedTuple):
    """How a program ended, and what it wrote to stdout; `code` is None where it took too long."""

    code: int | None
    output: bytes = b""


def output(words: Sequence[str], *, seconds: float, largest: int) -> Ended:
    """Run a program without input and wait for it; OSError where it cannot be started.

    One that writes more than `largest` bytes is ended, as is one that takes too long; of the former
    there is one byte more.
    """
    nothing, told = subprocess.DEVNULL, []
    end = time.monotonic() + seconds
    program = subprocess.Popen(  # noqa: S603  the user's own command, as configured
        words, stdin=nothing, stdout=subprocess.PIPE, stderr=nothing
    )

    def read(pipe: BinaryIO) -> None:
        with pipe:
            told.append(pipe.read(largest + 1))

    # On a thread, as whoever it leaves behind may hold the pipe open for ever.
    reading = threading.Thread(target=read, args=(program.stdout,), daemon=True)
    reading.start()
    try:
        reading.join(seconds)
        found = told[0] if told else None
        if found is not None and len(found) <= largest:
            program.wait(max(0.0, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        found = None
    finally:
        program.kill()
        program.wait()
    return Ended(None) if found is None else Ended(program.returncode, found)


def become(words: Sequence[str], environ: Mapping[str, str]) -> NoReturn:
    """Run a program in the place of this process; where that cannot be, end with its exit code.

    Raises OSError where it cannot be started.
    """
    if sys.platform == "win32":  # where exec returns to the shell before the program ends
        sys.exit(subprocess.call(words, env=dict(environ)))  # noqa: S603  the user's own, as typed
    for name in _IGNORED:
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    os.execvpe(words[0], list(words), environ)  # noqa: S606  likewise


def find(environ: Mapping[str, str]) -> str | None:
    """Find the program where the shell would."""
    return shutil.which(_PROGRAM, path=environ.get("PATH", os.defpath))


def is_refused(host: str, port: int) -> bool:
    """Tell whether nobody listens there; other failures do not tell it."""
    try:
        socket.create_connection((host, port), _PATIENCE).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return False


class ServerProcess:
    """A server in a session of its own, which no Ctrl-C of ours reaches; `log` is begun anew.

    It listens at `address` (host:port). Raises OllamaCliError where it cannot be started.
    """

    def __init__(self, program: str, address: str, log: Path, environ: Mapping[str, str]) -> None:
        self.log = log
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            # Servers tell their settings there, and proxies have passwords: for its owner alone.
            new = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            with os.fdopen(os.open(log, new, 0o600), "wb") as output:
                self._process = subprocess.Popen(  # noqa: S603  found in PATH, consented to
                    [program, "serve"],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=log.parent,
                    env={**environ, "OLLAMA_HOST": address},
                    start_new_session=True,
                    creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
                    | getattr(subprocess, "DETACHED_PROCESS", 0),
                )
        except OSError as error:
            where = error.filename or program
            raise OllamaCliError(f"cannot start {program}: {where}: {error.strerror}") from error

    def has_ended(self) -> bool:
        """Tell whether it is over."""
        return self._process.poll() is not None

    def last_words(self) -> str:
        """Give the last line of what it said, or how it ended where it said nothing."""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - _END_OF_LOG))
            lines = file.read().decode("utf-8", "replace").split("\n")
        told = [line.strip() for line in lines if line.strip()]
        return told[-1] if told else f"exit code {self._process.returncode}"
