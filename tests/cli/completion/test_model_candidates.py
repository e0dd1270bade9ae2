"""Names of models: from the cache, from the server if that is old, and never for long."""

import json
import os
import socket
import threading
import time
from pathlib import Path
from typing import NoReturn

import pytest
from completions import completed
from hostile import PATIENCE, Peer, Server, answer, by_path, bytes_then, document, page
from shell import call, run

from ollama_cli.cli.completion.candidates import LONGEST_WAIT

OLD = 301
TAGS = document({"models": [{"name": "llama3:8b"}, {"name": "llama3:70b"}, {"name": "phi:1"}]})
NAMES = ["llama3:70b", "llama3:8b", "phi:1"]
LINE = "ollama-cli run "


def at(server: Server) -> dict[str, str]:
    return {"OLLAMA_HOST": server.url}


def kept(home: Path) -> list[Path]:
    return sorted((home / ".cache/ollama-cli/models").glob("*"))


def make_old(home: Path) -> None:
    for path in kept(home):
        os.utime(path, (time.time() - OLD, time.time() - OLD))


@pytest.mark.parametrize(
    "line",
    [
        "chat -m ",
        "chat --model ",
        "generate -q --model ",
        "embed --lines -m ",
        "health -m ",
        "run ",
        "models show ",
        "models has ",
        "models rm phi:1 ",
        "models rm phi:1 -y ",
        "models stop ",
        "models pull a b ",
        "models cp ",
        "show ",
        "rm ",
        "config set model ",
        "config set allowed_models ",
    ],
)
def test_names_are_offered_wherever_a_model_is_meant(line: str, tmp_path: Path) -> None:
    with Server(TAGS) as server:
        found = completed(f"ollama-cli {line}", tmp_path, at(server))
    assert sorted(found) == NAMES


@pytest.mark.parametrize("line", ["chat ", "run phi:1 ", "models cp phi:1 ", "config set keys "])
def test_nobody_is_asked_where_no_model_is_meant(line: str, tmp_path: Path) -> None:
    with Server(TAGS) as server:
        found = completed(f"ollama-cli {line}", tmp_path, at(server))
        assert server.connections == 0
    assert not set(NAMES) & set(found)


def test_the_cache_answers_for_five_minutes_and_then_the_server(tmp_path: Path) -> None:
    with Server(TAGS, document({"models": [{"name": "new:1"}]})) as server:
        assert sorted(completed(LINE, tmp_path, at(server))) == NAMES
        assert completed(LINE + "llama3:8", tmp_path, at(server)) == ["llama3:8b"]
        assert server.connections == 1
        make_old(tmp_path)
        assert completed(LINE, tmp_path, at(server)) == ["new:1"]
        assert completed(LINE, tmp_path, at(server)) == ["new:1"]
        assert server.connections == 2
        assert [request.path for request in server.requests] == ["/api/tags"] * 2


