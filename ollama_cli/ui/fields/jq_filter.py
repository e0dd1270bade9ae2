"""Filters of jq, for which the extra `jq` is needed."""

import json
import re
import sys
from collections.abc import Iterator
from typing import Final

from ollama_cli.errors import OllamaCliError, UsageError
from ollama_cli.system import signals
from ollama_cli.types.numbers import with_finite_numbers
from ollama_cli.types.text import well_formed

_INSTALL: Final = "pip install 'ollama-command-line[jq]'"
_MANUAL: Final = "https://jqlang.org/manual"
# The library ends without a word where a program halts with an error.
_HALTS: Final = "def halt_error: error; def halt_error($code): error; "
_LONGEST: Final = 200  # characters: a filter may fail with a whole document
_NO_INPUT: Final = "break"
_PLACE: Final = re.compile(r" at <top-level>, line \d+(, column \d+)?:?$|:$")


class Filter:
    """A filter, compiled once; UsageError for one that jq cannot read, or without the extra."""

    def __init__(self, expression: str) -> None:
        try:
            import jq  # noqa: PLC0415  filters alone: 18 ms
        except ModuleNotFoundError as error:
            raise UsageError(
                "--jq needs a library that is not installed", hint=f"install it: `{_INSTALL}`"
            ) from error
        try:
            jq.compile(expression)  # alone, so that it is read as it was typed
            self._program = jq.compile(_HALTS + expression)
        except ValueError as error:
            raise UsageError(f"--jq: {_told(error)}", hint=f"see {_MANUAL}") from error

    def run(self, value: object) -> Iterator[object]:
        """Yield what the filter makes of a value.

        Raises OllamaCliError where it fails, unless another error is on its way, which decides.
        """
        is_failing = sys.exception() is not None
        text = well_formed(json.dumps(with_finite_numbers(value), ensure_ascii=False))
        results = iter(self._program.input_text(text))
        try:
            while True:
                try:
                    with signals.EXPOSURE:  # a filter may go on for ever
                        result = next(results)
                except StopIteration:
                    return
                except ValueError as error:
                    if is_failing:
                        return
                    raise OllamaCliError(f"--jq: {_told(error)}") from error
                yield result
        finally:
            del results  # while the program is there: jq cannot let go of them in the other order


def _told(error: ValueError) -> str:
    """Return the first line of what jq says, without its name and the place."""
    first, *_ = str(error).strip().splitlines() or [""]
    if first == _NO_INPUT:
        return "there is one input only, and it is read"
    told = _PLACE.sub("", first.removeprefix("jq: error: ")) or "the filter failed"
    return told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"
