"""Add facts to errors: the source of the address, models similar to the missing one."""

import difflib
import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from ollama_cli.config.credentials import missing_hint as missing_key_hint
from ollama_cli.config.policy import WHERE
from ollama_cli.errors import (
    LIBRARY,
    AuthError,
    ConfigError,
    ModelNotFoundError,
    OllamaCliError,
    OtherApiError,
    PullError,
    UnreachableError,
)
from ollama_cli.features.context import Context
from ollama_cli.features.servers.cache import Listing
from ollama_cli.types import model_names
from ollama_cli.types.models import named_by_id, read_id
from ollama_cli.types.units import format_age
from ollama_cli.types.urls import host_of, split_userinfo

_MOST_NAMED: Final = 3
# What hints of all layers say to do, and what is typed for that in a conversation.
_TYPED_INSIDE: Final = {
    r"`ollama-cli models pull ([^`]+)`": r"/pull \1",
    r"`ollama-cli models list`": "/list",
    r"`ollama-cli sessions list`": "/sessions",
    r"`ollama-cli sessions search ([^`]+)`": r"/sessions \1",
    r", or have it pulled with --auto-pull\b": "",
    r", or leave out --image\b": ", or /image off",
    r"leave out --think for this model\b": "/think off",
    r"leave out --think\b": "/think off",
    r"with -m\b": "with /model",
}
# By the setting: what hints say to look up, and what they say where it is an option of the line.
_TYPED_HERE: Final = (
    ("host", "the address with `ollama-cli config show`", "the address behind --host"),
    (
        "host",
        "the address: `ollama-cli config get host`, or pass `--host`",
        "what is behind --host",
    ),
    ("local_only", WHERE, "name a server or a model of your own, or leave out --local-only"),
)
_OF_A_SERVER: Final = re.compile("`ollama-cli (?=models )")


@contextmanager
def explaining(context: Context, model: str | None = None) -> Iterator[None]:
    """Explain an error of the block before any outer code shows it; `model` is its subject."""
    try:
        yield
    except OllamaCliError as error:
        found = error.with_facts(model=model) if isinstance(error, PullError) else error
        raise explain(found, context) from error.__cause__


def explain(error: OllamaCliError, context: Context) -> OllamaCliError:
    """Return an error with all known facts of its run, for its message and hint."""
    if error.is_explained:
        return error
    found = error
    if context.has_settings:
        found = _with_origins(_with_server(error, context), context)
    hint = _hint(found, context)
    if hint and context.is_conversation:
        hint = _as_typed_inside(hint)
    elif hint and context.has_settings:
        hint = _as_typed_behind_the_program(hint, context)
    return found.with_facts(hint=hint, is_explained=True)


def with_source(error: ConfigError, source: str | None) -> ConfigError:
    """Return an error about a file with the setting that names it, and how to do without that."""
    if not source:
        return error
    hint = f"let it name a PEM file, or do without it: `unset {source}`"
    return error.with_facts(origin=source, hint=hint if source.isupper() else error.hint)


def known_models(context: Context) -> Listing:
    """Return the installed models: from a fresh cache, else the server, else an old cache.

    The list is empty if all three fail.
    """
    cached = context.servers.cached_models()
    if cached and cached.is_fresh:
        return cached
    try:
        return Listing(tuple(model.name for model in context.servers.installed()), 0.0)
    except OllamaCliError:
        return cached or Listing((), 0.0)


def id_hint(model: str, context: Context) -> str:
    """Return a hint for what is no name but the ID of an installed model; empty if it is none."""
    if not read_id(model):
        return ""
    try:
        named = named_by_id(model, context.servers.installed(in_full=True))
    except OllamaCliError:  # the error that is explained says more
        return ""
    return f"that is the ID of {' and '.join(named)}: call it by its name" if named else ""


def unknown_hint(model: str, context: Context) -> str:
    """Return a hint with names similar to a model that no registry knows."""
    if hint := id_hint(model, context):
        return hint
    known = known_models(context)
    others = [
        name
        for name in (*known.names, *model_names.WELL_KNOWN)
        if not model_names.same_model(name, model)
    ]
    similar = model_names.nearest(model, others)
    shown = [_with_age(name, known) if name in known.names else name for name in similar]
    question = f"did you mean {' or '.join(shown)}?" if similar else "check the name and the tag;"
    return f"{question} {LIBRARY} lists what there is"


