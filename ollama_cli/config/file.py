"""The config file: where it is, what it holds, and how one thing in it is changed.

An edit leaves the rest of the file as it is; if that is not possible, the file is written anew.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ollama_cli.config.hosts import SECTION as HOSTS, read_hosts
from ollama_cli.errors import ConfigError, NotFoundError, UsageError
from ollama_cli.system import files, paths
from ollama_cli.types import model_names

SECTION: Final = "ollama"
CONFIG_VARIABLE: Final = "OLLAMA_CLI_CONFIG"
# The rest of a table: up to the next table, or the comments above that.
_TABLE_REST: Final = r"[^\n]*(?:\n(?!(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*\[)[^\n]*)*(?:\n|\Z)"


def config_path(environ: Mapping[str, str]) -> Path:
    """Return the path of the config file: $OLLAMA_CLI_CONFIG, else this system's usual place."""
    named = environ.get(CONFIG_VARIABLE)
    if named:
        try:
            return Path(named).expanduser()
        except RuntimeError as error:
            raise ConfigError(f"{named} (from {CONFIG_VARIABLE}): no such home folder") from error
    return paths.folder("user_config_dir") / "config.toml"


def read_config(path: Path) -> dict[str, Any]:
    """Read the whole config file, empty if there is none; ConfigError if it cannot be read."""
    data = files.read_bytes(path)
    return {} if data is None else files.parse_toml(data, str(path))


def section(document: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return our section of a config file; ConfigError if it is no table."""
    found = document.get(SECTION, {})
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: {SECTION!r} is no section; write [{SECTION}]")
    return found


def write_setting(path: Path, name: str, value: object) -> bool:
    """Write one setting into the config file, or remove it if the value is None.

    The rest of the file stays, comments too if the file is simple enough. Returns whether there was
    anything to do; raises ConfigError for a file that cannot be read or written.
    """
    document = read_config(path)
    changed = dict(section(document, path))
    if value is None and name not in changed:
        return False
    changed[name] = value
    if value is None:
        del changed[name]
    wanted = {**document, SECTION: changed}
    line = "" if value is None else files.format_toml({name: value})
    text = with_line(path.read_text("utf-8-sig"), SECTION, name, line) if path.exists() else ""
    _write_document(path, text, wanted)
    return True


def add_host(path: Path, name: str, fields: Mapping[str, Any]) -> None:
    """Add an entry; UsageError if the name is taken, ConfigError for fields that are no entry."""
    document, hosts, text = _read_hosts(path)
    if name in hosts:
        raise UsageError(
            f"there is a [{HOSTS}.{name}] already in {path}",
            hint=f"remove it first: `ollama-cli hosts rm {name}`",
        )
    entry = {HOSTS: {name: dict(fields)}}
    read_hosts(entry[HOSTS], str(path))
    wanted = {**document, HOSTS: {**hosts, **entry[HOSTS]}}
    _write_document(path, with_table(text, files.format_toml(entry)), wanted)


def remove_host(path: Path, name: str) -> None:
    """Remove an entry; NotFoundError if there is none of this name."""
    document, hosts, text = _read_hosts(path)
    if name not in hosts:
        near = model_names.nearest(name, list(hosts), limit=1)
        hint = f"did you mean {near[0]}?" if near else "see `ollama-cli hosts list`"
        raise NotFoundError(f"no [{HOSTS}.{name}] in {path}", hint=hint)
    left = {each: table for each, table in hosts.items() if each != name}
    wanted = {**document, HOSTS: left}
    if not left:
        del wanted[HOSTS]
    _write_document(path, without_table(text, f"[{HOSTS}.{name}]"), wanted)


def _read_hosts(path: Path) -> tuple[dict[str, Any], dict[str, Any], str]:
    document = read_config(path)
    hosts = document.get(HOSTS, {})
    if not isinstance(hosts, dict):
        raise ConfigError(f"{path}: {HOSTS} holds tables, as [{HOSTS}.NAME]")
    return document, hosts, path.read_text("utf-8-sig") if path.exists() else ""


def _write_document(path: Path, text: str, wanted: Mapping[str, Any]) -> None:
    files.write_text(path, text if files.is_toml_of(text, wanted) else files.format_toml(wanted))


def with_line(text: str, section: str, name: str, line: str) -> str:
    """Put a line in place of the setting, or of its commented default, or below the header.

    A missing section is added at the end.
    """
    section_text = re.search(
        rf"^\[{section}\][^\n]*\n(?:(?!\[)[^\n]*(?:\n|$))*", text, re.MULTILINE
    )
    if section_text is None:
        return with_table(text, f"[{section}]\n{line}") if line else ""
    body = section_text[0]
    for pattern in (rf"^{name}\s*=[^\n]*(?:\n|$)", rf"^# {name} =[^\n]*(?:\n|$)", r"\n"):
        place = re.search(pattern, body, re.MULTILINE)
        if place:
            before = body[: place.end() if pattern == r"\n" else place.start()]
            return text.replace(body, before + line + body[place.end() :], 1)
    return ""


def with_table(text: str, table: str) -> str:
    """Add a table at the end, after a blank line."""
    return f"{text.rstrip()}\n\n{table}" if text.strip() else table


def without_table(text: str, header: str) -> str:
    """Remove a table and the tables below it, such as `[hosts.a]` and `[hosts.a.headers]`."""
    name = re.escape(header.removesuffix("]"))
    return re.sub(rf"^{name}(?:\]|\.){_TABLE_REST}", "", text, flags=re.MULTILINE).lstrip("\n")
