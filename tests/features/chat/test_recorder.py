"""What is said is written down; no trouble with that stops a conversation."""

from pathlib import Path
from typing import Any

import pytest
from conversations import ID, talking
from talks import execute

from ollama_cli.errors import ConfigError
from ollama_cli.features.chat.recorder import Draft, Recorder
from ollama_cli.features.chat.tree import Tree
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.system import sqlite
from ollama_cli.types.sessions import Message, Session

REMOVE = ("PRAGMA foreign_keys = ON", "DELETE FROM sessions", "DELETE FROM blobs")


class Notes:
    def __init__(self) -> None:
        self.told: list[str] = []

    def note(self, text: str) -> None:
        self.told.append(text)

    def warn(self, text: str, *, about: str = "") -> None:
        self.told.append(f"{about}: {text}")


class Failing(SessionStore):
    """A store that cannot be written to for a while."""

    fails = False

    def _refuse(self) -> None:
        if self.fails:
            raise ConfigError("the disk is full", hint="make room")

    def ask(self, *args: Any, **more: Any) -> Any:
        self._refuse()
        return super().ask(*args, **more)

    def append(self, *args: Any, **more: Any) -> Any:
        self._refuse()
        return super().append(*args, **more)

    def draft(self, *args: Any, **more: Any) -> None:
        self._refuse()
        super().draft(*args, **more)


def begun(store: SessionStore | None) -> tuple[Recorder, Tree, Notes]:
    notes = Notes()
    return Recorder(store, notes, Session(ID, "", "", "", model="m")), Tree(), notes


def ask(recorder: Recorder, tree: Tree, *texts: str) -> None:
    """Questions, and answers in capitals; written after each."""
    for text in texts:
        role = "assistant" if text.isupper() else "user"
        tree.add(Message(role, text), is_private=recorder.is_private)
        recorder.save(tree)


def texts(store: SessionStore) -> list[str]:
    return [each.content for each in store.messages(ID)]


def test_a_store_that_fails_is_told_of_once_and_tried_again(tmp_path: Path) -> None:
    store = Failing(tmp_path / "sessions.db")
    recorder, tree, notes = begun(store)
    ask(recorder, tree, "a", "A")
    store.fails = True
    ask(recorder, tree, "b", "B", "c")
    assert notes.told == ["not saved: not saved for now: the disk is full (make room)"]
    assert texts(store) == ["a", "A"]
    store.fails = False
    ask(recorder, tree, "C")
    assert texts(store) == ["a", "A", "b", "B", "c", "C"]
    assert notes.told[1:] == ["saved again, with all that was said meanwhile"]
    assert [each.parent for each in store.messages(ID)] == [None, 1, 2, 3, 4, 5]
    assert store.session(ID).head == 6


def test_a_text_file_in_its_place_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "sessions.db").write_text("mine\n" * 1000, encoding="utf-8")
    with talking(tmp_path) as talk:
        assert talk.told("first").startswith("warning: not saved for now: cannot use the store")
        assert talk.out == "yes\n"
        assert talk.told("second") == ""
        assert len(talk.sent) == 3
    assert (tmp_path / "sessions.db").read_text(encoding="utf-8") == "mine\n" * 1000


def test_private_writes_nothing_at_all(tmp_path: Path) -> None:
    store = SessionStore(tmp_path / "data" / "sessions.db")
    recorder, tree, notes = begun(store)
    recorder.is_private = True
    ask(recorder, tree, "a", "A")
    recorder.change(title="b")
    recorder.save(tree)
    Draft(recorder, tree.nodes[0], "m").write()
    assert not (tmp_path / "data").exists()
    assert notes.told == []


def test_a_turn_in_another_window_makes_a_branch(tmp_path: Path) -> None:
    store = SessionStore(tmp_path / "sessions.db")
    recorder, tree, notes = begun(store)
    ask(recorder, tree, "a", "A")
    store.append(ID, [Message("user", "x"), Message("assistant", "X")], 2, expected_head=2)
    ask(recorder, tree, "b", "B")
    assert len(notes.told) == 1
    assert "is a branch of its own" in notes.told[0]
    found = Tree(store.messages(ID), store.session(ID).head)
    assert [node.message.content for node in found.path] == ["a", "A", "b", "B"]
    assert len(found.branches) == 2


def test_what_another_window_removed_stays_removed(tmp_path: Path) -> None:
    store = SessionStore(tmp_path / "sessions.db")
    recorder, tree, notes = begun(store)
    recorder.change(system="a role")
    ask(recorder, tree, "secret", "SECRET")
    with store.database.writing() as base:
        base.execute("DELETE FROM sessions")
    ask(recorder, tree, "b", "B")
    assert texts(store) == ["b", "B"]
    assert notes.told == ["this session was removed: only what is said from here on is saved again"]
    assert [node.message.content for node in tree.path] == ["secret", "SECRET", "b", "B"]
    assert (store.session(ID).title, store.session(ID).system) == ("b", None)
    assert recorder.session.system == "a role"


