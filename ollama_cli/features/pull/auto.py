"""Gets a model ready for a command that found it missing: asked for first, pulled by consent."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from ollama_cli.config import policy
from ollama_cli.errors import ModelNotFoundError
from ollama_cli.features.context import Context
from ollama_cli.types import model_names
from ollama_cli.types.text import one_line
from ollama_cli.types.units import format_bytes

T = TypeVar("T")


def consent(context: Context, auto_pull: bool | None) -> None:
    """Take what a command was told about pulling; None leaves it to the settings."""
    told = {True: "always", False: "never", None: None}
    context.set_flags(auto_pull=told[auto_pull])


def attempt(context: Context, model: str, call: Callable[[], T]) -> T:
    """Make a call; where its model is missing, get that ready and call once more.

    Raises ModelNotFoundError where it is not to be pulled, and what the pull or the call raises.
    """
    try:
        return call()
    except ModelNotFoundError as error:
        ensure_ready(context, model, error)
    return call()


def attempt_all(context: Context, model: str, ask: Callable[[], Iterable[T]]) -> Iterator[T]:
    """Pass on what a stream brings, as `attempt` does: what fails later is not tried again."""

    def begin() -> tuple[Iterator[T], T | None]:
        items = iter(ask())
        return items, next(items, None)

    items, first = attempt(context, model, begin)
    if first is not None:
        yield first
        yield from items


def ensure_ready(context: Context, model: str, missing: ModelNotFoundError) -> None:
    """Pull a model that a server of Ollama's misses, by `auto_pull`; else raise what it said."""
    wish = context.settings.auto_pull
    can_pull = context.servers.can_pull
    if wish == "never" or policy.is_cloud(model) or not can_pull:
        raise missing
    if wish == "ask" and not context.prompter.can_ask():
        raise missing.with_facts(or_else=", or have it pulled with --auto-pull")
    installed = [each.name for each in context.servers.installed()]
    if model_names.find(model, installed):  # then it is something else that is not found
        raise missing
    question = "" if wish == "always" else _question(context, model, installed, missing)
    if question and not context.prompter.confirm(question, flag=""):
        raise missing
    if not question:
        context.prompter.note(f"{model} is not installed: pulling it")
    from ollama_cli.features.pull.download import Downloads  # noqa: PLC0415  hardly ever: 8 ms

    Downloads(context, [model]).pull(model, insecure=False)


def _question(
    context: Context, model: str, installed: list[str], missing: ModelNotFoundError
) -> str:
    """Ask with the size, after what it may be a misspelling of; raises `missing` if none has it."""
    from ollama_cli.features.pull.plan import size_of  # noqa: PLC0415  hardly ever: 3 ms

    try:
        size = size_of(context, model)
    except ModelNotFoundError:
        cloud = _cloud_name(context, model)
        raise missing.with_facts(is_unknown=True, cloud_name=cloud) from None
    near = model_names.nearest(model, installed)
    verb = "is" if len(near) == 1 else "are"
    instead = f"{' and '.join(near)} {verb} installed, {model} is not; " if near else ""
    shown = "size unknown" if size is None else format_bytes(size)
    return one_line(f"{instead}pull {model} ({shown})?")


def _cloud_name(context: Context, model: str) -> str | None:
    """Name a model that there is in the cloud alone; None where there is none either."""
    from ollama_cli.features.pull.plan import size_of  # noqa: PLC0415  hardly ever: 3 ms

    try:
        size_of(context, f"{model}:cloud")
    except ModelNotFoundError:
        return None
    return model_names.shortest(f"{model}:cloud")
