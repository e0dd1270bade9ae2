"""The table `tools` of the config file: programs that a model may call, and what is allowed.

Only the config file of the user has it: no folder brings tools.
"""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from ollama_cli.config.file import config_path, read_config
from ollama_cli.errors import ConfigError

SECTION: Final = "tools"
_LISTS: Final = ("allow", "deny")
_KEYS: Final = ("argv", "description", "parameters")
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NONE: Final[Mapping[str, Any]] = MappingProxyType({"type": "object", "properties": {}})


class Command(NamedTuple):
    """One program: its words, and the JSON Schema of its arguments, an object."""

    name: str
    argv: tuple[str, ...]
    description: str = ""
    parameters: Mapping[str, Any] = _NONE


class ToolSettings(NamedTuple):
    """What is allowed without a question, what never is, and the programs by their names.

    Patterns are those of a shell, for `SERVER.TOOL`. `warnings` are about unknown keys.
    """

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    commands: Mapping[str, Command] = MappingProxyType({})
    warnings: tuple[str, ...] = ()


def read_tools(environ: Mapping[str, str]) -> ToolSettings:
    """Read the table; ConfigError names the file and the key that cannot be used."""
    path = config_path(environ)
    return ToolSettings() if path is None else tools_of(read_config(path), path)


def tools_of(document: Mapping[str, Any], path: Path) -> ToolSettings:
    """Read the table of what a config file at this path holds, or would hold."""
    table = document.get(SECTION, {})
    if not table:
        return ToolSettings()
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: {SECTION} is no table; write [{SECTION}]")
    warnings: list[str] = []
    patterns = {name: _texts(table.get(name, []), f"{path}: {SECTION}.{name}") for name in _LISTS}
    commands = {
        name: _command(name, entry, path, warnings)
        for name, entry in table.items()
        if name not in _LISTS
    }
    return ToolSettings(**patterns, commands=commands, warnings=tuple(warnings))


def _command(name: str, entry: object, path: Path, warnings: list[str]) -> Command:
    place = f"{path}: [{SECTION}.{name}]"
    if not isinstance(entry, dict):
        raise ConfigError(f"{path}: {SECTION}.{name} is no table", hint=_wanted(name))
    if not _NAME.fullmatch(name):
        raise ConfigError(f"{place}: a name has letters, digits, _ and -, at most 64")
    for key in entry.keys() - set(_KEYS):
        near = difflib.get_close_matches(key, _KEYS, n=1)
        guess = f": did you mean {near[0]}?" if near else ""
        warnings.append(f"{place} has an unknown key {key!r}{guess}")
    argv = _texts(entry.get("argv", []), f"{place} argv")
    if not argv or not argv[0].strip():
        raise ConfigError(f"{place} has no argv", hint='it needs one: argv = ["git", "status"]')
    description = entry.get("description", "")
    if not isinstance(description, str):
        raise ConfigError(f"{place} description is no text")
    return Command(name, argv, description, _parameters(entry.get("parameters", _NONE), place))


def _parameters(value: object, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or value.get("type", "object") != "object":
        raise ConfigError(f'{place} parameters is no JSON schema of an object: type = "object"')
    if not isinstance(value.get("properties", {}), Mapping):
        raise ConfigError(f"{place} parameters.properties is no table")
    return {"type": "object", "properties": {}, **value}


def _texts(value: object, place: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ConfigError(f"{place} is no list of texts")
    if any("\0" in each for each in value):
        raise ConfigError(f"{place} holds a character that no command can hold")
    return tuple(value)


def _wanted(name: str) -> str | None:
    near = difflib.get_close_matches(name, _LISTS, n=1)
    return f"did you mean {near[0]}?" if near else None
