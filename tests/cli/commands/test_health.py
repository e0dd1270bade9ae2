"""`health`: the exit code is the verdict, whatever else is asked."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from clients import stranger
from hostile import Script, answer, by_path, document, head, page
from shell import Result, call

from ollama_cli.demo import DemoServer

KEYS = [
    "schema", "connected", "base_url", "model_detected", "model_id", "provider_type", "error",
    "version", "latency_seconds", "model_count", "http_status", "error_kind", "kind",
]  # fmt: skip
SIGN_IN = {"error": "unauthorized", "signin_url": "https://example.test/connect?key=c3No"}
VERSION = {"/api/version": document({"version": "0.32.15"})}
BROKEN: list[tuple[Script, int, str]] = [
    (page(), 5, "an HTML page came from"),
    (page(502), 5, "HTTP 502 Bad Gateway with an HTML page"),
    (document({"hello": "world"}), 5, "not as Ollama does"),
    (document([1]), 5, "not as Ollama does"),
    (answer(200, b"Ollama is running"), 5, "no JSON"),
    (document({"error": "boom"}, 500), 5, "boom"),
    (by_path(VERSION), 5, "HTTP 404 Not Found"),
    (answer(404, b"404 page not found"), 5, "HTTP 404"),
    (document(SIGN_IN, 401), 6, "open https://example.test/connect?key=c3No"),
    (answer(403), 6, "HTTP 403"),
    (document({"error": "busy"}, 503), 5, "busy"),
    (answer(302, headers={"Location": "/elsewhere"}), 5, "circles"),
    (lambda peer: peer.stall(), 7, "went silent"),
    (lambda peer: peer.reset(), 5, "broke the connection"),
    (lambda peer: peer.send(head(200, {"Content-Length": "50"}), b"{"), 5, "cut off"),
]


@contextmanager
def nobody() -> Iterator[str]:
    """Hold a port at which nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"


def health(*args: str, patience: str = "30") -> Result:
    return call("health", *args, env={"OLLAMA_CLI_HEALTH_TIMEOUT": patience})


def test_all_is_well(demo: str) -> None:
    result = health("--host", demo)
    assert (result.code, result.err) == (0, "")
    first, second = result.out.splitlines()
    assert first.startswith(f"ok: Ollama 0.32.15 at {demo}, 2 models, ")
    assert second == "model: demo:latest"


def test_the_document_when_all_is_well(demo: str) -> None:
    result = health("--json", "--host", demo)
    assert (result.code, result.err) == (0, "")
    verdict = result.json
    assert list(verdict) == KEYS
    assert verdict.pop("latency_seconds") > 0
    assert verdict == {
        "schema": "ollama-cli/health/1",
        "connected": True,
        "base_url": demo,
        "model_detected": True,
        "model_id": "demo:latest",
        "provider_type": "ollama",
        "error": None,
        "version": "0.32.15",
        "model_count": 2,
        "http_status": 200,
        "error_kind": None,
        "kind": "ollama",
    }


def test_a_server_without_models_is_healthy() -> None:
    with stranger(by_path({**VERSION, "/api/tags": document({"models": []})})) as server:
        result = health("--host", server.url)
        silent = health("-q", "--host", server.url)
    assert result.code == silent.code == 0
    assert result.out.startswith("ok: ")
    assert "note: no model that can chat is installed" in result.err
    assert silent.out + silent.err == ""


def test_the_model_asked_for(demo: str) -> None:
    assert health("-m", "demo-embed", "--host", demo).out.endswith("model: demo-embed:latest\n")
    result = health("-m", "demo:7b", "--host", demo)
    assert (result.code, result.out) == (4, "")
    assert result.err.startswith("error: model 'demo:7b' is not installed\nhint: did you mean demo")
    verdict = health("-m", "demo:7b", "--json", "--host", demo)
    assert (verdict.code, verdict.err) == (4, "")
    assert verdict.json["connected"] is True
    assert verdict.json["model_detected"] is False
    assert verdict.json["error_kind"] == "model_not_found"
    assert health("-q", "-m", "demo:7b", "--host", demo) == Result(4, b"", b"")


def listed(*names: str, running: tuple[str, ...] = ()) -> Script:
    """A server with these models, the newest first, all of which can chat."""
    models = [{"name": name, "capabilities": ["completion"]} for name in names]
    loaded = [{"name": name} for name in running]
    pages = {"/api/tags": document({"models": models}), "/api/ps": document({"models": loaded})}
    return by_path({**VERSION, **pages})


def test_the_model_that_is_set(demo: str) -> None:
    result = call("health", "--host", demo, env={"OLLAMA_CLI_MODEL": "demo"})
    assert (result.code, result.err) == (0, "")
    assert result.out.endswith("model: demo:latest\n")
    missing = call("health", "--host", demo, env={"OLLAMA_CLI_MODEL": "demo:7b"})
    assert missing.code == 0
    assert missing.out.endswith("model: demo:7b\n")
    assert missing.err == (
        "note: demo:7b (from OLLAMA_CLI_MODEL) is not there; "
        "get it: `ollama-cli models pull demo:7b`\n"
    )
    verdict = call("health", "--json", "--host", demo, env={"OLLAMA_CLI_MODEL": "demo:7b"})
    assert (verdict.code, verdict.err) == (0, "")
    assert (verdict.json["model_detected"], verdict.json["model_id"]) == (False, "demo:7b")
    assert verdict.json["error"] is None
    named = call("health", "-m", "demo", "--host", demo, env={"OLLAMA_CLI_MODEL": "demo:7b"})
    assert (named.code, named.out.splitlines()[1]) == (0, "model: demo:latest")


