"""What a run was made on: no name of the machine, no path."""

import os
import platform
import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from benchmarks.peers import Tools
from ollama_cli import __version__


@dataclass(frozen=True, slots=True)
class Machine:
    """The processor, how many of them, the system, and the versions of what was run."""

    cpu: str
    cores: int
    system: str
    python: str
    ollama_cli: str
    orjson: str | None
    script_imports_re: bool


def describe(tools: Tools) -> Machine:
    """Look at this machine and at the installed script."""
    script = Path(tools.program).read_text(encoding="utf-8", errors="replace")
    return Machine(
        cpu=_cpu(),
        cores=os.cpu_count() or 1,
        system=f"{platform.system()} {platform.machine()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        ollama_cli=__version__,
        orjson=_version("orjson"),
        script_imports_re=re.search(r"^import re$", script, re.MULTILINE) is not None,
    )


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _cpu() -> str:
    known = Path("/proc/cpuinfo")
    text = known.read_text(encoding="utf-8") if known.exists() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.processor() or "unknown processor"
