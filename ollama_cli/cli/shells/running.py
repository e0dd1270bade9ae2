"""Which shell started us."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path


def running(environ: Mapping[str, str]) -> str:
    """Name the shell that runs, else the login shell; empty where neither is known."""
    shellingham = import_module("shellingham")
    try:
        return str(shellingham.detect_shell()[0])
    except shellingham.ShellDetectionFailure:  # nobody above us is a shell: then the login shell
        return Path(environ.get("SHELL", "")).name
