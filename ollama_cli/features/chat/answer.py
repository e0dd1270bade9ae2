"""Ask a model and show its answer, for every command that does so."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ollama_cli.errors import OllamaCliError
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.context import Context
from ollama_cli.features.explain import explaining
from ollama_cli.features.pull.auto import stream_with_pull
from ollama_cli.types import model_names
from ollama_cli.types.answer_events import ChatEvent, Done
from ollama_cli.types.answers import Answer
from ollama_cli.types.text import one_line
from ollama_cli.types.units import format_duration
from ollama_cli.ui import spinner
from ollama_cli.ui.answers import writers
from ollama_cli.ui.answers.text import ThinkingMode
from ollama_cli.ui.answers.writers import AnswerWriter

if TYPE_CHECKING:
    from ollama_cli.services.stream import EventStream

T = TypeVar("T")
Ask: TypeAlias = "Callable[[], EventStream[ChatEvent]]"


def show_answer(
    context: Context, ask: Ask, options: AnswerOptions, command: str, model: str
) -> Answer | None:
    """Ask, and show the answer in the wanted format; returns it, or None in raw format."""
    if context.output == "raw":
        chunks = stream_with_pull(context, model, lambda: with_spinner(context, ask().raw(), model))
        for chunk in chunks:
            context.out.write_bytes(chunk)
        return None
    answer = None
    with (
        bursts(context, ask, model) as events,
        writer(context, options, command, model) as shown,
        explaining(context),
    ):
        for burst in events:
            shown.show_burst(burst)
            if isinstance(burst[-1], Done):
                answer = burst[-1].answer
    if answer is not None:
        _show_end(context, answer, stats=options.stats)
    return answer


@contextmanager
def bursts(context: Context, ask: Ask, model: str) -> Iterator[Iterator[list[ChatEvent]]]:
    """Open the bursts of an answer, after a pull if the model is missing; closed at the end."""
    with ExitStack() as opened:

        def begin() -> Iterable[list[ChatEvent]]:
            return with_spinner(context, opened.enter_context(ask()).bursts(), model)

        yield stream_with_pull(context, model, begin)


def writer(context: Context, options: AnswerOptions, command: str, model: str) -> AnswerWriter:
    """Choose the writer of an answer; a JSON answer is shown as Markdown only on request."""
    render = options.render or context.settings.render
    return writers.choose(
        context.output,
        command,
        model,
        out=context.out if options.wrap else context.out.still(),
        err=context.err,
        stream=options.stream,
        markdown=render == "markdown" or (render == "auto" and options.format is None),
        thinking=_thinking(context, options),
    )


def _thinking(context: Context, options: AnswerOptions) -> ThinkingMode:
    if context.flags.quiet or options.hide_thinking:
        return "hide"
    return "keep" if options.show_thinking else "fold"


def with_spinner(context: Context, items: Iterable[T], model: str) -> Iterable[T]:
    """Yield the items; a terminal shows a spinner until the first one."""
    if context.shows_spinner:
        items = spinner.with_spinner(items, context.err, f"loading {model}")
    return context.servers.warn_of_left_out(items)


def _show_end(context: Context, answer: Answer, *, stats: bool) -> None:
    if answer.done_reason == "length":
        context.prompter.warn(
            "the answer was cut at the limit of tokens (--max-tokens, or the context window)"
        )
    if stats:
        for name, value in statistics(answer):
            context.err.line(f"{name + ':':<16}{one_line(value)}")


def statistics(answer: Answer) -> list[tuple[str, str]]:
    """List the known counts and times of an answer: (name, text)."""
    usage, times = answer.usage, answer.timings
    rows = [
        ("prompt tokens", usage.prompt_tokens),
        ("answer tokens", usage.completion_tokens),
        ("tokens/s", _rate(usage.completion_tokens, times.completion)),
        ("load time", _seconds(times.load)),
        ("prompt time", _seconds(times.prompt)),
        ("answer time", _seconds(times.completion)),
        ("total time", _seconds(times.total)),
        ("end", answer.done_reason),
    ]
    return [(name, str(value)) for name, value in rows if value is not None]


def _rate(tokens: int | None, seconds: float | None) -> str | None:
    return f"{tokens / seconds:.1f}" if tokens and seconds else None


def _seconds(value: float | None) -> str | None:
    return None if value is None else format_duration(value)


def warn_of_small_context(context: Context, model: str, options: Mapping[str, Any]) -> None:
    """Warn if the server gave a model a smaller context than `num_ctx` of the options."""
    wanted = options.get("num_ctx")
    if (
        wanted is None
        or context.flags.quiet
        or context.servers.provider().provider_type != "ollama"
    ):
        return
    try:
        running = context.servers.ollama().running_models()
    except OllamaCliError:  # the answer is complete: no reason to fail
        return
    given = [each.context_length for each in running if model_names.same_model(each.name, model)]
    if given and given[0] is not None and given[0] < wanted:
        context.prompter.warn(
            f"the server gave a context of {given[0]} tokens, not the {wanted} of num_ctx"
        )
