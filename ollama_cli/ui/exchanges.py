"""Exchanges with a server as people see them: a line each, and what was sent, if asked for."""

from typing import Final

from ollama_cli.types.exchanges import Exchange
from ollama_cli.types.text import one_line, visible
from ollama_cli.types.times import read_time
from ollama_cli.types.units import format_duration
from ollama_cli.ui.streams import OutStream

_LONGEST_NAME: Final = 40
_REQUEST, _ANSWER = "> ", "< "


def show(out: OutStream, exchange: Exchange) -> None:
    """Write the line of an exchange, and its bodies below it if it holds them."""
    lines = [line(exchange)]
    for mark, body in ((_REQUEST, exchange.request_body), (_ANSWER, exchange.response_body)):
        if body:
            lines += [mark + visible(each) for each in body.removesuffix("\n").split("\n")]
    out.line("\n".join(lines))


def line(exchange: Exchange) -> str:
    """Tell an exchange in one line; what is not known is left out."""
    when = read_time(exchange.started_at)
    first = (
        f"{when.astimezone():%H:%M:%S}" if when else "-",
        exchange.client[:_LONGEST_NAME],
        exchange.method,
        exchange.path,
        str(exchange.status or "-"),
    )
    facts = (
        " ".join(first),
        exchange.model or "",
        _context(exchange),
        _tokens(exchange),
        f"{exchange.tokens_per_second:.1f} tokens/s" if exchange.tokens_per_second else "",
        _span("first byte", exchange.first_byte_seconds),
        _span("total", exchange.seconds),
        exchange.done_reason or "",
        "" if exchange.ended == "done" else f"cut by {exchange.ended}",
    )
    return one_line(" · ".join(filter(None, facts)))


def _context(exchange: Exchange) -> str:
    facts = (
        "" if exchange.num_ctx is None else f"num_ctx {exchange.num_ctx}",
        "" if exchange.context_length is None else f"context {exchange.context_length}",
    )
    return ", ".join(filter(None, facts))


def _tokens(exchange: Exchange) -> str:
    asked, answered = exchange.prompt_tokens, exchange.completion_tokens
    if asked is None and answered is None:
        return ""
    shown = " → ".join("?" if each is None else str(each) for each in (asked, answered))
    return f"{shown} tokens{', filled' if exchange.is_full else ''}"


def _span(name: str, seconds: float | None) -> str:
    return "" if seconds is None else f"{name} {format_duration(seconds)}"
