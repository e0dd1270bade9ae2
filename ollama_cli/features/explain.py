"""What an error is told with: where the address came from, which models are like the missing."""

import difflib
import shlex
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Final

from ollama_cli.config.settings import Layer, Settings
from ollama_cli.errors import (
    LIBRARY,
    AuthError,
    ModelNotFoundError,
    OllamaCliError,
    OtherApiError,
    PullError,
    UnreachableError,
)
from ollama_cli.features.servers import cache
from ollama_cli.features.servers.cache import Listing
from ollama_cli.types import model_names
from ollama_cli.types.urls import host_of

if TYPE_CHECKING:
    from ollama_cli.features.context import Runtime

_MOST: Final = 3


def explain(error: OllamaCliError, cli: "Runtime") -> None:
    """Complete an error by all that the run knows by now; nothing is told twice."""
    known = vars(cli)
    if "settings" in known:
        settings = cli.settings
        base = cli.ollama().base_url if "_client" in known else settings.host
        if isinstance(error, OtherApiError | ModelNotFoundError):
            import_module("ollama_cli.features.servers.connect").explain(cli, error)
        add_origin(error, base, settings.origins["host"])
        add_key_hint(error, settings, cli.layers, cli.variables)
        add_model_origin(error, settings)
        add_near_host(error, settings, cli.layers)
        if isinstance(error, UnreachableError) and "seen" in known:
            cache.remember(settings.host, cache.Seen())  # what comes back may be another server
    add_hint(error, cli)


def add_origin(error: OllamaCliError, base_url: str, origin: str) -> None:
    """Tell where the address in an error came from, unless nobody set one."""
    known = f"at {base_url} (from {origin})"
    # A registry may stand at the same address, and has it from elsewhere.
    told = (known, f"registry at {base_url}")
    if origin != "default" and not any(words in error.message for words in told):
        error.message = error.message.replace(f"at {base_url}", known, 1)


def add_key_hint(
    error: OllamaCliError, settings: Settings, layers: Sequence[Layer], variables: Mapping[str, str]
) -> None:
    """Tell how the server in use is given the key that it wants."""
    if isinstance(error, AuthError) and error.wants_key:
        # Loaded where it is needed: most servers want none.
        hint = import_module("ollama_cli.config.credentials").missing_hint
        error.hint = hint(settings, layers, variables)


def add_model_origin(error: OllamaCliError, settings: Settings) -> None:
    """Tell where a missing model was set, as nobody may have typed it now."""
    if isinstance(error, ModelNotFoundError) and error.model and error.model == settings.model:
        told = f" ({settings.origins['model']} sets it)"
        error.message = error.message.removesuffix(told) + told


def add_near_host(error: OllamaCliError, settings: Settings, layers: Sequence[Layer]) -> None:
    """Name an entry of the config file that an address which does not answer may stand for."""
    if settings.entry is None and isinstance(error, UnreachableError):
        entries = [name for layer in layers for name in layer.hosts]
        for name in difflib.get_close_matches(host_of(settings.host), entries, n=1):
            told = f"did you mean `--host {name}`? if not: "
            error.hint = told + (error.hint or "").removeprefix(told)


def add_hint(error: OllamaCliError, cli: "Runtime") -> None:
    """Tell which models are like the one that is missing, and how to get it."""
    if isinstance(error, ModelNotFoundError) and error.model and error.hint is None:
        error.hint = missing_hint(error.model, cli)
    if isinstance(error, PullError) and error.is_unknown and error.model:
        error.hint = unknown_hint(error.model, cli)
        error.model = None  # said once


def known_models(cli: "Runtime") -> Listing:
    """Tell the installed models: as seen lately, else asked for, else as they were last seen.

    None are known where there is no way to any.
    """
    kept = None if cli.flags.demo else cache.read(cli.settings.host)
    if kept and kept.is_fresh:
        return kept
    try:
        return Listing(tuple(model.name for model in cli.installed()), 0.0)
    except OllamaCliError:
        return kept or Listing((), 0.0)


def unknown_hint(model: str, cli: "Runtime") -> str:
    """Name what a model that no registry knows may be a misspelling of."""
    known = known_models(cli)
    others = [
        name
        for name in (*known.names, *model_names.WELL_KNOWN)
        if not model_names.same_model(name, model)
    ]
    near = model_names.nearest(model, others)
    aged = [_with_age(name, known) if name in known.names else name for name in near]
    meant = f"did you mean {' or '.join(aged)}?" if near else "check the name and the tag;"
    return f"{meant} {LIBRARY} lists what there is"


def missing_hint(model: str, cli: "Runtime", *, or_else: str = "") -> str:
    """Name what a model that is not installed may be a misspelling of, and how to get it.

    `or_else` is another way to get it, in words.
    """
    pull = f"`ollama-cli models pull {shlex.quote(model)}`{or_else}"
    known = known_models(cli)
    others = [name for name in known.names if not model_names.same_model(name, model)]
    near = [_with_age(name, known) for name in model_names.nearest(model, others)]
    if near and cli.offers_pull:
        return f"did you mean {' or '.join(near)}? if not: {pull}"
    if near:
        return f"did you mean {' or '.join(near)}?"
    installed_ones = "what is installed: `ollama-cli models list`"
    return f"get it: {pull}; {installed_ones}" if cli.offers_pull else installed_ones


def last_seen(known: Listing | None) -> str:
    """Say which models a server that is away had when it was last seen; empty if none are known."""
    if known is None or not known.names:
        return ""
    return f"; {_ago(known)} it had {_some(known.names)}"


def _some(known: Sequence[str]) -> str:
    more = len(known) - _MOST
    return ", ".join(known[:_MOST]) + (f" and {more} more" if more > 0 else "")


def _with_age(name: str, known: Listing) -> str:
    """Name a model, with the age of what is known where the server could not be asked."""
    return name if known.is_fresh else f"{name} (as of {_ago(known)})"


def _ago(known: Listing) -> str:
    # Loaded when it is needed: `--help` loads this room, and tells no age.
    text: str = import_module("ollama_cli.types.units").format_age(known.age)
    return text
