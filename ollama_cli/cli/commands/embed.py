"""`ollama-cli embed`."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import partial
from typing import Annotated

import typer

from ollama_cli.cli.options import PROGRAM, AutoPull, Curl, Model, NoStdin
from ollama_cli.errors import UsageError
from ollama_cli.features.context import Context
from ollama_cli.features.models import capabilities, choose
from ollama_cli.features.pull import auto
from ollama_cli.services.embeddings import Replayed, in_batches, joined
from ollama_cli.types.answers import Embeddings
from ollama_cli.types.models import EMBEDDING
from ollama_cli.types.requests import EmbedRequest
from ollama_cli.ui import embeddings, export, inputs


def command(
    ctx: typer.Context,
    text: Annotated[
        list[str] | None, typer.Argument(help="Texts, one vector each.", metavar="TEXT...")
    ] = None,
    model: Model = None,
    file: Annotated[
        str | None, typer.Option("--file", "-f", metavar="PATH|-", help="Read texts from a file.")
    ] = None,
    lines: Annotated[
        bool, typer.Option("--lines", help="Each line of the file is a text of its own.")
    ] = False,
    dimensions: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Cut the vectors to this length.")
    ] = None,
    truncate: Annotated[
        bool | None,
        typer.Option("--truncate/--no-truncate", help="Cut a text that is too long, or fail."),
    ] = None,
    curl: Curl = False,
    auto_pull: AutoPull = None,
    no_stdin: NoStdin = False,
) -> None:
    """Turn texts into vectors, in order.

    Examples:
      ollama-cli embed "a river" "a stream"
      ollama-cli embed -f notes.txt --lines -o jsonl
      cat notes.txt | ollama-cli embed -o json
    """
    context: Context = ctx.obj
    auto.set_auto_pull(context, auto_pull)
    if text and file:
        from ollama_cli.features.chat.globs import refuse_glob  # noqa: PLC0415  files alone: 1 ms

        refuse_glob(text[0], [file], is_repeatable=False)
    texts = Replayed(_texts(context, text or [], file, lines=lines, use_stdin=not no_stdin))
    if next(iter(texts), None) is None:
        raise UsageError(
            "there is no text", hint="give some: as arguments, with -f FILE, or through a pipe"
        )
    if curl:
        _write_curl(context, texts, model, dimensions, truncate)
        return
    name = choose.embed_model(context, model)
    needs = [EMBEDDING]
    auto.call_with_pull(context, name, partial(capabilities.check, context, name, needs))
    request = _request(context, name, dimensions, truncate)
    if context.output == "raw":
        _write_raw(context, texts, request)
        return
    ask = partial(context.servers.provider().embedded, texts, request)
    parts = context.servers.warn_of_left_out(auto.stream_with_pull(context, name, ask))
    _show(context, _check_dimensions(context, parts, dimensions), name)


def _request(
    context: Context, model: str, dimensions: int | None, truncate: bool | None
) -> EmbedRequest:
    return EmbedRequest(
        model=model,
        dimensions=dimensions,
        truncate=truncate,
        keep_alive=context.settings.keep_alive,
    )


def _write_curl(
    context: Context,
    texts: Iterable[str],
    model: str | None,
    dimensions: int | None,
    truncate: bool | None,
) -> None:
    from ollama_cli.features.chat import shown  # noqa: PLC0415  hardly ever: 4 ms

    shown.begin_curl(context)
    name = choose.named_model(context, model, "embed_model")
    request = _request(context, name, dimensions, truncate)
    shown.show_curl(context, request, *in_batches(texts))


def _write_raw(context: Context, texts: Iterable[str], request: EmbedRequest) -> None:
    for number, batch in enumerate(in_batches(texts)):
        if number:
            context.out.line()
        ask = partial(context.servers.provider().embedded_bytes, batch, request)
        chunks = auto.stream_with_pull(context, request.model, ask)
        export.show_chunks(context.out, context.servers.warn_of_left_out(chunks))


def _check_dimensions(
    context: Context, parts: Iterator[Embeddings], dimensions: int | None
) -> Iterator[Embeddings]:
    """Yield the parts; warn if the server ignores the length that was asked for."""
    for part in parts:
        if dimensions is not None and part.dimensions != dimensions:
            context.prompter.warn(
                f"the server sent vectors of {part.dimensions} dimensions, not of {dimensions}"
            )
        yield part


def _show(context: Context, parts: Iterator[Embeddings], model: str) -> None:
    match context.output:
        case "json":
            whole = joined(parts, model)
            payload = {
                "model": whole.model,
                "dimensions": whole.dimensions,
                "embeddings": whole.vectors,
                "usage": asdict(whole.usage),
                "timings": asdict(whole.timings),
            }
            export.show_document(context.out, "embed", payload)
        case "jsonl":
            embeddings.show_lines(context.out, parts)
        case "csv":
            embeddings.show_csv(context.out, parts)
        case _:
            embeddings.show_text(context.out, parts)


def _texts(
    context: Context, arguments: list[str], file: str | None, *, lines: bool, use_stdin: bool
) -> Iterator[str]:
    """Yield the texts as they are read; the lines of a file are never held all at once."""
    yield from arguments
    if file is not None:
        if lines:
            yield from _checked(inputs.read_lines(file, context.stdin), file, lines=True)
        else:
            yield from _checked([inputs.read_text(file, context.stdin)], file)
    if not use_stdin or not context.stdin.implicit or file == inputs.STDIN:
        return
    place, note = "standard input", context.prompter.note_waiting
    if lines:
        yield from _checked(
            inputs.decode_lines(context.stdin.lines(note), place), place, lines=True
        )
    elif piped := inputs.decode_text(context.stdin.read(note), inputs.PIPED):
        yield from _checked([piped], place)


def _checked(texts: Iterable[str], place: str, *, lines: bool = False) -> Iterator[str]:
    for number, each in enumerate(texts, 1):
        if not each.strip():
            where = f"line {number} of {place}" if lines else place
            raise UsageError(
                f"{where} is empty: an empty text has no embedding",
                hint=f"take empty lines out: `grep . {place} | {PROGRAM} embed --lines`",
            )
        yield each
