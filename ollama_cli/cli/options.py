"""Options that several commands share, declared once."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar, get_args

import typer

from ollama_cli.cli import shells
from ollama_cli.config import sources
from ollama_cli.types.text import one_line

F = TypeVar("F", bound=Callable[..., object])
PROGRAM: Final = "ollama-cli"
OUTPUT_VERSIONS: Final = ("1",)  # of the JSON; the one before the last is kept for one release
_OUTPUT: Final = "Output"  # a group of the help, as those of `grouped`
SHELL: Final = f"[{'|'.join(shells.NAMES)}]"
Model = Annotated[
    str | None, typer.Option("--model", "-m", metavar="MODEL", help="Which model to use.")
]
SessionId = Annotated[
    str, typer.Argument(help="An id, its first 3 digits or more, or a title.", metavar="ID")
]
AutoPull = Annotated[
    bool | None,
    typer.Option(
        "--auto-pull/--no-auto-pull", help="Pull the model if it is missing, or never; else ask."
    ),
]
Curl = Annotated[
    bool, typer.Option("--curl", help="Print the request as a command for a shell; send nothing.")
]
NoStdin = Annotated[bool, typer.Option("--no-stdin", help="Do not read standard input.")]
Insecure = Annotated[
    bool, typer.Option("--insecure", help="Let the server use plain http for this registry.")
]
Registry = Annotated[
    str | None,
    typer.Option("--registry", metavar="URL|none", help="Whom to ask what models hold."),
]


class Asked(typer.Exit):
    """The program itself is asked for something, and no command is to run: its version, its help.

    `words` name the command whose help it is. The short help is that of a line without any word.
    """

    def __init__(self, what: Literal["version", "help", "short help"], *words: str) -> None:
        super().__init__()
        self.what = what
        self.words = words


def _ask_version(value: bool) -> None:
    if value:
        raise Asked("version")


def _install_completion(shell: str | None) -> None:
    if shell is not None:
        from ollama_cli.cli.shells.install import install  # noqa: PLC0415  hardly ever: 1 ms

        for line in install(shell, sources.environment()):
            typer.echo(one_line(line))
        raise typer.Exit


def _show_completion(shell: str | None) -> None:
    if shell is not None:
        from ollama_cli.cli.shells.install import script  # noqa: PLC0415  hardly ever: 1 ms

        typer.echo(script(shell, sources.environment()), nl=False)
        raise typer.Exit


def grouped(**groups: str) -> Callable[[F], F]:
    """Put the options that a function declares into groups of the help, by title and names."""

    def put(declare: F) -> F:
        for title, names in groups.items():
            for name in names.split():
                declare.__annotations__[name].__metadata__[0].rich_help_panel = title
        return declare

    return put


@grouped(Program="install_completion show_completion")
def completion_options(
    *,
    install_completion: Annotated[
        str | None,
        typer.Option(
            metavar=SHELL, help="Install completion for your shell.", callback=_install_completion
        ),
    ] = None,
    show_completion: Annotated[
        str | None,
        typer.Option(
            metavar=SHELL, help="Print the script that does it.", callback=_show_completion
        ),
    ] = None,
) -> None:
    """Declare the options that are only valid before a command."""


@grouped(
    Server="host api_key_env api timeout connect_timeout env_file local_only demo",
    Screen="color verbose no_pager quiet no_input debug",
    Program="version",
)
def global_options(
    host: Annotated[
        str | None,
        typer.Option(
            "--host", "--base-url", metavar="URL", help="The server: an address, or a name."
        ),
    ] = None,
    api_key_env: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="Which variable holds its key.")
    ] = None,
    api: Annotated[
        Literal["auto", "native", "openai", "anthropic"],
        typer.Option(help="What to speak with the server; auto finds it out."),
    ] = "auto",
    timeout: Annotated[
        str | None,
        typer.Option(metavar="SECONDS", help="Longest silence of the server; 0: no limit."),
    ] = None,
    connect_timeout: Annotated[
        str | None, typer.Option(metavar="SECONDS", help="Time to make a connection.")
    ] = None,
    env_file: Annotated[
        str | None, typer.Option(metavar="PATH", help="Read and trust this .env file.")
    ] = None,
    color: Annotated[
        Literal["auto", "always", "never"], typer.Option(help="When to use colour.")
    ] = "auto",
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose", "-v", count=True, show_default=False, help="Log requests; -vv: bodies too."
        ),
    ] = 0,
    local_only: Annotated[
        bool | None,
        typer.Option("--local-only", help="Refuse models and hosts that are elsewhere."),
    ] = None,
    *,
    no_pager: Annotated[
        bool, typer.Option("--no-pager", help="Show long tables without a pager.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only results and errors.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask anything.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of errors.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Use the built-in demo server.")] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            "-V",
            help="Print the version; with -v what it runs on.",
            callback=_ask_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Declare the options that every command takes."""


