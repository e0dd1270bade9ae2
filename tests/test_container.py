"""The image and its compose file: what they name is there, and the program runs in a bare place."""

import os
import shlex
import shutil
import signal
import subprocess
import threading
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from conversations import said, shown_model
from dead_ports import closed_port
from documentation import Parsed, read
from hostile import PATIENCE, Peer, Server, by_path, document
from shell import PROGRAM, call
from terminals import Terminal

ROOT: Final = Path(__file__).parents[1]
STEPS: Final = [
    line.split(maxsplit=1)
    for line in (ROOT / "Dockerfile").read_text().splitlines()
    if line and not line.startswith("#")
]
COMPOSE: Final[dict[str, Any]] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: Final[dict[str, Any]] = COMPOSE["services"]
OURS: Final = [name for name, service in SERVICES.items() if "build" in service]
READ_ONLY: Final = "mount --make-rprivate / && mount -o remount,bind,ro / && exec "
OLLAMA: Final = by_path(
    {
        "/api/version": document({"version": "0.32.15"}),
        "/api/tags": document({"models": [{"name": "m:latest", "capabilities": ["completion"]}]}),
        "/api/ps": document({"models": []}),
    }
)


def copied() -> list[str]:
    """List what the image takes from this folder."""
    words = [shlex.split(rest) for step, rest in STEPS if step == "COPY"]
    return [path for each in words if not each[0].startswith("--from") for path in each[:-1]]


def test_what_is_copied_is_there_and_is_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*"
    assert copied()
    for path in copied():
        assert (ROOT / path).exists()
        assert f"!{path}" in ignored


def test_what_the_wheel_is_made_of_is_copied() -> None:
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, wheel = whole["project"], whole["tool"]["hatch"]["build"]["targets"]["wheel"]
    shared = wheel.get("shared-data", {})
    described = whole["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["fragments"]
    pages = [each["path"] for each in described if "path" in each]
    needed = [*pages, *project["license-files"], *wheel["packages"], *shared]
    assert [each for each in needed if each not in copied()] == []
    assert "fast" in project["optional-dependencies"]


def test_nobody_runs_it_and_it_is_all_that_runs() -> None:
    last = dict(STEPS)  # of several of a kind the last one counts
    user = last["USER"].partition(":")[0]
    assert user.isdigit()  # a name could not be checked by who wants no root
    assert int(user) != 0
    assert last["ENTRYPOINT"] == '["ollama-cli"]'


@pytest.mark.parametrize("name", OURS)
def test_the_services_are_built_here_and_ask_one_server(name: str) -> None:
    service = SERVICES[name]
    assert (ROOT / service["build"] / "Dockerfile").is_file()
    assert service["environment"] == {"OLLAMA_IP": "${OLLAMA_IP:-ollama}"}
    assert "ollama" in SERVICES
    if "command" in service:
        with pytest.raises(Parsed):
            read(service["command"])


def test_nothing_is_asked_before_the_server_answers() -> None:
    assert SERVICES["cli"]["depends_on"] == {
        "ready": {"condition": "service_completed_successfully"}
    }
    assert SERVICES["ready"]["command"][:2] == ["health", "--wait"]
    assert SERVICES["ready"]["depends_on"] == ["ollama"]
    kept = [volume for each in SERVICES.values() for volume in each.get("volumes", [])]
    assert [volume.partition(":")[0] for volume in kept] == list(COMPOSE["volumes"])


def may_mount() -> bool:
    """Tell whether this machine lends a root of its own that can be made read-only."""
    if shutil.which("unshare") is None:
        return False
    tried = ["unshare", "-rm", "sh", "-c", READ_ONLY + "true"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


def in_a_bare_image(*command: str, server: str) -> "subprocess.CompletedProcess[str]":
    """Run as in a container: no home, no terminal, no settings, and nothing can be written."""
    return subprocess.run(
        ["unshare", "-rm", "sh", "-c", READ_ONLY + shlex.join([PROGRAM, *command])],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "OLLAMA_IP": server},
        cwd="/",
        timeout=30,
        check=False,
    )


def test_the_services_run_with_a_root_that_is_read_only() -> None:
    if not may_mount():
        pytest.skip("this machine lends no root that can be made read-only")
    with Server(OLLAMA) as server:
        ready = in_a_bare_image(*SERVICES["ready"]["command"], server=server.url)
        assert (ready.returncode, ready.stderr) == (0, "")
        assert ready.stdout.startswith("ok: Ollama 0.32.15 at ")
        listed = in_a_bare_image("models", "list", "-o", "name", server=server.url)
        assert (listed.returncode, listed.stdout, listed.stderr) == (0, "m:latest\n", "")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_the_first_process_of_a_container_is_ended_by_a_signal(number: int, code: int) -> None:
    """A system ignores what would end its first process, unless that has said what to do."""
    if not may_mount():
        pytest.skip("this machine lends no processes of one's own")
    asked = threading.Event()

    def hold(peer: Peer) -> None:
        asked.set()
        peer.stall()

    with Server(hold) as server:
        outside = subprocess.Popen(
            ["unshare", "-rpf", PROGRAM, "generate", "-m", "m", "hi"],
            stdin=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "OLLAMA_IP": server.url},
        )
        assert asked.wait(PATIENCE)
        children = Path(f"/proc/{outside.pid}/task/{outside.pid}/children").read_text()
        os.kill(int(children), number)
        assert outside.wait(PATIENCE) == code


def test_what_keeps_the_services_waiting_stands_in_their_logs() -> None:
    """Compose itself tells no more of a service that failed than its exit code."""
    command = [*SERVICES["ready"]["command"]]
    command[command.index("--wait") + 1] = "0.1"
    result = call(*command, env={"OLLAMA_IP": f"127.0.0.1:{closed_port()}"})
    assert result.code == 7
    assert "no running Ollama server detected at http://127.0.0.1:" in result.err


def test_a_conversation_in_it_has_no_word_for_what_is_not_kept() -> None:
    if not may_mount():
        pytest.skip("this machine lends no root that can be made read-only")
    variables = dict(each.partition("=")[::2] for each in shlex.split(dict(STEPS)["ENV"]))
    env = {**variables, "HOME": "/nonexistent", "PATH": os.environ["PATH"]}
    routes = {"/api/chat": said("an answer"), "/api/show": shown_model}
    with Server(by_path(routes)) as server:
        command = shlex.join([PROGRAM, "chat", "-m", "m", "--host", server.url])
        inside = ("-rm", "sh", "-c", f"unset XDG_CONFIG_HOME; {READ_ONLY}{command}")
        with Terminal(*inside, program="/usr/bin/unshare", env=env) as terminal:
            terminal.expect(">>>")
            terminal.send("hi\r")
            terminal.expect("an answer", ">>>")
            terminal.send("/bye\r")
            assert terminal.end() == 0
    assert "warning" not in terminal.shown


def test_it_builds_where_a_docker_daemon_runs() -> None:
    docker = shutil.which("docker") or "false"
    if subprocess.run([docker, "info"], capture_output=True, check=False).returncode:
        pytest.skip("no docker daemon runs here")
    subprocess.run([docker, "build", "-q", "-t", "ollama-cli-test", ROOT], check=True, timeout=500)
    said = subprocess.run(
        [docker, "run", "--rm", "--read-only", "ollama-cli-test", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.startswith("ollama-cli ")
