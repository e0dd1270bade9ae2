"""The config file: where it is and what it holds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ollama_cli.config import places
from ollama_cli.errors import ConfigError
from ollama_cli.system import files, paths

SECTION: Final = "ollama"
CONFIG_VARIABLE: Final = "OLLAMA_CLI_CONFIG"


def config_path(environ: Mapping[str, str]) -> Path | None:
    """Return the path of the config file: $OLLAMA_CLI_CONFIG, else this system's usual place.

    None if it is not named and there is no home folder. Only a path that is named may be relative.
    """
    named = environ.get(CONFIG_VARIABLE)
    if named:
        return places.expanded(named, CONFIG_VARIABLE, environ)
    place = paths.folder("user_config_dir")
    return place and place / "config.toml"


def writable_path(environ: Mapping[str, str]) -> Path:
    """Return the path of the config file; ConfigError if there is no place for one."""
    path = config_path(environ)
    if path is None:
        raise ConfigError(
            "there is no home folder, and so no config file",
            hint=f"{paths.HINT}, or name the file itself in {CONFIG_VARIABLE}",
        )
    return path


def read_config(path: Path | None) -> dict[str, Any]:
    """Read the whole config file, empty if there is none; ConfigError if it cannot be read."""
    data = files.read_bytes(path) if path else None
    return files.parse_toml(data, str(path)) if data else {}


def section(document: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return our section of a config file; ConfigError if it is no table."""
    found = document.get(SECTION, {})
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: {SECTION!r} is no section; write [{SECTION}]")
    return found
