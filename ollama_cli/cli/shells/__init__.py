"""Shells: their completion scripts, and the syntax that sets variables in them."""

from typing import Final

VARIABLE: Final = "_OLLAMA_CLI_COMPLETE"  # set by the scripts, to the name of the shell
NAMES: Final = ("bash", "zsh", "fish", "powershell")
DETECTED: Final = "the one that runs"
