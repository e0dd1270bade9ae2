"""What was imported before is skipped, what is new is added, and nothing is written over."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from foreign_sessions import Made, app_message, llm_before, llm_today, ollama_app, texts

from ollama_cli.errors import UsageError
from ollama_cli.features.sessions.imports import sources
from ollama_cli.features.sessions.imports.found import Found
from ollama_cli.features.sessions.imports.merge import Outcome, merge
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.sessions import Message, Session
from ollama_cli.ui.streams import InStream

TIME = "2026-11-29T10:00:00.000Z"
LATER = "2026-11-30T10:00:00.000Z"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SessionStore]:
    with closing(SessionStore(tmp_path / "data" / "sessions.db")) as opened:
        yield opened


def imported(store: SessionStore, made: Made, **more: Any) -> Outcome:
    return merge(store, sources.read(str(made.path), "auto", InStream(None)), **more)


def found(*messages: Message, head: int | None = None, updated: str = TIME, **more: Any) -> Found:
    session = Session("", "A talk", TIME, updated, head=head, **more)
    return Found("llm", "x", session, messages)


def said(number: int, text: str, parent: int | None = None) -> Message:
    return Message("user", text, id=number, parent=parent, created_at=TIME)


@pytest.mark.parametrize("make", [llm_today, llm_before, ollama_app])
def test_a_second_run_finds_nothing_new(store: SessionStore, tmp_path: Path, make: Any) -> None:
    made = make(tmp_path / "source.db")
    before = made.path.read_bytes()
    (first,) = imported(store, made).imported
    assert imported(store, made) == Outcome((), skipped=1)
    assert first.id is not None
    assert first.messages == len(store.messages(first.id)) > 0
    assert made.path.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["data", "source.db"]


def test_one_that_went_on_at_its_source_gets_the_rest(store: SessionStore, tmp_path: Path) -> None:
    made = ollama_app(tmp_path / "db.sqlite")
    (first,) = imported(store, made).imported
    app_message(made, 3, "user", "are you sure?", 3)
    (again,) = imported(store, made).imported
    assert (again.id, again.messages) == (first.id, 1)
    session = store.session(str(first.id))
    messages = store.messages(session.id)
    assert texts(messages)[2:] == [("user", "are you sure?")]
    assert messages[2].parent == messages[1].id
    assert session.head == messages[2].id
    assert session.updated_at == messages[2].created_at


def test_one_that_went_on_here_too_keeps_its_head(store: SessionStore) -> None:
    (first,) = merge(store, [found(said(1, "a"), head=1)]).imported
    name = str(first.id)
    begun = store.session(name).head
    here = store.ask(name, Message("user", "here", parent=begun), {}, expected_head=begun).id
    merge(store, [found(said(1, "a"), said(2, "there", 1), head=2, updated=LATER)])
    session, messages = store.session(name), store.messages(name)
    assert texts(messages) == [("user", "a"), ("user", "here"), ("user", "there")]
    assert [each.parent for each in messages] == [None, begun, begun]
    assert session.head == here
    assert session.updated_at >= LATER


def test_an_older_state_of_the_source_changes_nothing(store: SessionStore) -> None:
    merge(store, [found(said(1, "a"), said(2, "b", 1), head=2)])
    before = store.latest()
    assert merge(store, [found(said(1, "a"), head=1)]).skipped == 1
    assert store.latest() == before


def test_two_tries_that_say_the_same_stay_two(store: SessionStore) -> None:
    tries = (said(1, "q"), said(2, "same", 1), said(3, "same", 1), said(4, "on", 3))
    (first,) = merge(store, [found(*tries, head=4)]).imported
    assert first.messages == 4
    assert merge(store, [found(*tries, head=4)]).skipped == 1


def test_what_would_be_imported_is_told_and_not_done(store: SessionStore, tmp_path: Path) -> None:
    made = llm_today(tmp_path / "logs.db")
    told = imported(store, made, is_dry=True)
    assert not store.database.exists
    assert [(each.id, each.title, each.messages) for each in told.imported] == [
        (None, "Say hello", 4)
    ]
    done = imported(store, made)
    assert [replace(each, id=None) for each in done.imported] == list(told.imported)
    assert imported(store, made, is_dry=True) == Outcome((), skipped=1)
    made.message("q3", "a2", "user", "more")
    made.turn("01thread", "q3", "q3", 8)
    (more,) = imported(store, made, is_dry=True).imported
    assert (more.id, more.messages) == (done.imported[0].id, 1)
    assert len(store.messages(str(more.id))) == 4


def test_a_source_that_ends_in_an_error_leaves_nothing(store: SessionStore) -> None:
    def broken() -> Iterator[Found]:
        yield found(said(1, "a"))
        raise UsageError("line 7: no")

    with pytest.raises(UsageError):
        merge(store, broken())
    assert store.latest() is None


def test_what_is_no_source_makes_no_store(store: SessionStore, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        imported(store, Made(tmp_path / "x.db", {"t": "x"}))
    assert not (tmp_path / "data").exists()


def test_a_title_is_one_line(store: SessionStore, tmp_path: Path) -> None:
    made = llm_today(tmp_path / "logs.db")
    made.add("threads", id="t", name="a\nb\t c", tip_message_hash="q1", datetime_utc="2026-11-29")
    titles = [each.title for each in imported(store, made).imported]
    assert titles == ["a b c", "Say hello"]


def test_a_source_without_times(store: SessionStore) -> None:
    untimed = replace(found(said(1, "a")), session=Session("", "A talk", "", ""))
    (first,) = merge(store, [untimed]).imported
    assert store.session(str(first.id)).created_at == first.created_at != ""
