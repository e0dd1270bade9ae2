"""The chats of Ollama's application."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from foreign_sessions import PICTURE, SHA, Made, app_message, ollama_app, texts

from ollama_cli.errors import UsageError
from ollama_cli.features.sessions.imports import sources
from ollama_cli.features.sessions.imports.found import Found
from ollama_cli.ui.streams import InStream


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return ollama_app(tmp_path / "db.sqlite")


def read(made: Made) -> list[Found]:
    return list(sources.read(str(made.path), "auto", InStream(None)))


def test_a_chat(made: Made) -> None:
    (found,) = read(made)
    session, (question, answer) = found.session, found.messages
    assert texts(found.messages) == [("user", "what is this?"), ("assistant", "a cat")]
    assert (session.title, session.model, session.head) == ("A picture", "llava:7b", 2)
    assert (found.source, found.source_id) == ("ollama-app", "0198-uuid")
    assert session.created_at == "2026-11-29T10:00:00.500Z"
    assert question.created_at == "2026-11-29T10:00:01.123Z"
    assert (answer.thinking, answer.model, answer.parent) == ("fur", "llava:7b", 1)
    assert [(each.name, each.media_type, each.sha256) for each in question.attachments] == [
        ("cat.png", "image/png", SHA)
    ]
    assert found.blobs == {SHA: PICTURE}


def test_tools_and_answers_that_never_came(made: Made) -> None:
    app_message(made, 3, "assistant", "", 3)
    app_message(made, 4, "assistant", "", 4)
    made.add(
        "tool_calls", message_id=4, function_name="web_search", function_arguments='{"q": "x"}'
    )
    app_message(made, 5, "tool", "", 5, tool_result='{"found": 1}')
    (found,) = read(made)
    call, result = found.messages[2:]
    assert call.tool_calls == ({"name": "web_search", "arguments": {"q": "x"}},)
    assert (result.role, result.content, result.parent) == ("tool", '{"found": 1}', call.id)


def test_the_first_released_form_has_fewer_tables(tmp_path: Path) -> None:
    tables = {
        "chats": "id TEXT PRIMARY KEY, title TEXT, created_at TIMESTAMP",
        "messages": (
            "id INTEGER PRIMARY KEY, chat_id TEXT, role TEXT, content TEXT, created_at TIMESTAMP"
        ),
    }
    made = Made(tmp_path / "db.sqlite", tables)
    made.add("chats", id="c", title="", created_at="2025-08-01 10:00:00")
    made.add("messages", chat_id="c", role="user", content="hi")
    (found,) = read(made)
    assert found.messages[0].created_at == "2025-08-01T10:00:00.000Z"
    assert found.session.title == "hi"


def test_a_chat_without_messages(made: Made) -> None:
    made.add("chats", id="empty", title="Nothing yet", created_at="2026-11-29 13:00:00+02:00")
    assert [(each.session.title, len(each.messages)) for each in read(made)] == [
        ("A picture", 2),
        ("Nothing yet", 0),
    ]


@pytest.mark.parametrize(
    ("table", "row", "reason"),
    [
        ("messages", {"role": "robot"}, "messages, row 3: role is none of"),
        ("messages", {"content": b"\0"}, "messages, row 3: content is no text"),
        ("messages", {"created_at": "soon"}, "messages, row 3: created_at is no time"),
        ("messages", {"created_at": 5}, "messages, row 3: created_at is no time"),
        ("attachments", {"message_id": 1, "filename": "x", "data": 5}, "data is no data"),
        ("tool_calls", {"message_id": 1, "function_arguments": "{"}, "arguments is no JSON"),
        ("chats", {"id": None}, "a chat: it has no id"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_it_is_named(
    made: Made, table: str, row: dict[str, Any], reason: str
) -> None:
    usual = {"chat_id": "0198-uuid", "role": "user", "content": "", "created_at": "2026-11-29"}
    made.add(table, **{**(usual if table == "messages" else {}), **row})
    with pytest.raises(UsageError) as caught:
        read(made)
    assert reason in caught.value.message


def test_a_chat_may_not_hold_what_never_ends(tmp_path: Path) -> None:
    """What a file computes itself is as if it were missing."""
    made = Made(tmp_path / "db.sqlite", {"chats": "id TEXT PRIMARY KEY"})
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS id"
    with closing(sqlite3.connect(made.path)) as base, base:
        base.execute(f"CREATE VIEW messages AS {endless}, 1 chat_id, 'user' role, x content FROM n")
    with pytest.raises(UsageError, match="no database of llm or ollama-app"):
        read(made)
