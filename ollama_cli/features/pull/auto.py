"""Gets a model ready for a command that found it missing: asked for first, pulled by consent."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any, TypeVar

from ollama_cli.config import policy
from ollama_cli.errors import ModelNotFoundError, OllamaCliError
from ollama_cli.features.context import Runtime
from ollama_cli.types import model_names
from ollama_cli.types.units import format_bytes
from ollama_cli.ui.streams import one_line

T = TypeVar("T")


def consent(cli: Runtime, auto_pull: bool | None) -> None:
    """Take what a command was told about pulling; None leaves it to the settings."""
    told = {True: "always", False: "never", None: None}
    cli.set_flags(auto_pull=told[auto_pull])


def attempt(cli: Runtime, model: str, call: Callable[[], T]) -> T:
    """Make a call; where its model is missing, get that ready and call once more.

    Raises ModelNotFoundError where it is not to be pulled, and what the pull or the call raises.
    """
    try:
        return call()
    except ModelNotFoundError as error:
        ensure_ready(cli, model, error)
    return call()


def attempt_all(cli: Runtime, model: str, ask: Callable[[], Iterable[T]]) -> Iterator[T]:
    """Pass on what a stream brings, as `attempt` does: what fails later is not tried again."""

    def begin() -> tuple[Iterator[T], T | None]:
        items = iter(ask())
        return items, next(items, None)

    items, first = attempt(cli, model, begin)
    if first is not None:
        yield first
        yield from items


def ensure_ready(cli: Runtime, model: str, missing: ModelNotFoundError) -> None:
    """Pull a model that a server of Ollama's misses, by `auto_pull`; else raise what it said."""
    wish = cli.settings.auto_pull
    cli.offers_pull = _can_pull(cli)
    if wish == "never" or policy.is_cloud(model) or not cli.offers_pull:
        raise missing
    if wish == "ask" and not cli.can_ask():
        told = ", or have it pulled with --auto-pull"
        missing.hint = _explanations().missing_hint(model, cli, or_else=told)
        raise missing
    installed = [each.name for each in cli.installed()]
    if model_names.find(model, installed):  # then it is something else that is not found
        raise missing
    if wish == "ask" and not cli.confirm(_question(cli, model, installed, missing), flag=""):
        raise missing
    if wish == "always":
        cli.note(f"{model} is not installed: pulling it")
    # Loaded where a model is missing: hardly ever.
    downloads = import_module("ollama_cli.features.pull.download").Downloads(cli, [model])
    downloads.pull(model, insecure=False)


def compare_context(cli: Runtime, model: str, options: Mapping[str, Any]) -> None:
    """Warn where the server gave a model less context than `num_ctx` of the options asks for."""
    wanted = options.get("num_ctx")
    if wanted is None or cli.flags.quiet or cli.provider().provider_type != "ollama":
        return
    try:
        running = cli.ollama().running_models()
    except OllamaCliError:  # the answer is there: what cannot be compared is no failure of it
        return
    given = [each.context_length for each in running if model_names.same_model(each.name, model)]
    if given and given[0] is not None and given[0] < wanted:
        cli.warn(f"the server gave a context of {given[0]} tokens, not the {wanted} of num_ctx")


def _can_pull(cli: Runtime) -> bool:
    """Tell whether the server is Ollama, whichever API is spoken with it."""
    try:
        cli.native("pull")
    except OllamaCliError:  # that a model is missing is said in any case
        return False
    return True


def _question(cli: Runtime, model: str, installed: list[str], missing: ModelNotFoundError) -> str:
    """Ask with the size, after what it may be a misspelling of; raises `missing` if none has it."""
    try:
        size = _size(cli, model)
    except ModelNotFoundError:
        missing.hint = _cloud_hint(cli, model) or _explanations().unknown_hint(model, cli)
        raise missing from None
    near = model_names.nearest(model, installed)
    verb = "is" if len(near) == 1 else "are"
    instead = f"{' and '.join(near)} {verb} installed, {model} is not; " if near else ""
    told = "size unknown" if size is None else format_bytes(size)
    return one_line(f"{instead}pull {model} ({told})?")


def _size(cli: Runtime, model: str) -> int | None:
    size: int | None = import_module("ollama_cli.features.pull.plan").size(cli, model)
    return size


def _explanations() -> Any:
    return import_module("ollama_cli.features.explain")


def _cloud_hint(cli: Runtime, model: str) -> str | None:
    """Tell of a model that there is in the cloud alone."""
    try:
        _size(cli, f"{model}:cloud")
    except ModelNotFoundError:
        return None
    name = model_names.shortest(f"{model}:cloud")
    return f"it runs in the cloud alone: -m {name} would send your prompts to ollama.com"
