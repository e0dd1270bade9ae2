"""The store of sessions: what was told to be stored is there, whole, whoever else writes."""

import hashlib
import os
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from talks import GONE, answer, ask, begin, exchange, execute

from ollama_cli.errors import NotFoundError, UsageError
from ollama_cli.features.sessions import titles
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.answers import Timings, Usage
from ollama_cli.types.sessions import Attachment, Message, Session

PICTURE = b"\x89PNG\x00\xff"
SHA = hashlib.sha256(PICTURE).hexdigest()


def test_a_message_comes_back_as_it_was(store: SessionStore) -> None:
    session = begin(store, system="be brief\x00", options={"b": [1, {"c": None}], "a": 0.5})
    picture = Attachment(SHA, "in the \u202e dark.png", "image/png", len(PICTURE))
    question = Message(
        "user",
        "what is\r\nthis? \x1b[31m\x85",
        model="m",
        options={"seed": 1},
        attachments=(picture,),
    )
    asked = store.ask(session, question, {SHA: PICTURE}, expected_head=None)
    said = Message(
        role="assistant",
        content="a 🐈",
        thinking="hm\n",
        state="interrupted",
        model="m",
        options={"seed": 2},
        tool_calls=({"name": "f", "arguments": {"z": 1, "a": [None, "é"]}, "id": "x"},),
        usage=Usage(5, None),
        timings=Timings(1.5, None, 0.25, 1e-9),
        created_at="2020-01-01T00:00:00.000Z",
        parent=asked.id,
    )
    told = store.answer(session, said, expected_head=asked.id)
    first, second = store.messages(session)
    assert replace(first, created_at="") == replace(question, id=asked.id)
    assert second == replace(said, id=told.id)
    assert (asked.has_moved, told.has_moved) == (False, False)
    assert store.blob(SHA) == PICTURE
    found = store.session(session)
    assert (found.head, found.model, found.system) == (told.id, "llama3.2", "be brief\x00")
    assert list(found.options.items()) == [("b", [1, {"c": None}]), ("a", 0.5)]


def test_what_is_no_text_or_too_large_a_number_is_made_to_fit(store: SessionStore) -> None:
    session = begin(store, title="\udc80 title")
    question = Message(
        "user", "\ud83d\ude00 \ud800", usage=Usage(2**80, 1), options={"\udcff": "\ud800"}
    )
    store.ask(session, question, {}, expected_head=None)
    (found,) = store.messages(session)
    assert (found.content, found.usage) == ("😀 \ufffd", Usage(2**63 - 1, 1))
    assert found.options == {"\ufffd": "\ufffd"}
    assert store.session(session).title == "\ufffd title"


def test_a_session_gets_the_first_words_of_its_first_question_as_title(store: SessionStore) -> None:
    session = begin(store)
    exchange(
        store, session, "  Why is\n the sky blue, and why does it turn red in the evening, please?"
    )
    assert store.session(session).title == "Why is the sky blue, and why does it turn red in the…"
    named = begin(store, title="my  own\ntitle")
    exchange(store, named, "hello")
    assert store.session(named).title == "my own title"


def test_the_last_used_session_is_found(store: SessionStore) -> None:
    assert store.latest() is None
    first, second = begin(store), begin(store)
    assert store.latest() == store.session(second)
    exchange(store, first, "again")
    assert store.latest() == store.session(first)
    store.change(second, title="renamed")  # that is no use of it
    assert store.latest() == store.session(first)


def test_a_session_is_meant_by_an_id_its_beginning_or_its_title(store: SessionStore) -> None:
    one = begin(store, title="on cats", session_id="abc111111111")
    two = begin(store, title="on dogs", session_id="abc222222222")
    three = begin(store, title="on dogs", session_id="dddddddddddd")
    whole = begin(store, title="abc111111111", session_id="eeeeeeeeeeee")
    assert store.find("abc1").id == store.find("on cats").id == one
    assert store.find("ddd").id == store.find("DDD").id == three
    assert store.find("abc111111111").id == one  # an id before a title
    assert store.find("eee").id == whole
    with pytest.raises(UsageError, match=f"means 2 sessions: {two}.*{one}|{one}.*{two}") as found:
        store.find("abc")
    assert found.value.exit_code == 2
    with pytest.raises(UsageError, match="means 2 sessions"):
        store.find("on dogs")
    with pytest.raises(UsageError, match="too short"):
        store.find("ab")
    for text in ("abd", "on", "", "abc1111111111", "'; --", "on%"):
        with pytest.raises(NotFoundError, match="there is no session") as missed:
            store.find(text)
        assert missed.value.exit_code == 4