def test_a_branch_of_copies_is_one_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SessionStore(tmp_path / "sessions.db")
    recorder, tree, _ = begun(store)
    ask(recorder, tree, "a", "A", "b", "B", "c", "C")
    commits = []
    execute = sqlite.Transaction.execute

    def counted(self: Any, statement: str, values: Any = ()) -> Any:
        commits.extend([statement] if statement == "COMMIT" else [])
        return execute(self, statement, values)

    monkeypatch.setattr(sqlite.Transaction, "execute", counted)
    tree.drop(1)
    recorder.save(tree)
    assert len(commits) == 1
    commits.clear()
    ask(recorder, tree, "d", "D")
    assert len(commits) == 2
    assert texts(store)[6:] == ["b", "B", "c", "C", "d", "D"]


def test_a_draft_is_written_every_second_or_4_kb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SessionStore(tmp_path / "sessions.db")
    recorder, tree, _ = begun(store)
    ask(recorder, tree, "a")
    written: list[str] = []
    now = [0.0]
    monkeypatch.setattr(recorder, "draft", lambda *args: written.append(args[2]))
    draft = Draft(recorder, tree.nodes[0], "m", clock=lambda: now[0])
    for _ in range(3):
        now[0] += 0.25
        draft.add(text="x")
    assert written == []
    now[0] += 0.25
    draft.add(text="y")
    assert written == ["xxxy"]
    for _ in range(5):
        draft.add(text="z" * 1024)
    assert len(written) == 2
    draft.write()
    assert draft.text == written[-1]


def test_files_are_kept_once_and_read_again(tmp_path: Path) -> None:
    store = SessionStore(tmp_path / "sessions.db")
    recorder, tree, _ = begun(store)
    attached = recorder.attach("a.txt", "text/plain", b"alpha")
    tree.add(Message("user", "a", attachments=(attached,)))
    recorder.save(tree)
    other = Recorder(store, Notes(), store.session(ID), is_known=True)
    assert other.blob(attached.sha256) == b"alpha"


def test_a_store_that_failed_is_tried_again_with_the_next_exchange(tmp_path: Path) -> None:
    store = Failing(tmp_path / "sessions.db")
    recorder, tree, notes = begun(store)
    store.fails = True
    ask(recorder, tree, "a")
    store.fails = False
    tree.add(Message("assistant", "A"))
    recorder.save(tree, again=False)
    assert store.latest() is None or texts(store) == []
    ask(recorder, tree, "b")
    assert texts(store) == ["a", "A", "b"]
    assert len(notes.told) == 2


def test_files_stay_with_copies(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("alpha", encoding="utf-8")
    with talking(tmp_path) as talk:
        talk.say("first")
        talk.say(f"/file {tmp_path}/a.txt")
        talk.say("second")
        talk.say("/drop 1")
        talk.say("/fork")
        talk.say("third")
        assert talk.sent[0] == ("user", "second\n\nalpha")
        assert [each.name for each in talk.kept[0].attachments] == ["a.txt"]


def test_what_could_not_be_saved_is_tried_again_at_the_end(tmp_path: Path) -> None:
    store = Failing(tmp_path / "sessions.db")
    recorder, tree, notes = begun(store)
    ask(recorder, tree, "one")
    store.fails = True
    ask(recorder, tree, "two")
    recorder.save_rest(tree)
    assert notes.told[-1] == "lost: what could not be saved is lost now"
    store.fails = False
    recorder.save_rest(tree)
    assert notes.told[-1] == "saved again, with all that was said meanwhile"
    assert [each.content for each in store.messages(ID)] == ["one", "two"]


def test_a_session_that_was_left_unsaved_is_saved_with_the_next(tmp_path: Path) -> None:
    store = Failing(tmp_path / "sessions.db")
    recorder, tree, notes = begun(store)
    store.fails = True
    ask(recorder, tree, "one")
    other = Recorder(store, notes, Session("0" * 12, "", "", "", model="m"))
    other.follow(recorder, tree)
    another = Recorder(store, notes, Session("1" * 12, "", "", "", model="m"))
    another.follow(other, Tree())
    another.save_rest(Tree())
    assert notes.told[-1] == "lost: what could not be saved is lost now"
    store.fails = False
    ask(another, Tree(), "two")
    assert [each.content for each in store.messages(ID)] == ["one"]
    assert [each.content for each in store.messages("1" * 12)] == ["two"]


def test_files_of_a_session_that_was_removed_go_along_again(tmp_path: Path) -> None:
    store = SessionStore(tmp_path / "sessions.db")
    recorder, tree, notes = begun(store)
    picture = recorder.attach("a.png", "image/png", b"picture")
    tree.add(Message("user", "one", attachments=(picture,)))
    recorder.save(tree)
    other, again, _ = begun(store)
    other = Recorder(store, notes, recorder.session, is_known=True)
    again = Tree(store.messages(ID), store.session(ID).head)
    execute(store.database.path, *REMOVE)
    for each, branch in ((recorder, tree), (other, again)):
        branch.add(Message("user", "two", attachments=(picture,)))
        each.save(branch)
        (kept,) = store.messages(each.session.id)
        assert [file.name for file in kept.attachments] == (["a.png"] if each is recorder else [])
        assert not [told for told in notes.told if "not saved" in told]
        execute(store.database.path, *REMOVE)
