"""A shell session for tests: arguments in; exit code, stdout and stderr out.

`run` starts a whole process through the installed script, `call` the same door inside this process
(quick, and without signals or a shell), `start` a process that goes on running, `bash` a line of
shell. All see an environment that holds nothing of the user's.
"""

import contextlib
import functools
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from published import check_output

from ollama_cli.cli import parser
from ollama_cli.cli.main import Door
from ollama_cli.cli.table import Entry
from ollama_cli.demo.server import DemoServer

PROGRAM = str(Path(sys.executable).with_name("ollama-cli"))
PATIENCE = 30.0
# Coverage measures child processes by these; PATH and the rest let a process start at all.
_KEPT = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "COVERAGE_PROCESS_CONFIG")
_HARMLESS = {
    "OLLAMA_CLI_REGISTRY": "none",
    "OLLAMA_CLI_AUTO_START": "never",
    "OLLAMA_CLI_PAGER": "",
}
Input = bytes | str | None
_LOAD = parser.load
_DEMO: Any = DemoServer.__init__.__kwdefaults__


@dataclass(frozen=True)
class Result:
    """What came of a command; its JSON is as published."""

    code: int
    raw: bytes
    errors: bytes
    words: tuple[str, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        check_output(self.raw, self.errors, self.words)

    @property
    def out(self) -> str:
        return self.raw.decode()

    @property
    def err(self) -> str:
        return self.errors.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def events(self) -> list[Any]:
        """JSON lines of stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self) -> Any:
        """The error object, which is the last line of stderr."""
        return json.loads(self.err.splitlines()[-1])["error"]


def home() -> Path:
    """A home without settings; tests that write any bring their own."""
    path = Path(os.environ["XDG_CONFIG_HOME"])
    path.mkdir(parents=True, exist_ok=True)
    return path


def environment(more: Mapping[str, str] | None = None, at: Path | None = None) -> dict[str, str]:
    """An environment in which nothing is set but what a process needs, and `more`.

    No registry is asked unless a test names one: no test leaves this machine. No server is started,
    and no pager, unless a test says so.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    places = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), str(at or home()))
    places["XDG_CACHE_HOME"] = str(at / ".cache") if at else os.environ["XDG_CACHE_HOME"]
    return kept | places | _HARMLESS | dict(more or {})


def words(*args: object) -> list[bytes]:
    """Put arguments as a shell of today does, whatever the locale of the tests."""
    return [str(arg).encode(errors="surrogateescape") for arg in args]


def run(
    *args: object,
    stdin: Input = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    at: Path | None = None,
) -> Result:
    """Run the installed script; `stdin` is piped, None is /dev/null; `at` is the home."""
    given = None if stdin is None else stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        words(PROGRAM, *args),
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        env=environment(env, at),
        cwd=cwd or at or home(),
        timeout=PATIENCE,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr, _typed(args))


def start(
    *args: object, env: Mapping[str, str] | None = None, **streams: Any
) -> subprocess.Popen[bytes]:
    """Start the installed script; its streams are pipes unless told otherwise."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        words(PROGRAM, *args),
        bufsize=0,  # what was read here is not lost to `ended`
        env=environment(env),
        cwd=home(),
        **{**pipes, **streams},
    )


def ended(process: subprocess.Popen[bytes], out: bytes = b"") -> Result:
    """Wait for the end of a process; `out` is what was read of it before."""
    with process:
        try:
            more, errors = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()  # or leaving the block would wait for it for ever
            raise
    return Result(process.returncode, out + (more or b""), errors or b"", _typed(process.args))


def bash(script: str, *, env: Mapping[str, str] | None = None) -> Result:
    """Run a line of bash in which `ollama-cli` is the installed script."""
    path = f"{Path(PROGRAM).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        words("bash", "-c", script),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment({**(env or {}), "PATH": path}),
        cwd=home(),
        timeout=PATIENCE,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr, ("bash", *script.split()))


def python(code: str, *args: object, env: Mapping[str, str] | None = None) -> Result:
    """Run a piece of Python in a process of its own."""
    done = subprocess.run(
        words(sys.executable, "-c", code, *args),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment(env),
        cwd=home(),
        timeout=PATIENCE,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def call(
    *args: object,
    stdin: Input = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    at: Path | None = None,
) -> Result:
    """Do as `run` does, inside this process; there a demo server answers at once."""
    with contextlib.ExitStack() as stack:
        out, err = _Captured(), _Captured()
        source: Any = stack.enter_context(_source(stdin))
        stack.enter_context(mock.patch.multiple(sys, stdin=source, stdout=out, stderr=err))
        stack.enter_context(mock.patch.object(parser, "load", _load))
        stack.enter_context(mock.patch.dict(_DEMO, tokens_per_second=0.0, bytes_per_second=0.0))
        stack.enter_context(mock.patch.dict(os.environ, environment(env, at), clear=True))
        stack.enter_context(contextlib.chdir(cwd or at or home()))
        try:
            code = Door([str(arg) for arg in args]).run()
        except SystemExit as leave:  # as a command leaves that has told all
            code = leave.code if isinstance(leave.code, int) else 1
        return Result(code, out.written, err.written, _typed(args))


def _typed(args: Any) -> tuple[str, ...]:
    return tuple(os.fsdecode(arg) if isinstance(arg, bytes) else str(arg) for arg in args)


def _load(name: str, entry: Entry) -> Any:
    """Build each command once: most of the time of a call that asks no server."""
    return _built(name, entry, entry.load())


@functools.cache
def _built(name: str, entry: Entry, command: object) -> Any:  # noqa: ARG001  a test may put its own
    return _LOAD(name, entry)


class _Captured(io.TextIOWrapper):
    """A text file that keeps the bytes written to it."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        super().__init__(self._bytes, encoding="utf-8")

    @property
    def written(self) -> bytes:
        self.flush()
        return self._bytes.getvalue()


@contextlib.contextmanager
def _source(stdin: Input) -> Iterator[Any]:
    if stdin is None:
        with Path(os.devnull).open(encoding="utf-8") as nothing:
            yield nothing
        return
    with tempfile.TemporaryFile() as file:
        file.write(stdin.encode() if isinstance(stdin, str) else stdin)
        file.seek(0)
        with io.TextIOWrapper(file, encoding="utf-8") as text:
            yield text
