"""The `logs.db` of llm: threads since its version 0.36, responses before.

A conversation that was begun before and went on since stands in both; its messages are one tree.
"""

import hashlib
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from ollama_cli.features.sessions.imports.found import (
    ROLES,
    Found,
    Record,
    attachment,
    media_type,
    parsed,
)
from ollama_cli.features.sessions.imports.tree import MOST_MESSAGES, Tree
from ollama_cli.system.files import read_start
from ollama_cli.system.sqlite_sources import Source
from ollama_cli.types.answers import Timings, Usage
from ollama_cli.types.sessions import Attachment, Message

SOURCE: Final = "llm"
_THREADS: Final = ("threads", "turns", "messages", "parts")
_LARGEST_FILE: Final = 128 << 20
_PLUGIN: Final = "ollama/"  # what its plugin puts before the names of our models


def is_one(source: Source) -> bool:
    """Return whether a database is one of llm."""
    return _has_threads(source) or {"prompt", "response"} <= source.tables.get(
        "responses", frozenset()
    )


def read(source: Source, path: Path) -> Iterator[Found]:
    """Read all conversations, the oldest first; UsageError, naming the row, for what is wrong."""
    log = _Log(source, path)
    threads = log.threads()
    for name, title in log.conversations():
        yield log.session(name, title, threads.pop(name, None))
    for name, thread in threads.items():
        yield log.session(name, None, thread)


def _has_threads(source: Source) -> bool:
    return all(name in source.tables for name in _THREADS)