def missing_hint(model: str, context: Context, *, or_else: str = "") -> str:
    """Return a hint with names similar to a model that is not installed, and how to get it.

    `or_else` is another way to get it, in words.
    """
    if hint := id_hint(model, context):
        return hint
    pull = f"`ollama-cli models pull {shlex.quote(model)}`{or_else}"
    if context.flags.demo:  # it ends with the command, and so does what was pulled
        pull = "add --auto-pull"
    known = known_models(context)
    can_be_pulled = model_names.is_valid(model) and not context.servers.lacks_pull
    offers_pull = context.traits.offers_pull and can_be_pulled
    others = [name for name in known.names if not model_names.same_model(name, model)]
    similar = [_with_age(name, known) for name in model_names.nearest(model, others)]
    if similar and offers_pull:
        return f"did you mean {' or '.join(similar)}? if not: {pull}"
    if similar:
        return f"did you mean {' or '.join(similar)}?"
    installed_ones = "what is installed: `ollama-cli models list`"
    return f"get it: {pull}; {installed_ones}" if offers_pull else installed_ones


def last_seen(models: Sequence[str], age: float) -> str:
    """Return in words which models an unreachable server had; empty if none are known."""
    if not models:
        return ""
    more = len(models) - _MOST_NAMED
    some = ", ".join(models[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"; {format_age(age)} it had {some}"


def _with_server(error: OllamaCliError, context: Context) -> OllamaCliError:
    """Add the kind of the server; forget it if the server is unreachable."""
    if isinstance(error, UnreachableError) and context.has_servers:
        context.servers.forget_seen()
    return context.servers.with_kind(error) if isinstance(error, OtherApiError) else error


def _with_origins(error: OllamaCliError, context: Context) -> OllamaCliError:
    """Add the source of the address, and of a model that came from the settings."""
    settings = context.settings
    origin = settings.origins["host"]
    is_ours = error.address == split_userinfo(settings.host)[0]
    if is_ours and origin != "default" and error.origin is None:
        error = error.with_facts(origin=origin)
    if isinstance(error, ConfigError) and error.address and not error.origin:
        error = with_source(error, context.authority_origin(error.address))
    model = error.model if isinstance(error, ModelNotFoundError) else None
    setter = settings.origins["model"] if model == settings.model else None
    if model and (setter := context.origins.get(model, setter)):
        error = error.with_facts(aside=f" ({setter} sets it)")
    return error


def _hint(error: OllamaCliError, context: Context) -> str | None:
    """Return what to do, from all known facts; a hint of the error itself is kept."""
    match error:
        case AuthError(wants_key=True) if context.has_settings:
            return missing_key_hint(context.settings, context.layers, context.variables)
        case UnreachableError() if context.has_settings and error.hint:
            return _similar_host_hint(context) + error.hint + last_seen(error.models, error.age)
        case ModelNotFoundError(model=str(model)) if error.hint is None:
            return _missing_model_hint(error, model, context)
        case PullError(is_unknown=True, model=str(model)):
            return unknown_hint(model, context)
    return error.hint


def _missing_model_hint(error: ModelNotFoundError, model: str, context: Context) -> str:
    if error.cloud_name:
        name = error.cloud_name
        return f"it runs in the cloud alone: -m {name} would send your prompts to ollama.com"
    if error.is_unknown:
        return unknown_hint(model, context)
    return missing_hint(model, context, or_else=error.or_else)


def _similar_host_hint(context: Context) -> str:
    """Return the hint to a host entry of the config file that is similar to the host."""
    if context.settings.entry is not None:
        return ""
    entries = [name for layer in context.layers for name in layer.hosts]
    similar = difflib.get_close_matches(host_of(context.settings.host), entries, n=1)
    return f"did you mean `--host {similar[0]}`? if not: " if similar else ""


def _with_age(name: str, known: Listing) -> str:
    """Return a name, with the age of the list if the server could not be asked."""
    return name if known.is_fresh else f"{name} (as of {format_age(known.age)})"


def _as_typed_behind_the_program(hint: str, context: Context) -> str:
    """Return a hint that fits the options before it: what it says to type asks the same server."""
    for setting, said, here in _TYPED_HERE:
        if context.settings.is_typed(setting):
            hint = hint.replace(said, here)
    if context.flags.demo:
        return _OF_A_SERVER.sub("`ollama-cli --demo ", hint)
    if not context.settings.is_typed("host"):
        return hint
    host = str(context.flags.settings.get("host"))
    typed = "…" if "@" in host else shlex.quote(host)  # `…`: it may hold a password
    return _OF_A_SERVER.sub(lambda _: f"`ollama-cli --host {typed} ", hint)


def _as_typed_inside(hint: str) -> str:
    """Return a hint with commands of a conversation in place of options and other commands."""
    for said, typed in _TYPED_INSIDE.items():
        hint = re.sub(said, typed, hint)
    return hint
