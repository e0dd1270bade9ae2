"""Removed sessions leave no byte in the files of the store."""

import hashlib
import random
import sqlite3
from contextlib import closing

import pytest
from talks import ask, begin, exchange, execute

from ollama_cli.errors import NotFoundError
from ollama_cli.features.sessions import listing, removal, search
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.sessions import Attachment, Message


def content(store: SessionStore) -> bytes:
    """All that the files of the store hold."""
    return b"".join(path.read_bytes() for path in store.database.path.parent.iterdir())


def remove(store: SessionStore, *ids: str) -> removal.Removal:
    return removal.remove(store, [each for each in listing.sessions(store) if each.id in ids])


def fill(store: SessionStore, draw: random.Random, word: str, count: int) -> str:
    """Hold a conversation in which everything that is stored holds the word."""
    data = f"{word}bytes".encode() * draw.choice([1, 900])
    sha = hashlib.sha256(data).hexdigest()
    session = begin(store, title=f"{word}title", system=f"{word}system", options={word: word})
    head = None
    for number in range(count):
        attached = (Attachment(sha, f"{word}name", f"{word}type", len(data)),)
        text = " ".join(f"{word}x{draw.randrange(9)}" for _ in range(draw.choice([1, 30, 600])))
        question = Message("user", text, parent=head, attachments=attached, model=f"{word}model")
        head = store.ask(session, question, {sha: data}, expected_head=head).id
        store.draft(session, head, f"{word}draft " * draw.choice([1, 400]), f"{word}thinking")
        if number % 2:
            calls = ({"name": f"{word}call"},)
            said = Message("assistant", f"{word}said", parent=head, thinking=word, tool_calls=calls)
            head = store.answer(session, said, expected_head=head).id
    return session


def test_no_byte_is_left(store: SessionStore) -> None:
    for seed in range(2):
        draw = random.Random(seed)
        words = [draw.randbytes(5).hex() for _ in range(6)]
        sessions = [fill(store, draw, word, draw.choice([1, 12])) for word in words]
        before = content(store)
        assert all(word.encode() in before for word in words)
        done = remove(store, *sessions[::2])
        assert (len(done.removed), done.pending) == (3, "")
        after = content(store)
        for place, word in enumerate(words):
            assert (word.encode() in after) == bool(place % 2), (seed, word)
            assert (
                len(search.search(store, search.parse(f"{word}*"))) == 20 * (place % 2) or place % 2
            )
    assert execute(store.database.path, "PRAGMA integrity_check") == [("ok",)]


def test_it_tells_what_went_and_what_was_freed(store: SessionStore) -> None:
    kept, gone = begin(store, title="kept"), begin(store, title="gone")
    exchange(store, kept, "hello")
    exchange(store, gone, "x" * 100_000)
    copy = store.fork(gone)
    (row,) = [each for each in listing.sessions(store) if each.id == gone]
    done = removal.remove(store, [row])
    assert done.removed == [row]
    assert (row.title, row.messages, row.bytes) == ("gone", 2, 200_010)
    assert done.freed > 100_000
    assert store.session(copy.id).forked_from is None
    with pytest.raises(NotFoundError):
        store.session(gone)
    assert removal.remove(store, [row]).removed == []
    assert remove(store) == removal.Removal([], 0, "")


def test_bytes_that_another_session_needs_stay(store: SessionStore) -> None:
    sha = hashlib.sha256(b"shared").hexdigest()
    attached = (Attachment(sha, "a", "text/plain", 6),)
    one, two = begin(store), begin(store)
    for session in (one, two):
        store.ask(
            session,
            Message("user", "q", attachments=attached),
            {sha: b"shared"},
            expected_head=None,
        )
    remove(store, one)
    assert store.blob(sha) == b"shared"
    remove(store, two)
    with pytest.raises(NotFoundError):
        store.blob(sha)


def test_what_another_process_reads_goes_at_the_next_start(store: SessionStore) -> None:
    session = begin(store)
    ask(store, session, "unmistakable")
    path = store.database.path
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM sessions").fetchall()
        with closing(SessionStore(path)) as other:
            done = _impatiently(other, session)
        assert done.pending == "another process reads the file"
        assert b"unmistakable" in content(store)
        with closing(SessionStore(path)) as early:  # it tries, and does not wait
            assert early.latest() is None
        assert b"unmistakable" in content(store)
    store.close()
    with closing(SessionStore(path)) as later:
        assert later.latest() is None
    assert b"unmistakable" not in content(store)
    assert execute(path, "SELECT * FROM upkeep") == []


def _impatiently(store: SessionStore, session: str) -> removal.Removal:
    erase = store.erase
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "erase", lambda: erase(patience=0))
        return remove(store, session)


def test_a_session_that_is_being_answered_can_be_removed(store: SessionStore) -> None:
    session = begin(store)
    asked = ask(store, session, "one")
    store.draft(session, asked, "half", "")
    with closing(SessionStore(store.database.path)) as other:
        remove(other, session)
    with pytest.raises(NotFoundError, match="there is no session"):
        store.answer(session, Message("assistant", "whole", parent=asked), expected_head=asked)
    assert b"half" not in content(store)
