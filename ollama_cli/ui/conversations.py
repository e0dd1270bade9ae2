"""Messages of conversations as people read them; on a terminal no text controls it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from ollama_cli.types.sessions import Message
from ollama_cli.types.text import one_line, visible
from ollama_cli.types.units import format_ago, format_bytes
from ollama_cli.ui.cells import break_lines
from ollama_cli.ui.streams import OutStream
from ollama_cli.ui.wrap import wrapped

_NAMES: Final = {"user": "you", "assistant": "model"}
_INDENT: Final = "  "
# In a text that is shown there are none of them, and each takes a cell, as the bracket does.
_BEGIN, _END = "\x01", "\x02"
_STATES: Final = {
    "interrupted": "stopped",
    "partial": "the rest was lost",
    "failed": "no answer",
    "summary": "summary",
}


def show_text(out: OutStream, heading: str, text: str) -> None:
    """Write a heading, a text below it, and an empty line."""
    line = one_line(heading)
    out.line(f"\x1b[1m{line}\x1b[0m" if out.colour else line)
    body = text.replace("\r\n", "\n").rstrip("\n")
    if body:
        out.line(wrapped(visible(body), out) if out.is_terminal else body)
    out.line()


def show_message(
    out: OutStream,
    message: Message,
    now: datetime,
    *,
    thinking: bool = False,
    aside: Sequence[str] = (),
) -> None:
    """Write a message: its number, who wrote it, when, how it ended, what is said `aside`."""
    written_by = message.model if message.role == "assistant" else None
    facts = [
        f"[{message.id}] {written_by or _NAMES.get(message.role, message.role)}",
        format_ago(message.created_at, now),
        *([_STATES[message.state]] if message.state in _STATES else []),
        *aside,
    ]
    parts = [f"attached: {one_line(a.name)} ({format_bytes(a.size)})" for a in message.attachments]
    if thinking and message.thinking.strip():
        parts += [f"> {line}" for line in message.thinking.strip().splitlines()]
    parts += [message.content] if message.content else []
    parts += [f"calls {one_line(str(call.get('name')))}" for call in message.tool_calls]
    show_text(out, " · ".join(facts), "\n".join(parts))


def show_found(out: OutStream, text: str, ranges: Sequence[tuple[int, int]]) -> None:
    """Write a text, indented, with brackets around the ranges: seen without colour, too.

    On a terminal it is broken between its words.
    """
    parts, place = [], 0
    for start, stop in ranges:
        parts += [visible(text[place:start]), _BEGIN, visible(text[start:stop]), _END]
        place = stop
    marked = "".join([*parts, visible(text[place:])])
    begin, end = ("\x1b[1m[", "]\x1b[22m") if out.colour else ("[", "]")
    lines = break_lines(marked, out.width - len(_INDENT)) if out.is_terminal else [marked]
    for line in lines:
        out.line(_INDENT + line.replace(_BEGIN, begin).replace(_END, end))
