"""The house keeps its own rules: floors, owners of libraries, nothing at import, small files.

The first tests hold the rules against the tree, the others against small planted sources, so that
it is known that each rule can fail.
"""

import re
from pathlib import Path

import pytest
from house_rules import FLOORS, PACKAGE, long_files, problems


@pytest.mark.parametrize(
    "path", sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
)
def test_the_tree_keeps_the_rules(path: str) -> None:
    found = problems(path, (PACKAGE / path).read_text(encoding="utf-8"))
    assert not found, "\n" + "\n".join(found)


def test_the_tests_and_the_docs_are_small_files_too() -> None:
    root = PACKAGE.parent
    tests = sorted((root / "tests").rglob("*.py"))
    docs = sorted(p for p in (root / "docs").rglob("*") if p.suffix in {".py", ".md"})
    assert Path(__file__) in tests
    assert docs
    found = long_files([*tests, *docs])
    assert not found, "\n" + "\n".join(found)


def test_a_file_that_is_too_long_is_told_of(tmp_path: Path) -> None:
    short, long = tmp_path / "short.md", tmp_path / "long.md"
    short.write_text("x\n" * 250, encoding="utf-8")
    long.write_text("x\n" * 251, encoding="utf-8")
    assert long_files([short, long]) == [f"{long}:251: a file has at most 250 lines"]


def test_every_room_stands_on_a_floor() -> None:
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert rooms - {"__init__", "__pycache__", "py"} == set(FLOORS)


@pytest.mark.parametrize(
    ("path", "source", "told"),
    [
        ("urls.py", "import ollama_cli.settings", "imports only go down"),
        ("wire/pull.py", "from ollama_cli.services import X", "(floor 2) imports services (floor"),
        ("wire/pull.py", "from ollama_cli import services", "imports only go down"),
        ("wire/pull.py", "from ollama_cli.transport import Reply", "floor 2 never import one"),
        ("settings.py", "from ollama_cli.wire import fields", "floor 2 never import one another"),
        ("output/tables.py", "from ollama_cli.progress import choose", "floor 3 never import"),
        ("demo/server.py", "from ollama_cli.services import OllamaClient", "floor 3 never import"),
        ("runtime.py", "from ollama_cli.commands import TABLE", "imports only go down"),
        ("commands/chat.py", "from ollama_cli.transport import Reply", "never imports transport"),
        ("commands/chat.py", "import ollama_cli.wire.ndjson", "commands never imports wire"),
        ("commands/chat.py", "from ollama_cli import app", "imports only go down"),
        ("names.py", "def f():\n    import_module('ollama_cli.sources')", "imports only go down"),
        ("names.py", "importlib.import_module('ollama_cli.sources')", "imports only go down"),
        ("names.py", "__import__('ollama_cli.sources')", "imports only go down"),
        ("names.py", "def f(name):\n    return import_module(name)", "only the lazy tables"),
        ("names.py", "import_module(f'ollama_cli.{name}')", "only the lazy tables import"),
        ("names.py", "from ollama_cli import OllamaClient", "the public names of the package"),
        ("attic.py", "from ollama_cli import names", "attic stands on no floor"),
        ("wire/pull.py", "from . import fields", "imports are absolute"),
        ("wire/pull.py", "from .fields import text", "imports are absolute"),
        ("services/ollama.py", "import requests", "requests is imported by transport, not by"),
        ("services/ollama.py", "from urllib3.util import Retry", "urllib3 is imported by transp"),
        ("commands/models/rm.py", "from requests import get", "requests is imported by transport"),
        (
            "inputs/images.py",
            "from rich.table import Table",
            "rich is imported by output, progress",
        ),
        ("progress/bars.py", "import pygments", "pygments is imported by output, not by progre"),
        ("commands/chat.py", "import markdown_it", "markdown_it is imported by output, not by"),
        ("runtime.py", "import rich", "rich is imported by output, progress, not by"),
        ("runtime.py", "import typer", "typer is imported by app, commands, not by runtime"),
        ("settings.py", "import tomllib", "tomllib is imported by files, not by settings"),
        ("settings.py", "import_module('tomllib')", "tomllib is imported by files, not by"),
        ("settings.py", "import tomli_w", "tomli_w is imported by files"),
        ("local_server.py", "import subprocess", "subprocess is imported by processes, not"),
        ("commands/models/history.py", "import sqlite3", "sqlite3 is imported by history, not by"),
        ("__init__.py", "import platformdirs", "platformdirs is imported by cache, sources, not"),
        ("cache.py", "from ollama_cli import sources", "rooms on floor 3 never import one"),
        ("door.py", "import shellingham", "shellingham is imported by shells, not by door"),
        ("app.py", "import click", "click is imported by nobody"),
        ("commands/chat.py", "from click import echo", "click is imported by nobody"),
        ("commands/chat.py", "import yaml", "yaml is no dependency of this package"),
        ("demo/server.py", "import flask", "flask is no dependency of this package"),
        ("commands/chat.py", "import typer.core", "Typer's inner parts are touched in app.py"),
        ("door.py", "import_module('typer._click.core')", "Typer's inner parts are touched"),
        ("commands/chat.py", "from typer.main import x", "Typer's inner parts are touched"),
        ("streams.py", "import os\ndef f():\n    return os.environ['X']", "os.environ is read in"),
        ("streams.py", "import os\ndef f():\n    return os.getenv('X')", "os.getenv is read in"),
        ("streams.py", "from os import getenv", "os.environ is read in sources alone"),
        ("names.py", "def f():\n    import re", "an import inside a function says why"),
        ("names.py", "def f():\n    from re import x  # noqa: PLC0415", "inside a function says"),
        ("names.py", "async def f():\n    import re", "an import inside a function says why"),
        ("names.py", "x = 1\n" * 251, "a file has at most 250 lines"),
        ("names.py", "x = f()  # noqa", "noqa names its rule and gives a reason"),
        ("names.py", "x = f()  # noqa: S101", "noqa names its rule and gives a reason"),
        ("names.py", "x = f()  # noqa: S101, S102", "noqa names its rule and gives a reason"),
        ("names.py", "x = f()  # type: ignore", "type: ignore names its rule and gives a reas"),
        ("names.py", "x = f()  # type: ignore[misc]", "type: ignore names its rule and gives"),
        ("names.py", "x = f()  # type: ignore[misc]  # noqa: S101  so it is", "type: ignore nam"),
        ("wire/utils.py", "", "a module is named for what it holds"),
        ("helpers/tables.py", "", "a module is named for what it holds"),
        ("output/tables.py", "def f():\n    print('x')", "results leave through a stream"),
        ("names.py", "x = open('x')", "nothing is read, written, asked or connected at import"),
        ("names.py", "class A:\n    x = Path('x').read_text()", "nothing is read, written"),
        ("names.py", "def f(x=socket.socket()): ...", "nothing is read, written, asked"),
        ("names.py", "def f(*, x=open('x')): ...", "nothing is read, written, asked"),
        ("names.py", "if True:\n    subprocess.run([])", "nothing is read, written, asked"),
        ("sources.py", "import os\nx = os.environ['X']", "nothing is read, written, asked"),
        ("transport/client.py", "import requests\nrequests.get('x')", "nothing is read, written"),
    ],
)
def test_a_planted_violation_is_told_in_a_sentence(path: str, source: str, told: str) -> None:
    found = problems(path, source)
    assert len([sentence for sentence in found if told in sentence]) == 1, found
    assert all(re.match(rf"ollama_cli/{re.escape(path)}:\d+: \S", sentence) for sentence in found)