def spread(
    function: Callable[..., None], outputs: Sequence[str] = (), *, is_whole: bool = False
) -> Callable[..., None]:
    """Return a command with all its options: its own, the shared ones, those of its output.

    A parameter with a function (`Annotated[Value, declare]`) is replaced by the parameters of that
    function: `declare` is called with them and returns the value. `outputs` are the formats beside
    text; something may be chosen of JSON among them unless it `is_whole`.
    """
    shared: dict[str, Callable[..., object]] = {}
    params: list[inspect.Parameter] = []
    for param in inspect.signature(function).parameters.values():
        declare = next(filter(callable, get_args(param.annotation)[1:]), None)
        if inspect.isfunction(declare):
            shared[param.name] = declare
            params += inspect.signature(declare).parameters.values()
        else:
            params.append(param)
    output_params = _output_options(outputs)
    if not is_whole and {"json", "jsonl"}.intersection(outputs):
        output_params += _CHOOSING

    def flat(**values: Any) -> None:
        for each in output_params:  # `parser` reads them
            del values[each.name]
        for name, declare in shared.items():
            values[name] = declare(**{each: values.pop(each) for each in _names(declare)})
        function(**values)

    keywords = [
        each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*params, *output_params)
    ]
    vars(flat)["__signature__"] = inspect.Signature(keywords)
    flat.__annotations__ = {each.name: each.annotation for each in keywords}
    flat.__doc__ = function.__doc__
    return flat


def _output_options(outputs: Sequence[str]) -> list[inspect.Parameter]:
    """Declare `--output` with its formats; of JSON its version, and `--json` if that is one."""
    if not outputs:
        return []
    formats: Any = Literal.__getitem__(("text", *outputs))
    option = Annotated[formats, typer.Option("--output", "-o", help="How to print the result.")]
    found = [_keyword("output", "text", option)]
    if {"json", "jsonl"} & {*outputs}:
        versions: Any = Literal.__getitem__(OUTPUT_VERSIONS)
        version = Annotated[
            versions,
            typer.Option(
                "--output-version", metavar="VERSION", help="Of the JSON; see `help formats`."
            ),
        ]
        found.append(_keyword("output_version", OUTPUT_VERSIONS[-1], version))
    if "json" in outputs:
        as_json = Annotated[bool, typer.Option("--json", help="The same as -o json.")]
        found.append(_keyword("as_json", default=False, annotation=as_json))
    return found


def _list_fields(ctx: typer.Context, typed: list[str] | None) -> list[str] | None:
    """Print the fields that there are, and end, if it is those that are asked for."""
    if typed == ["help"]:
        from ollama_cli.ui.fields import names  # noqa: PLC0415  fields alone: 2 ms

        command: Any = ctx.command  # with its row of THE TABLE, which `parser` gives it
        known = names.of(command.entry.schema, command.entry.items)
        for name in names.listed(known):
            if name != "*":
                typer.echo(name)
        raise typer.Exit
    return typed


def _keyword(name: str, default: object, annotation: Any) -> inspect.Parameter:
    """Declare an option for the output, in the group of these."""
    annotation.__metadata__[0].rich_help_panel = _OUTPUT
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=annotation)


def _names(function: Callable[..., object]) -> list[str]:
    return list(inspect.signature(function).parameters)


_Fields: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--fields",
        metavar="FIELD[,FIELD...]",
        help="Only these columns, or keys of JSON; `help` lists them.",
        callback=_list_fields,
        is_eager=True,
    ),
]
_Jq: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--jq", metavar="EXPR", help="Filter the JSON, texts as they are; needs the extra jq."
    ),
]
_Line: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--line", metavar="TEXT", help="Print a line for each item; {{name}} is filled in."
    ),
]
# The names of the parameters are of their own: a command may have one called `line`.
CHOOSING: Final[Mapping[str, str]] = {
    "chosen_fields": "fields",
    "chosen_jq": "jq",
    "chosen_line": "line",
}
_CHOOSING: Final = [
    _keyword(name, None, annotation)
    for name, annotation in zip(CHOOSING, (_Fields, _Jq, _Line), strict=True)
]
