"""`sessions export` and `sessions import`: conversations come and go as files, or not at all."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from foreign_sessions import PICTURE, SHA, app_message, llm_today, ollama_app
from hostile import Server, by_path, document
from shell import Result, call, run
from terminals import Terminal

from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.sessions import Attachment, Message, Session

TIME = "2026-11-29T10:00:00.000Z"
ONE, TWO = "0123456789ab", "ba9876543210"
ODD = "red \x1b[31m \x9b31m \x85 end"
SHOWN = {
    "messages": [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "hi"},
    ],
    "details": {"parent_model": "tiny:latest"},
    "modified_at": TIME,
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SessionStore]:
    with closing(SessionStore(tmp_path / "data" / "sessions.db")) as opened:
        yield opened


@pytest.fixture
def filled(store: SessionStore) -> SessionStore:
    """Two sessions: one of a question with a picture and two answers, one of a question."""
    picture = Attachment(SHA, "cat.png", "image/png", len(PICTURE))
    messages = [
        Message("user", ODD, created_at=TIME, id=1, attachments=(picture,)),
        Message("assistant", "a dog", created_at=TIME, id=2, parent=1),
        Message("assistant", "a cat", created_at=TIME, id=3, parent=1),
    ]
    store.add(Session(ONE, f"First {ODD}", TIME, TIME, head=3), messages, {SHA: PICTURE})
    question = Message("user", "hi", created_at=TIME, id=4)
    store.add(Session(TWO, "Second", TIME, TIME, head=4), [question], {})
    return store


def sessions(*args: object, data: str = "data", at: Path, **more: Any) -> Result:
    env = {"OLLAMA_CLI_DATA_DIR": str(at / data), **more.pop("env", {})}
    return call("sessions", *args, at=at, env=env, **more)


@pytest.mark.usefixtures("filled")
def test_what_is_exported_comes_back_to_the_byte(tmp_path: Path) -> None:
    result = sessions("export", ONE, "Second", "-f", "a.jsonl", at=tmp_path)
    assert (result.code, result.out) == (0, "")
    assert result.err == "wrote 2.3 KB to a.jsonl\n"
    text = (tmp_path / "a.jsonl").read_bytes()
    result = sessions("import", "a.jsonl", at=tmp_path, data="other")
    assert (result.code, result.err) == (0, "imported 2 sessions\n")
    assert result.out.splitlines()[1] == f"{TWO} Second (1 message)"
    again = sessions("export", ONE, TWO, "--format", "jsonl", at=tmp_path, data="other")
    assert (again.code, again.raw) == (0, text)
    again = sessions("export", ONE, TWO, "-o", "jsonl", "-f", "-", at=tmp_path, data="other")
    assert (again.code, again.raw) == (0, text)
    result = sessions("import", "-", at=tmp_path, stdin=text, data="other")
    assert result.err == "imported 0 sessions; 2 skipped: nothing in them is new\n"
    result = sessions("import", "a.jsonl", at=tmp_path)
    assert (result.code, result.out) == (0, "")


@pytest.mark.usefixtures("filled")
def test_an_export_to_read(tmp_path: Path) -> None:
    result = sessions("export", TWO, at=tmp_path)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("# Second\n")
    both = sessions("export", TWO, TWO[:4], ONE, at=tmp_path)
    assert both.out.startswith(f"{result.out}\n# First")
    assert both.out.count("# Second\n") == 1


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("how", [("--format", "json"), ("-o", "json"), ("-f", "a.json")])
def test_an_export_for_programs(tmp_path: Path, how: tuple[str, ...]) -> None:
    result = sessions("export", ONE, *how, at=tmp_path)
    text = (tmp_path / "a.json").read_text() if how[0] == "-f" else result.out
    exported = json.loads(text)
    assert exported["schema"] == "ollama-cli/sessions-export/1"
    assert [each["active"] for each in exported["messages"]] == [True, False, True]


@pytest.mark.usefixtures("filled")
def test_an_export_replaces_no_file_unasked(tmp_path: Path) -> None:
    target = tmp_path / "a.md"
    target.write_text("mine")
    result = sessions("export", TWO, "-f", "a.md", at=tmp_path)
    assert (result.code, target.read_text()) == (2, "mine")
    assert "--yes" in result.err
    assert sessions("export", TWO, "-f", "a.md", "-y", at=tmp_path).code == 0
    assert target.read_text().startswith("# Second")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (("nobody",), 4, "there is no session 'nobody'"),
        ((ONE, TWO, "-o", "json"), 2, "a document of JSON holds one session"),
        ((ONE, "-o", "json", "--format", "md"), 2, "contradict each other"),
        ((ONE, "-f", "a.pdf"), 2, ".pdf is no format of a conversation"),
        ((ONE, "-f", "no/a.md"), 2, "there is no folder no"),
        ((), 2, ""),
    ],
)
def test_an_export_that_cannot_be(
    tmp_path: Path, args: tuple[str, ...], code: int, told: str
) -> None:
    result = sessions("export", *args, at=tmp_path)
    assert (result.code, result.out) == (code, "")
    assert told in result.err
    assert not list(tmp_path.glob("a.*"))


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("kind", ["md", "json", "jsonl"])
def test_no_text_drives_the_terminal(tmp_path: Path, kind: str) -> None:
    env = {"OLLAMA_CLI_DATA_DIR": str(tmp_path / "data")}
    with Terminal("sessions", "export", ONE, "--format", kind, env=env, columns=200) as terminal:
        assert terminal.end() == 0
    assert b"\x1b[31m" not in terminal.raw
    assert not {"\x9b", "\x85"} & set(terminal.raw.decode())
    assert "a cat" in terminal.shown


def test_another_programs_sessions(tmp_path: Path, store: SessionStore) -> None:
    llm_today(tmp_path / "logs.db")
    made = ollama_app(tmp_path / "db.sqlite")
    first = sessions("import", "logs.db", "--dry-run", at=tmp_path)
    assert (first.code, first.out) == (0, "- Say hello (4 messages)\n")
    assert first.err == "would import 1 session\n"
    assert not store.database.exists
    told = sessions("import", "logs.db", "-o", "json", at=tmp_path).json
    (session,) = told["sessions"]
    assert (told["imported"], told["skipped"]) == (1, 0)
    assert told["schema"] == "ollama-cli/sessions-import/1"
    assert session == {
        "id": session["id"], "title": "Say hello", "model": "tiny:latest",
        "created_at": "2026-11-29T10:00:01.123Z", "messages": 4,
    }  # fmt: skip
    assert [each.content for each in store.messages(session["id"])][:2] == ["Say hello", "hello"]
    assert sessions("import", "db.sqlite", "--from", "ollama-app", at=tmp_path).code == 0
    app_message(made, 3, "user", "more", 3)
    more = sessions("import", "db.sqlite", "-o", "jsonl", at=tmp_path)
    assert [each["messages"] for each in more.events] == [1]
    assert store.blob(SHA) == PICTURE


def test_attachments_that_are_nowhere_are_told(tmp_path: Path) -> None:
    made = llm_today(tmp_path / "logs.db")
    made.add("attachments", id=SHA, path="/etc/hostname")
    part = ("attachment", {"attachment": {"id": SHA}})
    made.message("q3", "a2", "user", "look", part)
    made.turn("01thread", "q3", "q3", 9)
    result = sessions("import", "logs.db", at=tmp_path)
    assert result.code == 0
    assert "warning: 1 attachment left out: the source does not hold them any more" in result.err


def from_model(at: Path, shown: dict[str, Any]) -> Result:
    """Import from a model that the server describes so."""
    scripts = {"/api/show": document(shown), "/api/version": document({"version": "0.24.0"})}
    with Server(by_path(scripts)) as server:
        return sessions("import", "--from-model", "talk", "--host", server.url, at=at)


def test_a_conversation_in_a_model(tmp_path: Path, store: SessionStore) -> None:
    result = from_model(tmp_path, SHOWN)
    assert (result.code, result.err) == (0, "imported 1 session\n")
    session = store.find("hello")
    assert (session.model, session.created_at) == ("tiny:latest", TIME)
    assert [each.content for each in store.messages(session.id)] == ["hello", "hi"]


def test_a_model_without_a_conversation(tmp_path: Path, store: SessionStore) -> None:
    result = from_model(tmp_path, {**SHOWN, "messages": []})
    assert (result.code, result.out) == (4, "")
    assert "no conversation is in talk" in result.err
    assert not store.database.exists


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        ((), 2, "name what to import: FILE, -, or --from-model NAME"),
        (("a", "--from-model", "b"), 2, "name what to import"),
        (("--from", "llm", "--from-model", "b"), 2, "--from is for a file"),
        (("nowhere.jsonl",), 4, "no such file: nowhere.jsonl"),
        (("nowhere.db", "--from", "llm"), 4, "no such file: nowhere.db"),
        (("-", "--from", "llm"), 2, "a database cannot be read from standard input"),
        ((".",), 2, "cannot read .: Is a directory"),
        (("logs.db", "--from", "ollama-app"), 2, "it is no database of ollama-app"),
        (("logs.db", "--from", "jsonl"), 2, "logs.db is no text"),
        (("data/sessions.db",), 2, "it is a store of ollama-cli"),
        (("notes.txt",), 2, "notes.txt, line 1: no JSON"),
        (("notes.txt", "--from", "llm"), 2, "it is no SQLite file"),
    ],
)
def test_an_import_that_cannot_be(
    tmp_path: Path, filled: SessionStore, args: tuple[str, ...], code: int, told: str
) -> None:
    llm_today(tmp_path / "logs.db")
    (tmp_path / "notes.txt").write_text("hello\n")
    before = filled.database.path.read_bytes()
    result = sessions("import", *args, at=tmp_path)
    assert (result.code, result.out) == (code, "")
    assert told in result.err
    assert filled.database.path.read_bytes() == before


def test_a_hostile_file_is_one_clear_error(tmp_path: Path) -> None:
    head = {"schema": "ollama-cli/sessions-export/1", "id": ONE, "created_at": TIME}
    bad = {"id": 1, "role": f"{ODD}", "created_at": TIME}
    text = "\n".join(map(json.dumps, [head, bad]))
    result = sessions("import", "-", "-o", "json", at=tmp_path, stdin=text)
    assert (result.code, result.out) == (2, "")
    assert result.error["message"].startswith("standard input, line 2: role is none of")
    assert result.error["hint"] == "nothing was imported"


def test_titles_from_elsewhere_are_made_visible(tmp_path: Path) -> None:
    head = {"schema": "ollama-cli/sessions-export/1", "id": ONE, "created_at": TIME, "title": ODD}
    result = sessions("import", "-", at=tmp_path, stdin=json.dumps(head))
    assert result.out == f"{ONE} red \\x1b[31m \\x9b31m end (0 messages)\n"


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_what_is_written_is_its_owners(tmp_path: Path) -> None:
    head = {"schema": "ollama-cli/sessions-export/1", "id": ONE, "created_at": TIME}
    env = {"OLLAMA_CLI_DATA_DIR": str(tmp_path / "data")}
    result = run("sessions", "import", "-", at=tmp_path, env=env, stdin=json.dumps(head))
    assert result.code == 0
    place = tmp_path / "data" / "sessions.db"
    assert (place.stat().st_mode & 0o777, place.parent.stat().st_mode & 0o777) == (0o600, 0o700)