def test_where_the_head_has_moved_the_turn_becomes_a_branch(store: SessionStore) -> None:
    session = begin(store)
    shared = exchange(store, session, "one")
    with closing(SessionStore(store.database.path)) as window:
        theirs = exchange(window, session, "theirs", shared)
    ours = store.ask(session, Message("user", "ours", parent=shared), {}, expected_head=shared)
    assert ours.has_moved
    assert store.session(session).head == ours.id
    parents = {each.id: each.parent for each in store.messages(session)}
    assert parents[ours.id] == shared
    assert theirs in parents


def test_a_chain_is_appended_in_one_go(store: SessionStore) -> None:
    session = begin(store)
    head = exchange(store, session, "one")
    chain = [Message("user", "a"), Message("assistant", "b", state="summary"), Message("user", "c")]
    kept = store.append(session, chain, None, expected_head=head)
    *_, first, second, third = store.messages(session)
    assert (first.parent, second.parent, third.parent) == (None, first.id, second.id)
    assert [each.id for each in kept] == [first.id, second.id, third.id]
    assert store.session(session).head == third.id


def test_a_draft_of_a_living_process_is_no_message(store: SessionStore) -> None:
    session = begin(store)
    asked = ask(store, session, "one")
    store.draft(session, asked, "half an", "hm")
    store.draft(session, asked, "half an answer", "hmm")
    assert [each.role for each in store.messages(session)] == ["user"]
    answer(store, session, "a whole answer", asked)
    assert [each.content for each in store.messages(session)] == ["one", "a whole answer"]
    assert execute(store.database.path, "SELECT count(*) FROM drafts") == [(0,)]


def test_a_draft_of_a_dead_process_becomes_a_message(store: SessionStore) -> None:
    session = begin(store, options={"seed": 4})
    asked = ask(store, session, "one")
    store.draft(session, asked, "half an", "hm", model="other")
    execute(store.database.path, f"UPDATE drafts SET pid = {GONE}")  # noqa: S608  a number
    _, partial = store.messages(session)
    assert (partial.content, partial.thinking, partial.state) == ("half an", "hm", "partial")
    assert (partial.role, partial.parent, partial.model) == ("assistant", asked, "other")
    assert partial.options == {"seed": 4}
    assert store.session(session).head == partial.id
    assert len(store.messages(session)) == 2


def test_an_empty_draft_leaves_no_message(store: SessionStore) -> None:
    session = begin(store)
    asked = ask(store, session, "one")
    store.draft(session, asked, "", "")
    execute(store.database.path, f"UPDATE drafts SET pid = {GONE}")  # noqa: S608  a number
    assert len(store.messages(session)) == 1


def test_the_draft_of_one_window_leaves_the_others_alone(store: SessionStore) -> None:
    session = begin(store)
    asked = ask(store, session, "one")
    store.draft(session, asked, "theirs", "")
    execute(store.database.path, "UPDATE drafts SET pid = 1, born = ''")  # init: it runs
    store.draft(session, asked, "ours", "")
    answer(store, session, "ours, whole", asked)
    assert execute(store.database.path, "SELECT content FROM drafts") == [("theirs",)]


def test_a_question_that_failed_says_so(store: SessionStore) -> None:
    session = begin(store)
    asked = ask(store, session, "one")
    store.set_state(asked, "failed")
    assert store.messages(session)[0].state == "failed"
    with pytest.raises(NotFoundError):
        store.set_state(99, "failed")


def test_a_session_is_changed_where_it_is_told(store: SessionStore) -> None:
    session = begin(store, system="old")
    head = exchange(store, session, "one")
    store.change(session, model="m2", system=None, options={"a": 1}, head=None, title="t")
    found = store.session(session)
    assert (found.model, found.system, found.options, found.head) == ("m2", None, {"a": 1}, None)
    assert found.title == "t"
    store.change(session, head=head)
    other = begin(store)
    with pytest.raises(NotFoundError, match="has no message"):
        store.change(other, head=head)
    with pytest.raises(TypeError, match="has no heads"):
        store.change(session, heads=1)


