"""Detect a container or WSL, where `localhost` may be another machine."""

import re
import struct
from pathlib import Path
from socket import inet_ntoa
from typing import Final

from ollama_cli.types.values import dataclass

ROOT: Path = Path("/")
_MARKER_FILES: Final = {"docker": ".dockerenv", "podman": "run/.containerenv"}
_HOST_NAMES: Final = {"docker": "host.docker.internal", "podman": "host.containers.internal"}
# With these kernels the gateway is a virtual machine, not the host.
_DESKTOP_KERNELS: Final = ("linuxkit", "microsoft")
_DEFAULT_ROUTE: Final = r"^\S+\s+0{8}\s+([0-9A-Fa-f]{8})\s"
_LARGEST: Final = 1 << 16


@dataclass(frozen=True)
class Container:
    """`kind` is docker, podman, wsl or empty; `host` is the name or address of its host."""

    kind: str = ""
    host: str = ""

    @property
    def words(self) -> str:
        """Return the place in words."""
        return "WSL" if self.kind == "wsl" else f"a container ({self.kind})"


def detect() -> Container:
    """Find out from files where this process runs; empty outside of containers and WSL."""
    system = _read("proc/version").lower()
    kind = next((kind for kind, mark in _MARKER_FILES.items() if (ROOT / mark).exists()), "")
    if kind:
        name = _HOST_NAMES[kind]
        is_known = name in _read("etc/hosts") or any(each in system for each in _DESKTOP_KERNELS)
        return Container(kind, name if is_known else _gateway() or name)
    if "microsoft" in system:
        return Container("wsl", _gateway())
    return Container()


def _gateway() -> str:
    match = re.search(_DEFAULT_ROUTE, _read("proc/net/route"), re.MULTILINE)
    return inet_ntoa(struct.pack("<L", int(match[1], 16))) if match else ""


def _read(path: str) -> str:
    try:
        with (ROOT / path).open(encoding="utf-8", errors="replace") as file:
            return file.read(_LARGEST)
    except OSError:  # other systems have no such files
        return ""
