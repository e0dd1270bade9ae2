"""How many tokens texts have for a model, and how much of its context they take."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ollama_cli.errors import OllamaCliError
from ollama_cli.features.chat.counting import Counter
from ollama_cli.features.chat.room import context_in_force
from ollama_cli.features.context import Context
from ollama_cli.types.token_counts import TextCount


class Named(NamedTuple):
    """A text, by the name of where it is from."""

    name: str
    text: str


def counter(context: Context, model: str) -> Counter:
    """Return what counts in the context that the loaded model has, so that this stays as it is.

    A model that is not loaded gets that of the settings, if they name a number.
    """
    num_ctx = context_in_force(context, model)
    usual = context.settings.for_model(model).num_ctx
    if num_ctx is None and isinstance(usual, int):
        num_ctx = usual
    return Counter(context, model, num_ctx=num_ctx)


def counted(
    context: Context, model: str, texts: Iterable[Named], *, as_message: bool = False
) -> Iterator[TextCount]:
    """Yield the counts of texts, each when the server has read it; raises what Counter raises.

    With `as_message` each is counted as a question alone: in the template, with the system prompt.
    """
    counts = counter(context, model)
    count = counts.message if as_message else counts.text
    window: int | None = None
    for place, (name, text) in enumerate(texts):
        found = count(text)
        if not place:  # the model is loaded now
            window = context_in_force(context, model) or _own_context(context, model)
        size = len(text.encode("utf-8", "replace"))
        yield TextCount(name, found.tokens, len(text), size, found.exact, window)


def _own_context(context: Context, model: str) -> int | None:
    try:
        return context.servers.ollama().capabilities(model).context_length
    except OllamaCliError:  # a question that is only nice to have
        return None
