"""Entries of hosts in the config file, added and removed; all else in it stays."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ollama_cli.config import config_text, sources
from ollama_cli.config.hosts import SECTION, read_hosts
from ollama_cli.errors import ConfigError, NotFoundError, UsageError
from ollama_cli.system import files
from ollama_cli.types import model_names


def add(path: Path, name: str, fields: Mapping[str, Any]) -> None:
    """Write an entry; UsageError where the name is taken, ConfigError for what is no entry."""
    document, hosts, text = _read(path)
    if name in hosts:
        raise UsageError(
            f"there is a [{SECTION}.{name}] already in {path}",
            hint=f"remove it first: `ollama-cli hosts rm {name}`",
        )
    entry = {SECTION: {name: dict(fields)}}
    read_hosts(entry[SECTION], str(path))
    wanted = {**document, SECTION: {**hosts, **entry[SECTION]}}
    _write(path, config_text.with_table(text, files.format_toml(entry)), wanted)


def remove(path: Path, name: str) -> None:
    """Take out an entry; NotFoundError where there is none of this name."""
    document, hosts, text = _read(path)
    if name not in hosts:
        near = model_names.nearest(name, list(hosts), limit=1)
        hint = f"did you mean {near[0]}?" if near else "see `ollama-cli hosts list`"
        raise NotFoundError(f"no [{SECTION}.{name}] in {path}", hint=hint)
    left = {each: table for each, table in hosts.items() if each != name}
    wanted = {**document, SECTION: left}
    if not left:
        del wanted[SECTION]
    _write(path, config_text.without_table(text, f"[{SECTION}.{name}]"), wanted)


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Any], str]:
    document = sources.read_config(path)
    hosts = document.get(SECTION, {})
    if not isinstance(hosts, dict):
        raise ConfigError(f"{path}: {SECTION} holds tables, as [{SECTION}.NAME]")
    return document, hosts, path.read_text("utf-8-sig") if path.exists() else ""


def _write(path: Path, text: str, wanted: Mapping[str, Any]) -> None:
    files.write_text(path, text if files.says(text, wanted) else files.format_toml(wanted))
