"""From the words of `--tools` to sources of tools, which are all looked for before one starts."""

import difflib
import os
from collections.abc import Mapping
from typing import Final

from ollama_cli.config.tools import ToolSettings
from ollama_cli.errors import NotFoundError
from ollama_cli.features.context import Context
from ollama_cli.features.tools import commands, functions
from ollama_cli.features.tools.offers import Source
from ollama_cli.features.tools.options import ToolOptions

_COMMAND: Final = f"{commands.SERVER}:"
# All that a tool gets of the environment: keys and passwords are none of its business.
_PASSED: Final = ("HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER")
_PASSED_ON_WINDOWS: Final = ("APPDATA", "LOCALAPPDATA", "PATHEXT", "SYSTEMROOT", "TEMP", "TMP")
_USUAL_SECONDS: Final = 60.0


def passed(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the part of the environment that a tool gets."""
    names = _PASSED + (_PASSED_ON_WINDOWS if os.name == "nt" else ())
    return {name: environ[name] for name in names if name in environ}


def patience(context: Context) -> float | None:
    """Return the seconds that a call may take, None for any: `timeout`, else a minute."""
    wanted = context.settings.timeout
    return _USUAL_SECONDS if wanted is None else wanted or None


def find_sources(context: Context, options: ToolOptions, settings: ToolSettings) -> list[Source]:
    """Return the sources that the options name, none of them started.

    NotFoundError for an unknown one, ConfigError for a `mcp.json` that cannot be used.
    """
    found = [_found(context, name, options, settings) for name in options.names]
    sources = [each for each in found if each is not None]
    words = [name for name, each in zip(options.names, found, strict=True) if each is None]
    if words:
        from ollama_cli.features.tools.mcp_tools import McpTools  # noqa: PLC0415  MCP alone: 5 ms

        sources.append(McpTools(context, options.mcp_config, words))
    return sources


def _found(
    context: Context, name: str, options: ToolOptions, settings: ToolSettings
) -> Source | None:
    """Return a source of ours; None for the name of an MCP server."""
    environ, seconds = passed(context.environ), patience(context)
    if name.startswith(_COMMAND):
        command = settings.commands.get(name.removeprefix(_COMMAND))
        if command is None:
            raise _unknown(name, [f"{_COMMAND}{each}" for each in settings.commands])
        return commands.Program(command, environ, seconds=seconds, largest=options.largest)
    if name.endswith(functions.SUFFIX):
        functions.check_file(name)
        return functions.FunctionFile(name, environ, seconds=seconds)
    return None


def _unknown(name: str, known: list[str]) -> NotFoundError:
    near = difflib.get_close_matches(name, known, n=1)
    usual = f"describe it in the config file: [tools.{name.removeprefix(_COMMAND)}]"
    return NotFoundError(
        f"no such tools: {name}", hint=f"did you mean {near[0]}?" if near else usual
    )
