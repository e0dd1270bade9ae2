"""`models ensure`: what a file lists is there in the end, and nothing else is done."""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile import Server, by_path, document, lines
from shell import Result, call, run

from ollama_cli.demo import DemoServer

OTHER = "sha256:" + "0" * 64
BOTH = {"demo:latest", "demo-embed:latest"}
KEYS = ["model", "state", "digest", "wanted_digest", "error"]


@pytest.fixture
def server() -> Iterator[str]:
    with DemoServer(tokens_per_second=0, bytes_per_second=0) as running:
        yield running.url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, 'models = ["demo", "nomic-embed-text"]')
    return tmp_path


def write(folder: Path, text: str, name: str = "models.toml") -> None:
    (folder / name).write_text(text, encoding="utf-8")


def names(url: str) -> set[str]:
    return set(call("ls", "-o", "name", "--host", url).out.split())


def digest(url: str, name: str) -> str:
    listed = call("ls", "--json", "--filter", name, "--host", url).json["models"]
    return f"sha256:{listed[0]['digest']}"


def ensured(url: str, folder: Path, *args: object, **more: Any) -> Result:
    return call("models", "ensure", *args, "--host", url, cwd=folder, **more)


def test_what_is_missing_is_pulled(server: str, folder: Path) -> None:
    result = ensured(server, folder)
    assert (result.code, result.out) == (0, "")
    assert "pulled nomic-embed-text  8.0 MB in " in result.err
    assert names(server) == BOTH | {"nomic-embed-text:latest"}
    again = ensured(server, folder)
    assert (again.code, again.out, again.err) == (0, "", "note: all models are installed\n")


def test_quietly(server: str, folder: Path) -> None:
    assert ensured(server, folder, "-q") == Result(0, b"", b"")


def test_the_file_may_be_named_or_come_from_stdin(server: str, folder: Path) -> None:
    write(folder, 'models = ["llama3.2"]', "team.toml")
    assert ensured(server, folder, "team.toml", "-q").code == 0
    given = ensured(server, folder, "-", "-q", stdin='models = ["nomic-embed-text"]')
    assert given.code == 0
    assert names(server) == BOTH | {"llama3.2:latest", "nomic-embed-text:latest"}


def test_as_a_document(server: str, folder: Path) -> None:
    result = ensured(server, folder, "-o", "json", "-q")
    assert result.json["schema"] == "ollama-cli/models-ensure/1"
    there, pulled = result.json["models"]
    assert list(there) == list(pulled) == KEYS
    assert list(there.values()) == ["demo", "installed", digest(server, "demo"), None, None]
    assert (pulled["state"], pulled["digest"]) == ("pulled", digest(server, "nomic*"))


def test_as_json_lines(server: str, folder: Path) -> None:
    first, second = ensured(server, folder, "-o", "jsonl", "-q").events
    assert first.pop("schema") == "ollama-cli/models-ensure/1"
    assert [first["state"], second["state"]] == ["installed", "pulled"]


def test_a_plain_registry_is_asked_plainly_where_the_file_says_so(tmp_path: Path) -> None:
    write(tmp_path, 'models = [{name = "h:5000/a/b", insecure = true}]')
    paths = {"/api/tags": document({"models": []}), "/api/pull": lines({"status": "success"})}
    with Server(by_path(paths)) as server:
        assert ensured(server.url, tmp_path, "-q").code == 0
        sent = next(request for request in server.requests if request.path == "/api/pull")
    assert sent.json == {"model": "h:5000/a/b", "stream": True, "insecure": True}


def test_each_pull_is_remembered(server: str, folder: Path) -> None:
    ensured(server, folder, "-q", at=folder)
    (pull,) = call("models", "history", "--json", at=folder).json["pulls"]
    assert (pull["model"], pull["result"]) == ("nomic-embed-text", "success")


def test_check_only_tells(server: str, folder: Path) -> None:
    result = ensured(server, folder, "--check")
    assert (result.code, result.out, result.err) == (12, "missing nomic-embed-text\n", "")
    assert names(server) == BOTH
    ensured(server, folder, "-q")
    assert ensured(server, folder, "--check") == Result(0, b"", b"")


