"""`ollama-cli models pull`."""

from typing import Annotated, Literal

import typer

from ollama_cli.cli.options import Insecure, Registry
from ollama_cli.features.context import Context
from ollama_cli.features.each import distinct
from ollama_cli.features.pull import plan
from ollama_cli.features.pull.download import Downloads, resolve_patience
from ollama_cli.types.model_names import checked_grammar


def command(
    ctx: typer.Context,
    names: Annotated[list[str], typer.Argument(help="Models to download.", metavar="NAME...")],
    mode: Annotated[
        Literal["auto", "bar", "plain", "json", "none"],
        typer.Option("--progress", help="How to show progress, on stderr; json is -o jsonl."),
    ] = "auto",
    insecure: Insecure = False,
    registry: Registry = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would come.")] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", metavar="N", min=1, help="How many to pull at a time.")
    ] = 1,
    stall_timeout: Annotated[
        str | None,
        typer.Option(metavar="SECONDS", help="Begin again when no byte was gained for so long."),
    ] = None,
    retries: Annotated[
        str | None,
        typer.Option(
            metavar="N|inf", help="Further tries without a byte gained. [default: 8, at first 2]"
        ),
    ] = None,
    notify: Annotated[
        bool, typer.Option("--notify", help="Ring at the end; post a message where possible.")
    ] = False,
) -> None:
    """Download models to the server; what is there already is not fetched again.

    A pull that stands still, is cut or fails on the way is begun again, and resumes where it was.
    An interrupted one resumes when the same command is run again.

    Examples:
      ollama-cli models pull llama3:8b
      ollama-cli models pull llama3:8b --dry-run
      ollama-cli models pull llama3.2 nomic-embed-text -j 2
      ollama-cli models pull qwen3:32b --retries inf --stall-timeout 60 --notify
      ollama-cli models pull llama3:8b -o jsonl
    """
    context: Context = ctx.obj
    context.set_flags(registry=registry)
    if mode == "json":
        context.output = "jsonl"
    mode = "json" if context.output == "jsonl" else mode
    names = distinct(map(checked_grammar, names))
    if dry_run:
        plan.show_plans(context, names, insecure=insecure)
        return
    patience = resolve_patience(context, stall_timeout, retries)
    context.servers.native("pull", asks=False)  # each pull asks by itself, and tries again
    downloads = Downloads(context, names, mode=mode, jobs=jobs, patience=patience)
    downloads.run(insecure=insecure, notify=notify)
