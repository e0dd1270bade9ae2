"""`ollama-cli models rm`."""

from collections.abc import Sequence
from typing import Annotated, Final

import typer

from ollama_cli.cli import consent
from ollama_cli.errors import ModelNotFoundError, NotFoundError
from ollama_cli.features.context import Context
from ollama_cli.features.each import for_each
from ollama_cli.features.models import filters
from ollama_cli.types.model_names import same_model
from ollama_cli.types.models import ModelSummary
from ollama_cli.types.text import one_line
from ollama_cli.types.units import format_bytes

_FEW: Final = 3


def command(
    ctx: typer.Context,
    names: Annotated[
        list[str], typer.Argument(help="Models, or globs in quotes.", metavar="NAME|GLOB...")
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
) -> None:
    """Remove models, after asking.

    Examples:
      ollama-cli models rm llama3:8b
      ollama-cli models rm 'test-*' --dry-run
      ollama-cli models rm llama3:8b --yes
    """
    context: Context = ctx.obj
    names = [context.named(name) for name in names]
    server = context.servers.native("rm")
    chosen = _find_models(context.servers.installed(in_full=True), names)
    if dry_run:
        for model in chosen:
            context.out.line(one_line(model.name))
        return
    if not yes:
        consent.require(context, _question(context, chosen), else_told="nothing was removed")

    def remove(name: str) -> None:
        server.delete(name)
        context.servers.forget_installed()
        context.prompter.report(f"removed {name}")

    for_each(context, [model.name for model in chosen], remove)


def _question(context: Context, chosen: Sequence[ModelSummary]) -> str:
    """Return a line that asks; more than a few are listed above it, with what they take in all."""
    named = [f"{model.name} ({format_bytes(model.size or 0)})" for model in chosen]
    if len(chosen) <= _FEW or not context.prompter.can_ask():
        question = f"remove {', '.join(named)}?"
    else:
        for line in named:
            context.err.line(f"  {one_line(line)}")
        total = format_bytes(sum(model.size or 0 for model in chosen))
        question = f"remove these {len(chosen)} models ({total})?"
    return one_line(question)


def _find_models(installed: Sequence[ModelSummary], names: Sequence[str]) -> list[ModelSummary]:
    """Find the models that match names and globs; NotFoundError if one of them matches none."""
    chosen: dict[str, ModelSummary] = {}
    for name in names:
        if filters.is_glob(name):
            matches = [model for model in installed if filters.glob(name)(model)]
            if not matches:
                raise NotFoundError(
                    f"no installed model matches {name!r}; nothing was removed",
                    hint="what is installed: `ollama-cli models list`",
                )
        else:
            matches = [model for model in installed if same_model(name, model.name)]
            if not matches:
                raise ModelNotFoundError.not_installed(name, "; nothing was removed")
        chosen |= {model.name: model for model in matches}
    return list(chosen.values())
