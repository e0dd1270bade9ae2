"""Conversations in a few words, written to a store of sessions."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.sessions import Message

GONE = 4194304  # no system counts processes so far


def execute(path: Path, *statements: str) -> list[Any]:
    """Execute statements in a file from outside; return the rows of the last one."""
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        return [base.execute(statement).fetchall() for statement in statements][-1]


def begin(store: SessionStore, **fields: Any) -> str:
    return store.begin(model="llama3.2", **fields).id


def ask(store: SessionStore, session: str, text: str, parent: int | None = None) -> int:
    question = Message("user", text, parent=parent)
    return store.ask(session, question, {}, expected_head=parent).id


def answer(store: SessionStore, session: str, text: str, parent: int) -> int:
    said = Message("assistant", text, parent=parent)
    return store.answer(session, said, expected_head=parent).id


def exchange(store: SessionStore, session: str, text: str, parent: int | None = None) -> int:
    return answer(store, session, f"answer to {text}", ask(store, session, text, parent))
