"""`sessions …`: conversations that are kept are listed, shown, searched, copied and removed."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from shell import Result, call
from talks import ask, begin, exchange, execute
from terminals import Terminal

from ollama_cli.features.sessions import retention
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.sessions import Attachment, Message
from ollama_cli.types.times import timestamp

SKY, CATS, OLD = "5ccccccccccc", "ca7ca7ca7ca7", "01d01d01d01d"
EVIL = "evil\x1b[2J\x85\u202e title\nof two lines"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(folder: Path) -> Iterator[SessionStore]:
    """Three conversations; that on cats was used last."""
    with closing(SessionStore(folder / "sessions.db")) as opened:
        begin(opened, session_id=OLD, title=EVIL)
        begin(opened, session_id=SKY, system="be brief")
        first = ask(opened, SKY, "Why is the sky blue?")
        said = Message("assistant", "It scatters light.", "hm\nso", model="m1", parent=first)
        head = opened.answer(SKY, said, expected_head=first).id
        exchange(opened, SKY, "And red?", head)
        exchange(opened, SKY, "And black?", head)
        begin(opened, session_id=CATS, title="cats")
        sha = "ab" * 32
        picture = Attachment(sha, "cat\x1b.png", "image/png", 3)
        asked = Message("user", "what is\x1b[31m this?\r\nA 🐈 in the sky", attachments=(picture,))
        number = opened.ask(CATS, asked, {sha: b"png"}, expected_head=None).id
        stopped = Message("assistant", "A cat", state="interrupted", parent=number)
        opened.answer(CATS, stopped, expected_head=number)
        yield opened


def sessions(folder: Path, *args: object, **more: Any) -> Result:
    env = {"OLLAMA_CLI_DATA_DIR": str(folder), **more.pop("env", {})}
    return call("sessions", *args, env=env, **more)


def ids(result: Result) -> list[str]:
    return [each["id"] for each in result.json["sessions"]]


@pytest.mark.usefixtures("store")
def test_the_list_as_a_table(folder: Path) -> None:
    result = sessions(folder, "list")
    header, cats, sky, old = result.out.splitlines()
    assert header.split() == ["ID", "TITLE", "MODEL", "MESSAGES", "SIZE", "USED"]
    assert cats.split()[:4] == [CATS, "cats", "llama3.2", "2"]
    assert " ".join(sky.split()[1:11]) == "Why is the sky blue? llama3.2 6 in 2 branches"
    assert old.startswith(rf"{OLD}  evil\x1b[2J \u202e title of two lines  llama3.2  0")
    assert (result.code, result.err) == (0, "")


@pytest.mark.usefixtures("store")
def test_the_list_for_programs(folder: Path) -> None:
    result = sessions(folder, "list", "-o", "json")
    assert result.json["schema"] == "ollama-cli/sessions-list/1"
    assert ids(result) == [CATS, SKY, OLD]
    assert list(result.json["sessions"][1]) == [
        "id", "title", "model", "created_at", "updated_at", "messages", "branches",
        "prompt_tokens", "completion_tokens", "bytes", "forked_from",
    ]  # fmt: skip
    first, *rest = sessions(folder, "list", "-o", "jsonl").events
    assert (first["schema"], first["id"], len(rest)) == ("ollama-cli/sessions-list/1", CATS, 2)
    assert sessions(folder, "list", "-o", "name").out.split() == [CATS, SKY, OLD]
    table = sessions(folder, "list", "-o", "csv").raw.split(b"\r\n")
    assert table[0].startswith(b"id,title,model,")
    assert table[1].startswith(CATS.encode())


@pytest.mark.usefixtures("store")
def test_a_part_of_the_list(folder: Path) -> None:
    for args, found in {
        ("--limit", 1): [CATS],
        ("--filter", "*sky*"): [SKY],
        ("--filter", "messages>1", "--filter", "branches=1"): [CATS],
        ("-m", "llama3.2"): [CATS, SKY, OLD],
        ("-m", "qwen*"): [],
    }.items():
        assert ids(sessions(folder, "list", "-o", "json", *args)) == found, args
    assert "no session matches" in sessions(folder, "list", "-m", "x").err
    assert sessions(folder, "list", "--filter", "colour=red").code == 2


def test_where_nothing_is_kept(folder: Path) -> None:
    result = sessions(folder, "list")
    assert (result.code, result.err) == (0, "note: no session is kept yet\n")
    assert sessions(folder, "list", "-o", "json").json["sessions"] == []
    assert sessions(folder, "search", "sky").err == "note: nothing is found\n"
    assert sessions(folder, "show", "abc").code == 4
    assert sessions(folder, "prune", "--empty").code == 0
    assert not folder.exists()


@pytest.mark.usefixtures("store")
def test_a_conversation_is_shown(folder: Path) -> None:
    result = sessions(folder, "show", "5cc")
    told = result.out
    assert told.startswith(f"{SKY} · Why is the sky blue? · llama3.2 · used ")
    assert "\nsystem\nbe brief\n" in told
    assert "\n[1] you · " in told
    assert "\nWhy is the sky blue?\n\n[2] m1 · " in told
    assert "And black?" in told
    assert "And red?" not in told
    assert "hm" not in told
    whole = sessions(folder, "show", "5cc", "--all-branches", "--thinking").out
    assert "> hm\n> so\nIt scatters light." in whole
    assert "[3] you · less than a second ago · another branch\nAnd red?" in whole
    assert "· after [2]\nAnd black?" in whole


@pytest.mark.usefixtures("store")
def test_a_conversation_for_programs(folder: Path) -> None:
    shown = sessions(folder, "show", "cats", "-o", "json").json
    assert shown["schema"] == "ollama-cli/sessions-show/1"
    assert shown["session"]["id"] == CATS
    first, second = shown["messages"]
    assert first["content"] == "what is\x1b[31m this?\r\nA 🐈 in the sky"
    assert first["attachments"] == [
        {"name": "cat\x1b.png", "media_type": "image/png", "size": 3, "sha256": "ab" * 32}
    ]
    assert (second["parent"], second["state"], second["active"]) == (
        first["id"],
        "interrupted",
        True,
    )
    head, *messages = sessions(folder, "show", SKY, "-o", "jsonl", "--all-branches").events
    assert (head["schema"], head["system"]) == ("ollama-cli/sessions-show/1", "be brief")
    assert [each["active"] for each in messages] == [True, True, False, False, True, True]


@pytest.mark.usefixtures("store")
def test_no_text_controls_the_terminal(folder: Path) -> None:
    with Terminal("sessions", "show", "cats", env={"OLLAMA_CLI_DATA_DIR": str(folder)}) as terminal:
        assert terminal.end() == 0
        told = "\n".join(terminal.lines)
    assert r"what is\x1b[31m this?" in told
    assert r"attached: cat\x1b.png (3 B)" in told


@pytest.mark.usefixtures("store")
def test_what_is_no_session(folder: Path) -> None:
    unknown = sessions(folder, "show", "abcdef")
    assert (unknown.code, unknown.out) == (4, "")
    assert unknown.err == (
        "error: there is no session 'abcdef'\nhint: which there are: `ollama-cli sessions list`\n"
    )
    assert sessions(folder, "show", "ca").code == 2
    with closing(SessionStore(folder / "sessions.db")) as store:
        begin(store, session_id="ca7000000000", title="more cats")
    several = sessions(folder, "show", "ca7")
    assert several.code == 2
    assert f"{CATS} (cats)" in several.err
    assert "ca7000000000 (more cats)" in several.err


@pytest.mark.usefixtures("store")
def test_what_was_said_is_found(folder: Path) -> None:
    result = sessions(folder, "search", "SKY")
    lines = result.out.splitlines()
    assert len(lines) == 4
    assert f"{SKY} · Why is the sky blue? · [1] user · less than a second ago" in lines
    assert "  Why is the [sky] blue?" in lines
    assert r"  what is\x1b[31m this? A 🐈 in the [sky]" in lines
    coloured = sessions(folder, "--color", "always", "search", "blue").out
    assert "the sky \x1b[1m[blue]\x1b[22m?" in coloured
    assert sessions(folder, "search", '"blue"', "light*", "-o", "json").json["hits"] == []
    (hit,) = sessions(folder, "search", "🐈 sky", "-o", "json").json["hits"]
    assert list(hit) == ["session", "title", "message", "role", "created_at", "snippet", "ranges"]
    marked = [hit["snippet"][begin:end] for begin, end in hit["ranges"]]
    assert (hit["session"], marked) == (CATS, ["🐈", "sky"])


@pytest.mark.usefixtures("store")
def test_a_search_is_narrowed(folder: Path) -> None:
    for args, count in {
        ("sky",): 2,
        ("and",): 4,
        ("and", "--role", "user"): 2,
        ("and", "--in", "cats"): 0,
        ("sky", "--in", CATS): 1,
        ("and", "--limit", 3): 3,
        ("sky", "--since", "1h"): 2,
        ("sky", "--since", "2999-01-01"): 0,
        ("sky", "--since", "9999999w"): 2,
        ("sky", "--sort", "newest"): 2,
    }.items():
        assert len(sessions(folder, "search", *args, "-o", "jsonl").events) == count, args
    for args in (("*",), ("--", "--"), ("sky", "--since", "x"), ("sky", "--role", "x")):
        assert sessions(folder, "search", *args).code == 2, args
    assert sessions(folder, "search", "sky", "--in", "fff").code == 4


@pytest.mark.usefixtures("store")
def test_the_exit_code_of_a_search(folder: Path) -> None:
    assert sessions(folder, "search", "zebra").code == 0
    missed = sessions(folder, "search", "zebra", "--exit-code", "-o", "json")
    assert (missed.code, missed.json["hits"]) == (12, [])
    assert sessions(folder, "search", "sky", "--exit-code").code == 0


@pytest.mark.usefixtures("store")
def test_a_title_is_changed(folder: Path) -> None:
    result = sessions(folder, "rename", "5cc", "  on\nthe sky ", "-o", "json")
    assert (result.code, result.json["session"]["title"]) == (0, "on the sky")
    assert result.err == f"renamed {SKY} to 'on the sky'\n"
    assert sessions(folder, "rename", "on the sky", " ").code == 2
    assert ids(sessions(folder, "list", "-o", "json")) == [CATS, SKY, OLD]


def test_a_copy_is_made(folder: Path, store: SessionStore) -> None:
    copy = sessions(folder, "fork", SKY, "--at", 4)
    assert (copy.code, copy.err) == (0, "")
    texts = [each.content for each in store.messages(copy.out.strip())]
    assert texts[-1] == "answer to And red?"
    record = sessions(folder, "fork", "cats", "-o", "json").json["session"]
    assert (record["forked_from"], record["messages"]) == (CATS, 2)
    assert sessions(folder, "fork", SKY, "--at", 99).code == 4


@pytest.mark.usefixtures("store")
def test_what_would_be_removed(folder: Path) -> None:
    result = sessions(folder, "rm", "5cc", "cats", "--dry-run")
    assert result.out == f"{CATS} cats\n{SKY} Why is the sky blue?\n"
    record = sessions(folder, "rm", "5cc", "--dry-run", "-o", "json").json
    assert (record["removed"][0]["id"], record["freed"]) == (SKY, 0)
    assert len(ids(sessions(folder, "list", "-o", "json"))) == 3


@pytest.mark.usefixtures("store")
def test_removed_is_removed(folder: Path) -> None:
    unasked = sessions(folder, "rm", "cats")
    assert (unasked.code, "confirm it with --yes" in unasked.err) == (2, True)
    assert sessions(folder, "rm", "cats", "nobody", "-y").code == 4
    result = sessions(folder, "rm", "cats", SKY, "cats", "-y", "-o", "json")
    assert result.code == 0
    assert {each["id"] for each in result.json["removed"]} == {CATS, SKY}
    assert list(result.json["removed"][0]) == ["id", "title", "messages", "bytes"]
    assert (result.json["freed"] > 0, result.json["pending"]) == (True, False)
    first, second = result.err.splitlines()
    assert first.startswith("removed 2 sessions (")
    assert second == "note: what backups and exports hold of them is out of reach"
    assert ids(sessions(folder, "list", "-o", "json")) == [OLD]
    left = b"".join(path.read_bytes() for path in folder.iterdir())
    assert [word for word in (b"sky", b"cat", b"png", SKY.encode()) if word in left] == []


@pytest.mark.usefixtures("store")
def test_a_question_before_it(folder: Path) -> None:
    env = {"OLLAMA_CLI_DATA_DIR": str(folder)}
    with Terminal("sessions", "rm", "cats", env=env) as terminal:
        terminal.expect(f"remove {CATS} (cats)? [y/N]")
        terminal.send("n\r")
        assert terminal.end() == 1
    assert len(ids(sessions(folder, "list", "-o", "json"))) == 3
    with Terminal("sessions", "prune", "--empty", env=env) as terminal:
        terminal.expect("title of two lines)? [y/N]")
        terminal.send("y\r")
        assert terminal.end() == 0
    assert len(ids(sessions(folder, "list", "-o", "json"))) == 2


def age(folder: Path, session: str, days: int) -> None:
    when = timestamp(datetime.now(UTC) - timedelta(days=days))
    change = f"UPDATE sessions SET updated_at = '{when}' WHERE id = '{session}'"  # noqa: S608  the tests' own words
    execute(folder / "sessions.db", change)


def test_what_is_pruned(folder: Path, store: SessionStore) -> None:
    age(folder, OLD, 100)
    age(folder, SKY, 50)
    exchange(store, CATS, "x" * 5000)
    age(folder, CATS, 1)
    for args, found in {
        ("--older-than", "90d"): [OLD],
        ("--older-than", "30d"): [SKY, OLD],
        ("--keep", 1): [SKY, OLD],
        ("--keep", 0): [CATS, SKY, OLD],
        ("--empty",): [OLD],
        ("--larger", "5kb"): [CATS],
        ("--larger", "5kb", "--keep", 1): [],
        ("--older-than", "30d", "--empty"): [OLD],
    }.items():
        result = sessions(folder, "prune", "--dry-run", *args, "-o", "jsonl")
        assert [each["id"] for each in result.json["removed"]] == found, args
    nothing = sessions(folder, "prune", "--dry-run", "--keep", 9)
    assert (nothing.out, nothing.err) == ("", "note: no session would be removed\n")
    for args in ((), ("--older-than", "90"), ("--larger", "big"), ("--keep", -1)):
        assert sessions(folder, "prune", "-y", *args).code == 2, args
    assert sessions(folder, "prune", "--keep", 2, "-y").err.startswith(
        "removed 1 session (0 B): evil"
    )
    assert ids(sessions(folder, "list", "-o", "json")) == [CATS, SKY]


def test_retention(folder: Path, store: SessionStore) -> None:
    age(folder, OLD, 100)
    age(folder, SKY, 100)
    assert retention.apply(store, None) == ""
    assert retention.apply(store, "200d") == ""
    noted = retention.apply(store, "90d", spared=OLD)
    assert noted == "removed 1 session (99 B): Why is the sky blue?, as keep_sessions is 90d"
    assert ids(sessions(folder, "list", "-o", "json")) == [CATS, OLD]


def test_retention_that_cannot_be_is_noted(folder: Path) -> None:
    folder.mkdir()
    (folder / "sessions.db").write_text("my shopping list\n" * 999)
    with closing(SessionStore(folder / "sessions.db")) as store:
        noted = retention.apply(store, "90d")
    assert noted.endswith("file is not a database: nothing older than 90d was removed")


def test_a_conversation_begins_with_retention(folder: Path, store: SessionStore, demo: str) -> None:
    store.close()
    age(folder, SKY, 100)
    env = {"OLLAMA_CLI_DATA_DIR": str(folder), "OLLAMA_CLI_KEEP_SESSIONS": "90d"}
    words = ("chat", "-m", "llama3.2", "--no-preload", "--host", demo)
    with Terminal(*words, "--private", env=env) as terminal:
        terminal.expect(">>> ")
        terminal.send("\x04")
        assert terminal.end() == 0
    assert len(ids(sessions(folder, "list", "-o", "json"))) == 3
    with Terminal(*words, env=env) as terminal:
        terminal.expect("note: removed 1 session (99 B): Why is the sky blue?, as keep_sessions is")
        terminal.expect(">>> ")
        terminal.send("\x04")
        assert terminal.end() == 0
    assert ids(sessions(folder, "list", "-o", "json")) == [CATS, OLD]


def test_where_they_are_kept(folder: Path, tmp_path: Path) -> None:
    path = str(folder / "sessions.db")
    assert sessions(folder, "path").out == f"{path}\n"
    assert sessions(folder, "path", "-o", "json").json["path"] == path
    usual = call("sessions", "path", at=tmp_path).out.strip()
    assert usual.endswith("ollama-cli/sessions.db")
    homeless = call("sessions", "path", env={"HOME": "", "OLLAMA_CLI_DATA_DIR": "~/x"})
    assert homeless.code == 10


@pytest.mark.parametrize("command", [("list",), ("show", "abc"), ("search", "x"), ("rm", "abc")])
def test_a_damaged_file(folder: Path, command: tuple[str, ...]) -> None:
    folder.mkdir()
    (folder / "sessions.db").write_bytes(b"my shopping list\n" * 999)
    result = sessions(folder, *command)
    assert result.code == 10
    assert result.err == (
        f"error: cannot use the store of sessions {folder}/sessions.db: file is not a database\n"
        "hint: salvage what can be read: `ollama-cli sessions repair`\n"
    )


@pytest.mark.usefixtures("store")
def test_a_newer_file(folder: Path) -> None:
    path = folder / "sessions.db"
    execute(path, "INSERT INTO releases VALUES (2, '0.7.0')", "PRAGMA user_version = 2")
    for command in (("list",), ("rm", "cats", "-y"), ("rename", "cats", "x")):
        result = sessions(folder, *command)
        assert result.code == 10
        assert result.err == (
            f"error: cannot use the store of sessions {path}: it is of version 2, and needs"
            " ollama-cli 0.7.0 or newer\nhint: update ollama-cli\n"
        )
    assert execute(path, "SELECT title FROM sessions WHERE id = 'ca7ca7ca7ca7'") == [("cats",)]