def test_check_tells_what_differs_and_what_is_extra(server: str, folder: Path) -> None:
    write(folder, f'models = [{{name = "demo", digest = "{OTHER}"}}]')
    result = ensured(server, folder, "--check", "--prune")
    assert (result.code, result.out) == (12, "differs demo\nextra demo-embed:latest\n")
    told = ensured(server, folder, "--check", "--prune", "--json")
    assert (told.code, told.err) == (12, "")
    assert [row["state"] for row in told.json["models"]] == ["differs", "extra"]
    assert told.json["models"][0]["wanted_digest"] == OTHER


def test_a_digest_that_is_there_is_enough(server: str, folder: Path) -> None:
    write(folder, f'models = [{{name = "demo", digest = "{digest(server, "demo")}"}}]')
    assert ensured(server, folder, "--check").code == 0


def test_another_digest_after_the_pull_is_an_error_that_names_both(
    server: str, folder: Path
) -> None:
    write(folder, f'models = [{{name = "nomic-embed-text", digest = "{OTHER}"}}]')
    result = ensured(server, folder, "-q")
    found = digest(server, "nomic*")
    assert (result.code, result.out) == (1, "")
    assert result.err.splitlines()[0] == (
        f"error: nomic-embed-text was pulled and has the digest {found}, wanted is {OTHER}"
    )
    told = ensured(server, folder, "-q", "--json")
    assert told.error["code"] == "digest_mismatch"
    assert told.json["models"][0]["state"] == "failed"
    assert told.json["models"][0]["error"]["exit"] == 1


@pytest.mark.parametrize("output", ["text", "json"])
def test_one_of_several_fails(server: str, folder: Path, output: str) -> None:
    write(folder, 'models = ["nobody", "nomic-embed-text"]')
    result = ensured(server, folder, "--prune", "--yes", "-o", output)
    assert result.code == 11
    assert "error: nobody: the registry knows no model 'nobody': " in result.err
    assert names(server) == BOTH | {"nomic-embed-text:latest"}, "nothing goes after a failure"
    if output == "json":
        assert [row["state"] for row in result.json["models"]] == ["failed", "pulled"]


def test_a_failure_keeps_its_code_and_its_secrets(tmp_path: Path) -> None:
    write(tmp_path, 'models = ["m"]')
    echo = {"error": "proxy http://me:s3cret@h says no"}
    paths = {"/api/tags": document({"models": []}), "/api/pull": lines(echo)}
    with Server(by_path(paths)) as server:
        result = ensured(server.url, tmp_path, "--json", env={"OLLAMA_CLI_RETRIES": "0"})
    assert result.code == 5
    assert "http://***@h says no" in result.json["models"][0]["error"]["message"]
    assert "s3cret" not in result.out + result.err


def test_prune_removes_all_others(server: str, folder: Path) -> None:
    result = ensured(server, folder, "--prune", "--yes", "-o", "jsonl")
    assert result.code == 0
    assert [(row["model"], row["state"]) for row in result.events] == [
        ("demo", "installed"),
        ("nomic-embed-text", "pulled"),
        ("demo-embed:latest", "removed"),
    ]
    assert result.err.endswith("removed demo-embed:latest\n")
    assert names(server) == {"demo:latest", "nomic-embed-text:latest"}


def test_prune_asks_nobody_off_a_terminal_and_does_nothing_then(server: str, folder: Path) -> None:
    result = ensured(server, folder, "--prune", stdin="y\n")
    assert (result.code, result.out) == (2, "")
    assert "hint: confirm it with --yes" in result.err
    assert names(server) == BOTH


def test_prune_asks_nothing_where_nothing_is_extra(server: str, folder: Path) -> None:
    write(folder, 'models = ["demo", "demo-embed"]')
    assert ensured(server, folder, "--prune").code == 0