def test_what_is_gone_is_told(store: SessionStore) -> None:
    absent = "0123456789ab"
    uses: list[Callable[[], object]] = [
        lambda: store.session(absent),
        lambda: store.messages(absent),
        lambda: store.change(absent, title="t"),
        lambda: ask(store, absent, "one"),
        lambda: answer(store, absent, "one", 1),
        lambda: store.draft(absent, 1, "x", ""),
        lambda: store.fork(absent),
        lambda: store.blob(SHA),
    ]
    for made in range(2):
        for use in uses:
            with pytest.raises(NotFoundError):
                use()
        assert store.questions(5) == []
        if made == 0:
            assert not store.database.exists
            begin(store)


def test_a_parent_stands_in_the_same_session(store: SessionStore) -> None:
    one, two = begin(store), begin(store)
    asked = ask(store, one, "one")
    with pytest.raises(NotFoundError, match=f"session {two} has no message {asked}"):
        ask(store, two, "two", asked)
    with pytest.raises(NotFoundError):
        store.draft(two, asked, "x", "")
    assert store.messages(two) == []


def test_questions_are_told_newest_first_and_once(store: SessionStore) -> None:
    session = begin(store)
    for text in ("one", "two", "one", "three"):
        exchange(store, session, text)
    assert store.questions(10) == ["three", "one", "two"]
    assert store.questions(2) == ["three", "one"]


def test_a_fork_is_a_copy_of_one_branch(store: SessionStore) -> None:
    session = begin(store, system="s", options={"a": 1}, title="talk")
    picture = Attachment(SHA, "a.png", "image/png", len(PICTURE))
    question = Message("user", "one", attachments=(picture,))
    asked = store.ask(session, question, {SHA: PICTURE}, expected_head=None).id
    first = answer(store, session, "answer", asked)
    second = exchange(store, session, "two", first)
    exchange(store, session, "other", first)
    copy = store.fork(session, at=second, title="copied")
    assert [each.content for each in store.messages(copy.id)] == [
        "one", "answer", "two", "answer to two",
    ]  # fmt: skip
    assert store.messages(copy.id)[0].attachments == (picture,)
    assert (copy.forked_from, copy.title, copy.system, copy.options) == (
        session, "copied", "s", {"a": 1},
    )  # fmt: skip
    assert store.session(copy.id) == copy
    assert copy.head == store.messages(copy.id)[-1].id
    assert [each.content for each in store.messages(store.fork(session).id)][-2:] == [
        "other", "answer to other",
    ]  # fmt: skip
    with pytest.raises(NotFoundError, match="has no message 99"):
        store.fork(session, at=99)
    assert store.fork(begin(store)).head is None


def test_a_whole_session_keeps_its_ids_where_they_are_free(store: SessionStore) -> None:
    session = Session(
        "0123456789ab", "t", "2020-01-01T00:00:00.000Z", "2021-01-01T00:00:00.000Z", 9
    )
    tree = [Message("user", "q", id=7), Message("assistant", "a", id=9, parent=7)]
    assert store.add(session, tree, {}) == session
    assert [(each.id, each.parent) for each in store.messages(session.id)] == [(7, None), (9, 7)]
    again = store.add(session, tree, {})
    assert again.id != session.id
    assert titles.is_id(again.id)
    first, second = store.messages(again.id)
    assert (again.head, second.parent) == (second.id, first.id)
    assert first.id not in {7, 9}
    twice = store.add(session, [Message("user", "q", id=77)] * 2, {})
    assert 77 not in {each.id for each in store.messages(twice.id)}
    second = store.messages(twice.id)[1]
    far = store.add(session, [Message("user", "q", id=2**62)], {})
    assert store.messages(far.id)[0].id == (second.id or 0) + 1


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_all_its_files_are_for_their_owner_alone(path: Path) -> None:
    old = os.umask(0)
    try:
        with closing(SessionStore(path)) as store:
            begin(store)
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    finally:
        os.umask(old)
    names = ("sessions.db", "sessions.db-shm", "sessions.db-wal")
    assert dict(sorted(modes.items())) == dict.fromkeys(names, 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
