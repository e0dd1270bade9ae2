"""`ollama-cli models update`."""

from typing import Annotated, Any

import typer

from ollama_cli.cli.options import Insecure, Registry
from ollama_cli.errors import OllamaCliError, UsageError
from ollama_cli.features.context import Context
from ollama_cli.features.each import for_each
from ollama_cli.features.explain import explain
from ollama_cli.features.pull import outdated
from ollama_cli.features.pull.download import Downloads
from ollama_cli.features.pull.outdated import Freshness
from ollama_cli.ui import export


def command(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(help="Models to update.", metavar="[NAME]...")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Update every installed model.")] = False,
    insecure: Insecure = False,
    registry: Registry = None,
) -> None:
    """Pull those models again of which the registry has another version.

    With --all a model that was made on the server from another one is left as it is.

    Examples:
      ollama-cli models update llama3.2
      ollama-cli models update --all
    """
    context: Context = ctx.obj
    context.set_flags(registry=registry)
    if bool(names) is all_:
        raise UsageError(
            "name the models to update, or pass --all and no name",
            hint="see which are outdated: `ollama-cli models outdated`",
        )
    chosen = outdated.choose(context, "update", [context.permit(name) for name in names or []])
    downloads = Downloads(context, [])
    records: list[dict[str, Any]] = []

    def update(name: str) -> None:
        try:
            found = outdated.compare_chosen(context, chosen, name, insecure=insecure)
            is_due = outdated.is_due(found, is_named=not all_)
            if is_due:
                near = insecure and outdated.is_on_private_host(found.model)
                downloads.pull(found.model, insecure=near)
        except OllamaCliError as error:
            failed = explain(error, context)
            records.append({**outdated.record(Freshness(name, "unknown")), **_failed(failed)})
            raise failed from error.__cause__
        records.append({**outdated.record(found), **({"status": "updated"} if is_due else {})})
        context.prompter.report(f"{found.model}: {_describe(found, is_updated=is_due)}")

    try:
        for_each(context, list(chosen), update)
    finally:
        if context.output == "json":
            export.show_document(context.out, "models-update", {"models": records})


def _failed(error: OllamaCliError) -> dict[str, Any]:
    return {"status": "error", "error": error.as_dict()}


def _describe(found: Freshness, *, is_updated: bool) -> str:
    if is_updated:
        return f"updated ({', '.join(found.changes)})"
    if found.parent:
        return f"left as it is: it was made from {found.parent}; name it to replace it"
    return found.reason or "up to date"
