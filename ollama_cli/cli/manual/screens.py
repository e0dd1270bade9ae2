"""The help: one screen for the program, a page for each command, and what a newcomer is shown."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from ollama_cli.cli.aliases import Words, aliases_of
from ollama_cli.cli.manual.outline import Outline, Rows, outline_of, usage_of
from ollama_cli.cli.options import PROGRAM
from ollama_cli.cli.parser import ROOT
from ollama_cli.cli.table import GROUPS, Branch, Entry, Row
from ollama_cli.ui import cells
from ollama_cli.ui.streams import OutStream

FIRST: Final = (
    f"{PROGRAM} demo                         # a tour, no Ollama needed",
    f'{PROGRAM} chat "why is the sky blue?"  # alone: a conversation',
    f'git diff | {PROGRAM} chat "review this"',
    f"{PROGRAM} models pull llama3.2         # heals, and resumes",
    f"{PROGRAM} models list --sort size",
    f"{PROGRAM} health --wait 30 && echo up  # for scripts",
)
"""What a newcomer may type first."""

_MORE: Final = (f"all commands: {PROGRAM} --help", f"one of them: {PROGRAM} COMMAND --help")
_CODES: Final = f"exit codes: {PROGRAM} help exit-codes"
_REST: Final = (f"global options: {PROGRAM} help options", _CODES)
_WIDEST, _NARROWEST = 100, 40
_INDENT, _GAP = 2, 2
_LONGEST_TERM: Final = 26
_LEAST_ROOM: Final = 24
_GROUP: Final = max(map(len, GROUPS)) + _GAP
# Not compiled where there is no colour: 2 ms.
_EXTRA: Final = r"\[(?:default|required|\d+ )"
_OPTION: Final = r"(?<![\w-])--?[A-Za-z][\w-]*"


def width_of(out: OutStream, environ: Mapping[str, str]) -> int:
    """Return how wide the help is: as the terminal, else as COLUMNS says, 80 if it says nothing."""
    columns = environ.get("COLUMNS", "")
    is_told = not out.is_terminal and columns.isascii() and columns.isdigit()
    return min(max(int(columns) if is_told else out.width, _NARROWEST), _WIDEST)


def show_first(out: OutStream, width: int) -> None:
    """Write what a newcomer is shown: what it is, what to type, which commands there are."""
    page = _Page(out, width)
    page.text(ROOT.help)
    out.line()
    page.examples(FIRST)
    out.line()
    for group in GROUPS:
        named = ", ".join(text for each in _grouped(group) for text in _names(group, *each))
        page.rows([(group, named)], indent=0, begin=_GROUP)
    out.line()
    page.hints(*_MORE)


def show_page(out: OutStream, words: Sequence[str], width: int, topics: Iterable[str] = ()) -> None:
    """Write the help of a command by its words, of the program without any; UsageError if none.

    At the end of that of the program the topics are named, if there are some.
    """
    if words:
        show(out, outline_of(words), width)
    else:
        show_program(out, width, (f"topics: {' '.join(topics)}",) if topics else _REST)


def show_program(out: OutStream, width: int, more: Sequence[str] = _REST) -> None:
    """Write the help of the program: every command in its group, and where there is `more`."""
    page = _Page(out, width)
    page.text(ROOT.help)
    page.usage((PROGRAM, *usage_of(ROOT)))
    out.line()
    rows = {group: [_row(*each) for each in _grouped(group)] for group in GROUPS}
    begin = max(len(term) for each in rows.values() for term, _ in each) + _GAP
    for group, named in rows.items():
        for number, row in enumerate(named):
            page.rows([row], indent=_GROUP, begin=_GROUP + begin, title="" if number else group)
    page.hints(*more)


def show(out: OutStream, outline: Outline, width: int) -> None:
    """Write the help of a command, or of a branch with its commands."""
    page = _Page(out, width)
    if outline.stands_for:
        meant = " ".join((PROGRAM, *outline.stands_for))
        page.text(f"{outline.name} stands for {meant}.")
    summary, *more = outline.paragraphs
    page.text(summary)
    out.line()
    page.usage((outline.name, *outline.usage), outline.aliases)
    if outline.examples:
        page.heading("Examples")
        page.examples(outline.examples)
    for text in more:
        out.line()
        page.text(text)
    named = [(_with_aliases(name, row), row.help) for name, row in outline.rows]
    sections = [("Commands", named), ("Arguments", outline.arguments), *outline.groups]
    page.sections([(title, rows) for title, rows in sections if rows])
    out.line()
    page.hints(*_REST)


def show_globals(out: OutStream, width: int) -> None:
    """Write the options of every command."""
    page = _Page(out, width)
    page.text("Global options stand before or after a command.")
    help_ = ("-h, --help", "Show the help of a command.")
    *groups, (title, rows) = outline_of(()).groups
    page.sections([*groups, (title, [*rows, help_])])
    out.line()
    page.hints(f"variables: {PROGRAM} help environment", _CODES)


def _grouped(group: str) -> list[tuple[str, Row]]:
    return [(name, row) for name, row in ROOT.shown.items() if row.group == group]


def _names(group: str, name: str, row: Row) -> Iterator[str]:
    """Name a row; of the branch that is a group of its own, its commands."""
    if not isinstance(row, Branch) or name != group:
        yield _with_aliases(name, row)
        return
    for number, (below, each) in enumerate(row.shown.items()):
        text = _with_aliases(below, each)
        yield text if number else f"{name} {text}"


def _row(name: str, row: Row) -> tuple[str, str]:
    """Return a row of the page of the program; one of a branch tells which of it is short."""
    short = [_with_aliases(*each) for each in _shortened(row)]
    if not short:
        return _with_aliases(name, row), row.help
    return name, f"{row.help.rstrip('.')}; also short: {name} {', '.join(short)}."


def _shortened(row: Row) -> list[tuple[str, Row]]:
    """List the commands of a branch that may be typed without its name."""
    below = row.shown.items() if isinstance(row, Branch) else ()
    return [
        (name, each)
        for name, each in below
        if isinstance(each, Entry) and any(len(words) == 1 for words in aliases_of(each))
    ]


def _with_aliases(name: str, row: Row) -> str:
    """Return a name, and beside it the other names: `list (ls)`."""
    aliases = aliases_of(row) if isinstance(row, Entry) else []
    others = dict.fromkeys(words[-1] for words in aliases if words[-1] != name)
    return f"{name} ({', '.join(others)})" if others else name


class _Page:
    """What is written, no wider than `width`; bold and dim where there is colour."""

    def __init__(self, out: OutStream, width: int) -> None:
        self._out = out
        self._width = width

    def text(self, text: str) -> None:
        """Write a paragraph."""
        for line in cells.break_lines(text, self._width):
            self._out.line(line)

    def hints(self, *texts: str) -> None:
        """Write where there is more: in one line, or each in its own."""
        line = "; ".join(texts)
        for text in [line] if cells.width(line) <= self._width else texts:
            self.text(text)

    def usage(self, words: Sequence[str], aliases: Sequence[Words] = ()) -> None:
        """Write how a command is typed, and what else may be typed for it."""
        self._begun("Usage:", " ".join(words))
        if aliases:
            names = (" ".join((PROGRAM, *words)) for words in aliases)
            self._begun("Also:", ", ".join(names))

    def _begun(self, title: str, text: str) -> None:
        begin = len("Usage: ")
        first, *more = cells.break_lines(text, self._width - begin)
        self._out.line(f"{self._bold(title)}{' ' * (begin - len(title))}{first}")
        for line in more:
            self._out.line(" " * begin + line)

    def heading(self, title: str) -> None:
        """Write a heading, and a blank line above it."""
        self._out.line()
        self._out.line(self._bold(f"{title}:"))

    def examples(self, lines: Iterable[str]) -> None:
        """Write lines of a shell, as they are typed; a comment only if it fits."""
        for line in lines:
            command, mark, comment = line.partition(" # ")
            text = " " * _INDENT + command.rstrip()
            if mark and _INDENT + cells.width(line) <= self._width:
                text = f"{' ' * _INDENT}{command} {self._dim(f'# {comment}')}"
            self._out.line(text)

    def sections(self, sections: Sequence[tuple[str, Rows]]) -> None:
        """Write sections, all meanings beginning in one column."""
        terms = [cells.width(term) for _, rows in sections for term, _ in rows]
        begin = max((each for each in terms if each <= _LONGEST_TERM), default=0)
        for title, rows in sections:
            self.heading(title)
            self.rows(rows, indent=_INDENT, begin=_INDENT + begin + _GAP)

    def rows(self, rows: Rows, *, indent: int, begin: int, title: str = "") -> None:
        """Write terms behind an indent, and from a column on what each means.

        A term that is too long has a line of its own. The title stands before the first of them.
        """
        if self._width - begin < _LEAST_ROOM:
            begin = indent + 2 * _INDENT
        for term, meaning in rows:
            lead = self._bold(title) + " " * (indent - len(title))
            room = begin - indent - cells.width(term)
            lines = [*self._dimmed(cells.break_lines(meaning, self._width - begin))]
            if room >= _GAP:
                self._out.line(f"{lead}{self._term(term)}{' ' * room}{lines.pop(0)}")
            else:
                self._out.line(f"{lead}{self._term(term)}")
            for line in lines:
                self._out.line(" " * begin + line)

    def _term(self, term: str) -> str:
        if not self._out.colour or not term.startswith("-"):
            return self._bold(term)
        return re.sub(_OPTION, lambda found: self._bold(found[0]), term)

    def _dimmed(self, lines: Iterable[str]) -> Iterator[str]:
        """Dim what stands in brackets at the end of a meaning."""
        is_extra = False
        if not self._out.colour:
            yield from lines
            return
        for line in lines:
            found = None if is_extra else re.search(_EXTRA, line)
            place = found.start() if found else 0
            is_extra = is_extra or found is not None
            yield line[:place] + self._dim(line[place:]) if is_extra else line

    def _bold(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[22m" if self._out.colour and text else text

    def _dim(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[22m" if self._out.colour else text
