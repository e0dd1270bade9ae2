"""Databases as other programs leave them: llm of today and before 0.36, Ollama's application.

Their tables are those of the programs, with the columns that are read.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

PICTURE = b"\x89PNG\r\n\x1a\nnot really"
SHA = hashlib.sha256(PICTURE).hexdigest()
LLM_LEGACY = {
    "conversations": "id TEXT PRIMARY KEY, name TEXT, model TEXT",
    "responses": (
        "id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, options_json TEXT,"
        " response TEXT, conversation_id TEXT, duration_ms INTEGER, datetime_utc TEXT,"
        " input_tokens INTEGER, output_tokens INTEGER"
    ),
    "attachments": "id TEXT PRIMARY KEY, type TEXT, path TEXT, url TEXT, content BLOB",
    "prompt_attachments": 'response_id TEXT, attachment_id TEXT, "order" INTEGER',
}
LLM = {
    **LLM_LEGACY,
    "fragments": "id INTEGER PRIMARY KEY, content TEXT",
    "prompt_fragments": 'response_id TEXT, fragment_id INTEGER, "order" INTEGER',
    "system_fragments": 'response_id TEXT, fragment_id INTEGER, "order" INTEGER',
    "tool_calls": "response_id TEXT, name TEXT, arguments TEXT, tool_call_id TEXT",
    "tool_results": "response_id TEXT, name TEXT, output TEXT, tool_call_id TEXT",
    "messages": "hash TEXT PRIMARY KEY, parent_hash TEXT, role TEXT",
    "parts": (
        "id INTEGER PRIMARY KEY, message_hash TEXT, position INTEGER, type TEXT, tool_name TEXT,"
        " text TEXT, payload TEXT"
    ),
    "threads": (
        "id TEXT PRIMARY KEY, name TEXT, tip_message_hash TEXT, forked_from TEXT, datetime_utc TEXT"
    ),
    "turns": (
        "id TEXT PRIMARY KEY, thread_id TEXT, parent_message_hash TEXT, tip_message_hash TEXT,"
        " model TEXT, options_json TEXT, input_tokens INTEGER, output_tokens INTEGER,"
        " duration_ms INTEGER, datetime_utc TEXT"
    ),
}
OLLAMA_APP = {
    "settings": "id INTEGER PRIMARY KEY, schema_version INTEGER",
    "chats": "id TEXT PRIMARY KEY, title TEXT, created_at TIMESTAMP, browser_state TEXT",
    "messages": (
        "id INTEGER PRIMARY KEY AUTOINCREMENT, chat_id TEXT, role TEXT, content TEXT,"
        " thinking TEXT, stream BOOLEAN, model_name TEXT, created_at TIMESTAMP, tool_result TEXT"
    ),
    "tool_calls": (
        "id INTEGER PRIMARY KEY, message_id INTEGER, type TEXT, function_name TEXT,"
        " function_arguments TEXT, function_result TEXT"
    ),
    "attachments": "id INTEGER PRIMARY KEY, message_id INTEGER, filename TEXT, data BLOB",
}


class Made:
    """A database in the making."""

    def __init__(self, path: Path, tables: dict[str, str], *, wal: bool = False) -> None:
        self.path = path
        with closing(sqlite3.connect(path)) as base:
            base.execute("PRAGMA synchronous = OFF")
            if wal:
                base.execute("PRAGMA journal_mode = WAL")
            for name, columns in tables.items():
                base.execute(f"CREATE TABLE {name} ({columns})")

    def add(self, table: str, **values: Any) -> None:
        """Add a row."""
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        with closing(sqlite3.connect(self.path)) as base, base:
            base.execute("PRAGMA synchronous = OFF")
            statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608  our own
            base.execute(statement, [*values.values()])

    def message(self, name: str, parent: str | None, role: str, *parts: Any) -> str:
        """Add a message of llm; a part is a text, or a type and what it holds."""
        self.add("messages", hash=name, parent_hash=parent, role=role)
        for position, part in enumerate(parts):
            kind, held = ("text", {"text": part}) if isinstance(part, str) else part
            payload = {name: value for name, value in held.items() if name != "text"}
            self.add(
                "parts",
                message_hash=name,
                position=position,
                type=kind,
                text=held.get("text"),
                payload=json.dumps(payload) if payload else None,
            )
        return name

    def turn(self, thread: str, asked: str, tip: str, second: int, **more: Any) -> None:
        """Add a turn of llm, the one with the highest second last."""
        self.add(
            "turns",
            id=f"{thread}-{second}",
            thread_id=thread,
            parent_message_hash=asked,
            tip_message_hash=tip,
            **{"model": "ollama/tiny:latest", "datetime_utc": time(second), **more},
        )

    def response(
        self, conversation: str | None, second: int, prompt: str, answer: str, **more: Any
    ) -> str:
        """Add a response of llm before 0.36; return its id."""
        values = {"model": "tiny", "prompt": prompt, "response": answer, **more}
        name = f"{conversation}-{second}"
        self.add(
            "responses", id=name, conversation_id=conversation, datetime_utc=time(second), **values
        )
        return name


def time(second: int) -> str:
    """A time as llm writes it."""
    return f"2026-11-29T10:00:{second:02}.123456+00:00"


def llm_today(path: Path) -> Made:
    """The log of llm 0.36: a talk with a system prompt, of two questions."""
    made = Made(path, LLM)
    made.add(
        "threads", id="01thread", name="Say hello", tip_message_hash="a2", datetime_utc=time(9)
    )
    made.message("s", None, "system", "be terse")
    made.message("q1", "s", "user", "Say hello")
    made.message("a1", "q1", "assistant", ("reasoning", {"text": "hm"}), "hello")
    made.message("q2", "a1", "user", "And again")
    made.message("a2", "q2", "assistant", "hello again")
    options = json.dumps({"temperature": 0.5})
    numbers = {"input_tokens": 7, "output_tokens": 3, "duration_ms": 1500, "options_json": options}
    made.turn("01thread", "q1", "a1", 1, **numbers)
    made.turn("01thread", "q2", "a2", 5)
    return made


def llm_before(path: Path) -> Made:
    """The log of an older llm: the same talk."""
    made = Made(path, LLM_LEGACY)
    made.add("conversations", id="01old", name="Say hello", model="tiny")
    made.response(
        "01old", 1, "Say hello", "hello", system="be terse", input_tokens=7, output_tokens=3
    )
    made.response("01old", 5, "And again", "hello again")
    return made


def ollama_app(path: Path, *, wal: bool = True) -> Made:
    """The database of Ollama's application: one chat with a picture."""
    made = Made(path, OLLAMA_APP, wal=wal)
    made.add("settings", id=1, schema_version=16)
    made.add("chats", id="0198-uuid", title="A picture", created_at="2026-11-29 12:00:00.5+02:00")
    app_message(made, 1, "user", "what is this?", 1)
    app_message(made, 2, "assistant", "a cat", 2, thinking="fur", model_name="llava:7b")
    made.add("attachments", message_id=1, filename="cat.png", data=PICTURE)
    return made


def app_message(made: Made, number: int, role: str, content: str, second: int, **more: Any) -> None:
    """Add a message of Ollama's application, with a time as Go writes it."""
    when = f"2026-11-29 12:00:0{second}.123456789+02:00"
    usual = {"chat_id": "0198-uuid", "role": role, "content": content, "created_at": when}
    made.add("messages", **{"id": number, "thinking": "", **usual, **more})


def texts(messages: Iterable[Any]) -> list[tuple[str, str]]:
    """What was said by whom."""
    return [(each.role, each.content) for each in messages]
