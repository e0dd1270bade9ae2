"""Read an unfinished command line: which command it names, and what is at the cursor."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from ollama_cli.cli import parser
from ollama_cli.cli.table import TABLE, Branch, Entry

_END: Final = "--"


class Line(NamedTuple):
    """What was typed before the cursor.

    `branch` is None if a command was named, which is the `entry`; `options` are all that may be
    given there. `parameter` is the option or argument whose value is being typed, None if a command
    or an option is; `prefix` is the part of the word before that value (`--model=`), `typed` is the
    value. `values` are those of the options that were given, by name, `arguments` the words of the
    command that are none.
    """

    branch: Branch | None
    options: Sequence[Any]
    parameter: Any
    prefix: str
    typed: str
    takes_options: bool
    values: Mapping[str, str]
    entry: Entry | None = None
    arguments: Sequence[str] = ()


def split(text: str) -> list[str]:
    """Split a line into words as a shell does; the last one may be unfinished, or empty."""
    reader = shlex.shlex(text, posix=True)
    reader.whitespace_split, reader.commenters = True, ""
    words: list[str] = []
    try:
        words += reader
    except ValueError:  # an open quote: the word is still being typed
        return [*words, reader.token]
    is_open = text == text.rstrip() or text.endswith("\\ ")
    return words if words and is_open else [*words, ""]


def read_line(words: Sequence[str], current: str, also: Sequence[Any] = ()) -> Line:
    """Read the words after the program's name; `current` is the word at the cursor.

    `also` are options that may stand in every place, as those of the place itself.
    """
    reader = _LineReader(also)
    for word in words:
        reader.read(word)
    return reader.end(current)


class _LineReader:
    """Follow the words of a line down the tree of commands."""

    def __init__(self, also: Sequence[Any]) -> None:
        self._also = also
        self._branch: Branch | None = Branch("", TABLE)
        self._entry: Entry | None = None
        self._params: Sequence[Any] = parser.ROOT_OPTIONS
        self._pending: Any = None
        self._ended = False
        self._arguments: list[str] = []
        self._values: dict[str, str] = {}

    def read(self, word: str) -> None:
        """Read a complete word."""
        pending, self._pending = self._pending, None
        if pending is not None and _takes(pending, word):
            self._values[pending.name] = word
        elif self._ended or not word.startswith("-") or word == "-":
            self._read_argument(word)
        elif word == _END:
            self._ended = True
        else:
            option, _, value = self._split_option(word)
            self._read_flags(word)
            if option is not None and value is not None:
                self._values[option.name] = value
            elif option is not None and _needs_value(option):
                self._pending = option
            elif option is not None:
                self._values[option.name] = "true"

    def _read_flags(self, word: str) -> None:
        """Read the flags that stand in one word, as `-qv`."""
        for letter in word[1:] if word[1] != "-" else "":
            option = self._find_option(f"-{letter}")
            if option is None or _needs_value(option):
                break
            self._values[option.name] = "true"

    def end(self, current: str) -> Line:
        """Return the line, with `current` as its unfinished last word."""
        parameter, prefix, typed = self._split_last(current)
        return Line(
            branch=self._branch,
            options=self._params,
            parameter=parameter,
            prefix=prefix,
            typed=typed,
            takes_options=not self._ended,
            values=self._values,
            entry=self._entry,
            arguments=self._arguments,
        )

    def _split_last(self, current: str) -> tuple[Any, str, str]:
        """Split the last word: the parameter of its value, what is before the value, the value."""
        if self._pending is not None and _takes(self._pending, current, is_whole=False):
            return self._pending, "", current
        if current.startswith("-") and not self._ended:
            option, prefix, value = self._split_option(current)
            if option is not None and value is not None:
                return option, prefix, value
            return None, "", current
        return self._next_argument() if self._branch is None else None, "", current

    def _read_argument(self, word: str) -> None:
        if self._branch is None:
            self._arguments.append(word)
            return
        below = self._branch.entries.get(word)
        if isinstance(below, Entry):
            self._branch, self._entry = None, below
            self._params = parser.load(word, below).params
        else:
            self._branch, self._params = below or Branch(""), parser.GLOBALS

    def _next_argument(self) -> Any:
        """Return the argument that the next word without a dash belongs to."""
        arguments = [each for each in self._params if each.param_type_name == "argument"]
        repeats = arguments and arguments[-1].nargs < 0
        count = len(self._arguments)
        place = min(count, len(arguments) - 1) if repeats else count
        return arguments[place] if place < len(arguments) else None

    def _split_option(self, word: str) -> tuple[Any, str, str | None]:
        """Split a word: its option, what is before the value, and the value if it has one."""
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            return self._find_option(name), name + equals, value if equals else None
        option = None
        for place, letter in enumerate(word[1:], 2):  # -vm NAME, -mNAME
            option = self._find_option(f"-{letter}")
            if option is not None and _needs_value(option):
                return option, word[:place], word[place:] or None
        return option, word, None

    def _find_option(self, name: str) -> Any:
        options = (*self._params, *self._also)
        found = (each for each in options if name in (*each.opts, *each.secondary_opts))
        return next((each for each in found if each.param_type_name == "option"), None)


def _needs_value(option: Any) -> bool:
    return not (option.is_flag or option.count)


def _takes(option: Any, word: str, *, is_whole: bool = True) -> bool:
    """Return whether a word behind an option is its value, or begins one if it is not whole."""
    for name, (_, words) in parser.OPTIONAL_VALUES.items():
        if name in option.opts and words is not None:
            begun = {each for each in words if word and each.startswith(word.lower())}
            return word.lower() in words if is_whole else bool(begun)
    return True
