"""`models has`, `cp`, `mv`, `freeze`, `rm`: what changes the models asks first and tells it."""

import signal
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile import PATIENCE, Peer, Server, by_path, document
from shell import call, ended, start

from ollama_cli.demo import DemoServer


@pytest.fixture
def server() -> Iterator[str]:
    """A server of its own for each test, as these change it."""
    with DemoServer(tokens_per_second=0, bytes_per_second=0) as running:
        yield running.url


def names(url: str) -> set[str]:
    return set(call("ls", "-o", "name", "--host", url).out.split())


BOTH = {"demo:latest", "demo-embed:latest"}


@pytest.mark.parametrize("name", ["demo", "demo:latest", "DEMO", "library/demo"])
def test_has_compares_as_ollama_does(demo: str, name: str) -> None:
    result = call("models", "has", name, "--host", demo)
    assert (result.code, result.out, result.err) == (0, "demo:latest\n", "")


def test_has_not(demo: str) -> None:
    result = call("models", "has", "demo:7b", "--host", demo)
    assert (result.code, result.out) == (4, "")
    assert result.err.startswith("error: model 'demo:7b' is not installed\nhint: did you mean ")
    assert f"`ollama-cli --host {demo} models pull demo:7b`" in result.err


def test_has_quietly(demo: str) -> None:
    assert call("models", "has", "demo", "-q", "--host", demo).out == ""
    result = call("models", "has", "nobody", "-q", "--host", demo)
    assert (result.code, result.out, result.err) == (4, "", "")


def test_cp(server: str) -> None:
    result = call("models", "cp", "demo", "my-demo", "--host", server)
    assert (result.code, result.out, result.err) == (0, "", "copied demo to my-demo\n")
    assert names(server) == BOTH | {"my-demo:latest"}
    assert call("cp", "demo", "another", "-q", "--host", server).err == ""


def test_cp_of_an_unknown_model(server: str) -> None:
    result = call("models", "cp", "dem", "x", "--host", server)
    assert result.code == 4
    assert "did you mean demo:latest" in result.err


def test_mv(server: str) -> None:
    result = call("models", "mv", "demo", "my-demo", "--host", server)
    assert (result.code, result.out, result.err) == (0, "", "renamed demo to my-demo\n")
    assert names(server) == {"my-demo:latest", "demo-embed:latest"}


@pytest.mark.parametrize("name", ["demo", "demo:latest", "library/demo"])
def test_mv_to_its_own_name_loses_nothing(server: str, name: str) -> None:
    result = call("models", "mv", "demo", name, "--host", server)
    assert result.code == 2
    assert result.err.startswith(f"error: {name} is its name already\n")
    assert names(server) == BOTH


def test_mv_replaces_nothing_unasked(server: str) -> None:
    result = call("models", "mv", "demo", "demo-embed", "--host", server)
    assert result.code == 2
    assert "hint: confirm it with --yes" in result.err
    assert names(server) == BOTH
    assert call("models", "mv", "demo", "demo-embed", "--yes", "--host", server).code == 0
    assert names(server) == {"demo-embed:latest"}


def test_mv_of_an_unknown_model(server: str) -> None:
    result = call("models", "mv", "dem", "x", "--host", server)
    assert result.code == 4
    assert "did you mean demo:latest" in result.err
    assert names(server) == BOTH


@pytest.mark.parametrize("command", ["cp", "mv"])
def test_one_model_is_copied_or_renamed_and_no_glob(server: str, command: str) -> None:
    result = call("models", command, "demo*", "x", "--host", server)
    assert (result.code, names(server)) == (2, BOTH)
    assert result.err.startswith("error: no model name: 'demo*' holds '*' (U+002A)\n")


def test_what_is_no_name_cannot_be_pulled_either(server: str) -> None:
    result = call("models", "has", "x*", "--host", server)
    assert result.code == 4
    assert result.err.endswith(
        f"\nhint: what is installed: `ollama-cli --host {server} models list`\n"
    )


