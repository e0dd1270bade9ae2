"""The store's form: every version that was ever released is brought up to date, none is changed.

`tests/data/sessions/N.sql` is a store of version N as a program of that time wrote it.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ollama_cli.features.sessions import listing, search
from ollama_cli.features.sessions.schema import APPLICATION, VERSIONS
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.answers import Timings, Usage
from ollama_cli.types.sessions import Attachment, Message

DATA = Path(__file__).parents[2] / "data" / "sessions"
KNOWN = range(1, len(VERSIONS) + 1)
PICTURE = Attachment(
    "8f8cbb7dcf46e0bc7d53265749a6c17d116093a6ba95e442764060c76fd4a86c", "a.png", "image/png", 3
)


def schema(base: sqlite3.Connection) -> list[list[str]]:
    found = base.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    return [[name, *str(sql).split()] for name, sql in found]


def made(path: Path, number: int) -> list[list[str]]:
    """Make the store of a version; return its schema, without the white space."""
    script = (DATA / f"{number}.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        base.executescript(script)
        return schema(base)


@pytest.mark.parametrize("number", KNOWN)
def test_a_store_of_every_version_is_brought_up_to_date(number: int, tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    made(path, number)
    with closing(SessionStore(path)) as store:
        session = store.find("0a1b2c3d4e5f")
        assert (session.title, session.system, session.options) == ("sky", "be brief", {"seed": 1})
        question, answer = store.messages(session.id)
        assert question == Message(
            "user",
            "Why is the sky blue?",
            attachments=(PICTURE,),
            created_at="2026-11-29T10:00:00.000Z",
            id=1,
        )
        assert answer == Message(
            role="assistant",
            content="It scatters.",
            thinking="hm",
            state="interrupted",
            model="m",
            options={"seed": 1},
            tool_calls=({"name": "f", "arguments": {}},),
            usage=Usage(5, 3),
            timings=Timings(1.5, None, 0.5, 1.0),
            created_at="2026-11-29T10:00:01.000Z",
            id=2,
            parent=1,
        )
        assert session.head == 2
        assert store.blob(PICTURE.sha256) == b"png"
        assert len(search.search(store, search.parse("sky"))) == 1
        assert [each.bytes for each in listing.sessions(store)] == [20 + 3 + 12 + 2]
        with store.reading() as base:
            assert base
            assert base.number("user_version") == len(VERSIONS)
            assert base.number("application_id") == APPLICATION


@pytest.mark.parametrize("number", KNOWN)
def test_a_version_that_is_out_is_not_changed(number: int, tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as base:
        for statements in VERSIONS[:number]:
            for statement in statements:
                base.execute(statement)
        assert schema(base) == made(tmp_path / "sessions.db", number)
