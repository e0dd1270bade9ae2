"""`models history`: what was pulled and how it ended; no trouble with it fails a pull."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hostile import Server, lines
from shell import Result, call
from terminals import Terminal

from ollama_cli.demo import DemoServer
from ollama_cli.features.pull.history import History

KEYS = [
    "model", "host", "started_at", "ended_at", "seconds", "bytes", "restarts", "result", "error",
]  # fmt: skip
UNKNOWN = {"error": "pull model manifest: file does not exist"}
ECHO = {"error": "proxy http://me:s3cret@h says no"}
LAYER = {"status": "pulling ab", "digest": "sha256:ab", "total": 100}
DONE = {"status": "success"}
WARNING = "warning: cannot use the history of pulls "


@pytest.fixture
def server() -> Iterator[str]:
    with DemoServer(tokens_per_second=0, bytes_per_second=0) as running:
        yield running.url


def file_at(home: Path) -> Path:
    return home / "ollama-cli" / "history.sqlite3"


def pulled(url: str, *names: str, at: Path, **more: Any) -> Result:
    return call("models", "pull", *names, "--host", url, at=at, **more)


def history(at: Path, *args: object) -> list[dict[str, Any]]:
    result = call("models", "history", "-o", "json", *args, at=at)
    assert (result.code, result.err) == (0, "")
    assert result.json["schema"] == "ollama-cli/models-history/1"
    pulls: list[dict[str, Any]] = result.json["pulls"]
    return pulls


def test_what_was_pulled(server: str, tmp_path: Path) -> None:
    pulled(server, "nomic-embed-text", "nobody", "-q", at=tmp_path)
    failed, good = history(tmp_path)
    assert list(good) == KEYS
    assert (good["model"], good["host"], good["result"]) == ("nomic-embed-text", server, "success")
    assert (good["restarts"], good["error"]) == (0, None)
    assert good["bytes"] == 8_000_000
    assert good["started_at"] <= good["ended_at"] <= failed["started_at"]
    assert good["seconds"] >= 0
    assert (failed["model"], failed["result"]) == ("nobody", "error")
    assert failed["error"].startswith("the registry knows no model 'nobody': ")


def test_what_was_there_already_is_not_fetched_again(server: str, tmp_path: Path) -> None:
    for _ in range(2):
        pulled(server, "nomic-embed-text", "-q", at=tmp_path)
    assert [pull["bytes"] for pull in history(tmp_path)] == [0, 8_000_000]


def test_only_what_this_pull_fetched_is_counted(tmp_path: Path) -> None:
    steps = [{**LAYER, "completed": done} for done in (40, 90, 100)]  # resumed
    with Server(lines(*steps, DONE)) as server:
        pulled(server.url, "m", "-o", "jsonl", at=tmp_path)
    assert [pull["bytes"] for pull in history(tmp_path)] == [60]


def test_as_a_table(server: str, tmp_path: Path) -> None:
    pulled(server, "nomic-embed-text", "-q", at=tmp_path)
    result = call("models", "history", at=tmp_path)
    header, row = result.out.splitlines()
    assert header.split() == [
        "MODEL", "BEGUN", "RESULT", "FETCHED", "TIME", "RESTARTS", "HOST", "ERROR",
    ]  # fmt: skip
    assert row.startswith("nomic-embed-text  ")
    assert "  success  8.0 MB  " in row
    assert row.endswith(f"  0         {server}")


def test_as_json_lines(server: str, tmp_path: Path) -> None:
    pulled(server, "nobody", "noone", "-q", at=tmp_path)
    first, second = call("models", "history", "-o", "jsonl", at=tmp_path).events
    assert first.pop("schema") == "ollama-cli/models-history/1"
    assert [first["model"], second["model"]] == ["noone", "nobody"]
    assert list(first) == list(second) == KEYS


def test_only_the_newest(server: str, tmp_path: Path) -> None:
    pulled(server, "one", "two", "three", "-q", at=tmp_path)
    assert [pull["model"] for pull in history(tmp_path, "--limit", 2)] == ["three", "two"]
    assert call("models", "history", "--limit", 0, at=tmp_path).code == 2


def test_nothing_yet(tmp_path: Path) -> None:
    assert history(tmp_path) == []
    result = call("models", "history", at=tmp_path)
    assert (result.code, result.err) == (0, "note: no pull was written down yet\n")
    assert not file_at(tmp_path).exists()


def test_nothing_unfinished(server: str, tmp_path: Path) -> None:
    pulled(server, "nobody", "-q", at=tmp_path)
    assert history(tmp_path, "--unfinished") == []
    result = call("models", "history", "--unfinished", at=tmp_path)
    assert (result.code, result.err) == (0, "note: no pull is unfinished\n")


@pytest.mark.parametrize("value", ["0", "false", "off", "no"])
def test_none_is_kept_where_none_is_wanted(server: str, tmp_path: Path, value: str) -> None:
    env = {"OLLAMA_CLI_HISTORY": value}
    assert pulled(server, "nomic-embed-text", "-q", at=tmp_path, env=env).code == 0
    assert not file_at(tmp_path).exists()
    assert call("models", "history", at=tmp_path, env=env).err.splitlines()[1:] == [
        "note: pulls are not written down: history is false (from OLLAMA_CLI_HISTORY)"
    ]


def test_none_is_kept_where_the_config_says_so(server: str, tmp_path: Path) -> None:
    assert call("config", "set", "history", "no", at=tmp_path).code == 0
    assert "history = false" in (tmp_path / "ollama-cli" / "config.toml").read_text("utf-8")
    assert call("config", "get", "history", at=tmp_path).out == "false\n"
    pulled(server, "nomic-embed-text", "-q", at=tmp_path)
    assert not file_at(tmp_path).exists()


def test_a_switch_that_is_none_is_told() -> None:
    result = call("models", "pull", "m", env={"OLLAMA_CLI_HISTORY": "maybe"})
    assert result.code == 10
    assert "history = 'maybe' (from OLLAMA_CLI_HISTORY) is neither true nor false" in result.err


def test_what_the_demo_pretends_is_nothing_to_remember(tmp_path: Path) -> None:
    assert call("models", "pull", "nobody", "--demo", at=tmp_path).code == 4
    assert not file_at(tmp_path).exists()


def test_no_secret_is_kept(tmp_path: Path) -> None:
    with Server(lines(ECHO)) as server:
        address = server.url.replace("//", "//me:s3cret@")
        assert pulled(address, "m", "--retries", "0", at=tmp_path).code == 5
        (pull,) = history(tmp_path)
        assert pull["host"] == server.url
    assert pull["error"] == "pull failed: proxy http://***@h says no"
    assert b"s3cret" not in file_at(tmp_path).read_bytes()


def test_clear_with_yes(server: str, tmp_path: Path) -> None:
    pulled(server, "nobody", "-q", at=tmp_path)
    result = call("models", "history", "--clear", "--yes", at=tmp_path)
    assert (result.code, result.out, result.err) == (0, "", "forgot 1 pull\n")
    assert history(tmp_path) == []


def test_clear_asks_nobody_off_a_terminal(server: str, tmp_path: Path) -> None:
    pulled(server, "nobody", "-q", at=tmp_path)
    result = call("models", "history", "--clear", at=tmp_path)
    assert result.code == 2
    assert "hint: confirm it with --yes" in result.err
    assert len(history(tmp_path)) == 1


@pytest.mark.parametrize(("typed", "code", "left"), [("y\n", 0, 0), ("n\n", 1, 1)])
def test_clear_asks_and_obeys(
    server: str, tmp_path: Path, typed: str, code: int, left: int
) -> None:
    pulled(server, "nobody", "-q", at=tmp_path)
    with Terminal("models", "history", "--clear", at=tmp_path) as terminal:
        terminal.expect("forget all pulls? [y/N]")
        terminal.send(typed)
        assert terminal.end() == code
    assert len(history(tmp_path)) == left


def undecodable(file: Path) -> None:
    History(file).begin("m", "http://h")
    data = file.read_bytes()
    file.write_bytes(data.replace(b"CREATE TABLE pulls", b"CREATE TABLE p\xffll\xff"))


def rubbish(file: Path) -> None:
    file.write_bytes(b"no database\n")


def read_only(file: Path) -> None:
    History(file).begin("m", "h")
    file.parent.chmod(0o500)


def somebody_elses(file: Path) -> None:
    file.mkdir()


no_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything"
)


@pytest.mark.parametrize(
    "spoil", [rubbish, undecodable, somebody_elses, pytest.param(read_only, marks=no_root)]
)
def test_a_history_that_cannot_be_written_is_one_warning(
    server: str, tmp_path: Path, spoil: Any
) -> None:
    file = file_at(tmp_path)
    file.parent.mkdir()
    spoil(file)
    before = file.read_bytes() if file.is_file() else None
    result = pulled(server, "nomic-embed-text", "llama3.2", at=tmp_path)
    file.parent.chmod(0o700)
    assert result.code == 0
    assert (result.err.count(WARNING), result.err.count("warning")) == (1, 1)
    assert (file.read_bytes() if file.is_file() else None) == before


def test_rubbish_is_told_of_where_it_is_asked_for(tmp_path: Path) -> None:
    file_at(tmp_path).parent.mkdir()
    rubbish(file_at(tmp_path))
    result = call("models", "history", at=tmp_path)
    assert (result.code, result.out) == (10, "")
    assert result.err == (
        f"error: cannot use the history of pulls {file_at(tmp_path)}: file is not a database\n"
        "hint: move it away, or keep none: `ollama-cli config set history false`\n"
    )


@pytest.mark.parametrize("change", ["model = x'ff'", "bytes = 'x'", "seconds = 'x'", "pid = 'x'"])
@pytest.mark.parametrize("output", ["text", "json"])
def test_a_row_of_rubbish_is_told(server: str, tmp_path: Path, change: str, output: str) -> None:
    pulled(server, "nomic-embed-text", "-q", at=tmp_path)
    with closing(sqlite3.connect(file_at(tmp_path), isolation_level=None)) as base:
        base.execute("UPDATE pulls SET result = NULL, born = ''")
        base.execute(f"UPDATE pulls SET {change}")  # noqa: S608  the tests' own words
    result = call("models", "history", "-o", output, at=tmp_path)
    assert (result.code, result.out) == (10, "")
    assert "it is damaged" in result.err


def test_a_number_of_no_process_is_gone(server: str, tmp_path: Path) -> None:
    pulled(server, "nomic-embed-text", "-q", at=tmp_path)
    with closing(sqlite3.connect(file_at(tmp_path), isolation_level=None)) as base:
        base.execute("UPDATE pulls SET result = NULL, born = '', pid = 1 << 60")
    assert history(tmp_path)[0]["result"] == "unfinished"
