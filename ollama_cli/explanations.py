"""What an error is told with: where the address came from, which models are like the missing."""

import shlex
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from ollama_cli import names
from ollama_cli.errors import LIBRARY, AuthError, ModelNotFoundError, OllamaCliError, PullError
from ollama_cli.settings import Layer, Settings

if TYPE_CHECKING:
    from ollama_cli.replies import ModelSummary


class Run(Protocol):
    """What is asked of a run: its models, and whether it still `offers_pull`."""

    offers_pull: bool

    def installed(self) -> "list[ModelSummary]":
        """List the installed models."""
        ...


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
        hint = import_module("ollama_cli.credentials").missing_hint
        error.hint = hint(settings, layers, variables)


def add_hint(error: OllamaCliError, run: Run) -> None:
    """Tell which models are like the one that is missing, and how to get it."""
    if isinstance(error, ModelNotFoundError) and error.model and error.hint is None:
        error.hint = _missing_hint(error.model, run)
    if isinstance(error, PullError) and error.is_unknown and error.model:
        error.hint = unknown_hint(error.model, run)
        error.model = None  # said once


def unknown_hint(model: str, run: Run) -> str:
    """Name what a model that no registry knows may be a misspelling of."""
    known = [*_installed(run), *names.WELL_KNOWN]
    near = names.nearest(model, [name for name in known if not names.same_model(name, model)])
    meant = f"did you mean {' or '.join(near)}?" if near else "check the name and the tag;"
    return f"{meant} {LIBRARY} lists what there is"


def _missing_hint(model: str, run: Run) -> str:
    pull = f"`ollama-cli models pull {shlex.quote(model)}`"
    near = names.nearest(model, _installed(run))
    if near and run.offers_pull:
        return f"did you mean {' or '.join(near)}? if not: {pull}"
    if near:
        return f"did you mean {' or '.join(near)}?"
    installed_ones = "what is installed: `ollama-cli models list`"
    return f"get it: {pull}; {installed_ones}" if run.offers_pull else installed_ones


def _installed(run: Run) -> list[str]:
    try:
        return [each.name for each in run.installed()]
    except OllamaCliError:
        return []
