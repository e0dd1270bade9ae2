"""Pull a model that a command needs and the server lacks, if `auto_pull` or the user allows it."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from ollama_cli.errors import ModelNotFoundError
from ollama_cli.features.context import Context
from ollama_cli.features.explain import id_hint
from ollama_cli.types import model_names
from ollama_cli.types.text import one_line
from ollama_cli.types.units import format_bytes

T = TypeVar("T")


def set_auto_pull(context: Context, auto_pull: bool | None) -> None:
    """Set `auto_pull` from the option of a command; None keeps the setting."""
    values = {True: "always", False: "never", None: None}
    context.set_flags(auto_pull=values[auto_pull])


def call_with_pull(context: Context, model: str, call: Callable[[], T]) -> T:
    """Make a call; if its model is missing, pull the model and call once more.

    Raises ModelNotFoundError if it may not be pulled, and what the pull or the call raises.
    """
    try:
        return call()
    except ModelNotFoundError as error:
        pull_missing(context, model, error)
    return call()


def stream_with_pull(context: Context, model: str, ask: Callable[[], Iterable[T]]) -> Iterator[T]:
    """Yield the items of a stream as `call_with_pull` calls: no retry after the first item."""

    def begin() -> tuple[Iterator[T], T | None]:
        items = iter(ask())
        return items, next(items, None)

    items, first = call_with_pull(context, model, begin)
    if first is not None:
        yield first
        yield from items


def pull_missing(context: Context, model: str, missing: ModelNotFoundError) -> None:
    """Pull a model that an Ollama server lacks, if `auto_pull` allows it; else raise `missing`."""
    auto_pull = context.settings.auto_pull
    can_pull = context.servers.can_pull
    if auto_pull == "never" or model_names.is_cloud(model) or not can_pull:
        raise missing
    if id_hint(model, context):
        raise missing
    if auto_pull == "ask" and not context.prompter.can_ask():
        raise missing.with_facts(or_else=", or have it pulled with --auto-pull")
    installed = [each.name for each in context.servers.installed()]
    if model_names.find(model, installed):  # the error is about something else
        raise missing
    question = "" if auto_pull == "always" else _question(context, model, installed, missing)
    if question and not context.prompter.confirm(question, flag=""):
        raise missing
    if not question:
        context.prompter.note(f"{model} is not installed: pulling it")
    from ollama_cli.features.pull.download import Downloads  # noqa: PLC0415  hardly ever: 8 ms

    Downloads(context, [model]).pull(model, insecure=context.pulls_insecure)


def _question(
    context: Context, model: str, installed: list[str], missing: ModelNotFoundError
) -> str:
    """Return a question with the size and similar names; raises `missing` for an unknown model."""
    from ollama_cli.features.pull.plan import size_of  # noqa: PLC0415  hardly ever: 3 ms

    try:
        size = size_of(context, model)
    except ModelNotFoundError:
        cloud = _cloud_name(context, model)
        raise missing.with_facts(is_unknown=True, cloud_name=cloud) from None
    similar = model_names.nearest(model, installed)
    verb = "is" if len(similar) == 1 else "are"
    *others, last = similar or [""]
    named = f"{', '.join(others)} and {last}" if others else last
    nearby = f"{named} {verb} installed, {model} is not; " if similar else ""
    shown = "size unknown" if size is None else format_bytes(size)
    return one_line(f"{nearby}pull {model} ({shown})?")


def _cloud_name(context: Context, model: str) -> str | None:
    """Return the name of the cloud model; None if there is none either."""
    from ollama_cli.features.pull.plan import size_of  # noqa: PLC0415  hardly ever: 3 ms

    try:
        size_of(context, f"{model}:cloud")
    except ModelNotFoundError:
        return None
    return model_names.shortest(f"{model}:cloud")