def test_mv_of_an_unknown_model_asks_nothing(server: str) -> None:
    result = call("models", "mv", "nobody", "demo-embed", "--host", server)
    assert result.code == 4
    assert names(server) == BOTH


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_mv_that_is_interrupted_halfway_says_what_is_there(number: int, code: int) -> None:
    asked = threading.Event()

    def hold(peer: Peer) -> None:
        asked.set()
        peer.stall()

    scripts = {
        "/api/version": document({"version": "0.32.15"}),
        "/api/tags": document({"models": [{"name": "a:latest", "size": 1}]}),
        "/api/copy": document({}),
        "/api/delete": hold,
    }
    with Server(by_path(scripts)) as server:
        process = start("models", "mv", "a", "b", "--host", server.url)
        assert asked.wait(PATIENCE)
        process.send_signal(number)
        result = ended(process)
    assert (result.code, result.out) == (code, "")
    assert result.err.startswith("warning: b is there, and a may be, too\n")


def test_mv_that_stops_halfway_says_what_is_there() -> None:
    models = document({"models": [{"name": "a:latest", "size": 1}]})
    scripts = {
        "/api/version": document({"version": "0.32.15"}),
        "/api/tags": models,
        "/api/copy": document({}),
        "/api/delete": document({"error": "disk is gone"}, 500),
    }
    with Server(by_path(scripts)) as server:
        result = call("models", "mv", "a", "b", "--host", server.url)
    assert result.code == 5
    assert result.err.startswith("warning: b is there, and a is, too\nerror: ")


@pytest.mark.parametrize("options", [[], ["--lock"]])
def test_what_is_frozen_is_ensured(server: str, options: list[str], tmp_path: Path) -> None:
    frozen = call("models", "freeze", *options, "--host", server)
    assert frozen.code == 0
    listed = tomllib.loads(frozen.out)["models"]
    named = [each["name"] if options else each for each in listed]
    assert named == sorted(BOTH)
    file = tmp_path / "models.toml"
    file.write_text(frozen.out)
    assert call("models", "ensure", str(file), "--check", "--host", server).code == 0
    call("rm", "demo", "--yes", "--host", server)
    assert call("models", "ensure", str(file), "--check", "--host", server).code == 12


def test_rm_with_yes(server: str) -> None:
    result = call("models", "rm", "demo", "--yes", "--host", server)
    assert (result.code, result.out, result.err) == (0, "", "removed demo:latest\n")
    assert names(server) == {"demo-embed:latest"}


def test_rm_of_what_a_glob_means(server: str) -> None:
    result = call("rm", "demo*", "demo", "-y", "--host", server)
    assert result.code == 0
    assert sorted(result.err.splitlines()) == ["removed demo-embed:latest", "removed demo:latest"]
    assert names(server) == set()


def test_rm_only_told(server: str) -> None:
    result = call("models", "rm", "demo-*", "--dry-run", "--host", server)
    assert (result.code, result.out, result.err) == (0, "demo-embed:latest\n", "")
    assert names(server) == BOTH


@pytest.mark.parametrize("stdin", [None, "y\n"])
def test_rm_asks_nobody_off_a_terminal(server: str, stdin: str | None) -> None:
    result = call("models", "rm", "demo", "--host", server, stdin=stdin)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "error: this needs a confirmation, and there is nobody to ask\n"
        "hint: confirm it with --yes\n"
    )
    assert names(server) == BOTH


def test_rm_of_an_unknown_name_removes_nothing(server: str) -> None:
    result = call("models", "rm", "demo", "demmo", "-y", "--host", server)
    assert (result.code, result.out) == (4, "")
    assert "model 'demmo' is not installed" in result.err
    assert names(server) == BOTH


def test_rm_of_a_glob_that_means_nothing(server: str) -> None:
    result = call("models", "rm", "x*", "-y", "--host", server)
    assert (result.code, result.out) == (4, "")
    assert result.err == (
        "error: no installed model matches 'x*'; nothing was removed\n"
        f"hint: what is installed: `ollama-cli --host {server} models list`\n"
    )


def test_errors_as_programs_read_them(server: str) -> None:
    result = call("models", "show", "nobody", "--json", "--host", server)
    assert (result.code, result.out) == (4, "")
    assert result.error == {
        "code": "model_not_found",
        "exit": 4,
        "message": "model 'nobody:latest' not found",
        "hint": f"get it: `ollama-cli --host {server} models pull nobody`; what is installed:"
        f" `ollama-cli --host {server} models list`",
        "http_status": 404,
    }
