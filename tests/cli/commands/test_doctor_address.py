"""`doctor`: addresses, names and ports that are wrong, and the machines that they are called on."""

from pathlib import Path

import pytest
from dead_ports import closed_port, full_backlog
from diagnoses import OLLAMA, QUIET, Server, at, doctor, failure, notes, ollama
from hostile import LAST_CHUNK, answer, by_path, document, page
from other_servers import ONLY_V1, serving

BRIEF = {"OLLAMA_CLI_HEALTH_TIMEOUT": "1"}  # where silence tells something
DOCKER = {".dockerenv": "", "proc/version": "Linux version 6.1"}
ROUTE = "Iface Destination Gateway\neth0\t00000000\t010011AC\t0003\n"


@pytest.mark.parametrize(
    ("written", "listens"), [("0.0.0.0:{}", "127.0.0.1"), ("http://[::]:{}", "::1")]
)
def test_the_address_of_all_addresses(written: str, listens: str) -> None:
    with Server(ollama, address=listens) as server:
        ((told, command),) = notes(written.format(server.port), "address")
    assert told == (
        f"0.0.0.0 and :: are where a server listens, not where it is called: {listens} is used"
    )
    assert command in {f"export OLLAMA_HOST={server.url}", f"export OLLAMA_HOST='{server.url}'"}


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/v1/api", "/v1/api at the end is not part of the server's own address"),
        ("/v1/chat/completions", "/v1/chat/completions is a path of the API, not an address"),
        ("/api/generate", "/api/generate is a path of the API, not an address"),
    ],
)
def test_a_path_in_the_wrong_place(path: str, told: str) -> None:
    with Server(ollama) as server:
        ((message, command),) = notes(server.url + path, "address")
    assert message == f"{told}: {server.url} is used"
    assert command == f"export OLLAMA_HOST={server.url}"


def test_a_bare_api_is_in_the_wrong_place_unless_all_of_open_webui_is_there() -> None:
    pages = {"/api/version": document({"version": "0.6.5"}), "/api/models": document({"data": []})}
    with Server(ollama) as server, Server(by_path(pages)) as webui:
        ((message, command),) = notes(f"{server.url}/api", "api")
        rungs = at(f"{webui.url}/api")[1]
    told = f"/api at the end is not part of the server's own address: {server.url} is used"
    assert (message, command) == (told, f"export OLLAMA_HOST={server.url}")
    assert (rungs["api"]["status"], rungs["api"]["message"]) == ("ok", "Open WebUI")


@pytest.mark.parametrize("path", ["/v1", "/v1/"])
def test_v1_is_in_the_wrong_place_only_where_ollama_itself_answers(path: str) -> None:
    with Server(ollama) as server, serving(ONLY_V1) as other:
        ((message, command),) = notes(server.url + path, "api")
        assert at(other.url + path)[1]["api"]["status"] == "ok"
    told = f"/v1 at the end is not part of the server's own address: {server.url} is used"
    assert (message, command) == (told, f"export OLLAMA_HOST={server.url}")


def test_a_prefix_that_is_not_there() -> None:
    with Server(ollama) as server:
        code, rung, cause, command = failure(f"{server.url}/ollama")
    assert (code, rung, command) == (5, "api", f"export OLLAMA_HOST={server.url}")
    assert cause.endswith(f"; but Ollama answers at {server.url}")


def test_a_prefix_of_a_gateway_is_no_mistake() -> None:
    prefixed = {f"/ai{path}": script for path, script in OLLAMA.items()}
    with Server(by_path(prefixed)) as server:
        assert at(f"{server.url}/ai")[0] == 0


def test_it_listens_on_the_other_loopback_alone() -> None:
    with Server(ollama, address="::1") as server:
        code, rung, cause, command = failure(f"127.0.0.1:{server.port}")
        assert (code, rung, command) == (3, "tcp", f"export OLLAMA_HOST='{server.url}'")
        assert cause.startswith("connection refused at 127.0.0.1")
        assert cause.endswith(f"but Ollama answers at {server.url}")
    with Server(ollama) as server:
        assert failure(f"[::1]:{server.port}")[3] == f"export OLLAMA_HOST={server.url}"


