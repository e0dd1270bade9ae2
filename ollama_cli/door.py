"""The one door out: errors become a sentence and an exit code, bugs keep their traceback."""

import json
import re
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import Final, NoReturn

from ollama_cli import app, sources
from ollama_cli.errors import InterruptError, OllamaCliError
from ollama_cli.runtime import Flags, Runtime
from ollama_cli.streams import let_go, open_stdin, open_stream, sentence, show_error

INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141
_JSON: Final = re.compile(r"(?:^| )(?:--json|(?:-o ?|--output[ =])jsonl?)(?: |$)")


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
            app.run(self._arguments, self.launch, self._environ)
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
                err.write("".join(traceback.format_exception(error)))
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
        return _JSON.search(" ".join(self._arguments)) is not None


def main(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        code = Door(arguments).run()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except InterruptError as interrupt:
        code = interrupt.exit_code
    # All is said and done: a signal that comes now may not change how it ended.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return code


def _terminated(number: int, _: FrameType | None) -> NoReturn:
    signal.signal(number, signal.SIG_DFL)  # a second one waits for nothing
    raise InterruptError(number)
