"""`ollama-cli demo`."""

import math
from itertools import combinations
from typing import Final

import typer

from ollama_cli.cli.commands import chat, health
from ollama_cli.cli.commands.models import list as models_list, pull
from ollama_cli.cli.options import PROGRAM
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.context import Context

_MODEL: Final = "llama3:8b"
_EMBEDDER: Final = "demo-embed"
_PROMPT: Final = "the tides?"
_SENTENCES: Final = (
    "the river runs down to the sea",
    "a river flows into the sea",
    "she repaired an old clock",
)


def command(ctx: typer.Context) -> None:
    """See it work in ten seconds, on the built-in demo server.

    The demo's models are word statistics, no substitute for real ones; its downloads are its own.

    Examples:
      ollama-cli demo
    """
    context: Context = ctx.obj
    context.flags = context.flags._replace(demo=True)
    context.out.line("a tour on the demo server: word statistics, no real model")
    _step(context, "health")
    health.command(ctx)
    _step(context, f"models pull {_MODEL}")
    pull.command(ctx, [_MODEL])
    _step(context, "models list")
    models_list.command(ctx)
    _step(context, f'chat -m {_MODEL} "{_PROMPT}" --stream --stats')
    options = AnswerOptions(seed=11, no_stdin=True, stats=True)
    chat.command(ctx, _PROMPT, _MODEL, options=options)
    _step(context, f'embed -m {_EMBEDDER} "the river runs …" …')
    context.out.line("how near the meanings of its vectors are, from -1 to 1:")
    _show_similarities(context)
    context.out.line()
    context.out.line("that was the tour; with Ollama it all works on real models")
    context.out.line(f"next: {PROGRAM} chat -m llama3.2")


def _step(context: Context, words: str) -> None:
    line = f"$ {PROGRAM} {words}"
    context.out.line()
    context.out.line(f"\x1b[1m{line}\x1b[0m" if context.out.colour else line)


def _show_similarities(context: Context) -> None:
    vectors = context.servers.ollama().embed(_SENTENCES, _EMBEDDER).vectors
    rows = [
        (f"{_cosine(vectors[a], vectors[b]):5.2f}", _SENTENCES[a], _SENTENCES[b])
        for a, b in combinations(range(len(_SENTENCES)), 2)
    ]
    for similarity, one, other in rows:
        context.out.line(f"{similarity}  {one}")
        context.out.line(f"       {other}")


def _cosine(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    lengths = math.sqrt(math.fsum(x * x for x in one)) * math.sqrt(math.fsum(y * y for y in other))
    return math.fsum(x * y for x, y in zip(one, other, strict=True)) / lengths