def test_lock_writes_the_digests_that_are_installed(server: str, folder: Path) -> None:
    result = ensured(server, folder, "--lock")
    assert result.code == 0
    assert result.err.endswith("wrote models.lock\n")
    lock = tomllib.loads((folder / "models.lock").read_text("utf-8"))
    assert lock == {
        "models": [
            {"name": "demo", "digest": digest(server, "demo")},
            {"name": "nomic-embed-text", "digest": digest(server, "nomic*")},
        ]
    }
    assert {path.name for path in folder.iterdir()} == {"models.toml", "models.lock"}


def test_no_lock_is_written_after_a_failure(server: str, folder: Path) -> None:
    write(folder, 'models = ["demo", "nobody"]')
    assert ensured(server, folder, "--lock", "-q").code == 4
    assert not (folder / "models.lock").exists()


def test_no_lock_without_a_digest(folder: Path) -> None:
    write(folder, 'models = ["m"]')
    with Server(by_path({"/api/tags": document({"models": [{"name": "m:latest"}]})})) as server:
        result = ensured(server.url, folder, "--lock")
    assert result.code == 5
    assert "the server lists no digest of m; no lock was written" in result.err
    assert not (folder / "models.lock").exists()


def test_frozen_holds_the_server_to_the_lock(server: str, folder: Path) -> None:
    ensured(server, folder, "--lock", "-q")
    lock = (folder / "models.lock").read_text("utf-8")
    assert ensured(server, folder, "--frozen", "-q").code == 0
    call("models", "rm", "nomic-embed-text", "-y", "--host", server)
    assert ensured(server, folder, "--frozen", "--check").code == 12
    assert ensured(server, folder, "--frozen", "-q").code == 0
    write(folder, lock.replace(digest(server, "nomic*"), OTHER), "models.lock")
    assert ensured(server, folder, "--frozen", "--check").out == "differs nomic-embed-text\n"
    failed = ensured(server, folder, "--frozen", "-q")
    assert failed.code == 1
    assert f"wanted is {OTHER}" in failed.err


def test_frozen_without_a_lock_is_4(server: str, folder: Path) -> None:
    result = ensured(server, folder, "--frozen")
    assert result == Result(
        4, b"", b"error: no such file: models.lock\nhint: write it: run it with --lock\n"
    )


def test_frozen_with_a_lock_of_other_models_is_10(server: str, folder: Path) -> None:
    ensured(server, folder, "--lock", "-q")
    write(folder, 'models = ["demo", "llama3.2"]')
    result = ensured(server, folder, "--frozen")
    assert result.code == 10
    assert "models.lock does not fit models.toml: llama3.2 is not locked" in result.err
    assert "llama3.2:latest" not in names(server)


def test_a_lock_is_a_file_too(server: str, folder: Path) -> None:
    ensured(server, folder, "--lock", "-q")
    assert ensured(server, folder, "models.lock", "--check").code == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["models.toml", "models.lock"])
def test_a_pipe_that_lies_in_the_folder_does_not_hang_it(
    server: str, folder: Path, name: str
) -> None:
    write(folder, 'models = ["demo"]')
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    result = run("models", "ensure", "--frozen", "--host", server, cwd=folder)
    assert (result.code, result.err) == (2, f"error: {name} is no regular file\n")


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
def test_a_lock_that_is_a_link_overwrites_nothing_but_a_lock(
    server: str, folder: Path, tmp_path: Path
) -> None:
    write(folder, 'models = ["demo"]')
    precious, link = tmp_path / "precious", folder / "models.lock"
    precious.write_text("export A=1\n", encoding="utf-8")
    link.symlink_to(precious)
    result = ensured(server, folder, "--lock")
    assert result.code == 10
    assert "is no lock" in result.err
    assert precious.read_text(encoding="utf-8") == "export A=1\n"
    precious.write_text("models = []\n", encoding="utf-8")
    assert ensured(server, folder, "--lock").code == 0
    assert "demo" in precious.read_text(encoding="utf-8")
    assert link.is_symlink()
