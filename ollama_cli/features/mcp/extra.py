"""The extra that MCP needs: nothing else of the program does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ollama_cli.errors import OllamaCliError

INSTALL: Final = "pip install 'ollama-command-line[mcp]'"
_PARTS: Final = ("mcp", "mcp_types", "anyio", "httpx2", "pydantic")


@contextmanager
def needed() -> Iterator[None]:
    """Raise OllamaCliError with the line that installs the extra, where it is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in _PARTS:
            raise
        raise OllamaCliError(
            "MCP needs a library that is not installed", hint=f"install it: `{INSTALL}`"
        ) from error
