"""What the program runs on, as a bug report tells it."""

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Final, NamedTuple

from ollama_cli import __version__

DEPENDENCIES: Final = (
    *("typer", "requests", "urllib3", "idna", "rich", "markdown-it-py", "pygments"),
    *("prompt_toolkit", "wcwidth", "platformdirs", "shellingham", "tomli-w", "tomlkit"),
    *("jsonschema", "PyYAML"),
)
EXTRAS: Final = ("orjson", "PySocks", "mcp", "jq", "pydantic-ai-slim")
MISSING: Final = "not installed"


class About(NamedTuple):
    """The versions of the program, of Python, of the system, and of the libraries by name."""

    program: str
    python: str
    platform: str
    libraries: Mapping[str, str]


def about() -> About:
    """Find out what the program runs on."""
    libraries = {name: _version(name) for name in (*DEPENDENCIES, *EXTRAS)}
    return About(__version__, platform.python_version(), platform.platform(), libraries)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return MISSING
