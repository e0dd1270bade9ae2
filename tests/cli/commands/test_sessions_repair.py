"""`sessions repair`, and what the other commands say of a damaged file."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from shell import Result, call

from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.sessions import Message

PAGE = 4096


def sessions(*args: object, at: Path, **more: Any) -> Result:
    return call("sessions", *args, at=at, env={"OLLAMA_CLI_DATA_DIR": str(at)}, **more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "sessions.db"
    with closing(SessionStore(place)) as store:
        session = store.begin(title="A talk", session_id="0123456789ab")
        said = [Message("user", f"word{number} " * 50) for number in range(60)]
        store.append(session.id, said, None, expected_head=None)
    return place


def test_a_damaged_file(path: Path, tmp_path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[:PAGE] = b"\xff" * PAGE
    path.write_bytes(data)
    result = sessions("export", "0123", at=tmp_path)
    assert (result.code, result.out) == (10, "")
    assert result.err.startswith(f"error: cannot use the store of sessions {path}: ")
    assert result.err.endswith("hint: salvage what can be read: `ollama-cli sessions repair`\n")
    result = sessions("repair", at=tmp_path)
    assert (result.code, result.err) == (0, "")
    salvaged, kept = result.out.splitlines()
    assert salvaged == "salvaged 1 session, 60 messages"
    assert kept.startswith(f"the damaged file is kept: {path}.damaged-20")
    assert Path(kept.rpartition(" ")[2]).read_bytes() == data
    assert "word59" in sessions("export", "0123", at=tmp_path).out


def test_for_programs(path: Path, tmp_path: Path) -> None:
    whole = sessions("repair", "-o", "json", at=tmp_path)
    assert (whole.code, whole.json) == (
        0,
        {
            "schema": "ollama-cli/sessions-repair/1",
            "repaired": False, "sessions": None, "messages": None, "lost": 0, "kept": None,
        },
    )  # fmt: skip
    path.write_bytes(path.read_bytes()[: 8 * PAGE])
    found = sessions("repair", "-o", "json", at=tmp_path).json
    assert found["repaired"] is True
    assert (found["sessions"], found["lost"] > 0) == (1, True)
    assert Path(found["kept"]).exists()


def test_nothing_to_repair(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    result = sessions("repair", at=tmp_path)
    assert (result.code, result.out, result.err) == (0, "", "nothing to repair\n")
    assert path.read_bytes() == before
    (tmp_path / "new").mkdir()
    assert sessions("repair", at=tmp_path / "new").err == "nothing to repair\n"


def test_a_text_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "sessions.db").write_text("a diary\n" * 1000)
    assert sessions("export", "x", at=tmp_path).code == 10
    assert sessions("import", "-", at=tmp_path, stdin="{}").code in {2, 10}
    result = sessions("repair", at=tmp_path)
    assert result.out.splitlines()[0] == "salvaged 0 sessions, 0 messages"
    (kept,) = tmp_path.glob("sessions.db.damaged-*")
    assert kept.read_text() == "a diary\n" * 1000


def test_a_newer_file_stays_as_it_is(path: Path, tmp_path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[60:64] = (99).to_bytes(4)
    path.write_bytes(data)
    result = sessions("repair", at=tmp_path)
    assert (result.code, result.out) == (10, "")
    assert "version" in result.err
    assert path.read_bytes() == data
