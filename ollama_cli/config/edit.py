"""Changes of the config file under its lock: one setting or one host, all else to the byte.

Only the commands that change something import it: tomlkit takes 40 ms.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ollama_cli.config import resolve, sources
from ollama_cli.config.document import Document
from ollama_cli.config.file import SECTION, section
from ollama_cli.config.hosts import SECTION as HOSTS, read_hosts
from ollama_cli.config.tools import tools_of
from ollama_cli.errors import ConfigError, NotFoundError, UsageError
from ollama_cli.system import files, texts
from ollama_cli.system.locks import locked
from ollama_cli.types import model_names


class _Open:
    """The config file, as it was read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read = _text(path)
        self.values = files.parse_toml(self._read.text, str(path))

    def document(self, table: str) -> Document:
        return Document(self._read.text, str(self.path), table)

    def write(self, text: str) -> None:
        files.write_text(self.path, self._read._replace(text=text).encode())


def write_setting(path: Path, name: str, value: object, *, origin: str = resolve.TYPED) -> None:
    """Write one setting into the config file, checked as settings are; `origin` says whose it is.

    Raises UsageError for a value that was typed and cannot be used, ConfigError for another one and
    for a file that cannot be read or written.
    """
    checked = resolve.read(name, value, origin)
    if isinstance(checked, tuple):
        checked = list(checked)
    stored = checked if isinstance(checked, int | float | list) else value
    with locked(path):
        opened = _Open(path)
        old = section(opened.values, path).get(name)
        if type(old) is not type(stored) or old != stored:
            opened.write(opened.document(SECTION).with_value(name, stored))


def remove_setting(path: Path, name: str) -> bool:
    """Remove one setting from the config file; return whether it was there."""
    if files.read_bytes(path) is None:
        return False
    with locked(path):
        opened = _Open(path)
        if name not in section(opened.values, path):
            return False
        opened.write(opened.document(SECTION).without(name))
    return True


def written(path: Path) -> str:
    """Return the text of the config file, also of one that cannot be used; empty without one."""
    return _text(path).text


def check(path: Path, text: str) -> list[str]:
    """Check a text that is to be the config file; return warnings, ConfigError if it is no use."""
    if len(text.encode()) > files.LARGEST:
        raise ConfigError(f"{path} would be larger than {files.LARGEST} bytes")
    document = files.parse_toml(text, str(path))
    layer, warnings = sources.document_layer(document, path)
    settings = resolve.resolve([layer])
    return [*warnings, *settings.warnings, *tools_of(document, path).warnings]


def rewrite(path: Path, old: str, new: str) -> None:
    """Put a text in the place of the old one; ConfigError if that has changed meanwhile."""
    with locked(path):
        read = _text(path)
        if read.text != old:
            raise ConfigError(f"{path} was changed meanwhile: nothing was written")
        files.write_text(path, read._replace(text=new).encode())


def _text(path: Path) -> texts.Text:
    return texts.decode(files.read_bytes(path) or b"", str(path))


def add_host(path: Path, name: str, fields: Mapping[str, Any]) -> None:
    """Add an entry; UsageError if the name is taken, ConfigError for fields that are no entry."""
    read_hosts({name: dict(fields)}, str(path))
    with _hosts(path) as (opened, hosts):
        if name in hosts:
            raise UsageError(
                f"there is a [{HOSTS}.{name}] already in {path}",
                hint=f"remove it first: `ollama-cli hosts rm {name}`",
            )
        opened.write(opened.document(HOSTS).with_table(name, fields))


def remove_host(path: Path, name: str) -> None:
    """Remove an entry; NotFoundError if there is none of this name."""
    if files.read_bytes(path) is None:
        raise _no_host(path, name, {})
    with _hosts(path) as (opened, hosts):
        if name not in hosts:
            raise _no_host(path, name, hosts)
        opened.write(opened.document(HOSTS).without(name))


def _no_host(path: Path, name: str, hosts: Mapping[str, Any]) -> NotFoundError:
    near = model_names.nearest(name, list(hosts), limit=1)
    hint = f"did you mean {near[0]}?" if near else "see `ollama-cli hosts list`"
    return NotFoundError(f"no [{HOSTS}.{name}] in {path}", hint=hint)


@contextmanager
def _hosts(path: Path) -> Iterator[tuple[_Open, dict[str, Any]]]:
    with locked(path):
        opened = _Open(path)
        hosts = opened.values.get(HOSTS, {})
        if not isinstance(hosts, dict):
            raise ConfigError(f"{path}: {HOSTS} holds tables, as [{HOSTS}.NAME]")
        yield opened, hosts
