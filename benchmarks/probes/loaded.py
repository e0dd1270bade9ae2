"""What a command loads that it has no use for: `python -m benchmarks.probes.loaded ARGS...`."""

import contextlib
import os
import runpy
import sys
from typing import Final

from benchmarks.probes import tell

_OURS: Final = {"ollama_cli", "benchmarks"}
_FORBIDDEN: Final = {
    "--help": {"requests", "rich", "pydantic", "platformdirs", "asyncio"},
    "health": {"rich", "pydantic", "httpx", "asyncio", "tomllib"},
}


def main() -> None:
    """Run a command and count the modules; `--version` has no use for anything from elsewhere."""
    before = set(sys.modules)
    sys.argv[0] = "ollama-cli"
    with (
        contextlib.suppress(SystemExit),
        open(os.devnull, "w", encoding="utf-8") as nothing,  # noqa: PTH123  pathlib would be loaded
        contextlib.redirect_stdout(nothing),
    ):
        runpy.run_module("ollama_cli", run_name="__main__")
    loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
    strangers = {name for name in loaded - _OURS - set(sys.stdlib_module_names) if name[:1] != "_"}
    unwanted = loaded & _FORBIDDEN.get(sys.argv[1], strangers)
    print("unwanted:", *sorted(unwanted), file=sys.stderr)
    tell(unwanted=len(unwanted))


if __name__ == "__main__":
    main()
