"""What the tree of commands says of each command, for pages that tell of all of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import typer

from ollama_cli.cli import parser
from ollama_cli.cli.options import PROGRAM
from ollama_cli.cli.table import TABLE, Branch, Entry, Row
from ollama_cli.types.values import dataclass

Rows = Sequence[tuple[str, str]]
_OPTIONS: Final = "[OPTIONS]"
_BRACKETS: Final = str.maketrans("", "", "[]{}")


@dataclass(frozen=True)
class Outline:
    """One command, or a branch with `commands` below it: their names, and what they do.

    `usage` are the words behind its name; `arguments` and `options` its own ones, as the help
    writes them, each with its sentence; `paragraphs` say more than the one sentence of `help`.
    """

    words: tuple[str, ...]
    help: str
    usage: tuple[str, ...]
    paragraphs: tuple[str, ...]
    examples: tuple[str, ...]
    arguments: Rows = ()
    options: Rows = ()
    commands: Rows = ()
    outputs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return its name as a shell is told it."""
        return " ".join((PROGRAM, *self.words))


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
    shown = [
        (n, row.help) for n, row in branch.entries.items() if not getattr(row, "hidden", False)
    ]
    return Outline(
        words=words,
        help=branch.help,
        usage=(_OPTIONS, "[COMMAND]" if branch.default else "COMMAND", "[ARGS]..."),
        paragraphs=(branch.help,),
        examples=branch.examples,
        options=() if words else _rows(parser.ROOT_OPTIONS, typer.Context(_any_command())),
        commands=shown,
    )


def _command(words: tuple[str, ...], entry: Entry) -> Outline:
    command: Any = parser.load(words[-1], entry)
    context = typer.Context(command, info_name=" ".join((PROGRAM, *words)))
    own = [each for each in command.params if each not in parser.GLOBALS]
    text, _, examples = command.help.partition("\nExamples:\n")
    arguments = [each for each in own if each.param_type_name == "argument"]
    return Outline(
        words=words,
        help=entry.help,
        usage=(_OPTIONS, *map(_usage, arguments)),
        paragraphs=tuple(" ".join(each.split()) for each in text.strip().split("\n\n")),
        examples=tuple(line.strip() for line in examples.splitlines() if line.strip()),
        arguments=_rows(arguments, context),
        options=_rows([each for each in own if each not in arguments], context),
        outputs=entry.outputs,
    )


def _rows(params: Sequence[Any], context: typer.Context) -> Rows:
    found = ((each, each.get_help_record(context)) for each in params)
    return [(_term(each, row[0]), " ".join(row[1].split())) for each, row in found if row]


def _term(param: Any, term: str) -> str:
    """Write an argument, or an option and its choices, alike whatever the Typer."""
    if param.param_type_name == "argument":
        return _name(param)
    choices = getattr(param.type, "choices", ())
    words = ", ".join(sorted(param.opts, key=len))
    return f"{words} {'|'.join(choices)}" if choices else term


def _usage(argument: Any) -> str:
    return _name(argument) if argument.required else f"[{_name(argument)}]"


def _name(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper()).translate(_BRACKETS)


def _any_command() -> Any:
    name, row = next((n, row) for n, row in TABLE.items() if isinstance(row, Entry))
    return parser.load(name, row)
