"""Programs of the user that have the terminal while they run: editors, pagers."""

import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import IO

from ollama_cli.errors import InterruptError
from ollama_cli.system import signals


def split(command: str) -> list[str]:
    """Split a command into words, as a shell does; none if it cannot be."""
    try:
        return shlex.split(command, posix=sys.platform != "win32")
    except ValueError:  # a quote that is not closed
        return []


def run(words: Sequence[str], environ: Mapping[str, str], stdin: int | IO[bytes]) -> int:
    """Run a program to its end, which is told to end if a signal ends this process.

    Ctrl-C is the program's own. Returns its exit code; OSError if it cannot be started.
    """
    with (
        signals.SHIELD,
        subprocess.Popen(list(words), env=dict(environ), stdin=stdin) as program,  # noqa: S603  the user's own
    ):
        while True:
            try:
                return signals.let_in(program.wait)
            except KeyboardInterrupt:
                signals.go_on()
            except InterruptError:
                program.terminate()
                raise


def page(words: Sequence[str], text: bytes, environ: Mapping[str, str]) -> bool:
    """Show a text in a pager; False if there is no such program. OSError if it cannot be started.

    It reads a file, which is gone with it: nobody waits for who does not read on.
    """
    if shutil.which(words[0], path=environ.get("PATH")) is None:
        return False
    with tempfile.TemporaryFile(prefix="ollama-cli-") as file:  # for the owner alone
        file.write(text)
        file.seek(0)
        run(words, environ, file)
    return True
