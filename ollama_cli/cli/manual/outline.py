"""What the tree of commands says of each command: for its help, and for pages that tell of all."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import typer

from ollama_cli.cli import parser
from ollama_cli.cli.aliases import Words, aliases_of, commands, meaning_of
from ollama_cli.cli.options import PROGRAM
from ollama_cli.cli.table import TABLE, Branch, Entry, Row
from ollama_cli.errors import UsageError
from ollama_cli.types.values import dataclass

Rows = Sequence[tuple[str, str]]
_OPTIONS: Final = "[OPTIONS]"
_BRACKETS: Final = str.maketrans("", "", "[]{}")
_OWN: Final = "Options"
# How Typer writes what a number may be, and how people say it.
_SAID: Final = (
    (r"\b(\S+)<=x<=(\S+)\b", r"\1 to \2"),
    (r"\bx>=(\S+)\b", r"\1 or more"),
    (r"(\d)\.0\b", r"\1"),
    (r"default: \((.+)\)", r"default: \1"),
)


@dataclass(frozen=True)
class Outline:
    """One command, or a branch with the `rows` of the commands below it.

    `usage` are the words behind its name; `arguments` and `options` its own ones, as the help
    writes them, each with its sentence, in `groups` with a title; `paragraphs` say more than the
    one sentence of `help`. `aliases` are other words that stand for it; one that is such a word
    itself `stands_for` others.
    """

    words: Words
    help: str
    usage: tuple[str, ...]
    paragraphs: tuple[str, ...]
    examples: tuple[str, ...]
    arguments: Rows = ()
    groups: Sequence[tuple[str, Rows]] = ()
    rows: Sequence[tuple[str, Row]] = ()
    outputs: tuple[str, ...] = ()
    aliases: Sequence[Words] = ()
    stands_for: Words = ()

    @property
    def name(self) -> str:
        """Return its name as a shell is told it."""
        return " ".join((PROGRAM, *self.words))

    @property
    def commands(self) -> Rows:
        """Return the names of the commands below it, and what they do."""
        return [(name, row.help) for name, row in self.rows]

    @property
    def options(self) -> Rows:
        """Return the options of all groups."""
        return [row for _, rows in self.groups for row in rows]


def outline_of(words: Sequence[str]) -> Outline:
    """Return the outline of a command or a branch by its words, the program's without any.

    Raises UsageError if there is none.
    """
    branch = parser.ROOT
    for place, word in enumerate(words, 1):
        row = branch.entries.get(word)
        if isinstance(row, Entry) and place == len(words):
            return _command(tuple(words), row)
        if not isinstance(row, Branch):
            begin = place if row else place - 1
            raise _unknown(words[:begin], words[begin], Branch("") if row else branch)
        branch = row
    return _branch(tuple(words), branch)


def _unknown(above: Sequence[str], word: str, branch: Branch) -> UsageError:
    from ollama_cli.cli import mistakes  # noqa: PLC0415  errors alone: 3 ms

    return mistakes.unknown_command(" ".join((PROGRAM, *above)), word, (), branch)


def outlines() -> Iterator[Outline]:
    """Yield the program, then each branch and each command that the help lists."""
    yield _branch((), parser.ROOT)
    yield from _below(TABLE)


def _below(rows: Mapping[str, Row], *above: str) -> Iterator[Outline]:
    for name, row in rows.items():
        if isinstance(row, Branch):
            yield _branch((*above, name), row)
            yield from _below(row.entries, *above, name)
        elif not row.hidden:
            yield _command((*above, name), row)


def _branch(words: tuple[str, ...], branch: Branch) -> Outline:
    return Outline(
        words=words,
        help=branch.help,
        usage=usage_of(branch),
        paragraphs=(branch.help,),
        examples=branch.examples,
        groups=() if words else _groups(parser.ROOT_OPTIONS, typer.Context(parser.tree())),
        rows=tuple(branch.shown.items()),
    )


def usage_of(branch: Branch) -> tuple[str, ...]:
    """Return the words behind the name of a branch."""
    return (_OPTIONS, "[COMMAND]" if branch.default else "COMMAND", "[ARGS]...")


def _command(words: tuple[str, ...], entry: Entry) -> Outline:
    command: Any = parser.load(words[-1], entry)
    context = typer.Context(command, info_name=" ".join((PROGRAM, *words)))
    stands_for = meaning_of(entry) if entry.hidden else ()
    known = _options_of(stands_for) if entry.like else set()
    own = [each for each in command.params if each not in parser.GLOBALS]
    text, _, examples = command.help.partition("\nExamples:\n")
    paragraphs = [" ".join(each.split()) for each in text.strip().split("\n\n")]
    if known:
        paragraphs.append(f"The other options are those of `{' '.join((PROGRAM, *stands_for))}`.")
    arguments = [each for each in own if each.param_type_name == "argument"]
    return Outline(
        words=words,
        help=entry.help,
        usage=(_OPTIONS, *map(_usage, arguments)),
        paragraphs=tuple(paragraphs),
        examples=tuple(line.strip() for line in examples.splitlines() if line.strip()),
        arguments=_rows(arguments, context),
        groups=_groups([p for p in own if p not in arguments and p.name not in known], context),
        outputs=entry.outputs,
        aliases=() if entry.hidden else aliases_of(entry),
        stands_for=stands_for,
    )


def _options_of(words: Words) -> set[str]:
    """Return the names of the options of a command that is known to be one."""
    entry = next(each for named, each in commands() if named == words)
    params: Sequence[Any] = parser.load(words[-1], entry).params
    return {each.name for each in params if each.param_type_name == "option"}


def _groups(params: Sequence[Any], context: typer.Context) -> Sequence[tuple[str, Rows]]:
    """Put options into the groups that they name, those that name none before all others."""
    found: dict[str, list[Any]] = {_OWN: []}
    for each in params:
        found.setdefault(each.rich_help_panel or _OWN, []).append(each)
    return [(title, _rows(each, context)) for title, each in found.items() if each]


def _rows(params: Sequence[Any], context: typer.Context) -> Rows:
    found = ((each, each.get_help_record(context)) for each in params)
    return [(_term(each, row[0]), _said(" ".join(row[1].split()))) for each, row in found if row]


def _term(param: Any, term: str) -> str:
    """Write an argument, or an option and its choices, alike whatever the Typer."""
    if param.param_type_name == "argument":
        return _name(param)
    choices = getattr(param.type, "choices", ())
    words = ", ".join(sorted(param.opts, key=len))
    return f"{words} {'|'.join(choices)}" if choices and not param.metavar else term


def _usage(argument: Any) -> str:
    return _name(argument) if argument.required else f"[{_name(argument)}]"


def _name(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper()).translate(_BRACKETS)


def _said(meaning: str) -> str:
    text, bracket, extra = meaning.rpartition(" [")
    for pattern, words in _SAID if bracket else ():
        extra = re.sub(pattern, words, extra)
    return f"{text}{bracket}{extra}"