@pytest.mark.parametrize(("knows", "listens"), [("127.0.0.1", "::1"), ("::1", "127.0.0.1")])
def test_localhost_is_one_address_and_it_listens_on_the_other(knows: str, listens: str) -> None:
    names = {"localhost": [knows]}
    with Server(ollama, address=listens) as server:
        code, rung, cause, command = failure(f"localhost:{server.port}", names=names)
    assert (code, rung) == (3, "tcp")
    assert cause.endswith(f"but Ollama answers at {server.url}")
    assert server.url in command


@pytest.mark.parametrize("listens", ["127.0.0.1", "::1"])
def test_localhost_is_two_addresses_and_one_listens(listens: str) -> None:
    other = "::1" if listens == "127.0.0.1" else "127.0.0.1"
    names = {"localhost": ["::1", "127.0.0.1"]}
    with Server(ollama, address=listens) as server:
        ((told, command),) = notes(f"localhost:{server.port}", "tcp", names=names)
    assert told == (
        f"the server listens at {listens}, but not at {other} (connection refused); "
        "some tools try only that one"
    )
    assert command is not None
    assert server.url in command


def test_nothing_at_this_port_but_ollama_at_its_own() -> None:
    with Server(ollama, address=QUIET, port=11434):
        code, rung, cause, command = failure(f"{QUIET}:{closed_port(QUIET)}")
        assert (code, rung, command) == (3, "tcp", f"export OLLAMA_HOST=http://{QUIET}:11434")
        assert cause.endswith(f"but Ollama answers at http://{QUIET}:11434")
        code, rung, *_ = failure(f"http://{QUIET}")
        assert (code, rung) == (3, "tcp")


@pytest.mark.parametrize(
    ("script", "reads", "rung", "told"),
    [
        (page(), True, "http", "an HTML page comes back (HTTP 200 OK): another program listens"),
        (answer(404, b"not here"), True, "api", "somebody answers (HTTP 404 Not Found), but neit"),
        (answer(200, b"[]"), True, "api", "somebody answers (HTTP 200 OK), but neither as"),
        (lambda peer: peer.send(b"SSH-2.0-OpenSSH\r\n"), False, "http", "no HTTP server listens"),
        (lambda peer: peer.send(LAST_CHUNK), True, "http", "no HTTP server listens"),
    ],
)
def test_another_program_at_this_port(script: object, reads: bool, rung: str, told: str) -> None:
    with Server(script, address=QUIET, reads=reads) as server:  # type: ignore[arg-type]  # a Script
        code, failed, cause, command = failure(server.url, env=BRIEF)
        assert (code, failed, command) == (5, rung, f"lsof -nP -i :{server.port}")
        assert cause.startswith(told)
        with Server(ollama, address=QUIET, port=11434) as real:
            code, failed, cause, command = failure(server.url, env=BRIEF)
            answers = told != "no HTTP server listens"
            proposed = (
                f"lsof -nP -i :{server.port}" if answers else f"export OLLAMA_HOST={real.url}"
            )
            assert (code, failed, command) == (5, rung, proposed)
            assert cause.startswith(told)


def test_no_server_is_running(tmp_path: Path) -> None:
    (tmp_path / "ollama").write_text("#!/bin/sh\n")
    (tmp_path / "ollama").chmod(0o755)
    port = closed_port(QUIET)
    told = f"connection refused at {QUIET}, port {port}"
    there = failure(f"{QUIET}:{port}", env={"PATH": str(tmp_path)})
    inside = failure(f"{QUIET}:{port}", env={"PATH": str(tmp_path)}, around=DOCKER)
    assert there == inside == (
        3, "tcp", f"{told}: no server is running", f"OLLAMA_HOST={QUIET}:{port} ollama serve"
    )  # fmt: skip
    code, _, cause, command = failure(f"{QUIET}:{port}", env={"PATH": str(tmp_path / "nowhere")})
    assert (code, cause) == (3, f"{told}: nothing listens there, and Ollama is not installed here")
    assert command != "ollama serve"


