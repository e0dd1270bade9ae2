"""What `chat` and `generate` do alike: put the question together, show the answer."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Final, TypeAlias, TypeVar

from ollama_cli import services
from ollama_cli.config.parsers import read_keep_alive
from ollama_cli.errors import OllamaCliError, UsageError
from ollama_cli.features.chat import images
from ollama_cli.features.chat.model_options import read_options
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.context import Runtime
from ollama_cli.features.pull import auto
from ollama_cli.features.schema import read
from ollama_cli.features.servers import connect
from ollama_cli.types.answer_events import ChatEvent, Done
from ollama_cli.types.answers import Answer, Think
from ollama_cli.types.units import format_duration
from ollama_cli.ui import inputs, spinner
from ollama_cli.ui.answers import writers
from ollama_cli.ui.answers.text import Thinks
from ollama_cli.ui.answers.writers import AnswerWriter
from ollama_cli.ui.streams import one_line

T = TypeVar("T")
Ask: TypeAlias = Callable[[], "services.EventStream[ChatEvent]"]
_LEVELS: Final[dict[str, Think]] = {
    "true": True,
    "false": False,
    "low": "low",
    "medium": "medium",
    "high": "high",
    "max": "max",
}


def read_prompt(cli: Runtime, argument: str | None, options: AnswerOptions) -> str | None:
    """Put the prompt together; None where there is none at all, UsageError where it is blank."""
    files: Sequence[str] = options.file or []
    use_stdin, tell = not options.no_stdin, cli.tell_waiting
    text = inputs.gather(argument, files, cli.stdin, use_stdin=use_stdin, on_silence=tell)
    if text is not None and not text.strip() and not options.image:
        raise UsageError("the prompt is empty", hint="is a variable in it unset?")
    return text


def no_prompt() -> UsageError:
    """Make the error for a prompt that is missing where nobody can be asked for one."""
    return UsageError(
        "there is no prompt", hint="give one: as an argument, with -f FILE, or through a pipe"
    )


def question(text: str, pictures: Sequence[str]) -> dict[str, Any]:
    """Make the user's message, with its images (base64) if there are any."""
    return {"role": "user", "content": text} | ({"images": list(pictures)} if pictures else {})


def request_fields(cli: Runtime, options: AnswerOptions) -> dict[str, Any]:
    """Read the options that chat and generate send alike; UsageError for a bad one."""
    auto.consent(cli, options.auto_pull)
    shortcuts = {
        "temperature": options.temperature,
        "seed": options.seed,
        "num_ctx": options.num_ctx,
        "num_predict": options.max_tokens,
        "top_p": options.top_p,
        "stop": options.stop,
    }
    model_options, warnings = read_options(options.option or [], shortcuts)
    for warning in warnings:
        cli.warn(warning)
    return {
        "format": read.read_format(options.format, cli.stdin),
        "options": model_options,
        "think": _read_think(options.think),
        "keep_alive": _keep_alive(cli, options.keep_alive),
        "gather": cli.output == "json",
        "join": cli.output != "jsonl",
    }


def read_system(cli: Runtime, options: AnswerOptions) -> str | None:
    """Read the system text, from a file where it starts with `@`."""
    return None if options.system is None else inputs.text_or_file(options.system, cli.stdin)


def read_images(cli: Runtime, options: AnswerOptions) -> list[str]:
    """Read and encode the images; UsageError for what is none."""
    return [images.encode(path, cli.stdin) for path in options.image or []]


def show_answer(
    cli: Runtime, ask: Ask, options: AnswerOptions, command: str, model: str
) -> Answer | None:
    """Ask, and show the answer in the format wanted; returns it, or None in raw format."""
    if cli.output == "raw":
        chunks = auto.attempt_all(cli, model, lambda: awaited(cli, ask().raw(), model))
        for chunk in chunks:
            cli.out.write_bytes(chunk)
        return None
    answer = None
    with (
        bursts(cli, ask, model) as events,
        writer(cli, options, command, model) as shown,
        cli.explaining(),
    ):
        for burst in events:
            shown.show_burst(burst)
            if isinstance(burst[-1], Done):
                answer = burst[-1].answer
    if answer is not None:
        _tell(cli, answer, stats=options.stats)
    return answer


@contextmanager
def bursts(cli: Runtime, ask: Ask, model: str) -> Iterator[Iterator[list[ChatEvent]]]:
    """Give the bursts of an answer, its model got ready where it is missing; closed at the end."""
    with ExitStack() as opened:

        def begin() -> Iterable[list[ChatEvent]]:
            return awaited(cli, opened.enter_context(ask()).bursts(), model)

        yield auto.attempt_all(cli, model, begin)


def writer(cli: Runtime, options: AnswerOptions, command: str, model: str) -> AnswerWriter:
    """Choose what shows an answer; of JSON, Markdown is made only where it is asked for."""
    render = options.render or cli.settings.render
    return writers.choose(
        cli.output,
        command,
        model,
        out=cli.out,
        err=cli.err,
        stream=options.stream,
        markdown=render == "markdown" or (render == "auto" and options.format is None),
        thinking=_thinking(cli, options),
    )


def _thinking(cli: Runtime, options: AnswerOptions) -> Thinks:
    if cli.flags.quiet:
        return "hide"
    return "keep" if options.show_thinking else "fold"


def awaited(cli: Runtime, items: Iterable[T], model: str) -> Iterable[T]:
    """Pass the items on; on a terminal a spinner is shown until the first one comes."""
    if cli.err.motion and not cli.flags.quiet and not cli.flags.verbose:
        items = spinner.awaited(items, cli.err, f"loading {model}")
    return connect.telling(cli, items)


def _tell(cli: Runtime, answer: Answer, *, stats: bool) -> None:
    if answer.done_reason == "length":
        cli.warn("the answer was cut at the limit of tokens (--max-tokens, or the context window)")
    if stats:
        for name, value in statistics(answer):
            cli.err.line(f"{name + ':':<16}{one_line(value)}")


def statistics(answer: Answer) -> list[tuple[str, str]]:
    """List what is known of an answer's tokens and times, in words."""
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


def _read_think(text: str | None) -> Think | None:
    if text is None:
        return None
    if text.lower() not in _LEVELS:
        raise UsageError(
            f"--think={text}: no such level", hint=f"use one of {', '.join(_LEVELS)}, or none"
        )
    return _LEVELS[text.lower()]


def _keep_alive(cli: Runtime, text: str | None) -> str | float | None:
    if text is None:
        return cli.settings.keep_alive
    try:
        return read_keep_alive(text)
    except OllamaCliError as error:
        raise UsageError(f"--keep-alive {text!r} {error.message}") from error
