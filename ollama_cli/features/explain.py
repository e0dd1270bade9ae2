"""Errors explained: where the address came from, which models are like the missing one."""

import difflib
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from ollama_cli.config.credentials import missing_hint as missing_key_hint
from ollama_cli.errors import (
    LIBRARY,
    AuthError,
    ModelNotFoundError,
    OllamaCliError,
    OtherApiError,
    PullError,
    UnreachableError,
)
from ollama_cli.features.context import Context
from ollama_cli.features.servers.cache import Listing
from ollama_cli.types import model_names
from ollama_cli.types.units import format_age
from ollama_cli.types.urls import host_of, split_userinfo

_MOST: Final = 3


@contextmanager
def explaining(context: Context, model: str | None = None) -> Iterator[None]:
    """Explain an error before those around the block show it; `model` is what it is about."""
    try:
        yield
    except OllamaCliError as error:
        found = error.with_facts(model=model) if isinstance(error, PullError) else error
        raise explain(found, context) from error.__cause__


def explain(error: OllamaCliError, context: Context) -> OllamaCliError:
    """Give an error with all that its run knows by now: facts that its sentence is made of."""
    if error.is_explained:
        return error
    found = error
    if context.is_settled:
        found = _with_origins(_with_server(error, context), context)
    hint = _hint(found, context)
    return found.with_facts(hint=hint, is_explained=True)


def known_models(context: Context) -> Listing:
    """Give the installed models: as seen lately, else asked for, else as they were last seen.

    None are known where there is no way to any.
    """
    kept = context.servers.known()
    if kept and kept.is_fresh:
        return kept
    try:
        return Listing(tuple(model.name for model in context.servers.installed()), 0.0)
    except OllamaCliError:
        return kept or Listing((), 0.0)


def unknown_hint(model: str, context: Context) -> str:
    """Name what a model that no registry knows may be a misspelling of."""
    known = known_models(context)
    others = [
        name
        for name in (*known.names, *model_names.WELL_KNOWN)
        if not model_names.same_model(name, model)
    ]
    near = model_names.nearest(model, others)
    aged = [_with_age(name, known) if name in known.names else name for name in near]
    meant = f"did you mean {' or '.join(aged)}?" if near else "check the name and the tag;"
    return f"{meant} {LIBRARY} lists what there is"


def missing_hint(model: str, context: Context, *, or_else: str = "") -> str:
    """Name what a model that is not installed may be a misspelling of, and how to get it.

    `or_else` is another way to get it, in words.
    """
    pull = f"`ollama-cli models pull {shlex.quote(model)}`{or_else}"
    known = known_models(context)
    offers_pull = context.traits.offers_pull and not context.servers.lacks_pull
    others = [name for name in known.names if not model_names.same_model(name, model)]
    near = [_with_age(name, known) for name in model_names.nearest(model, others)]
    if near and offers_pull:
        return f"did you mean {' or '.join(near)}? if not: {pull}"
    if near:
        return f"did you mean {' or '.join(near)}?"
    installed_ones = "what is installed: `ollama-cli models list`"
    return f"get it: {pull}; {installed_ones}" if offers_pull else installed_ones


def last_seen(models: Sequence[str], age: float) -> str:
    """Say which models a server that is away had when it was last seen; empty if none are known."""
    if not models:
        return ""
    more = len(models) - _MOST
    some = ", ".join(models[:_MOST]) + (f" and {more} more" if more > 0 else "")
    return f"; {format_age(age)} it had {some}"


def _with_server(error: OllamaCliError, context: Context) -> OllamaCliError:
    """Add what is known of the server that is there, or is no more."""
    if isinstance(error, UnreachableError) and context.has_servers:
        context.servers.forget_seen()
    return context.servers.named(error) if isinstance(error, OtherApiError) else error


def _with_origins(error: OllamaCliError, context: Context) -> OllamaCliError:
    """Add where the address came from, and a model that nobody may have typed now."""
    settings = context.settings
    origin = settings.origins["host"]
    is_ours = error.address == split_userinfo(settings.host)[0]
    if is_ours and origin != "default" and error.origin is None:
        error = error.with_facts(origin=origin)
    model = error.model if isinstance(error, ModelNotFoundError) else None
    if model and model == settings.model:
        error = error.with_facts(aside=f" ({settings.origins['model']} sets it)")
    return error


def _hint(error: OllamaCliError, context: Context) -> str | None:
    """Say what to do, by all that is known; what the error itself says stays, if it says any."""
    match error:
        case AuthError(wants_key=True) if context.is_settled:
            return missing_key_hint(context.settings, context.layers, context.variables)
        case UnreachableError() if context.is_settled and error.hint:
            return _near_host(context) + error.hint + last_seen(error.models, error.age)
        case ModelNotFoundError(model=str(model)) if error.hint is None:
            return _of_missing(error, model, context)
        case PullError(is_unknown=True, model=str(model)):
            return unknown_hint(model, context)
    return error.hint


def _of_missing(error: ModelNotFoundError, model: str, context: Context) -> str:
    if error.cloud_name:
        name = error.cloud_name
        return f"it runs in the cloud alone: -m {name} would send your prompts to ollama.com"
    if error.is_unknown:
        return unknown_hint(model, context)
    return missing_hint(model, context, or_else=error.or_else)


def _near_host(context: Context) -> str:
    """Name an entry of the config file that an address which does not answer may stand for."""
    if context.settings.entry is not None:
        return ""
    entries = [name for layer in context.layers for name in layer.hosts]
    near = difflib.get_close_matches(host_of(context.settings.host), entries, n=1)
    return f"did you mean `--host {near[0]}`? if not: " if near else ""


def _with_age(name: str, known: Listing) -> str:
    """Name a model, with the age of what is known where the server could not be asked."""
    return name if known.is_fresh else f"{name} (as of {format_age(known.age)})"
