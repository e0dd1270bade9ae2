"""Programs that others use for the same: which are installed, and the same tasks for each."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.measuring import Run, by_turns, middle
from benchmarks.processes import Command

REFERENCES: Final = Path(__file__).with_name("references")
OURS: Final = "ollama-cli"
LIBRARY: Final = "ollama (PyPI)"
LLM: Final = "llm"
HTTPIE: Final = "httpie"
CURL: Final = "curl | jq"
OFFICIAL: Final = "ollama"
ANSWER: Final = "events-5000"
_PULL: Final = "events-20000"
_VERSION: Final = re.compile(r"\d+\.\d[\w.]*")
DISTRIBUTIONS: Final = "ollama", "llm", "llm-ollama", "httpie"
_ASK: Final = """
from importlib.metadata import PackageNotFoundError, version
import sys
for name in sys.argv[1:]:
    try: print(name, version(name))
    except PackageNotFoundError: pass
"""


@dataclass(frozen=True, slots=True)
class Tools:
    """Where the programs are, and their versions; `python` is ours, `peers` that of the peers."""

    python: str
    program: str
    peers: str
    versions: Mapping[str, str]

    def has(self, *names: str) -> bool:
        """Tell whether all of these are installed."""
        return all(name in self.versions for name in names)

    def of_peers(self, script: str) -> str:
        """Give the path of a script that is installed beside the peers' Python."""
        return str(Path(self.peers).with_name(script))


@dataclass(frozen=True, slots=True)
class Task:
    """What people do, and the command of each program that can."""

    name: str
    sides: Mapping[str, Command]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a task costs with one program: medians, in seconds and bytes."""

    task: str
    program: str
    wall: float
    first: float
    cpu: float
    peak: int


def find(peers: str | None = None) -> Tools:
    """Look for all programs; `peers` is a directory with a Python that has the peers.

    Raises FileNotFoundError where `ollama-cli` is not beside this Python, or no Python in `peers`.
    """
    python = sys.executable
    program = Path(python).with_name("ollama-cli")
    program.stat()
    other = str(Path(peers, "python").absolute()) if peers else python
    versions = dict(
        line.split() for line in _output(other, "-c", _ASK, *DISTRIBUTIONS).splitlines()
    )
    versions = {LIBRARY if name == "ollama" else name: text for name, text in versions.items()}
    for name in ("curl", "jq", OFFICIAL):
        if path := shutil.which(name):
            found = _VERSION.findall(_output(path, "--version"))
            versions[name] = found[-1 if name == OFFICIAL else 0]
    return Tools(python, str(program), other, versions)


def tasks(tools: Tools, url: str) -> list[Task]:
    """Make the commands of each task, for the programs that are installed."""
    library = [tools.peers] if tools.has(LIBRARY) else []
    llm = [tools.of_peers("llm")] if tools.has("llm", "llm-ollama") else []
    http = [tools.of_peers("http"), "--ignore-stdin", "-b"] if tools.has("httpie") else []
    official = [shutil.which(OFFICIAL) or ""] if tools.has(OFFICIAL) else []
    shell = ["/bin/sh", "-c"] if tools.has("curl", "jq") else []

    def script(name: str, *words: str) -> list[str]:
        return library and [*library, str(REFERENCES / name), *words]

    def curl(line: str) -> list[str]:
        return shell and [*shell, line]

    def post(path: str, model: str, read: str) -> list[str]:
        fields = f'{{"model":"{model}","prompt":"hi"}}'
        return curl(f"curl -sN {url}/api/{path} -d '{fields}' | jq {read}")

    def of(name: str, ours: list[str], **others: list[str]) -> Task:
        names = {"library": LIBRARY, "http": HTTPIE, "curl": CURL, "official": OFFICIAL}
        sides = {OURS: Command([tools.program, *ours])}
        sides |= {names.get(key, key): Command(argv) for key, argv in others.items() if argv}
        return Task(name, sides)

    return [
        of(
            "the version",
            ["--version"],
            llm=llm and [*llm, "--version"],
            http=http and [http[0], "--version"],
            curl=curl("curl --version && jq --version"),
            official=official and [*official, "--version"],
        ),
        of(
            "a list of 20 models",
            ["models", "list"],
            library=script("ollama_list.py"),
            llm=llm and [*llm, "models"],
            http=http and [*http, f"{url}/api/tags"],
            curl=curl(f"curl -s {url}/api/tags | jq -r '.models[].name'"),
            official=official and [*official, "list"],
        ),
        of(
            "an answer of 5,000 tokens",
            ["generate", "-m", ANSWER, "hi"],
            library=script("ollama_generate.py", ANSWER),
            llm=llm and [*llm, "-n", "-m", f"ollama/{ANSWER}:latest", "hi"],
            http=http and [*http, "-S", f"{url}/api/generate", f"model={ANSWER}", "prompt=hi"],
            curl=post("generate", ANSWER, "--unbuffered -j .response"),
            official=official and [*official, "run", ANSWER, "hi"],
        ),
        of(
            "a pull of 20,000 events",
            ["models", "pull", _PULL],
            library=script("ollama_pull.py", _PULL),
            curl=post("pull", _PULL, "-r .status"),
            official=official and [*official, "pull", _PULL],
        ),
    ]


def compare(task: Task, rounds: int, run: Run) -> list[Cost]:
    """Run a task by turns with each program."""
    samples = by_turns(task.sides, rounds, run)
    return [
        Cost(
            task.name,
            program,
            wall=middle(found, "wall"),
            first=middle(found, "first"),
            cpu=middle(found, "cpu"),
            peak=int(middle(found, "peak")),
        )
        for program, found in samples.items()
    ]


def missing(tools: Tools) -> list[str]:
    """Name the programs that are not installed."""
    needed = {
        LIBRARY: (LIBRARY,),
        LLM: ("llm", "llm-ollama"),
        HTTPIE: ("httpie",),
        CURL: ("curl", "jq"),
        OFFICIAL: (OFFICIAL,),
    }
    return [name for name, parts in needed.items() if not tools.has(*parts)]


def _output(*argv: str) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603  ours
    return done.stdout + done.stderr
