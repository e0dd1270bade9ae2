"""The house keeps its own rules: floors, owners of libraries, nothing at import, no circle.

The first tests hold the rules against the tree, the others against small planted sources, so that
it is known that each rule can fail.
"""

import re
from pathlib import Path

import pytest
from house_rules import FLOORS, LONGEST, OUTSIDE, PACKAGE, ROOT, circles, long_files, problems

FILES = {
    path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(PACKAGE.rglob("*.py"))
}


@pytest.mark.parametrize("path", FILES)
def test_the_tree_keeps_the_rules(path: str) -> None:
    found = problems(path, FILES[path])
    assert not found, "\n" + "\n".join(found)


def test_the_graph_of_files_has_no_circle() -> None:
    assert len(FILES) > 200
    assert circles(FILES) == []


def test_the_root_of_the_package_has_few_doors() -> None:
    entries = [path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"]
    assert len(entries) <= ROOT, entries
    rooms = {name.removesuffix(".py") for name in entries} - {"__init__", "py.typed"}
    assert rooms == set(FLOORS) | OUTSIDE


def test_the_tests_and_the_docs_are_no_giants_either() -> None:
    root = PACKAGE.parent
    tests = sorted((root / "tests").rglob("*.py"))
    docs = sorted(p for p in (root / "docs").rglob("*") if p.suffix in {".py", ".md"})
    assert Path(__file__) in tests
    docs.remove(root / "docs/reference.md")  # which a script writes, and nobody reads as a whole
    found = long_files([*tests, *docs])
    assert not found, "\n" + "\n".join(found)


def test_a_file_that_is_too_long_is_reported(tmp_path: Path) -> None:
    short, long = tmp_path / "short.md", tmp_path / "long.md"
    short.write_text("x\n" * LONGEST, encoding="utf-8")
    long.write_text("x\n" * (LONGEST + 1), encoding="utf-8")
    assert long_files([short, long]) == [f"{long}:{LONGEST + 1}: a file has at most 400 lines"]


@pytest.mark.parametrize(
    "files",
    [
        {"types/a.py": "from ollama_cli.types import b", "types/b.py": "import ollama_cli.types.a"},
        {
            "wire/a.py": "if TYPE_CHECKING:\n    from ollama_cli.wire.b import B",
            "wire/b.py": "def f():\n    from ollama_cli.wire.a import A",
        },
        {
            "ui/a.py": "from ollama_cli.ui.b import B",
            "ui/b.py": "from ollama_cli.ui import c",
            "ui/c.py": "from ollama_cli.ui.a import A",
        },
        {"ui/a/__init__.py": "import ollama_cli.ui.a.b", "ui/a/b.py": "import ollama_cli.ui.a"},
    ],
)
def test_a_circle_is_found(files: dict[str, str]) -> None:
    assert set(circles(files)) == set(files)


def test_an_import_is_no_edge_to_the_parents_of_what_it_names() -> None:
    files = {
        "ui/a/__init__.py": "from ollama_cli.ui.a.b import B",
        "ui/a/b.py": "from ollama_cli.ui.a.c import C",
        "ui/a/c.py": "from ollama_cli.errors import OllamaCliError",
    }
    assert circles(files) == []


@pytest.mark.parametrize(
    ("path", "source", "told"),
    [
        ("types/urls.py", "import ollama_cli.config.settings", "imports only go down"),
        ("wire/pull.py", "from ollama_cli.services import X", "(floor 2) imports services (floor"),
        ("wire/pull.py", "from ollama_cli import services", "imports only go down"),
        ("wire/pull.py", "from ollama_cli.transport import x", "floor 2 never import one"),
        ("system/files.py", "from ollama_cli.wire import fields", "floor 2 never import one"),
        ("ui/tables.py", "from ollama_cli.services import kinds", "floor 3 never import"),
        ("demo/server.py", "from ollama_cli.services import ollama", "imports only go down"),
        ("features/each.py", "from ollama_cli.cli import table", "imports only go down"),
        ("cli/commands/chat.py", "from ollama_cli.transport import x", "never imports transport"),
        ("cli/commands/chat.py", "import ollama_cli.wire.ndjson", "never imports wire"),
        ("features/servers/local.py", "from ollama_cli.features import context", "not come before"),
        ("features/each.py", "from ollama_cli.features.doctor import run", "not come before"),
        ("features/context.py", "from ollama_cli.features.pull.plan import x", "not come before"),
        ("features/attic.py", "from ollama_cli.features.pull.plan import x", "stands in no row"),
        ("types/urls.py", "def f():\n    import_module('ollama_cli.x')", "imported by a string"),
        ("types/urls.py", "importlib.import_module('ollama_cli.x')", "imported by a string"),
        ("types/urls.py", "__import__('json')", "is imported by a string"),
        ("types/urls.py", "def f(name):\n    return import_module(name)", "imported by a string"),
        ("cli/parser.py", "import_module(f'ollama_cli.{name}')", "imported by a string"),
        ("types/urls.py", "from ollama_cli import OllamaClient", "the public names of the package"),
        ("attic.py", "from ollama_cli import types", "attic stands on no floor"),
        ("wire/pull.py", "from . import fields", "imports are absolute"),
        ("wire/pull.py", "from .fields import text", "imports are absolute"),
        ("services/ollama.py", "import requests", "requests is imported by transport, not by"),
        ("services/ollama.py", "from urllib3.util import Retry", "urllib3 is imported by transp"),
        ("features/each.py", "from rich.table import Table", "rich is imported by ui, not by"),
        ("cli/commands/chat.py", "import markdown_it", "markdown_it is imported by ui, not by"),
        ("ui/streams.py", "import prompt_toolkit", "prompt_toolkit is imported by ui/line, not"),
        ("features/context.py", "import typer", "typer is imported by cli, not by features"),
        ("config/settings.py", "import tomllib", "tomllib is imported by system, not by config"),
        ("config/settings.py", "import tomli_w", "tomli_w is imported by system"),
        ("system/files.py", "import tomlkit", "tomlkit is imported by config, not by system"),
        ("config/edit.py", "import fcntl", "fcntl is imported by system, not by config"),
        ("features/servers/local.py", "import subprocess", "subprocess is imported by system, not"),
        ("features/pull/history.py", "import sqlite3", "sqlite3 is imported by system, not"),
        ("__init__.py", "import platformdirs", "platformdirs is imported by system, not"),
        ("cli/main.py", "import shellingham", "shellingham is imported by cli/shells, not by"),
        ("cli/parser.py", "import click", "click is imported by nobody"),
        ("cli/commands/chat.py", "from click import echo", "click is imported by nobody"),
        ("cli/commands/chat.py", "import numpy", "numpy is no dependency of this package"),
        ("features/ensure/plan.py", "import yaml", "yaml is imported by features/prompts, not by"),
        ("demo/server.py", "import flask", "flask is no dependency of this package"),
        ("cli/commands/chat.py", "import typer.core", "Typer's inner parts are touched in cli"),
        ("cli/main.py", "from typer._click import x", "Typer's inner parts are touched"),
        ("ui/streams.py", "import os\ndef f():\n    return os.environ['X']", "os.environ is read"),
        ("ui/streams.py", "import os\ndef f():\n    return os.getenv('X')", "os.getenv is read in"),
        ("ui/streams.py", "from os import getenv", "os.environ is read in config alone"),
        ("types/urls.py", "def f():\n    import re", "a function tells its price"),
        (
            "types/urls.py",
            "def f():\n    import re  # noqa: PLC0415  it is slow",
            "tells its price",
        ),
        ("types/urls.py", "async def f():\n    import re", "a function tells its price"),
        ("types/urls.py", "x = 1\n" * 401, "a file has at most 400 lines"),
        ("types/urls.py", "x = f()  # noqa", "noqa names its rule and gives a reason"),
        ("types/urls.py", "x = f()  # noqa: S101", "noqa names its rule and gives a reason"),
        ("types/urls.py", "x = f()  # noqa: S101, S102", "noqa names its rule and gives a reason"),
        (
            "types/urls.py",
            "x = f()  # type: ignore",
            "type: ignore names its rule and gives a reas",
        ),
        ("types/urls.py", "x = f()  # type: ignore[misc]", "type: ignore names its rule and gives"),
        (
            "types/urls.py",
            "x = 1  # type: ignore[misc]  # noqa: S101  so it is",
            "type: ignore nam",
        ),
        ("wire/utils.py", "", "a module is named for what it holds"),
        ("ui/helpers/tables.py", "", "a module is named for what it holds"),
        ("ui/tables.py", "def f():\n    print('x')", "results leave through a stream"),
        ("ui/x.py", "import threading\ndef f():\n    threading.Timer(1, f).start()", "a thread is"),
        ("ui/x.py", "import threading\nclass A(threading.Thread): ...", "a thread is started in"),
        ("ui/x.py", "from concurrent.futures import ThreadPoolExecutor", "a thread is started in"),
        (
            "types/urls.py",
            "x = open('x')",
            "nothing is read, written, asked or connected at import",
        ),
        ("types/urls.py", "class A:\n    x = Path('x').read_text()", "nothing is read, written"),
        ("types/urls.py", "def f(x=socket.socket()): ...", "nothing is read, written, asked"),
        ("types/urls.py", "def f(*, x=open('x')): ...", "nothing is read, written, asked"),
        ("types/urls.py", "if True:\n    subprocess.run([])", "nothing is read, written, asked"),
        ("config/sources.py", "import os\nx = os.environ['X']", "nothing is read, written, asked"),
        ("transport/client.py", "import requests\nrequests.get('x')", "nothing is read, written"),
        ("ui/tables.py", "def f(out):\n    out.write_as_is('x')", "without secrets"),
        ("integrations/x.py", "from ollama_cli.errors import E", "imports the public names"),
        ("integrations/x.py", "import ollama_cli.services.ollama", "imports the public names"),
        ("cli/x.py", "from ollama_cli.integrations import x", "are for others"),
        ("services/x.py", "import pydantic_ai", "imported by integrations"),
    ],
)
def test_a_planted_violation_is_told_in_a_sentence(path: str, source: str, told: str) -> None:
    found = problems(path, source)
    assert len([sentence for sentence in found if told in sentence]) == 1, found
    assert all(re.match(rf"ollama_cli/{re.escape(path)}:\d+: \S", sentence) for sentence in found)


def test_the_line_is_named() -> None:
    assert problems("types/urls.py", "import re\n\nimport click\n") == [
        "ollama_cli/types/urls.py:3: click is imported by nobody, not by types/urls.py"
    ]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("types/urls.py", "import re\nfrom ollama_cli.errors import ConfigError"),
        ("types/events.py", "from ollama_cli.types.replies import Answer"),
        ("transport/client.py", "import requests\nfrom ollama_cli import __version__, types"),
        ("wire/pull.py", "from ollama_cli.wire import fields"),
        ("services/ollama.py", "from ollama_cli.wire import ndjson"),
        ("features/doctor/server.py", "from ollama_cli.transport import probe"),
        ("features/pull/retry.py", "from ollama_cli.wire.pull_failures import error_of"),
        ("features/pull/plan.py", "from ollama_cli.features import context, each, explain"),
        ("features/context.py", "from ollama_cli.features.servers.connect import Servers"),
        ("ui/progress/bars.py", "from rich.progress import Progress"),
        ("cli/commands/models/rm.py", "import typer\nfrom ollama_cli.features import each"),
        (
            "cli/parser.py",
            "from typer._click.core import Context\nfrom ollama_cli.cli import table",
        ),
        ("cli/table.py", "def f(entry):\n    return import_module(entry.module)"),
        ("cli/main.py", "from ollama_cli.cli import parser\nfrom ollama_cli.config import sources"),
        ("__main__.py", "def f():\n    from ollama_cli import cli  # noqa: PLC0415  `-V`: 60 ms"),
        ("__init__.py", "if TYPE_CHECKING:\n    from ollama_cli.services.ollama import Ollama"),
        ("config/sources.py", "import os\ndef f():\n    return os.environ"),
        ("transport/proxies.py", "import os\ndef f():\n    return os.environ"),
        ("system/paths.py", "import platformdirs"),
        ("types/urls.py", "def f():\n    return open('x')"),
        ("types/urls.py", "x = lambda: open('x')"),
        ("ui/tables.py", "def f():\n    print()  # noqa: T201  a line"),
        ("types/urls.py", "x = f()  # noqa: S101, S102  a reason"),
        ("types/urls.py", "x = f()  # noqa: S101 - a reason"),
        ("types/urls.py", "x = f()  # type: ignore[misc]  # a reason"),
        ("types/urls.py", "x = '# noqa'"),
        ("types/threads.py", "import threading\ndef f():\n    threading.Thread(target=f).start()"),
        ("ui/x.py", "import threading\ndef f(thread: threading.Thread): ..."),
        ("integrations/x.py", "import pydantic_ai\nfrom ollama_cli import Health, Settings"),
    ],
)
def test_what_the_rules_allow_is_left_alone(path: str, source: str) -> None:
    assert problems(path, source) == []
