"""Our own exports: a line for a session, then one for each of its messages."""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple, get_args

from ollama_cli.features.sessions.formats import EXPORT
from ollama_cli.features.sessions.imports.found import ROLES, Found, Record, attachment
from ollama_cli.types.answers import Timings, Usage
from ollama_cli.types.numbers import finite
from ollama_cli.types.sessions import Attachment, Message, Session, State
from ollama_cli.types.text import well_formed

SOURCE: Final = "ollama-cli"
_SCHEMA: Final = rf"ollama-cli/{EXPORT}/(\d+)"
_VERSION: Final = "1"
_MOST_MESSAGES: Final = 1_000_000


class _Begun(NamedTuple):
    record: Record
    messages: dict[int, Message]
    blobs: dict[str, bytes]


def read(lines: Iterable[str], name: str) -> Iterator[Found]:
    """Read the sessions of a file, line by line; UsageError, naming the line, for what is wrong."""
    begun: _Begun | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        record = Record(_parsed(line, f"{name}, line {number}"), f"{name}, line {number}")
        if record.get("schema") is not None:
            if begun:
                yield _found(begun)
            _check_schema(record)
            begun = _Begun(record, {}, {})
        elif begun is None:
            record.refuse("no session begins here")
        else:
            _add(begun, record)
    if begun is None:
        Record({}, name).refuse("there is no session in it")
    yield _found(begun)


def _parsed(line: str, place: str) -> dict[str, Any]:
    try:
        value = json.loads(line, parse_float=finite, parse_constant=finite)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        Record({}, place).refuse(f"no JSON: {reason}")
    if not isinstance(value, dict):
        Record({}, place).refuse("no object of JSON")
    return value


def _check_schema(record: Record) -> None:
    found = re.fullmatch(_SCHEMA, record.text("schema"))
    if found is None:
        record.refuse("it is no export of sessions")
    if found[1] != _VERSION:
        record.refuse("it was written by a newer version")


def _add(begun: _Begun, record: Record) -> None:
    messages = begun.messages
    number, parent = record.count("id"), record.count("parent")
    if not number:
        record.refuse("a message has an id from 1 on")
    if number in messages:
        record.refuse(f"the id {number} stands above already")
    if parent is not None and parent not in messages:
        record.refuse(f"the parent {parent} does not stand above")
    if len(messages) >= _MOST_MESSAGES:
        record.refuse(f"the session has more than {_MOST_MESSAGES:,} messages")
    usage = Record(record.mapping("usage"), record.place)
    timings = Record(record.mapping("timings"), record.place)
    messages[number] = Message(
        id=number,
        parent=parent,
        role=record.one_of("role", ROLES) if record.get("role") else record.refuse("no role"),
        content=record.text("content"),
        thinking=record.text("thinking"),
        state=record.one_of("state", get_args(State)),
        model=record.name("model"),
        options=record.mapping("options"),
        tool_calls=tuple(record.mappings("tool_calls")),
        attachments=tuple(_attachments(record, begun.blobs)),
        usage=Usage(usage.count("prompt_tokens"), usage.count("completion_tokens")),
        timings=Timings(
            *(timings.seconds(each) for each in ("total", "load", "prompt", "completion"))
        ),
        created_at=record.time("created_at") or record.refuse("no created_at"),
    )


def _attachments(record: Record, blobs: dict[str, bytes]) -> Iterator[Attachment]:
    for each in record.mappings("attachments"):
        inner = Record(each, record.place)
        data = _data(inner)
        made = attachment(data, inner.name("name") or "", inner.name("media_type") or "")
        if inner.text("sha256") not in {"", made.sha256}:
            inner.refuse("the data of an attachment is not what its sha256 says")
        blobs[made.sha256] = data
        yield made


def _data(record: Record) -> bytes:
    if record.get("data") is None:
        record.refuse("an attachment has no data")
    try:
        return base64.b64decode(record.text("data"), validate=True)
    except (binascii.Error, ValueError):
        record.refuse("the data of an attachment is no base64")


def _found(begun: _Begun) -> Found:
    record, messages = begun.record, tuple(begun.messages.values())
    head = record.count("head")
    if head is not None and head not in begun.messages:
        record.refuse(f"the head {head} is no message of the session")
    created = record.time("created_at") or record.refuse("no created_at")
    name = record.name("id") or record.refuse("no id")
    session = Session(
        id=name,
        title=record.name("title") or "",
        created_at=created,
        updated_at=record.time("updated_at") or created,
        head=head,
        model=record.name("model"),
        system=None if record.get("system") is None else well_formed(record.text("system")),
        options=record.mapping("options"),
        forked_from=record.name("forked_from"),
    )
    # Another store may have given the same id: it is told by its time, too.
    return Found(SOURCE, f"{name} {created}", session, messages, begun.blobs)
