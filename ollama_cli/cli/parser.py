"""The tree of commands; only this file uses Typer's inner parts.

It adds three things to Typer: commands are loaded from THE TABLE when they run, the global options
are accepted before and after a subcommand, and `--think` and `--extract` need no value.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, Protocol

import typer
from typer._click.core import (
    Command as AnyCommand,
    Context as Parsing,
    Parameter,
    ParameterSource,
)
from typer._click.exceptions import ClickException, NoSuchOption, UsageError as AnyUsageError
from typer._click.parser import _OptionParser, _ParsingState
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_params_convertors_ctx_param_name_from_function

from ollama_cli.cli import shells
from ollama_cli.cli.options import (
    CHOOSING,
    PROGRAM,
    Asked,
    completion_options,
    global_options,
    spread,
)
from ollama_cli.cli.table import TABLE, Branch, Entry
from ollama_cli.errors import UsageError
from ollama_cli.features.context import Context, Flags
from ollama_cli.ui.streams import writing

_CONTEXT: Final = {"help_option_names": ["-h", "--help"]}
# What `--think` takes from the next word: its levels, and words that others have for levels.
THINK_WORDS: Final = frozenset(
    {"true", "false", "low", "medium", "high", "max"}
    | {"0", "1", "yes", "no", "on", "off", "none", "minimal", "xhigh", "auto", "default"}
)
# Options that need no value: their default, and which words after them are one; None: any word.
OPTIONAL_VALUES: Final[Mapping[str, tuple[str, frozenset[str] | None]]] = {
    "--think": ("true", THINK_WORDS),
    "--cache": ("true", frozenset()),
    "--extract": ("", frozenset()),
    "--logprobs": ("0", frozenset()),
    "--install-completion": (shells.DETECTED, None),
    "--show-completion": (shells.DETECTED, None),
}
_TRUTHS: Final[Mapping[str, bool]] = {"true": True, "1": True, "false": False, "0": False}
_ROOT_EXAMPLES: Final = (
    'ollama-cli chat "why is the sky blue?"',
    "ollama-cli models pull llama3:8b",
    "ollama-cli health -q && echo up",
    "ollama-cli demo    # no Ollama needed",
)
_OF_A_TERMINAL: Final = frozenset({"-it", "-ti"})  # of `docker run`
ROOT: Final = Branch(
    "The command-line client for local language models.", TABLE, examples=_ROOT_EXAMPLES
)
"""The program itself, above all commands."""


class Launch(Protocol):
    """Build the context of a command; called once in a process."""

    def __call__(self, flags: Flags, output: str, entry: Entry) -> Context:
        """Build the context for these global options and this output format."""
        ...


GLOBALS: Final = get_params_convertors_ctx_param_name_from_function(global_options)[0]
ROOT_OPTIONS: Final = [
    *GLOBALS,
    *get_params_convertors_ctx_param_name_from_function(completion_options)[0],
]
_GLOBAL_NAMES: Final = frozenset(str(param.name) for param in GLOBALS)
_SETTING_FLAGS: Final = (
    *("host", "api", "api_key_env", "timeout", "connect_timeout", "local_only"),
)


class _Parser(_OptionParser):
    """Accept the options of `OPTIONAL_VALUES` without a value."""

    def _match_long_opt(self, opt: str, explicit_value: str | None, state: _ParsingState) -> None:
        option = self._long_opt.get(opt)
        truth = _TRUTHS.get(explicit_value or "")
        if option and not option.takes_value and truth is not None:
            names = (
                option.obj.opts if opt in option.obj.secondary_opts else option.obj.secondary_opts
            )
            for name in [opt] if truth else names[:1]:  # as Go programs are told: `--stream=false`
                self._long_opt[name].process(None, state)
            return
        default, words = OPTIONAL_VALUES.get(opt, (None, None))
        word = next(iter(state.rargs), "-")
        is_value = not word.startswith("-") and (words is None or word.lower() in words)
        super()._match_long_opt(opt, explicit_value or (None if is_value else default), state)

    def _match_short_opt(self, arg: str, state: _ParsingState) -> None:
        # `-model x` is no `-m odel`, and `-it` is no picture `t`
        if f"-{arg}" in self._long_opt or arg in _OF_A_TERMINAL:
            raise NoSuchOption(arg, ctx=self.ctx)
        for place, letter in enumerate(arg[1:], 1):
            option = self._short_opt.get(f"-{letter}")
            name = option.obj.opts[0] if option else ""
            if name in OPTIONAL_VALUES:  # `-x`, `-xpython` and `-x=python`; and `-qx`
                if place > 1:
                    super()._match_short_opt(arg[:place], state)
                self._match_long_opt(name, arg[place + 1 :].removeprefix("=") or None, state)
                return
            if option and option.takes_value:
                break
        super()._match_short_opt(arg, state)


class _GlobalOptions(AnyCommand):
    """Move the global options from the parsed ones to `ctx.meta`, for `Launch`."""

    def make_parser(self, ctx: Parsing) -> _OptionParser:
        parser = _Parser(ctx)
        for param in self.get_params(ctx):
            param.add_to_parser(parser, ctx)
        return parser

    def get_help(self, ctx: Parsing) -> str:
        """Leave the parser: others write the help."""
        raise Asked("help", *ctx.command_path.split()[1:])

    def parse_args(self, ctx: Parsing, args: list[str]) -> list[str]:
        try:
            with writing():  # completion scripts and lists of fields are printed here
                rest = super().parse_args(ctx, list(args))
        except NoSuchOption as error:
            raise self._unknown_option(ctx, error.option_name, args) from error
        except AnyUsageError as error:
            error.ctx = error.ctx or ctx
            raise
        typed = ctx.meta.setdefault("ollama_cli.flags", {})
        for name in _GLOBAL_NAMES & ctx.params.keys():
            value = ctx.params.pop(name)
            if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
                typed[name] = value + typed.get(name, 0) if name == "verbose" else value
        return rest

    def _unknown_option(self, ctx: Parsing, name: str, args: Sequence[str]) -> UsageError:
        from ollama_cli.cli import mistakes  # noqa: PLC0415  errors alone: 3 ms

        only_first = [param for param in ROOT_OPTIONS if param not in GLOBALS]
        return mistakes.unknown_option(
            ctx.command_path,
            name,
            _words(self.get_params(ctx)),
            first=_words(only_first),
            below=self.command_with(name, args),
        )

    def command_with(self, option: str, args: Sequence[str]) -> str:  # noqa: ARG002  none
        """Return the command that has an option, and it: one of the line, or else `chat`."""
        return ""


class _Command(_GlobalOptions, TyperCommand):
    """One command of the table."""

    entry: Entry

    def parse_args(self, ctx: Parsing, args: list[str]) -> list[str]:
        ctx.allow_extra_args = True
        ctx.meta["ollama_cli.words"] = tuple(args)
        rest = super().parse_args(ctx, args)
        if rest:
            from ollama_cli.cli import mistakes  # noqa: PLC0415  errors alone: 3 ms

            raise mistakes.extra_words(ctx.command_path, rest, args, ctx.params)
        return rest

    def invoke(self, ctx: Parsing) -> Any:
        typed = ctx.meta["ollama_cli.flags"]
        output = "json" if ctx.params.get("as_json") else ctx.params.get("output", "text")
        values = {option: ctx.params.get(name) for name, option in CHOOSING.items()}
        given = {option: value for option, value in values.items() if value or value == ""}
        if not given:
            ctx.obj = ctx.obj(_flags(typed), output, self.entry)
            return super().invoke(ctx)
        from ollama_cli.cli.choosing import choose  # noqa: PLC0415  what is chosen: 3 ms

        choice, printed = choose(self.entry, ctx.command_path, output, given)
        ctx.obj = ctx.obj(_flags(typed), printed, self.entry)
        ctx.obj.choose(choice, errors=output)
        return super().invoke(ctx)


class _Group(_GlobalOptions, TyperGroup):
    """A branch of the table; the module of a command is imported when it runs."""

    def __init__(self, name: str, branch: Branch, **attributes: Any) -> None:
        super().__init__(
            name=name,
            help=branch.help,
            context_settings=dict(_CONTEXT),
            rich_markup_mode=None,
            **attributes,
        )
        self._branch = branch

    def list_commands(self, ctx: Parsing) -> list[str]:  # noqa: ARG002  Typer's signature
        return list(self._branch.shown)

    def get_command(self, ctx: Parsing, cmd_name: str) -> AnyCommand | None:  # noqa: ARG002  likewise
        entry = self._branch.entries.get(cmd_name)
        if isinstance(entry, Entry):
            return TyperCommand(cmd_name, help=entry.help, rich_markup_mode=None)
        return _Group(cmd_name, entry, params=list(GLOBALS)) if entry else None

    def parse_args(self, ctx: Parsing, args: list[str]) -> list[str]:
        rest = super().parse_args(ctx, args)
        if not ctx._protected_args and self._branch.default:  # noqa: SLF001  Typer keeps it there
            ctx._protected_args = [self._branch.default]  # noqa: SLF001  likewise
        return rest

    def resolve_command(
        self, ctx: Parsing, args: list[str]
    ) -> tuple[str | None, AnyCommand | None, list[str]]:
        name = args[0]
        entry = self._branch.entries.get(name)
        if isinstance(entry, Entry):
            return name, load(name, entry), args[1:]
        if entry is None:
            from ollama_cli.cli import mistakes  # noqa: PLC0415  errors alone: 3 ms

            raise mistakes.unknown_command(ctx.command_path, name, args[1:], self._branch)
        return name, self.get_command(ctx, name), args[1:]

    def command_with(self, option: str, args: Sequence[str]) -> str:
        for place, word in enumerate(args, 1):
            entry = self._branch.entries.get(word)
            if isinstance(entry, Entry) and option in _words(load(word, entry).params):
                return f"{word} {option}"
            if isinstance(entry, Branch):
                below = _Group(word, entry).command_with(option, args[place:])
                if below:
                    return f"{word} {below}"
        # A word behind the option may be its value.
        others = {word for before, word in pairwise(["", *args]) if before != option}
        chat = TABLE["chat"]
        if self._branch is not ROOT or not isinstance(chat, Entry) or others & {*TABLE}:
            return ""
        from ollama_cli.cli import habits  # noqa: PLC0415  errors alone: 1 ms

        known = _words(load("chat", chat).params)
        ours = option if option in known else habits.option(option, known)
        return f"chat {ours}" if ours else ""


def run(arguments: Sequence[str], launch: Launch) -> Asked | None:
    """Parse the arguments and run the command they name, or return what else is asked for.

    Raises UsageError if they cannot be parsed, and what the command raises.
    """
    if not arguments:
        return Asked("short help")
    root = tree()
    try:
        with root.make_context(PROGRAM, list(arguments), obj=launch) as context:
            if not context._protected_args:  # noqa: SLF001  no command was named
                from ollama_cli.cli import mistakes  # noqa: PLC0415  errors alone: 3 ms

                raise mistakes.no_command(arguments)
            root.invoke(context)
    except Asked as asked:
        return asked
    except typer.Exit as leave:
        if leave.exit_code:
            raise SystemExit(leave.exit_code) from leave
    except ClickException as error:
        raise _usage_error(error) from error
    return None


def tree() -> AnyCommand:
    """Return the tree of all commands, of which none is imported yet."""
    return _Group(PROGRAM, ROOT, params=list(ROOT_OPTIONS))


def _flags(typed: Mapping[str, Any]) -> Flags:
    settings = {name: typed[name] for name in _SETTING_FLAGS if name in typed}
    rest = {n: v for n, v in typed.items() if n not in (*_SETTING_FLAGS, "version")}
    return Flags(settings=settings, **rest)


def load(name: str, entry: Entry) -> AnyCommand:
    """Import a command's module and build the command, with all its options."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name, cls=_Command, context_settings=dict(_CONTEXT), hidden=entry.hidden)(
        spread(entry.load(), entry.outputs, is_whole=entry.is_whole)
    )
    command = get_command(app)
    assert isinstance(command, _Command)  # noqa: S101  as it was asked for
    command.params += GLOBALS
    command.entry = entry
    return command


def output_options() -> Sequence[Parameter]:
    """Return the options for the format of the output, whichever command they are given to."""

    def anything() -> None: ...

    return get_params_convertors_ctx_param_name_from_function(spread(anything, ("json",)))[0]


def _usage_error(error: ClickException) -> UsageError:
    from ollama_cli.cli import mistakes  # noqa: PLC0415  errors alone: 3 ms

    context = getattr(error, "ctx", None)
    path = context.command_path if context else PROGRAM
    message = error.format_message()
    choices = getattr(getattr(getattr(error, "param", None), "type", None), "choices", ())
    hint = mistakes.bad_value(message, choices)
    if not hint and context and message.startswith("Missing"):
        hint = mistakes.missing(path, message, context.meta.get("ollama_cli.words", ()))
    hint = hint or f"see `{path} --help`"
    return UsageError(mistakes.in_plain_words(message), hint=hint)


def _words(params: Sequence[Parameter]) -> list[str]:
    """List the words by which options are given."""
    options = [param for param in params if param.param_type_name == "option"]
    return [word for option in options for word in (*option.opts, *option.secondary_opts)]