def test_the_model_that_is_set_on_another_server() -> None:
    offered = {"object": "list", "data": [{"id": "first"}, {"id": "second"}]}
    with stranger(by_path({"/v1/models": document(offered)})) as server:
        url = f"{server.url}/v1"
        there = call("health", "--host", url, env={"OLLAMA_CLI_MODEL": "second"})
        gone = call("health", "--host", url, env={"OLLAMA_CLI_MODEL": "third"})
    assert (there.code, there.out.splitlines()[1], there.err) == (0, "model: second", "")
    assert (gone.code, gone.out.splitlines()[1]) == (0, "model: third")
    assert gone.err == "note: third (from OLLAMA_CLI_MODEL) is not there\n"


def test_without_a_set_one_it_is_what_chat_takes() -> None:
    with stranger(listed("new", "old", running=("old",))) as server:
        assert health("--host", server.url).out.endswith("model: old\n")
    with stranger(listed("new", "old")) as server:
        assert health("--host", server.url).out.endswith("model: new\n")
        allowed = call("health", "--host", server.url, env={"OLLAMA_CLI_ALLOWED_MODELS": "old"})
    assert allowed.out.endswith("model: old\n")
    models = [{"name": name, "capabilities": ["completion"]} for name in ("new", "old")]
    with stranger(by_path({**VERSION, "/api/tags": document({"models": models})})) as server:
        assert health("--host", server.url).out.endswith("model: new\n")  # no /api/ps there


def test_nobody_listens() -> None:
    with nobody() as url:
        result = health("--host", url)
        assert (result.code, result.out) == (3, "")
        assert result.err == (
            f"error: no running Ollama server detected at {url} (from --host): connection refused\n"
            f"hint: start it with `OLLAMA_HOST={url.removeprefix('http://')} ollama serve`"
            " (install: https://ollama.com/download)\n"
        )
        verdict = health("--json", "--host", url)
        assert (verdict.code, verdict.err) == (3, "")
        assert verdict.json["connected"] is False
        assert verdict.json["error_kind"] == "unreachable"
        assert health("-q", "--host", url) == Result(3, b"", b"")


def test_the_error_says_where_the_address_came_from() -> None:
    with nobody() as url:
        result = call("health", env={"OLLAMA_HOST": url})
        assert f"detected at {url} (from OLLAMA_HOST): connection refused" in result.err


@pytest.mark.usefixtures("plain_silence")
@pytest.mark.parametrize(("script", "code", "told"), BROKEN)
def test_what_answers_wrongly(script: Script, code: int, told: str) -> None:
    with stranger(script) as server:
        patience = "0.2" if told == "went silent" else "30"
        result = health("--host", server.url, patience=patience)
        verdict = health("--json", "--host", server.url, patience=patience)
        silent = health("-q", "--host", server.url, patience=patience)
    assert (result.code, result.out) == (code, "")
    assert result.err.startswith("error: ")
    assert told in result.err
    assert (verdict.code, verdict.err) == (code, "")
    assert list(verdict.json) == KEYS
    assert verdict.json["error"]
    assert silent == Result(code, b"", b"")


def test_quiet_means_quiet_also_where_a_setting_is_wrong(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OLLAMA_HOST=https://ollama.example.com\n")
    assert health("-q", "--host", "http://h?x=1") == Result(2, b"", b"")
    assert call("health", "-q", env={"OLLAMA_HOST": "http://h?x=1"}) == Result(10, b"", b"")
    assert call("health", "-q", cwd=tmp_path) == Result(13, b"", b"")
    assert call("health", "-q", "--wait", "-1") == Result(2, b"", b"")


def test_a_config_error_is_one_also_for_programs() -> None:
    result = call("health", "--json", env={"OLLAMA_CLI_TIMEOUT": "soon"})
    assert (result.code, result.out) == (10, "")
    assert result.error["code"] == "config"
    assert "OLLAMA_CLI_TIMEOUT" in result.error["message"]


@pytest.mark.parametrize("seconds", ["-1", "nan", "soon"])
def test_a_wait_that_is_no_time(seconds: str) -> None:
    result = health("--wait", seconds, "--host", "http://127.0.0.1:9")
    assert (result.code, result.out) == (2, "")
    assert "--wait" in result.err


def test_waiting_in_vain() -> None:
    with nobody() as url:
        result = health("--wait", "0.01", "--host", url)
        assert (result.code, result.out) == (7, "")
        assert result.err.startswith("error: not healthy within 0.01 s: no running Ollama server")
        assert health("--wait", "0", "--json", "--host", url).code == 7


def test_waiting_until_a_server_comes_up() -> None:
    with nobody() as url:
        port = int(url.rpartition(":")[2])
    started: list[DemoServer] = []

    def come_up() -> None:
        time.sleep(0.1)
        server = DemoServer(port=port)
        started.append(server)
        server.__enter__()

    thread = threading.Thread(target=come_up)
    thread.start()
    try:
        result = health("--wait", "10", "--host", url)
    finally:
        thread.join()
        started[0].close()
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("ok: ")
