"""Ask a model and show its answer, for every command that does so."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

from ollama_cli.errors import UsageError
from ollama_cli.features.chat import extract, structure
from ollama_cli.features.chat.ending import Heard, judged, refuse_cut, warn_of_end
from ollama_cli.features.chat.extract import Extract
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.chat.room import Question, context_in_force
from ollama_cli.features.context import Context
from ollama_cli.features.explain import explaining
from ollama_cli.features.pull.auto import stream_with_pull
from ollama_cli.types.answer_events import ChatEvent, Done, RunEvent
from ollama_cli.types.answers import Answer
from ollama_cli.types.text import one_line
from ollama_cli.types.units import format_duration
from ollama_cli.ui import spinner
from ollama_cli.ui.answers import writers
from ollama_cli.ui.answers.text import Manner, ThinkingMode
from ollama_cli.ui.answers.writers import AnswerWriter

if TYPE_CHECKING:
    from ollama_cli.features.chat.tries import Tries
    from ollama_cli.features.tools.toolbox import Toolbox

T = TypeVar("T")


class Filter(Protocol):
    """What shows a part of an answer only, and judges it at its end."""

    def only(
        self, bursts: Iterable[Sequence[RunEvent]], heard: Heard
    ) -> Iterator[Sequence[RunEvent]]:
        """Yield what is to be shown of the events of an answer; of a network read perhaps none."""
        ...

    def refuses(self, heard: Heard) -> bool:
        """Return whether an answer, at its end, is not what was asked for."""
        ...

    def refuse(self, heard: Heard) -> None:
        """Raise InvalidOutputError for an answer that is not what was asked for."""
        ...


def show_answer(
    context: Context,
    question: Question,
    options: AnswerOptions,
    command: str,
    *,
    heard: Heard | None = None,
    session: str | None = None,
    tools: "Toolbox | None" = None,
) -> Answer | None:
    """Ask, and show the answer in the wanted format; returns it, or None in raw format.

    Where the options only show what would be sent, that is shown instead, and returned is None.

    What comes of it is told to `heard`; `session` is the id of the session that it is saved in. The
    calls of `tools` are run.

    InvalidOutputError is raised for one that has not the structure that was asked for; with
    `strict` also for one that is cut, TooLongError for a cut prompt, and UsageError in raw format.
    """
    if options.only_shows:
        from ollama_cli.features.chat.shown import show_request  # noqa: PLC0415  hardly ever: 4 ms

        show_request(context, question, options, command)
        return None
    model = question.request.model
    if context.settings.cache:
        from ollama_cli.features.chat import cached  # noqa: PLC0415  the cache alone: 9 ms

        question.cache = cached.begin(context)
    if context.output == "raw":
        _show_raw(context, question, options)
        return None
    heard = heard or Heard(context, question, runs_tools=tools is not None)
    tries = _tries(context, question)
    filters = _filters(context, question, options, tries)
    with (
        bursts(context, question, tools, tries) as events,
        writer(context, options, command, model, session=session, tools=tools) as shown,
        explaining(context),
    ):
        for burst in _through(filters, map(heard.hear, events), heard, context):
            shown.show_burst(burst)
    is_refused = any(each.refuses(heard) for each in filters)
    warn_of_end(context, heard, is_refused=is_refused)
    if heard.answer is not None and options.stats:
        for name, value in statistics(heard.answer):
            context.err.line(f"{name + ':':<16}{one_line(value)}")
    with question.kept():
        for each in filters:
            each.refuse(heard)
        if heard.answer is not None and options.strict:
            refuse_cut(heard.answer)
    return heard.answer


def _tries(context: Context, question: Question) -> "Tries | None":
    if question.structure is None or question.structure.item is not None:
        return None
    from ollama_cli.features.chat.tries import Tries  # noqa: PLC0415  schemas alone: 3 ms

    return Tries(context, question, question.structure)


def _filters(
    context: Context, question: Question, options: AnswerOptions, tries: "Tries | None"
) -> list[Filter]:
    if tries is not None:
        return [tries]
    if question.structure is not None and question.structure.item is not None:
        from ollama_cli.features.chat.items import ItemList  # noqa: PLC0415  schemas alone: 4 ms

        return [ItemList(context, question.structure.item)]
    return [Extract(context, options)] if extract.is_asked(options) else []


def _show_raw(context: Context, question: Question, options: AnswerOptions) -> None:
    """Pass an answer on as it comes."""
    model = question.request.model
    if options.strict:
        raise UsageError(
            "--strict judges an answer, which -o raw passes on as it is",
            hint="leave one of them out",
        )

    def begin() -> Iterator[bytes]:
        return question.with_room(lambda: with_spinner(context, question.open().raw(), model))

    for chunk in stream_with_pull(context, model, begin):
        context.out.write_bytes(chunk)
    _keep_unread(context, question)


def _keep_unread(context: Context, question: Question) -> None:
    """Keep an answer that was passed on as it came; how it ended is read now."""
    if question.cache is None:
        return
    for event in question.cache.again(question.request):
        if isinstance(event, Done):
            judged(context, question, event.answer)
    question.keep()


@contextmanager
def bursts(
    context: Context,
    question: Question,
    tools: "Toolbox | None" = None,
    tries: "Tries | None" = None,
) -> Iterator[Iterator[Sequence[RunEvent]]]:
    """Open the bursts of an answer, after a pull if the model is missing; closed at the end.

    With `tools` it goes on with the results of their calls until there are none; with `tries` it
    is asked for again until these are content.
    """
    if tools is not None:
        several = _rounds(context, question, tools)
    elif tries is not None:
        several = _attempts(context, question, tries)
    else:
        with _one_round(context, question) as one:
            yield one
        return
    with closing(several):
        yield several


def _attempts(
    context: Context, question: Question, tries: "Tries"
) -> Generator[Sequence[RunEvent], None, None]:
    while True:
        with _one_round(context, question) as events:
            yield from events
        begun = tries.again()
        if begun is None:
            return
        question.reject()
        yield [begun]


def _rounds(
    context: Context, question: Question, tools: "Toolbox"
) -> Generator[Sequence[RunEvent], None, None]:
    from ollama_cli.features.tools.loop import Loop  # noqa: PLC0415  tools alone: 1 ms

    loop = Loop(tools)
    while True:
        answer: Answer | None = None
        with _one_round(context, question) as events:
            for burst in events:
                yield loop.named(burst)
                if burst and isinstance(end := burst[-1], Done):
                    answer = end.answer
        if answer is None or not answer.tool_calls:
            return
        for result in loop.run(answer):
            yield [result]
        question.go_on(loop.messages)


@contextmanager
def _one_round(context: Context, question: Question) -> Iterator[Iterator[list[ChatEvent]]]:
    model = question.request.model
    with ExitStack() as opened:

        def ask() -> Iterable[list[ChatEvent]]:
            return with_spinner(context, opened.enter_context(question.open()).bursts(), model)

        yield stream_with_pull(context, model, lambda: question.with_room(ask))


def writer(
    context: Context,
    options: AnswerOptions,
    command: str,
    model: str,
    *,
    numbers: Iterator[int] | None = None,
    session: str | None = None,
    tools: "Toolbox | None" = None,
) -> AnswerWriter:
    """Choose the writer of an answer; JSON is shown as Markdown only on request.

    `numbers` are those for the blocks of code in a conversation, where a turn also has a speaker.
    """
    render = options.render or context.settings.render
    is_alone = bool(structure.flag_of(options)) or extract.is_asked(options)
    manner = Manner(
        stream=options.stream,
        markdown=render == "markdown" or (render == "auto" and options.format is None),
        thinking=_thinking(context, options),
        numbers=numbers,
        accessible=context.settings.accessible,
        speaker="model" if numbers is not None else "",
        tools=None if tools is None else "hide" if context.flags.quiet else "show",
    )
    about = {"session": session} if command == "chat" else {}
    # A value or code alone that is copied from a terminal is still the same: it breaks the lines.
    out = context.out if options.wrap and not is_alone else context.out.still()
    return writers.choose(
        context.output, command, model, out=out, err=context.err, manner=manner, about=about
    )


def _thinking(context: Context, options: AnswerOptions) -> ThinkingMode:
    if context.flags.quiet or options.hide_thinking:
        return "hide"
    return "keep" if options.show_thinking else "fold"


def with_spinner(context: Context, items: Iterable[T], model: str) -> Iterable[T]:
    """Yield the items; a terminal shows a spinner until the first one, or lines now and then."""
    if context.shows_spinner:
        items = spinner.with_spinner(items, context.err, f"loading {model}")
    elif context.tells_waiting and context.settings.accessible:
        items = spinner.with_lines(items, context.err, f"waiting for {model}")
    return context.servers.warn_of_left_out(items)


def _through(
    filters: Sequence[Filter],
    bursts: Iterable[Sequence[RunEvent]],
    heard: Heard,
    context: Context,
) -> Iterable[Sequence[RunEvent]]:
    """Yield what filters leave of an answer; a terminal shows a spinner while that is nothing."""
    for each in filters:
        bursts = each.only(bursts, heard)
    if filters and context.shows_spinner:
        model = heard.question.request.model
        bursts = spinner.while_empty(bursts, context.err, f"{model} answers")
    return bursts


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
        ("cached", "yes" if answer.cached else None),
    ]
    return [(name, str(value)) for name, value in rows if value is not None]


def _rate(tokens: int | None, seconds: float | None) -> str | None:
    return f"{tokens / seconds:.1f}" if tokens and seconds else None


def _seconds(value: float | None) -> str | None:
    return None if value is None else format_duration(value)


def warn_of_small_context(context: Context, question: Question, answer: Answer | None) -> None:
    """Warn if the server gave a model a smaller context than the `num_ctx` that was asked for."""
    wanted = question.named_ctx
    if wanted is None or context.flags.quiet or answer is None or not question.is_native:
        return
    if answer.cached:  # what is loaded now has not answered
        return
    given = answer.context_length
    if given is None:
        given = context_in_force(context, question.request.model)
    if given is not None and given < wanted:
        context.prompter.warn(
            f"the server gave a context of {given} tokens, not the {wanted} of num_ctx"
        )