@pytest.mark.parametrize(
    ("around", "place", "host"),
    [
        ({**DOCKER, "proc/net/route": ROUTE}, "a container (docker)", "172.17.0.1"),
        ({**DOCKER, "etc/hosts": "172.17.0.1 host.docker.internal\n"}, "a container (docker)",
         "host.docker.internal"),
        ({".dockerenv": "", "proc/version": "Linux version 6.6-linuxkit"}, "a container (docker)",
         "host.docker.internal"),
        ({"run/.containerenv": ""}, "a container (podman)", "host.containers.internal"),
        ({"proc/version": "Linux version 5.15-microsoft-standard-WSL2", "proc/net/route": ROUTE},
         "WSL", "172.17.0.1"),
    ],
)  # fmt: skip
def test_localhost_of_a_container(around: dict[str, str], place: str, host: str) -> None:
    port = closed_port(QUIET)
    env = {"PATH": "/nowhere"}
    code, rung, cause, command = failure(f"{QUIET}:{port}", around=around, env=env)
    assert (code, rung, command) == (3, "tcp", f"export OLLAMA_HOST=http://{host}:{port}")
    assert f"this is {place}, and its localhost is not that of the machine around it" in cause


def test_names_that_are_known_in_containers_only() -> None:
    host = "host.docker.internal:11434"
    code, rung, cause, command = failure(host)
    assert (code, rung, command) == (3, "dns", "export OLLAMA_HOST=http://127.0.0.1:11434")
    assert cause == "no such host name: host.docker.internal is known inside containers only"
    inside = failure(host, around={**DOCKER, "proc/net/route": ROUTE})
    assert inside == (
        3, "dns", "host.docker.internal is not known in this container",
        "export OLLAMA_HOST=http://172.17.0.1:11434",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["ollama.example.com", "locahost"])
def test_a_name_that_is_not_known(name: str) -> None:
    code, rung, cause, command = failure(f"{name}:8080")
    assert (code, rung, cause) == (3, "dns", f"no such host name: {name}")
    assert command == "export OLLAMA_HOST=http://127.0.0.1:8080"


def test_a_firewall_that_swallows_everything() -> None:
    with full_backlog() as url:
        port = url.rpartition(":")[2]
        names = {"localhost": ["127.0.0.1"]}
        code, rung, cause, _ = failure(f"localhost:{port}", names=names, env=BRIEF)
    assert (code, rung) in {(7, "tcp"), (3, "tcp")}  # 3 where Ollama itself listens at its port
    assert cause.startswith(f"nothing answers at 127.0.0.1, port {port}")


@pytest.mark.parametrize(
    ("args", "env", "command"),
    [
        (["--host", "{}/api/tags"], {}, "ollama-cli --host {} doctor"),
        ([], {"OLLAMA_CLI_HOST": "{}/api/tags"}, "export OLLAMA_CLI_HOST={}"),
        ([], {"OLLAMA_BASE_URL": "{}/api/tags"}, "export OLLAMA_BASE_URL={}"),
    ],
)
def test_the_command_is_for_where_the_address_was_set(
    args: list[str], env: dict[str, str], command: str
) -> None:
    with Server(ollama) as server:
        filled = {name: value.format(server.url) for name, value in env.items()}
        result = doctor("--json", *(arg.format(server.url) for arg in args), env=filled)
        assert result.json["rungs"][0]["notes"][0]["command"] == command.format(server.url)


def test_an_address_in_the_config_file_is_changed_there(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    with Server(ollama) as server:
        config.write_text(f'[ollama]\nhost = "{server.url}/api/tags"\n')
        result = doctor("--json", env={"OLLAMA_CLI_CONFIG": str(config)})
    note = result.json["rungs"][0]["notes"][0]
    assert note["command"] == f"ollama-cli config set host {server.url}"


def test_an_address_with_a_name_of_its_own(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    with Server(ollama) as server:
        config.write_text(f'[hosts.box]\nurl = "{server.url}/api/tags"\napi_key = "secret-key"\n')
        result = doctor("--json", "--host", "box", env={"OLLAMA_CLI_CONFIG": str(config)})
        assert server.requests[0].headers["Authorization"] == "Bearer secret-key"
    rung = result.json["rungs"][0]
    assert rung["message"] == f"{server.url} (from [hosts.box], named by --host)"
    assert rung["notes"][0]["command"] == f"ollama-cli --host {server.url} doctor"
    assert "secret-key" not in result.out + result.err
