"""The stub and the launcher as processes, each on a CPU of its own, and runs of commands."""

import contextlib
import http.client
import json
import marshal
import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Self

ROOT: Final = Path(__file__).parents[1]
_COLUMNS, _ROWS = 80, 24
_PATIENCE: Final = 120
_MIB: Final = 1 << 20
Output = Literal["pipe", "terminal"]
_KEPT: Final = ("PATH", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Command:
    """A program to run; one that `tells` ends stderr with an object of numbers.

    Its output goes to a pipe or a terminal. Where `at_root` it starts at the top of this tree.
    """

    argv: Sequence[str]
    output: Output = "pipe"
    tells: bool = False
    at_root: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """What one run cost: seconds, bytes of memory, bytes written; what it told and asked for."""

    wall: float
    cpu: float
    peak: int
    first: float
    bytes: int
    told: Mapping[str, float] = field(default_factory=dict)
    connections: int = 0
    requests: Sequence[str] = ()

    @property
    def mib(self) -> float:
        """Give the peak of memory in MiB."""
        return self.peak / _MIB

    def get(self, measure: str) -> float:
        """Give one measure by its name."""
        return float(self.told[measure] if measure in self.told else getattr(self, measure))


class FailedError(Exception):
    """A program that is measured failed."""


class Bench:
    """A stub under way, and a launcher to run programs beside it."""

    def __init__(self) -> None:
        self._closing = contextlib.ExitStack()
        self.server_cpu, self.client_cpu = _cpus()

    def __enter__(self) -> Self:
        self._home = Path(self._closing.enter_context(tempfile.TemporaryDirectory()))
        (self._home / "home").mkdir()
        self._stub = self._start([sys.executable, "-m", "benchmarks.stub"], self.server_cpu)
        assert self._stub.stdout is not None  # noqa: S101  it is a pipe
        self.url = f"http://127.0.0.1:{int(self._stub.stdout.readline())}"
        script = str(Path(__file__).with_name("launcher.py"))
        self._launcher = self._start([sys.executable, "-I", "-S", script], self.client_cpu)
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def file(self, name: str, text: str) -> str:
        """Write a file for programs to read; gives its path."""
        path = self._home / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def list_models(self, count: int, named: Sequence[str] = ()) -> None:
        """Let the stub list so many models, the named ones first."""
        self._control(json.dumps({"models": count, "named": list(named)}).encode())

    def run(self, command: Command) -> Sample:
        """Run a command to its end; FailedError where it fails or tells nothing."""
        errors = self._home / "errors"
        request = (
            list(command.argv),
            self._environment(),
            str(ROOT if command.at_root else self._home / "home"),
            command.output,
            str(errors),
            _PATIENCE,
            struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0),
        )
        assert self._launcher.stdin is not None  # noqa: S101  it is a pipe
        assert self._launcher.stdout is not None  # noqa: S101  likewise
        marshal.dump(request, self._launcher.stdin)
        self._launcher.stdin.flush()
        used = marshal.load(self._launcher.stdout)  # noqa: S302  it comes from our own child
        code = used.pop("code")
        if not used:
            raise FailedError(f"{command.argv[0]} cannot be started")
        said = errors.read_text(encoding="utf-8", errors="replace").splitlines()
        if code or (command.tells and not said):
            words = " ".join(said[-2:])
            raise FailedError(f"{' '.join(command.argv)[:200]} ended with {code}: {words}")
        told = json.loads(said[-1]) if command.tells else {}
        return Sample(**used, told=told, **self._control(b""))

    def _environment(self) -> dict[str, str]:
        home = str(self._home / "home")
        homes = ("HOME", "XDG_CONFIG_HOME", "LLM_USER_PATH", "HTTPIE_CONFIG_DIR")
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        terminal = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "OLLAMA_HOST": self.url}
        alone = {"OLLAMA_CLI_REGISTRY": "none"}  # no pull leaves this machine
        return kept | dict.fromkeys(homes, home) | terminal | alone

    def _start(self, argv: list[str], cpu: int | None) -> subprocess.Popen[bytes]:
        pinned = [] if cpu is None else [str(cpu)]
        pipe = subprocess.PIPE
        started = subprocess.Popen([*argv, *pinned], stdin=pipe, stdout=pipe, cwd=ROOT)  # noqa: S603  our own
        self._closing.callback(_end, started)
        return started

    def _control(self, body: bytes) -> dict[str, Any]:
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"))
        with contextlib.closing(connection):
            connection.request("POST", "/stub", body)
            seen: dict[str, Any] = json.load(connection.getresponse())
        return seen


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.communicate()


def _cpus() -> tuple[int | None, int | None]:
    """Choose a CPU for the server and another for its clients, where there are two."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    cpus = sorted(os.sched_getaffinity(0))
    return (cpus[0], cpus[-1]) if len(cpus) > 1 else (None, None)