class _Log:
    """The tables of one database."""

    def __init__(self, source: Source, path: Path) -> None:
        self._source = source
        self._path = path

    def threads(self) -> dict[str, Record]:
        """Return the threads by their ids, the oldest first."""
        if not _has_threads(self._source):
            return {}
        rows = self._source.rows("SELECT * FROM threads ORDER BY datetime_utc, rowid")
        records = [Record(row, f"{self._path}: a thread") for row in rows]
        return {each.name("id") or each.refuse("it has no id"): each for each in records}

    def conversations(self) -> Iterator[tuple[str, str | None]]:
        """Yield id and name of each older conversation, the oldest first."""
        if "responses" not in self._source.tables:
            return
        names = {}
        if "conversations" in self._source.tables:
            for row in self._source.rows("SELECT * FROM conversations"):
                record = Record(row, f"{self._path}: a conversation")
                names[record.name("id")] = record.name("name")
        statement = (
            "SELECT coalesce(conversation_id, id) AS id FROM responses"
            " GROUP BY 1 ORDER BY min(datetime_utc), min(rowid)"
        )
        for row in self._source.rows(statement):
            name = Record(row, f"{self._path}: a response").name("id")
            if name:
                yield name, names.get(name)

    def session(self, name: str, title: str | None, thread: Record | None) -> Found:
        """Read one conversation: what older versions wrote of it, then what newer ones did."""
        responses = self._responses(name)
        turns = [*self._turns(name), thread] if thread else []
        system = self._system(thread, responses)
        tree = Tree(f"{self._path}: conversation {name}")
        head: int | None = None
        for response in responses:
            head = self._add_response(tree, head, response, system)
        places: dict[str, int | None] = {}
        for turn in turns:
            tip = turn.name("tip_message_hash")
            if tip:
                self._add_turn(tree, places, turn, system)
                head = places[tip]
        if thread is not None:
            title = title or thread.name("name")
        return tree.found(SOURCE, name, head=head, title=title, system=system)

    # Since 0.36: messages know the one before them; what was asked of a model is a turn.

    def _turns(self, name: str) -> list[Record]:
        statement = "SELECT * FROM turns WHERE thread_id = ? ORDER BY datetime_utc, rowid"
        rows = self._source.rows(statement, [name])
        return [Record(row, f"{self._path}: turn {row['id']!r}") for row in rows]

    def _chain(self, tip: str, known: Container[str]) -> list[Record]:
        """Return the messages that lead to one, the oldest first; without those that are known."""
        found: dict[str, Record] = {}
        place: str | None = tip
        while place is not None and place not in known:
            record = self._message(place)
            if place in found:
                record.refuse("it comes before itself")
            if len(found) >= MOST_MESSAGES:
                record.refuse(f"more than {MOST_MESSAGES:,} messages lead to it")
            found[place] = record
            place = record.name("parent_hash")
        return list(found.values())[::-1]

    def _message(self, name: str) -> Record:
        return self._one("messages", "hash", name)

    def _add_turn(
        self, tree: Tree, places: dict[str, int | None], turn: Record, system: str | None
    ) -> None:
        """Add the messages that lead to the end of a turn, and note the place of each.

        Those that are not there yet were said in this turn.
        """
        facts = _facts(turn)
        chain = self._chain(turn.name("tip_message_hash") or "", places)
        asked = turn.name("parent_message_hash")
        is_own = asked is None or asked in places
        place = places.get(chain[0].name("parent_hash") or "") if chain else None
        for record in chain:
            for message in self._messages(tree, record):
                if message.role == "system" and place is None and message.content == system:
                    continue
                is_answer = is_own and message.role == "assistant"
                place = tree.add(place, _with(message, facts, is_answer=is_answer))
            places[record.text("hash")] = place
            is_own = is_own or record.get("hash") == asked

    def _messages(self, tree: Tree, record: Record) -> Iterator[Message]:
        """Yield a message; each result of a tool is one of its own."""
        texts: dict[str, list[str]] = {"text": [], "reasoning": []}
        calls, files, results = [], [], []
        statement = "SELECT * FROM parts WHERE message_hash = ? ORDER BY position, rowid"
        for row in self._source.rows(statement, [record.get("hash")]):
            part = Record(row, f"{self._path}: part {row['id']!r}")
            payload = Record(parsed(part, "payload"), part.place)
            match part.text("type"):
                case "text" | "reasoning" as kind:
                    texts[kind].append(self._text(part, payload))
                case "tool_call":
                    calls.append(_call(payload, payload.mapping("arguments")))
                case "tool_result":
                    results.append(payload.text("output"))
                    named = payload.mappings("attachments")
                    files += self._attachments(tree, [each.get("id") for each in named])
                case "attachment":
                    named = [payload.mapping("attachment")]
                    files += self._attachments(tree, [each.get("id") for each in named])
        role = record.one_of("role", ROLES)
        message = Message(
            role=role,
            content="".join(texts["text"]),
            thinking="".join(texts["reasoning"]),
            tool_calls=tuple(calls),
            attachments=tuple(files),
        )
        if message.content or message.thinking or calls or (files and not results) or not results:
            yield message
        for output in results:
            yield Message(role=role, content=output)

    def _text(self, part: Record, payload: Record) -> str:
        """Return a text, in which fragments stand that other messages use, too."""
        pieces = payload.mappings("text_ref")
        return part.text("text") + "".join(
            self._fragment(each["fragment"])
            if "fragment" in each
            else Record(each, part.place).text("literal")
            for each in pieces
        )

    def _fragment(self, number: object) -> str:
        return self._one("fragments", "id", number).text("content")

    # Before 0.36: a response holds its question, and knows its conversation.

    def _responses(self, name: str) -> list[Record]:
        if "responses" not in self._source.tables:
            return []
        statement = (
            "SELECT * FROM responses WHERE conversation_id = ?1"
            " OR (conversation_id IS NULL AND id = ?1) ORDER BY datetime_utc, rowid"
        )
        rows = self._source.rows(statement, [name])
        return [Record(row, f"{self._path}: response {row['id']!r}") for row in rows]

    def _add_response(
        self, tree: Tree, place: int | None, record: Record, system: str | None
    ) -> int | None:
        facts = _facts(record)
        own = self._own_system(record)
        if own and own != system:
            place = tree.add(place, _with(Message(role="system", content=own), facts))
        for result in self._related("tool_results", record):
            told = Message(role="tool", content=result.text("output"))
            place = tree.add(place, _with(told, facts))
        prompts = [*self._used("prompt_fragments", record), record.text("prompt")]
        files = self._attachments(tree, self._attached(record))
        if any(prompts) or files:
            question = Message(
                role="user", content="\n".join(filter(None, prompts)), attachments=tuple(files)
            )
            place = tree.add(place, _with(question, facts))
        answer = Message(
            role="assistant",
            content=record.text("response"),
            thinking=record.text("reasoning"),
            tool_calls=tuple(
                _call(each, parsed(each, "arguments"))
                for each in self._related("tool_calls", record)
            ),
        )
        return tree.add(place, _with(answer, facts, is_answer=True))

    def _own_system(self, record: Record) -> str:
        parts = [*self._used("system_fragments", record), record.text("system")]
        return "\n\n".join(filter(None, parts))

    def _related(self, table: str, record: Record) -> Iterator[Record]:
        if "response_id" in self._source.tables.get(table, ()):
            statement = f"SELECT * FROM {table} WHERE response_id = ? ORDER BY rowid"  # noqa: S608  our own words
            for row in self._source.rows(statement, [record.get("id")]):
                yield Record(row, f"{record.place}, {table}")

    def _used(self, table: str, record: Record) -> list[str]:
        used = sorted(self._related(table, record), key=lambda each: each.count("order") or 0)
        return [self._fragment(each.get("fragment_id")) for each in used]

    def _attached(self, record: Record) -> list[object]:
        used = self._related("prompt_attachments", record)
        ordered = sorted(used, key=lambda each: each.count("order") or 0)
        return [each.get("attachment_id") for each in ordered]

    # Of both.

    def _one(self, table: str, key: str, value: object) -> Record:
        """Return the row of a table that others name."""
        place = f"{self._path}: {table}, {value!r}"
        row = None
        if table in self._source.tables and isinstance(value, str | int):
            statement = f"SELECT * FROM {table} WHERE {key} = ?"  # noqa: S608  our own words
            row = next(self._source.rows(statement, [value]), None)
        return Record({}, place).refuse("it is missing") if row is None else Record(row, place)

    def _system(self, thread: Record | None, responses: Sequence[Record]) -> str | None:
        """Return the system prompt that was used last."""
        tip = thread.name("tip_message_hash") if thread else None
        chain = self._chain(tip, ()) if tip else ()
        if chain and chain[0].get("role") == "system":
            return next(self._messages(Tree(""), chain[0])).content or None
        return next(filter(None, map(self._own_system, reversed(responses))), None)

    def _attachments(self, tree: Tree, names: Sequence[object]) -> list[Attachment]:
        """Read attachments by their ids, which are the SHA-256 of their bytes, or of an address."""
        found = []
        for name in names:
            record = self._one("attachments", "id", name)
            data, place = self._bytes(record), record.text("path") or record.text("url")
            if data is None:
                tree.left_out.add(str(name))
            else:
                named = place.replace("\\", "/").rpartition("/")[2] or str(name)[:8]
                made = attachment(data, named, record.name("type") or media_type(named))
                tree.blobs[made.sha256] = data
                found.append(made)
        return found

    def _bytes(self, record: Record) -> bytes | None:
        """Return the bytes of an attachment; None where there are none.

        Those of a file alone that is still what was sent: the database is somebody's word, and
        may name any file. An address is not fetched.
        """
        data = record.get("content")
        if data is None and record.get("path"):
            try:
                data = read_start(Path(record.text("path")), _LARGEST_FILE)
            except (OSError, ValueError):
                return None
            if data is not None and hashlib.sha256(data).hexdigest() != record.get("id"):
                return None
        return data if isinstance(data, bytes) else None


class _Facts(NamedTuple):
    """What is known of a turn: when it was, and of its answer which model gave it, and how."""

    time: str
    model: str | None
    options: dict[str, Any]
    usage: Usage
    timings: Timings


def _facts(record: Record) -> _Facts:
    milliseconds = record.count("duration_ms")
    return _Facts(
        time=record.time("datetime_utc") or record.refuse("it has no datetime_utc"),
        model=(record.name("model") or "").removeprefix(_PLUGIN) or None,
        options=parsed(record, "options_json"),
        usage=Usage(record.count("input_tokens"), record.count("output_tokens")),
        timings=Timings(total=None if milliseconds is None else milliseconds / 1000),
    )


def _with(message: Message, facts: _Facts, *, is_answer: bool = False) -> Message:
    if not is_answer:
        return replace(message, created_at=facts.time)
    return replace(
        message,
        created_at=facts.time,
        model=facts.model,
        options=facts.options,
        usage=facts.usage,
        timings=facts.timings,
    )


def _call(record: Record, arguments: dict[str, Any]) -> dict[str, Any]:
    call_id = record.text("tool_call_id") or None
    return {"name": record.text("name"), "id": call_id, "arguments": arguments}
