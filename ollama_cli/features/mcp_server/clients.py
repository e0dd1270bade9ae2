"""What the settings of MCP clients must hold to start `mcp serve`, in the shape of each."""

import sys
from pathlib import Path
from typing import Any, Final

_NAME: Final = "ollama"
_PROGRAM: Final = "ollama-cli"


def block(client: str, host: str | None = None) -> dict[str, Any]:
    """Return the block for a client: `claude`, `cursor`, `vscode` or `zed`.

    Shapes are those of the clients' own documentation, in November 2026.
    """
    command, *first = _words()
    entry: dict[str, Any] = {
        "command": command,
        "args": [*first, *(["--host", host] if host else []), "mcp", "serve"],
    }
    match client:
        case "vscode":
            return {"servers": {_NAME: {"type": "stdio", **entry}}}
        case "zed":
            return {"context_servers": {_NAME: {"source": "custom", **entry, "env": {}}}}
        case _:
            return {"mcpServers": {_NAME: entry}}


def _words() -> list[str]:
    """Return how this program was started, in full: editors often know no PATH of a shell."""
    program = Path(sys.argv[0])
    if program.stem == _PROGRAM and program.is_file():
        return [str(program.absolute())]
    return [sys.executable, "-m", "ollama_cli"]
