"""The only way out: errors become a sentence and an exit code, bugs keep their traceback."""

import json
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Final, TypeVar

from ollama_cli.cli import paging, parser, shells
from ollama_cli.cli.options import Asked
from ollama_cli.cli.table import HELP, Entry
from ollama_cli.config import sources
from ollama_cli.errors import InterruptError, OllamaCliError
from ollama_cli.features.context import Context, Flags
from ollama_cli.system import signals
from ollama_cli.types.secrets import redact
from ollama_cli.types.text import visible
from ollama_cli.ui import motion
from ollama_cli.ui.sentences import show_error
from ollama_cli.ui.streams import open_stdin, open_stream, redirect_to_null, writing

if TYPE_CHECKING:
    from ollama_cli.ui.pager import PagedStream

T = TypeVar("T")
# In slots of 8 bytes, one more than half a megabyte: see `_with_large_frame`.
_FRAME_SLOTS: Final = 65537
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141
_ASKING: Final = frozenset({"-h", "--help", "-V", "--version"})


class Door:
    """One process: it runs its command and turns errors into an exit code."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._arguments = list(arguments)
        self._environ = sources.environment()
        self._context: Context | None = None
        self._pages: PagedStream | None = None

    def launch(self, flags: Flags, output: str, entry: Entry) -> Context:
        """Build the context of the command, once its options are known."""
        out = open_stream(sys.stdout, self._environ, flags.color)
        self._pages = paging.paged(out, flags, entry)
        self._context = Context(
            flags=flags,
            out=self._pages or out,
            err=open_stream(sys.stderr, self._environ, flags.color),
            stdin=open_stdin(),
            environ=self._environ,
            output=output,
            traits=entry.traits,
        )
        if self._context.out.motion or self._context.err.motion:
            motion.watch_stops()
        return self._context

    def run(self) -> int:
        """Run the command and return the exit code of the process."""
        try:
            self._run()
        except OllamaCliError as error:
            if not signals.has_come():  # else it is of no interest: the terminal may be gone
                self._show(error)
            return error.exit_code
        except BrokenPipeError:
            redirect_to_null(sys.stdout)
            redirect_to_null(sys.stderr)
            return PIPE_CLOSED
        except KeyboardInterrupt:
            return INTERRUPTED
        except InterruptError as interrupt:
            return interrupt.exit_code
        return 0

    def _run(self) -> None:
        if shell := self._environ.get(shells.VARIABLE):
            from ollama_cli.cli.completion.answer import answer  # noqa: PLC0415  shells alone: 5 ms

            answer(shell, self._arguments, self._environ)
            return
        try:
            asked = parser.run(self._arguments, self.launch)
            if asked is not None:
                self._reply(asked)
        except OllamaCliError as error:
            if self._context is None:
                raise
            from ollama_cli.features.explain import explain  # noqa: PLC0415  errors alone: 2 ms

            raise explain(error, self._context) from error.__cause__
        finally:
            if self._context:
                self._end(self._context, sys.exc_info()[1])

    def _reply(self, asked: Asked) -> None:
        """Show what the program is asked for, as the command `help` shows texts."""
        from ollama_cli.cli.manual import replies  # noqa: PLC0415  not for commands: 4 ms

        is_plain = _ASKING.issuperset(word for word in self._arguments if word.startswith("-"))
        values = {} if is_plain else self._values()
        with writing():  # what `--version` could not write is still to be written
            context = self.launch(replies.flags_of(values), "text", HELP)
        replies.reply(context, asked)

    def _end(self, context: Context, error: BaseException | None) -> None:
        """Close the context, and show what was collected: in no pager if it was interrupted."""
        try:
            context.close()
        finally:
            is_over = error is None or isinstance(error, OllamaCliError | SystemExit)
            if self._pages and is_over and not signals.has_come():
                paging.show(context, self._pages)
            elif self._pages:
                self._pages.show()

    def _show(self, error: OllamaCliError) -> None:
        context = self._context
        if context and context.flags.quiet and context.traits.silent_if_quiet:
            return
        output, debug, color = self._typed() if context is None else _how_to_tell(context)
        err = open_stream(sys.stderr, self._environ, color)
        try:
            if debug:
                err.write(_traceback(error))
            if output in {"json", "jsonl"}:
                err.line(json.dumps({"error": error.as_dict()}))
                return
            show_error(err, error)
        except (OSError, OllamaCliError):  # stderr is gone; the exit code still reports the error
            redirect_to_null(sys.stderr)

    def _typed(self) -> tuple[str, bool, str]:
        """Read the output format, --debug and --color of a line that could not be parsed."""
        values = self._values()
        output = "json" if "as_json" in values else values.get("output", "text")
        return output, "debug" in values, values.get("color", "auto")

    def _values(self) -> Mapping[str, str]:
        """Read the options of a line that was not parsed to its end."""
        from ollama_cli.cli.completion.line import read_line  # noqa: PLC0415  not for commands: 1 ms

        return read_line(self._arguments, "", also=parser.output_options()).values


def _how_to_tell(context: Context) -> tuple[str, bool, str]:
    return context.error_output, context.flags.debug, context.flags.color


def main(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    sys.excepthook = lambda _, bug, __: _show_bug(bug)
    threading.excepthook = lambda end: _show_bug(end.exc_value)
    try:
        return _with_large_frame(Door.run)(Door(arguments))
    finally:
        motion.end()


def _show_bug(bug: BaseException | None) -> None:
    if bug is not None and sys.stderr is not None:
        sys.stderr.write(_traceback(bug))


def _traceback(error: BaseException) -> str:
    return visible(redact("".join(traceback.format_exception(error))))


def _with_large_frame(function: Callable[[T], int]) -> Callable[[T], int]:
    """Return the function with a frame so large that all inner frames fit in its memory block.

    CPython maps frames in blocks of 16 KiB; each call that crosses the end of one maps the next one
    and unmaps it on return: importing requests at an unlucky depth did so a thousand times, 7 % of
    `health`. A larger frame gets a block of twice its size; only used pages of it take memory.
    """
    return FunctionType(function.__code__.replace(co_stacksize=_FRAME_SLOTS), function.__globals__)
