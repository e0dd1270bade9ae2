"""The one door out: errors become a sentence and an exit code, bugs keep their traceback."""

import json
import re
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from types import FrameType, FunctionType
from typing import Final, NoReturn, TypeVar

from ollama_cli.cli import parser
from ollama_cli.config import sources
from ollama_cli.errors import InterruptError, OllamaCliError
from ollama_cli.features.context import Runtime
from ollama_cli.types.urls import redact
from ollama_cli.ui.prompter import Flags
from ollama_cli.ui.streams import let_go, open_stdin, open_stream, sentence, show_error, visible

T = TypeVar("T")
# In slots of 8 bytes, one more than half a megabyte: see `_roomy`.
_ROOM: Final = 65537
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141
# Compiled where it is used: hardly any run fails before it has begun.
_JSON: Final = r"(?:^| )(?:--json|(?:-o ?|--output[ =])jsonl?)(?: |$)"


class Door:
    """One process: starts the run of its command and sees it out."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._arguments = list(arguments)
        self._environ = sources.environment()
        self._runtime: Runtime | None = None

    def launch(self, flags: Flags, output: str) -> Runtime:
        """Make the runtime, once the options are known."""
        self._runtime = Runtime(
            flags=flags,
            out=open_stream(sys.stdout, self._environ, flags.color),
            err=open_stream(sys.stderr, self._environ, flags.color),
            stdin=open_stdin(),
            environ=self._environ,
            output=output,
        )
        return self._runtime

    def run(self) -> int:
        """Run the command and return the exit code of the process."""
        try:
            self._run()
        except OllamaCliError as error:
            self._tell(error)
            return error.exit_code
        except BrokenPipeError:
            let_go(sys.stdout)
            let_go(sys.stderr)
            return PIPE_CLOSED
        except KeyboardInterrupt:
            return INTERRUPTED
        except InterruptError as interrupt:
            return interrupt.exit_code
        return 0

    def _run(self) -> None:
        try:
            parser.run(self._arguments, self.launch, self._environ)
        except OllamaCliError as error:
            if self._runtime:
                self._runtime.explain(error)
            raise
        finally:
            if self._runtime:
                self._runtime.close()

    def _tell(self, error: OllamaCliError) -> None:
        if self._runtime and self._runtime.silent:
            return
        err = open_stream(sys.stderr, self._environ)
        debug = "--debug" in self._arguments
        try:
            if debug:
                err.write(visible(redact("".join(traceback.format_exception(error)))))
            if self._wants_json():
                told = error.as_dict() | {"message": sentence(error.message)}
                err.line(json.dumps({"error": told}))
                return
            show_error(err, error)
        except (OSError, OllamaCliError):  # nobody listens any more; the exit code still tells
            let_go(sys.stderr)

    def _wants_json(self) -> bool:
        if self._runtime:
            return self._runtime.output in {"json", "jsonl"}
        return re.search(_JSON, " ".join(self._arguments)) is not None


def main(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        code = _roomy(Door.run)(Door(arguments))
    except KeyboardInterrupt:
        code = INTERRUPTED
    except InterruptError as interrupt:
        code = interrupt.exit_code
    # All is said and done: a signal that comes now may not change how it ended.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return code


def _roomy(function: Callable[[T], int]) -> Callable[[T], int]:
    """Give a function a frame so large that all frames above it find room in its block of memory.

    CPython maps frames in blocks of 16 KiB, and each call that crosses the end of one maps the next
    one and unmaps it on return: importing requests at an unlucky depth did so a thousand times, 7 %
    of `health`. A larger frame gets a block of twice its size, of which only what is used is real.
    """
    return FunctionType(function.__code__.replace(co_stacksize=_ROOM), function.__globals__)


def _terminated(number: int, _: FrameType | None) -> NoReturn:
    signal.signal(number, signal.SIG_DFL)  # a second one waits for nothing
    raise InterruptError(number)
