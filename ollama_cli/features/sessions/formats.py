"""A session in the formats of files: Markdown to read, JSON, and JSON lines to import again.

Each takes the whole tree of messages, the oldest first, and gives the same text for the same tree.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from ollama_cli.features.sessions.target import Format
from ollama_cli.types.numbers import with_finite_numbers
from ollama_cli.types.sessions import Attachment, Message, Session
from ollama_cli.types.text import well_formed
from ollama_cli.types.units import format_bytes
from ollama_cli.ui.markdown.blocks import Blocks

EXPORT: Final = "sessions-export"
# What Markdown would take for marks in a name or a title.
_MARKS: Final = re.compile(r"([\\`*_\[\]<>#|~&])")
_NAMES: Final = {"user": "you", "assistant": "model"}
_ENDINGS: Final = {
    "interrupted": "stopped here",
    "partial": "the rest was lost",
    "failed": "no answer",
}


def text_in(
    kind: Format, session: Session, messages: Sequence[Message], blob: Callable[[str], bytes]
) -> str:
    """Return a session in one of the formats; `blob` is as in `as_jsonl`."""
    match kind:
        case "json":
            return as_json(session, messages)
        case "jsonl":
            return "".join(as_jsonl(session, messages, blob))
        case "md":
            return as_markdown(session, messages)


def document(
    session: Session, messages: Sequence[Message], *, all_branches: bool = True
) -> dict[str, Any]:
    """Return a session and its messages as one record: `{session, messages}`.

    Without `all_branches`, only the messages on the way to the head are listed; counts are always
    those of the whole tree.
    """
    active = active_ids(session, messages)
    listed = messages if all_branches else [each for each in messages if each.id in active]
    return {
        "session": session_record(session, messages),
        "messages": [message_record(each, is_active=each.id in active) for each in listed],
    }


def as_json(session: Session, messages: Sequence[Message]) -> str:
    """Return a session as one JSON document, without the bytes of attachments."""
    whole = {"schema": f"ollama-cli/{EXPORT}/1", **document(session, messages)}
    return _json(whole, indent=2) + "\n"


def as_jsonl(
    session: Session, messages: Sequence[Message], blob: Callable[[str], bytes]
) -> Iterator[str]:
    """Yield a session as lines of JSON: itself, with the schema, then each of its messages.

    `blob` returns the bytes of an attachment by its SHA-256; they are `data`, in base64.
    """
    head = {"schema": f"ollama-cli/{EXPORT}/1", **session_record(session, messages)}
    yield _json(head) + "\n"
    active = active_ids(session, messages)
    for each in messages:
        line = message_record(each, is_active=each.id in active)
        for record in line["attachments"]:
            record["data"] = base64.b64encode(blob(record["sha256"])).decode("ascii")
        yield _json(line) + "\n"


def as_markdown(session: Session, messages: Sequence[Message], *, thinking: bool = False) -> str:
    """Return the branch that leads to the head as Markdown, a heading for each message.

    What a message holds is left as it is; code that an unfinished answer left open is closed.
    """
    active = active_ids(session, messages)
    facts = [f"session {session.id}", session.model or "", _minute(session.created_at)]
    parts = [
        f"# {_plain(session.title) or session.id}",
        " · ".join(map(_plain, filter(None, facts))),
    ]
    if session.system:
        parts += ["## system", _closed(session.system)]
    for each in messages:
        if each.id in active:
            parts += _message_parts(each, thinking=thinking)
    return well_formed("\n\n".join(parts) + "\n")


def _message_parts(message: Message, *, thinking: bool) -> Iterator[str]:
    is_summary = message.state == "summary"
    name = "summary" if is_summary else _NAMES.get(message.role, message.role)
    if message.role == "assistant" and message.model and not is_summary:
        name = message.model
    yield f"## {_plain(name)}"
    if thinking and message.thinking.strip():
        yield "\n".join(f"> {line}".rstrip() for line in message.thinking.strip("\n").split("\n"))
    for each in message.attachments:
        size = format_bytes(each.size)
        yield f"- attached: {_plain(each.name)} ({_plain(each.media_type)}, {size})"
    if message.content.strip():
        yield _closed(message.content)
    for call in message.tool_calls:
        yield f"- calls {_code(_json(call))}"
    if ending := _ENDINGS.get(message.state):
        yield f"*({ending})*"


def _closed(text: str) -> str:
    """Return a text without empty lines around it, and with the end of code that it left open."""
    blocks = Blocks()
    blocks.feed(text.replace("\r\n", "\n") + "\n")
    shown = text.rstrip().lstrip("\r\n")
    return f"{shown}\n{blocks.fence}" if blocks.fence else shown


def _plain(text: str) -> str:
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    """Set a line as code: between more backticks than stand in a row in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    marks = "`" * (longest + 1)
    return f"{marks}{text}{marks}" if longest == 0 else f"{marks} {text} {marks}"


def _minute(time: str) -> str:
    """Write `2026-11-29T12:00:00.000Z` to the minute; another text is returned as it is."""
    found = re.match(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)", time)
    return f"{found[1]} {found[2]} UTC" if found else time


def active_ids(session: Session, messages: Sequence[Message]) -> frozenset[int]:
    """Return the ids of the messages on the way from the first one to the head."""
    parents = {each.id: each.parent for each in messages if each.id is not None}
    found: set[int] = set()
    place = session.head
    while place in parents and place not in found:  # a damaged tree may hold a circle
        found.add(place)
        place = parents[place]
    return frozenset(found)


def session_record(session: Session, messages: Sequence[Message]) -> dict[str, Any]:
    """Return a session as a record: what `sessions list` tells of it, then how it is asked.

    `bytes` are those of texts, thinking included, and attachments; tokens are None if no message
    knows them.
    """
    parents = {each.parent for each in messages}
    usages = [each.usage for each in messages]
    return {
        "id": session.id,
        "title": session.title,
        "model": session.model,
        "created_at": session.created_at,
        "updated_at": session.updated_at,
        "messages": len(messages),
        "branches": sum(each.id not in parents for each in messages),
        "prompt_tokens": _total([usage.prompt_tokens for usage in usages]),
        "completion_tokens": _total([usage.completion_tokens for usage in usages]),
        "bytes": sum(map(_size, messages)),
        "forked_from": session.forked_from,
        "system": session.system,
        "options": dict(session.options),
        "head": session.head,
    }


def message_record(message: Message, *, is_active: bool) -> dict[str, Any]:
    """Return a message as a record; `active` tells whether it is on the way to the head."""
    return {
        "id": message.id,
        "parent": message.parent,
        "role": message.role,
        "content": message.content,
        "thinking": message.thinking,
        "state": message.state,
        "model": message.model,
        "options": dict(message.options),
        "tool_calls": [dict(each) for each in message.tool_calls],
        "attachments": [_attachment_record(each) for each in message.attachments],
        "usage": asdict(message.usage),
        "timings": asdict(message.timings),
        "created_at": message.created_at,
        "active": is_active,
    }


def _attachment_record(attachment: Attachment) -> dict[str, Any]:
    return {
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
    }


def _size(message: Message) -> int:
    texts = (message.content, message.thinking)
    attached = sum(each.size for each in message.attachments)
    return attached + sum(len(well_formed(text).encode()) for text in texts)


def _total(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _json(value: object, *, indent: int | None = None) -> str:
    try:
        text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    except ValueError:  # a number of an option or a tool call that JSON has no word for
        text = json.dumps(with_finite_numbers(value), indent=indent, ensure_ascii=False)
    return well_formed(text)
