"""The chats of Ollama's desktop application: its `db.sqlite`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ollama_cli.features.sessions.imports.found import (
    ROLES,
    Found,
    Record,
    attachment,
    media_type,
    parsed,
)
from ollama_cli.features.sessions.imports.tree import Tree
from ollama_cli.system.sqlite_sources import Source
from ollama_cli.types.sessions import Attachment, Message

SOURCE: Final = "ollama-app"
_COLUMNS: Final = frozenset({"id", "chat_id", "role", "content"})


def is_one(source: Source) -> bool:
    """Return whether a database is one of that application."""
    tables = source.tables
    return {"id"} <= tables.get("chats", frozenset()) and (
        tables.get("messages", frozenset()) >= _COLUMNS
    )


def read(source: Source, path: Path) -> Iterator[Found]:
    """Read all chats; UsageError, naming table and row, for what is wrong."""
    for row in source.rows("SELECT * FROM chats ORDER BY created_at, rowid"):
        chat = Record(row, f"{path}: a chat")
        name = chat.name("id") or chat.refuse("it has no id")
        yield _chat(source, path, chat, name)


def _chat(source: Source, path: Path, chat: Record, name: str) -> Found:
    tree = Tree(f"{path}: chat {name}")
    began = chat.time("created_at")
    head, time = None, began
    statement = "SELECT rowid AS number, * FROM messages WHERE chat_id = ? ORDER BY id"
    for row in source.rows(statement, [name]):
        record = Record(row, f"{path}: messages, row {row['number']}")
        time = record.time("created_at") or time or record.refuse("no created_at")
        message = Message(
            role=record.one_of("role", ROLES),
            content=record.text("content") or record.text("tool_result"),
            thinking=record.text("thinking"),
            model=record.name("model_name"),
            tool_calls=tuple(_tool_calls(source, path, row["number"])),
            attachments=tuple(_attachments(source, path, row["number"], tree)),
            created_at=time,
        )
        is_empty = not (message.content or message.thinking or message.tool_calls)
        if is_empty and message.role == "assistant":
            continue  # the place of an answer that never came
        head = tree.add(head, message)
    return tree.found(SOURCE, name, head=head, title=chat.name("title"), created_at=began)


def _tool_calls(source: Source, path: Path, number: int) -> Iterator[dict[str, Any]]:
    if "message_id" not in source.tables.get("tool_calls", ()):
        return
    statement = "SELECT * FROM tool_calls WHERE message_id = ? ORDER BY rowid"
    for row in source.rows(statement, [number]):
        record = Record(row, f"{path}: tool_calls of message {number}")
        yield {
            "name": record.text("function_name"),
            "arguments": parsed(record, "function_arguments"),
        }


def _attachments(source: Source, path: Path, number: int, tree: Tree) -> Iterator[Attachment]:
    if "message_id" not in source.tables.get("attachments", ()):
        return
    statement = "SELECT * FROM attachments WHERE message_id = ? ORDER BY rowid"
    for row in source.rows(statement, [number]):
        record = Record(row, f"{path}: attachments of message {number}")
        name, data = record.name("filename") or "", record.get("data")
        data = data.encode() if isinstance(data, str) else data
        if not isinstance(data, bytes):
            record.refuse("data is no data")
        made = attachment(data, name, media_type(name))
        tree.blobs[made.sha256] = data
        yield made
