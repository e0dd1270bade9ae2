"""`ollama-cli prompts check`."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from ollama_cli.errors import OllamaCliError, PartialError, UsageError
from ollama_cli.features.chat import prompted
from ollama_cli.features.context import Context
from ollama_cli.features.each import for_each
from ollama_cli.features.prompts import folder
from ollama_cli.types.text import one_line
from ollama_cli.ui import export

_SCHEMA: Final = "prompts-check"


def command(
    ctx: typer.Context,
    prompts: Annotated[
        list[str] | None,
        typer.Argument(help="Names, or paths with a slash.", metavar="NAME|FILE..."),
    ] = None,
) -> None:
    """Check prompt files, without a server; all that have a name if none is named.

    Examples:
      ollama-cli prompts check
      ollama-cli prompts check ./review.prompt.yml && git commit -a
    """
    context: Context = ctx.obj
    names = list(dict.fromkeys(prompts or folder.names(context.environ)))
    if context.output != "text":
        _show(context, names)
        return
    if not names:
        context.prompter.note("no prompt has a name yet: `ollama-cli prompts edit NAME`")

    def check(name: str) -> None:
        read = prompted.checked(context, name)
        for warning in read.warnings:
            context.prompter.warn(f"{name}: {warning}")
        if read.problems:
            for problem in read.problems:
                context.out.line(one_line(f"{name}: {problem}"))
            count = len(read.problems)
            raise UsageError(f"{name} has {'a problem' if count == 1 else f'{count} problems'}")
        variables = ", ".join(read.file.variables)
        context.out.line(one_line(f"{name}: ok{f' ({variables})' if variables else ''}"))

    for_each(context, names, check)


def _show(context: Context, names: list[str]) -> None:
    """Show the verdicts, which say all; the exit code is that of the text."""
    codes: list[int] = []
    records = [_record(context, name, codes) for name in names]
    if context.output == "json":
        export.show_document(context.out, _SCHEMA, {"prompts": records})
    else:
        export.show_lines(context.out, _SCHEMA, records)
    failed = [code for code in codes if code]
    if failed:
        is_one = len(failed) == len(codes) and len(set(failed)) == 1
        raise typer.Exit(failed[0] if is_one else PartialError.exit_code)


def _record(context: Context, name: str, codes: list[int]) -> Mapping[str, Any]:
    path: str | None = None
    variables: list[str] = []
    problems: list[Mapping[str, Any]] = []
    warnings: list[Mapping[str, Any]] = []
    try:
        path = str(folder.find(name, context.environ))
        read = prompted.checked(context, name)
        variables = read.file.variables
        problems = [each._asdict() for each in read.problems]
        warnings = [each._asdict() for each in read.warnings]
        codes.append(UsageError.exit_code if problems else 0)
    except OllamaCliError as error:
        problems = [{"path": "", "line": None, "message": error.message}]
        codes.append(error.exit_code)
    told = {"variables": variables, "problems": problems, "warnings": warnings}
    return {"name": name, "path": path, "valid": not problems, **told}
