"""`doctor` as a whole process, in surroundings and among names that a test makes up."""

import atexit
import json
import os
import select
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path
from types import TracebackType
from typing import Any

import hostile
from hostile import by_path, document, lines
from shell import PATIENCE, Result, environment, home

CHECKS = [
    "address", "dns", "tcp", "tls", "http", "api", "version", "models", "default model", "token",
]  # fmt: skip
# An address of loopback for this process alone: neither a server of the developer's listens there,
# nor one of other tests that run at the same time.
QUIET = str(IPv4Address("127.64.0.0") + os.getpid() % 2**22)
CERTIFICATES = Path(__file__).parent / "data" / "tls"
# It loads the program and forks for each examination: loading takes several times as long as that.
# Each finds its own machine: no container, unless a test says so, and no name but those it tells.
_PARENT = """
import json, os, pathlib, socket, sys
from ollama_cli.cli import main as door
from ollama_cli.features.doctor import container, run
for line in sys.stdin:
    child = os.fork()
    if not child:
        break
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    sys.exit()
root, names, environment, folder, streams, arguments = json.loads(line)
container.ROOT = pathlib.Path(root)
os.environ.clear()
os.environ.update(environment)
os.chdir(folder)
for number, path in enumerate(streams):
    os.dup2(os.open(path, os.O_RDWR | os.O_CREAT), number)
look_up = socket.getaddrinfo
def looked_up(host, *args, **kwargs):
    if host in names:
        return [each for name in names[host] for each in look_up(name, *args, **kwargs)]
    if host.replace(".", "").isdigit() or ":" in host or host == "localhost":
        return look_up(host, *args, **kwargs)
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
socket.getaddrinfo = looked_up
sys.exit(door.main(["doctor", *arguments]))
"""
VERSION = document({"version": "0.32.15"})
TAGS = document({"models": [{"name": "m:latest", "capabilities": ["completion"]}]})
DONE = {"model": "m", "message": {"content": "ok"}, "done": True}
OLLAMA = {"/api/version": VERSION, "/api/tags": TAGS, "/api/chat": lines(DONE)}
OLLAMA |= {"/api/ps": document({"models": []})}
ollama = by_path(OLLAMA)


class Server(hostile.Server):
    """A server at any address of this machine, with TLS where a certificate is given."""

    def __init__(
        self,
        script: hostile.Script,
        *,
        address: str = "127.0.0.1",
        port: int = 0,
        certificate: Path | None = None,
        reads: bool = True,
    ) -> None:
        super().__init__(script, reads=reads)
        self._tells_version = False  # all that it says stands in its script
        self._listener.close()
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, port), family=family)
        self.port = self._listener.getsockname()[1]
        self._address = address
        self._certificate = certificate
        host = f"[{address}]" if ":" in address else address
        self.url = f"{'https' if certificate else 'http'}://{host}:{self.port}"

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        socket.create_connection((self._address, self.port), 1).close()
        super().__exit__(exc_type, exc, traceback)

    def _serve(self, sock: socket.socket, *script: Any) -> None:
        if self._certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._certificate)
            try:
                sock = context.wrap_socket(sock, server_side=True)
            except OSError:  # no handshake, or one that the client breaks off
                return
        super()._serve(sock, *script)


def doctor(
    *args: object,
    env: Mapping[str, str] | None = None,
    names: Mapping[str, list[str]] | None = None,
    around: Mapping[str, str] | None = None,
) -> Result:
    """Run it; `names` are host names and their addresses, `around` files of the system."""
    settings = {"OLLAMA_CLI_HEALTH_TIMEOUT": "9", "OLLAMA_CLI_FIRST_TOKEN_TIMEOUT": "9"}
    with tempfile.TemporaryDirectory() as root, tempfile.TemporaryDirectory() as told:
        for name, text in (around or {}).items():
            path = Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        surroundings = environment(settings | dict(env or {}))
        out, err = Path(told, "out"), Path(told, "err")
        streams = [os.devnull, str(out), str(err)]
        arguments = [str(arg) for arg in args]
        code = _examine(root, names or {}, surroundings, str(home()), streams, arguments)
        return Result(code, out.read_bytes(), err.read_bytes())


@cache
def _parent() -> subprocess.Popen[bytes]:
    """Start the process that forks; it ends when its input does."""
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT],
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
        start_new_session=True,
    )
    atexit.register(parent.communicate)
    return parent


def _examine(*task: object) -> int:
    """Have a process forked for a task, and give its exit code."""
    parent = _parent()
    assert parent.stdin
    assert parent.stdout
    parent.stdin.write(json.dumps(task).encode() + b"\n")
    if not select.select([parent.stdout], [], [], PATIENCE)[0]:
        os.killpg(parent.pid, signal.SIGKILL)
        _parent.cache_clear()
        raise TimeoutError
    return int(parent.stdout.readline())


def at(host: str, *args: object, **more: Any) -> tuple[int, dict[str, Any]]:
    """Examine the server that OLLAMA_HOST names: the exit code, and the rungs by their names.

    The rung that failed has a cause and a command, and those after it are skipped.
    """
    env = {"OLLAMA_HOST": host, **more.pop("env", {})}
    result = doctor("--json", *args, env=env, **more)
    found = result.json
    rungs = {rung["name"]: rung for rung in found["rungs"]}
    assert list(rungs) == CHECKS
    failed = [name for name, rung in rungs.items() if rung["status"] == "failed"]
    assert (result.code, found["exit"], found["ok"]) == (found["exit"], result.code, not failed)
    if failed:
        (name,) = failed
        assert rungs[name]["exit"] == result.code
        assert rungs[name]["message"]
        assert rungs[name]["command"]
        after = [rungs[each]["status"] for each in CHECKS[CHECKS.index(name) + 1 :]]
        assert set(after) <= {"skipped"}
    return result.code, rungs


def failure(host: str, *args: object, **more: Any) -> tuple[int, str, str, str]:
    """Give exit code, rung, cause and command of the rung that fails."""
    code, rungs = at(host, *args, **more)
    (found,) = (rung for rung in rungs.values() if rung["status"] == "failed")
    return code, found["name"], found["message"], found["command"]


def notes(host: str, rung: str, **more: Any) -> list[tuple[str, str | None]]:
    """Give the notes on one rung, and their commands, where all is well."""
    code, rungs = at(host, **more)
    assert code == 0, rungs
    assert rungs[rung]["status"] == "note"
    return [(note["message"], note["command"]) for note in rungs[rung]["notes"]]
