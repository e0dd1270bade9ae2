"""Imports every module of the installed package, then tests the rooms of the standard library.

It runs on any CPython, the one of WebAssembly too, where there are no servers, threads or
processes: what needs one is skipped there, by name.
"""

import contextlib
import importlib
import importlib.util
import io
import os
import pkgutil
import socket
import subprocess
import sys
import threading
import warnings
from typing import Any, NoReturn

import pytest

import ollama_cli
from ollama_cli.__main__ import main

TESTS = ("tests/types", "tests/wire", "tests/config")
# What has to be there whatever the Python lacks.
PURE = tuple(
    f"ollama_cli.{name}" for name in ("types", "wire", "config", "errors", "demo", "cli.table")
)
# What an extra brings along, and the modules that are nothing without it.
EXTRAS = {"mcp": "ollama_cli.features.mcp", "pydantic_ai": "ollama_cli.integrations"}
IS_SMALL = sys.platform == "emscripten"
UNBUILT = {"yaml"}  # for WebAssembly: see on_pyodide


def import_all() -> None:
    """Import every module; what this Python warns of in one of our lines is an error."""
    warnings.filterwarnings("error", module=r"ollama_cli\b")
    names = [each.name for each in pkgutil.walk_packages(ollama_cli.__path__, "ollama_cli.")]
    missing = tuple(
        part for extra, part in EXTRAS.items() if importlib.util.find_spec(extra) is None
    )
    for name in names:
        if name.startswith(missing):
            print(f"skipped: {name}: its extra is not installed")
            continue
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            lacking = (error.name or "").partition(".")[0]
            known = sys.stdlib_module_names | UNBUILT
            if not IS_SMALL or name.startswith(PURE) or lacking not in known:
                raise
            print(f"skipped: {name}: this Python has no {lacking}")
    print(f"Python {sys.version.split()[0]}: {len(names)} modules in {ollama_cli.__path__[0]}")


def skip_what_is_not_there() -> None:
    """Let a test that begins a server, a thread or a process say so instead of failing."""

    def skipping(what: str) -> Any:
        def skip(*_: object, **__: object) -> NoReturn:
            test = os.environ["PYTEST_CURRENT_TEST"].partition("[")[0].partition(" ")[0]
            pytest.skip(f"{test}: this Python has no {what}")

        return skip

    socket.create_server = skipping("servers")
    threading.Thread.start = skipping("threads")  # type: ignore[method-assign]
    subprocess.Popen.__init__ = skipping("processes")  # type: ignore[method-assign]


def test() -> None:
    """Run the tests of the rooms, which find the installed package: the tree is on no path."""
    # Libraries that were imported already bring plugins for pytest, which come too late.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    options = ["-q", "--tb=short", "-p", "no:cacheprovider"]
    if IS_SMALL:
        skip_what_is_not_there()
        options += ["-o", "faulthandler_timeout=0"]  # which would be a thread
    if code := pytest.main([*options, *TESTS]):
        sys.exit(code)


def ask(option: str, expected: str) -> None:
    """Run the command line in this process, and look for what it should print."""
    sys.argv = ["ollama-cli", option]
    code: object = None
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO(), "utf-8")) as out:
        try:
            main()
        except SystemExit as end:
            code = end.code
        out.seek(0)
        said = out.read()
    assert not code, f"ollama-cli {option} ended with {code}"
    assert expected in said, f"ollama-cli {option} said: {said}"
    print(f"ollama-cli {option}: {expected}")


import_all()
test()
ask("--version", f"ollama-cli {ollama_cli.__version__}")
ask("--help", "Usage: ollama-cli [OPTIONS] COMMAND")
