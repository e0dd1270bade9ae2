"""Other programs: one that we hear or feed, one beside or in place of us, and `ollama serve`."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

from ollama_cli.errors import NoCommandError, OllamaCliError, UnrunnableError
from ollama_cli.types import threads

OLLAMA: Final = "ollama"
_PATIENCE: Final = 1.0
_END_OF_LOG: Final = 8192
# Python ignores these; the program that replaces it must not.
_IGNORED: Final = ("SIGPIPE", "SIGXFSZ")


class Ended(NamedTuple):
    """How a program ended, and what it wrote to stdout; `code` is None if it took too long."""

    code: int | None
    output: bytes = b""


def output(words: Sequence[str], *, seconds: float, largest: int) -> Ended:
    """Run a program without input and wait for it; OSError if it cannot be started.

    A program that takes longer than `seconds`, or writes more than `largest` bytes, is ended; in
    the second case the output is `largest` + 1 bytes.
    """
    nothing, outputs = subprocess.DEVNULL, []
    end = time.monotonic() + seconds
    with threads.signals_let_through():
        program = subprocess.Popen(  # noqa: S603  the user's own command, as configured
            words, stdin=nothing, stdout=subprocess.PIPE, stderr=nothing
        )

    def read() -> None:
        assert program.stdout is not None  # noqa: S101  a pipe was asked for
        with program.stdout as pipe:
            outputs.append(pipe.read(largest + 1))

    # On a thread, as a child that it leaves behind may hold the pipe open for ever.
    reading = threads.start(read)
    try:
        reading.join(seconds)
        found = outputs[0] if outputs else None
        if found is not None and len(found) <= largest:
            program.wait(max(0.0, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        found = None
    finally:
        program.kill()
        program.wait()
    return Ended(None) if found is None else Ended(program.returncode, found)


def feed(
    words: Sequence[str], data: bytes, *, seconds: float, environ: Mapping[str, str]
) -> int | None:
    """Run a program on some input, and return its exit code; OSError if it cannot be started.

    One that takes longer than `seconds` is ended: None. What it leaves behind lives on, and our
    Ctrl-C does not reach it: on some systems a program has to hold what was put in a clipboard.
    """
    nothing = subprocess.DEVNULL
    with threads.signals_let_through():
        program = subprocess.Popen(  # noqa: S603  a program that we name, found in PATH
            words,
            stdin=subprocess.PIPE,
            stdout=nothing,
            stderr=nothing,
            env=dict(environ),
            start_new_session=True,
        )
    with program:
        try:
            program.communicate(data, seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            program.kill()
    return program.returncode


def replace_process(words: Sequence[str], environ: Mapping[str, str]) -> NoReturn:
    """Replace this process by a program; on Windows, run it and end with its exit code.

    Raises OSError if it cannot be started.
    """
    if sys.platform == "win32":  # where exec returns to the shell before the program ends
        sys.exit(subprocess.call(words, env=dict(environ)))  # noqa: S603  the user's own, as typed
    for name in _IGNORED:
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    os.execvpe(words[0], list(words), environ)  # noqa: S606  likewise


def cannot_start(name: str, error: OSError | ValueError) -> OllamaCliError:
    """Make the error for a command of the user that cannot be started, as shells tell it."""
    if not name or isinstance(error, FileNotFoundError | NotADirectoryError):
        return NoCommandError(f"no such command: {name or repr(name)}", hint="look in the PATH")
    reason = error.strerror if isinstance(error, OSError) else None
    return UnrunnableError(f"cannot run {name}: {(reason or str(error)).lower()}")


class Program:
    """A command of the user that runs beside us, with our streams and our terminal.

    Raises UnrunnableError or NoCommandError if it cannot be started.
    """

    def __init__(self, words: Sequence[str], environ: Mapping[str, str]) -> None:
        try:
            self._process = subprocess.Popen(list(words), env=dict(environ))  # noqa: S603  as typed
        except (OSError, ValueError) as error:  # ValueError: a null byte, say
            raise cannot_start(words[0], error) from error

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait for its end; return its exit code, or 128 + its signal; None if it still runs."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        return code if code >= 0 else 128 - code

    def tell(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        self._process.send_signal(number)

    def end(self, number: int, patience: float) -> None:
        """Pass a signal on, and wait; a program that does not end in so many seconds is killed."""
        self._process.send_signal(number)
        if self.wait(patience) is None:
            self.kill()

    def kill(self) -> None:
        """End it now."""
        self._process.kill()


def find(environ: Mapping[str, str], program: str = OLLAMA) -> str | None:
    """Find a program as the shell would, in PATH; None if it is not there."""
    return shutil.which(program, path=environ.get("PATH", os.defpath))


def is_refused(host: str, port: int) -> bool:
    """Return whether a connection is refused, as nothing listens; False for other failures."""
    try:
        socket.create_connection((host, port), _PATIENCE).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return False


class ServerProcess:
    """A server in its own session, so that our Ctrl-C does not end it; `log` is overwritten.

    It listens at `address` (host:port). Raises OllamaCliError if it cannot be started.
    """

    def __init__(self, program: str, address: str, log: Path, environ: Mapping[str, str]) -> None:
        self.log = log
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            # Only the owner may read it: servers log their settings, and proxies have passwords.
            new = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            opened = os.fdopen(os.open(log, new, 0o600), "wb")
            with opened as output, threads.signals_let_through():
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
        """Return whether the server has ended."""
        return self._process.poll() is not None

    def last_line(self) -> str:
        """Return the last line that the server wrote, or its exit code if it wrote nothing."""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - _END_OF_LOG))
            lines = file.read().decode("utf-8", "replace").split("\n")
        written = [line.strip() for line in lines if line.strip()]
        return written[-1] if written else f"exit code {self._process.returncode}"
