"""The shells that complete our command lines: their scripts, and what these want to be told."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ollama_cli.shells.installation import install as install, script as script
    from ollama_cli.shells.variables import assignments as assignments

VARIABLE: Final = "_OLLAMA_CLI_COMPLETE"  # set by the scripts, to the name of the shell
NAMES: Final = ("bash", "zsh", "fish")
DETECTED: Final = "the one that runs"

__all__ = ["DETECTED", "NAMES", "VARIABLE", "assignments", "install", "script"]


def __getattr__(name: str) -> object:
    if name == "assignments":
        return import_module("ollama_cli.shells.variables").assignments
    if name not in {"install", "script"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("ollama_cli.shells.installation"), name)