@pytest.mark.parametrize(
    "script",
    [
        lambda peer: peer.stall(),
        bytes_then(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{", lambda peer: peer.stall()),
        bytes_then(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}"),
        answer(500, b'{"models": []}'),
        answer(404, b"404 page not found"),
        answer(200, b'{"models": [{"name": "cut'),
        answer(200, b"[" * 100_000),
        answer(200, b'{"models": "none"}'),
        document({}),
        page(),
        bytes_then(b"no HTTP at all\r\n\r\n"),
        bytes_then(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}"),
        bytes_then(b""),
        lambda peer: peer.reset(),
    ],
)
def test_old_names_are_better_than_none(script: object, tmp_path: Path) -> None:
    with Server(TAGS, script) as server:  # type: ignore[arg-type]  # a list of scripts has no type
        completed(LINE, tmp_path, at(server))
        make_old(tmp_path)
        assert sorted(completed(LINE, tmp_path, at(server), patience=LONGEST_WAIT)) == NAMES


def drip_for_ever(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    for _ in range(1000):
        peer.send(b" ")
        time.sleep(0.01)


def test_a_server_that_drips_is_left_in_the_middle(tmp_path: Path) -> None:
    left: list[bool] = []

    def script(peer: Peer) -> None:
        try:
            drip_for_ever(peer)
        except OSError:
            left.append(True)

    with Server(script) as server:
        assert completed(LINE, tmp_path, at(server), patience=LONGEST_WAIT) == []
    assert left == [True]


def test_a_process_ends_though_its_server_is_silent(tmp_path: Path) -> None:
    left: list[bool] = []
    with Server(lambda peer: left.append(peer.gone())) as server:
        env = {"_OLLAMA_CLI_COMPLETE": "bash", "OLLAMA_HOST": server.url}
        result = run(LINE, "", env=env, at=tmp_path)
    assert (result.code, result.out, result.err, left) == (0, "", "", [True])


def test_the_look_up_of_a_name_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, ended = threading.Event(), threading.Event()

    def look_up(*_: object, **__: object) -> NoReturn:
        answered.wait(PATIENCE)
        ended.set()
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    slow = {"OLLAMA_HOST": "slow.lan"}
    assert completed(LINE, tmp_path, slow, patience=LONGEST_WAIT) == []
    assert not ended.is_set()
    answered.set()
    assert ended.wait(PATIENCE)


def test_names_that_a_shell_would_read_otherwise_are_left_out(tmp_path: Path) -> None:
    bad = ["$(id)", "`id`", "a;b", "a b", "a\nb", "a\tb", "a'b", 'a"b', "a\\b", "a*", "-x", "", "é"]
    bad += ["\x1b[2J", "a" * 501, "~a", "#a", "a\u202eb", "a&b", "a|b", "<a", "!a", "a=b", "a{b,c}"]
    listed = document({"models": [{"name": name} for name in [*bad, "hf.co/u/m_1-x:Q4_K.M"]]})
    with Server(listed) as server:
        assert completed(LINE, tmp_path, at(server)) == ["hf.co/u/m_1-x:Q4_K.M"]


@pytest.mark.parametrize("path", ["$(id)", "a;b", "a'b", "a&b", "*"])
def test_addresses_that_a_shell_would_read_otherwise_are_left_out(
    path: str, tmp_path: Path
) -> None:
    with Server(TAGS) as server:
        completed(LINE, tmp_path, {"OLLAMA_HOST": f"{server.url}/{path}"})
        assert len(kept(tmp_path)) == 1
        assert completed("ollama-cli --host ", tmp_path) == ["http://127.0.0.1:11434"]


def test_the_server_that_is_asked_is_the_one_the_command_would_ask(tmp_path: Path) -> None:
    env_file = tmp_path / "my.env"
    with Server(TAGS) as typed, Server(document({"models": [{"name": "set:1"}]})) as other:
        env_file.write_text(f"OLLAMA_HOST={other.url}\n")
        line = f"ollama-cli --host {typed.url} chat -m "
        assert sorted(completed(line, tmp_path, at(other))) == NAMES
        assert sorted(completed(f"ollama-cli chat --base-url={typed.url} -m ", tmp_path)) == NAMES
        line = f"ollama-cli chat --env-file {env_file} -m "
        assert completed(line, tmp_path, {"OLLAMA_HOST": ""}) == ["set:1"]


@pytest.mark.parametrize(
    ("dotenv", "line"),
    [
        ("OLLAMA_HOST=http://203.0.113.9:1", LINE),  # a strange folder's public address
        ("OLLAMA_HOST=http://[", LINE),
        ("", "ollama-cli --host http://a?b run "),
        ("", "ollama-cli --env-file missing run "),
        ("", "ollama-cli --demo run "),
    ],
)
def test_where_the_command_would_fail_nothing_is_offered(
    dotenv: str, line: str, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(dotenv)
    assert completed(line, tmp_path, {"OLLAMA_HOST": ""}) == []
    assert kept(tmp_path) == []


def test_a_password_is_sent_and_not_kept(tmp_path: Path) -> None:
    with Server(TAGS) as server:
        env = {"OLLAMA_HOST": server.url.replace("//", "//me:s%20cret@")}
        assert sorted(completed(LINE, tmp_path, env)) == NAMES
        assert server.requests[0].headers["Authorization"] == "Basic bWU6cyBjcmV0"
    [path] = kept(tmp_path)
    assert "cret" not in f"{path}{path.read_text()}"
    assert completed("ollama-cli --host http://", tmp_path)[0] == server.url


def test_a_public_server_behind_a_proxy_is_not_asked(tmp_path: Path) -> None:
    env = {"OLLAMA_HOST": "http://203.0.113.9:1", "HTTP_PROXY": "http://127.0.0.1:9"}
    assert completed(LINE, tmp_path, env) == []


def test_under_local_only_a_public_server_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[object] = []

    def look_up(host: object, *_: object, **__: object) -> NoReturn:
        looked_up.append(host)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    env = {"OLLAMA_HOST": "http://evil.test:1"}
    assert completed(LINE, tmp_path, {**env, "OLLAMA_CLI_LOCAL_ONLY": "1"}) == []
    assert looked_up == []
    assert completed(LINE, tmp_path, env) == []
    assert looked_up == ["evil.test"]


def test_a_list_that_a_command_got_is_used(tmp_path: Path) -> None:
    with Server(by_path({"/api/tags": TAGS})) as server:
        assert call("models", "list", "--host", server.url, at=tmp_path).code == 0
        assert sorted(completed(LINE, tmp_path, at(server))) == NAMES
        assert server.connections == 1


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["models", "pull", "new:1"], 0),
        (["models", "rm", "phi:1", "--yes"], 0),
        (["models", "cp", "phi:1", "new:1"], 0),
        (["models", "rm", "gone:1", "--yes"], 4),
        (["models", "stop", "phi:1"], 0),
    ],
)
def test_what_changes_the_models_drops_the_names(
    args: list[str], code: int, tmp_path: Path
) -> None:
    paths = {"/api/tags": TAGS, "/api/delete": answer(200), "/api/copy": answer(200)}
    done = answer(200, json.dumps({"status": "success", "done": True}).encode() + b"\n")
    with Server(by_path({**paths, "/api/pull": done, "/api/generate": done})) as server:
        completed(LINE, tmp_path, at(server))
        assert len(kept(tmp_path)) == 1
        result = call(*args, "--host", server.url, at=tmp_path)
        assert result.code == code, result.err
    changes = code == 0 and args[1] != "stop"
    assert len(kept(tmp_path)) == (0 if changes else 1)


def test_the_demo_server_is_not_remembered(tmp_path: Path) -> None:
    assert call("models", "list", "--demo", at=tmp_path).code == 0
    assert kept(tmp_path) == []
