"""`ollama-cli models show`."""

from difflib import get_close_matches
from typing import Annotated, Any, Final

import typer

from ollama_cli.errors import NotFoundError, UsageError
from ollama_cli.features.context import Context
from ollama_cli.types.text import visible
from ollama_cli.ui import export, model_details

_PARTS: Final = ("modelfile", "template", "system", "parameters", "license")


def command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The model.", metavar="NAME")],
    modelfile: Annotated[bool, typer.Option("--modelfile", help="Only the Modelfile.")] = False,
    template: Annotated[bool, typer.Option("--template", help="Only the template.")] = False,
    system: Annotated[bool, typer.Option("--system", help="Only the system text.")] = False,
    parameters: Annotated[bool, typer.Option("--parameters", help="Only the parameters.")] = False,
    license_: Annotated[bool, typer.Option("--license", help="Only the licence.")] = False,
    get: Annotated[
        str | None, typer.Option("--get", metavar="KEY", help="One value: details.family.")
    ] = None,
) -> None:
    """Show what a model is: in sections, one part, or one value.

    With -v all metadata and the tensors, too.

    Examples:
      ollama-cli models show llama3.2
      ollama-cli models show llama3.2 --get details.family
      ollama-cli models show llama3.2 --modelfile
    """
    context: Context = ctx.obj
    name = context.named(name)
    flags = (modelfile, template, system, parameters, license_)
    chosen = [part for part, wanted in zip(_PARTS, flags, strict=True) if wanted]
    if (chosen or get is not None) and context.out.choice is not None:
        raise UsageError(
            "--fields, --jq and --line choose of the whole: leave out --get and the parts"
        )
    if len(chosen) + (get is not None) > 1:
        raise UsageError("choose one part: --" + ", --".join([*_PARTS, "get"]))
    if context.output == "raw":
        export.show_raw(context.out, context.servers.native("show").show_bytes(name))
        return
    is_long = context.flags.verbose > 0 and not chosen and context.output == "text"
    model = context.servers.native("show").show(name, verbose=is_long)
    if get is not None:
        _show_value(context, get, _find_value(model.document, get))
    elif chosen:
        _show_value(context, chosen[0], getattr(model, chosen[0]))
    elif context.output == "json":
        export.show_document(context.out, "models-show", model.record())
    else:
        model_details.show_details(context.out, model, verbose=is_long)


def _show_value(context: Context, key: str, value: object) -> None:
    if context.output == "json":
        export.show_document(context.out, "models-show", {key: value})
    elif isinstance(value, str):
        text = visible(value) if context.out.is_terminal else value
        context.out.write(text if text.endswith("\n") or not text else f"{text}\n")
    else:
        export.show_value(context.out, value)


def _find_value(document: dict[str, Any], key: str) -> object:
    """Find a value by its path; keys may hold dots (`model_info.general.architecture`)."""
    paths = _paths(document)
    if key in paths:
        return paths[key]
    near = get_close_matches(key, paths, n=1, cutoff=0.4)
    raise NotFoundError(
        f"this model has no {key!r}", hint=f"did you mean {near[0]}?" if near else None
    )


def _paths(document: dict[str, Any]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in document.items():
        found[key] = value
        if isinstance(value, dict):
            found |= {f"{key}.{inner}": each for inner, each in _paths(value).items()}
    return found
