"""`ollama-cli sessions export`."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal

import typer

from ollama_cli.cli import consent
from ollama_cli.errors import UsageError
from ollama_cli.features.context import Context
from ollama_cli.features.sessions import formats
from ollama_cli.features.sessions.target import Format, Target
from ollama_cli.types.sessions import Session
from ollama_cli.ui import export
from ollama_cli.ui.inputs import STDIN

_OF_OUTPUT: Final[dict[str, Format]] = {"json": "json", "jsonl": "jsonl"}


def command(
    ctx: typer.Context,
    ids: Annotated[
        list[str],
        typer.Argument(help="Ids, their first 3 digits or more, or titles.", metavar="ID..."),
    ],
    wanted: Annotated[
        Literal["md", "json", "jsonl"] | None,
        typer.Option("--format", help="Markdown unless FILE says otherwise by its ending."),
    ] = None,
    file: Annotated[
        str | None,
        typer.Option("--file", "-f", metavar="FILE|-", help="Write to a file; - is stdout."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Replace the file without asking.")
    ] = False,
) -> None:
    """Write sessions as Markdown to read, as JSON, or as JSON lines to import again.

    JSON lines hold all branches and the bytes of attachments; Markdown holds the branch in use.

    Examples:
      ollama-cli sessions export 3f2
      ollama-cli sessions export 3f2 81c -f talks.jsonl
      ollama-cli sessions export 3f2 --format json | jq .messages
    """
    context: Context = ctx.obj
    target = None if file in {None, STDIN} else Target(str(file))
    kind = _format(context.output, wanted, target)
    store = context.sessions
    found = {each.id: each for each in map(store.find, ids)}
    if kind == "json" and len(found) > 1:
        raise UsageError("a document of JSON holds one session", hint="use --format jsonl")
    if target is None:
        for text in _texts(context, kind, list(found.values())):
            export.show_conversation(context.out, text, is_json=kind != "md")
        return
    replaces = target.exists
    if replaces and not yes:
        consent.require(context, f"replace {target.path}?", else_told="nothing was written")
    text = "".join(_texts(context, kind, list(found.values())))
    context.prompter.report(target.write(text, replaces=replaces))


def _format(output: str, wanted: Format | None, target: Target | None) -> Format:
    chosen = _OF_OUTPUT.get(output)
    if wanted and chosen and wanted != chosen:
        raise UsageError(f"--format {wanted} and -o {output} contradict each other")
    if wanted or chosen:
        return wanted or chosen or "md"
    return target.format if target else "md"


def _texts(context: Context, kind: Format, sessions: Sequence[Session]) -> Iterator[str]:
    store = context.sessions
    for number, each in enumerate(sessions):
        if number and kind == "md":
            yield "\n"
        yield formats.text_in(kind, each, store.messages(each.id), store.blob)