def test_the_line_is_named() -> None:
    assert problems("names.py", "import re\n\nimport click\n") == [
        "ollama_cli/names.py:3: click is imported by nobody, not by names"
    ]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("urls.py", "import re\nfrom ollama_cli.errors import ConfigError"),
        ("events.py", "from ollama_cli.replies import Answer"),
        ("transport/client.py", "import requests\nfrom ollama_cli import __version__, urls"),
        ("wire/pull.py", "from ollama_cli.wire import fields"),
        ("services/ollama.py", "from ollama_cli.wire import ndjson"),
        ("runtime.py", "def f():\n    return import_module('ollama_cli.demo')"),
        ("progress/bars.py", "from rich.progress import Progress"),
        ("commands/models/rm.py", "import typer\nfrom ollama_cli import selection"),
        ("app.py", "from typer._click.core import Context\nfrom ollama_cli.commands import TABLE"),
        ("app.py", "def f(entry):\n    return import_module(entry.module)"),
        ("door.py", "from ollama_cli import app, sources"),
        ("completion/line.py", "from ollama_cli import app"),
        ("cache.py", "def f():\n    return import_module('platformdirs')"),
        ("__main__.py", "def f():\n    from ollama_cli import door  # noqa: PLC0415  it is slow"),
        ("__init__.py", "if TYPE_CHECKING:\n    from ollama_cli.services import OllamaClient"),
        ("sources.py", "import os\ndef f():\n    return import_module('platformdirs'), os.environ"),
        ("names.py", "def f():\n    return open('x')"),
        ("names.py", "x = lambda: open('x')"),
        ("names.py", "print()  # noqa: T201  a line".replace("print()", "def f():\n    print()")),
        ("names.py", "x = f()  # noqa: S101, S102  a reason"),
        ("names.py", "x = f()  # noqa: S101 - a reason"),
        ("names.py", "x = f()  # type: ignore[misc]  # a reason"),
        ("names.py", "x = '# noqa'"),
    ],
)
def test_what_the_rules_allow_is_left_alone(path: str, source: str) -> None:
    assert problems(path, source) == []
