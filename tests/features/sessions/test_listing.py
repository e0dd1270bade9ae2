"""The list of sessions: its numbers, its order, its filters."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from talks import ask, begin, exchange

from ollama_cli.errors import UsageError
from ollama_cli.features.sessions import listing
from ollama_cli.features.sessions.listing import Listed
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.answers import Usage
from ollama_cli.types.sessions import Message

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TALK = Listed(
    id="abc123def456",
    title="Why is the sky blue?",
    model="llama3.2:latest",
    created_at="2026-01-01T00:00:00.000Z",
    updated_at="2026-02-27T00:00:00.000Z",
    messages=4,
    branches=2,
    prompt_tokens=30,
    completion_tokens=None,
    bytes=2_000_000,
    forked_from=None,
)


def test_a_session_is_listed_with_its_numbers(store: SessionStore) -> None:
    assert listing.sessions(store) == []
    session = begin(store, title="t")
    asked = ask(store, session, "é")
    for text, tokens in (("one", 5), ("other", None)):
        said = Message("assistant", text, "hm", parent=asked, usage=Usage(tokens, tokens))
        store.answer(session, said, expected_head=None)
    empty = begin(store)
    found = {each.id: each for each in listing.sessions(store)}
    assert replace(found[session], created_at="", updated_at="") == Listed(
        session, "t", "llama3.2", "", "", 3, 2, 5, 5, 2 + 3 + 5 + 4, None
    )
    assert (found[empty].messages, found[empty].branches, found[empty].bytes) == (0, 0, 0)
    assert found[empty].prompt_tokens is None


def test_the_last_used_stands_first(store: SessionStore) -> None:
    one, two, three = begin(store), begin(store), begin(store)
    exchange(store, two, "hello")
    assert [each.id for each in listing.sessions(store)] == [two, three, one]


def test_a_list_reads_no_text(store: SessionStore) -> None:
    exchange(store, begin(store), "hello")
    with store.reading() as base:
        assert base is not None
        plan = base.execute(
            "EXPLAIN QUERY PLAN SELECT session, count(*), count(DISTINCT parent), sum(bytes),"
            " sum(prompt_tokens), sum(completion_tokens) FROM messages GROUP BY session"
        ).rows
    assert "COVERING INDEX messages_by_session" in plan[0]["detail"]


@pytest.mark.parametrize(
    ("filters", "matches"),
    [
        ((), True),
        (("why*",), True),
        (("sky",), False),
        (("*SKY*",), True),
        (("title=*sky*", "model=llama3.2"), True),
        (("title=*sky*", "model=llama3"), False),
        (("model!=qwen*",), True),
        (("id=abc*",), True),
        (("updated<3d",), True),
        (("updated>2w",), False),
        (("created>30d",), True),
        (("messages>=4",), True),
        (("messages>4",), False),
        (("branches=2",), True),
        (("size>1MB",), True),
        (("bytes>1GB",), False),
        (("prompt_tokens>10",), True),
        (("completion_tokens>=0",), False),
    ],
)
def test_filters(filters: Sequence[str], *, matches: bool) -> None:
    assert listing.compile_all(filters, NOW)(TALK) == matches


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "a filter is empty", "is a variable in it unset?"),
        ("titel=x", "unknown key 'titel'", "did you mean title?"),
        ("colour=red", "unknown key 'colour'", "there are title, model, id"),
        ("title>x", "title takes = or !=, not >", None),
        ("updated<5", "'5' is no age", None),
        ("size>big", "'big' is no size", None),
    ],
)
def test_what_is_no_filter(text: str, message: str, hint: str | None) -> None:
    with pytest.raises(UsageError, match=message) as found:
        listing.compile_all([text], NOW)
    assert hint is None or str(found.value.hint).startswith(hint)


def test_a_time_that_cannot_be_read_is_no_age() -> None:
    assert not listing.compile_all(["updated>1s"], NOW)(replace(TALK, updated_at="yesterday"))
