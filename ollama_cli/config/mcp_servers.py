"""MCP servers as `mcp.json` names them, in the form that other clients use, too."""

import difflib
import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from ollama_cli.config.file import config_path
from ollama_cli.errors import ConfigError
from ollama_cli.system import files, texts
from ollama_cli.system.missing import no_such_file
from ollama_cli.types.numbers import finite
from ollama_cli.types.secrets import keep_secret
from ollama_cli.types.urls import parse_host

FILE: Final = "mcp.json"
_SERVERS: Final = "mcpServers"
_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")
_SECRET: Final = re.compile(r"(?i)key|token|secret|passw|credential|auth")


class McpServer(NamedTuple):
    """One server: a command that is run, with its arguments, or the address of one that runs.

    `env` is added to the few variables that every server gets; `cwd` is absolute.
    """

    name: str
    command: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = MappingProxyType({})
    cwd: str | None = None
    url: str = ""
    headers: Mapping[str, str] = MappingProxyType({})

    def __repr__(self) -> str:
        return f"McpServer({self.name!r})"  # no secret, as logs and tracebacks show it


class McpServers(NamedTuple):
    """The servers of a file, by name; `path` is None where there is none."""

    path: Path | None
    servers: Mapping[str, McpServer] = MappingProxyType({})
    warnings: tuple[str, ...] = ()


def read_mcp_servers(environ: Mapping[str, str], named: str | None = None) -> McpServers:
    """Read the file that was named, else the one beside the config file.

    Raises NotFoundError if the named one is missing, ConfigError for what cannot be used.
    """
    path = Path(named).expanduser() if named else _usual_path(environ)
    data = files.read_bytes(path) if path else None
    if path is None or data is None:
        if named:
            raise no_such_file(str(named))
        return McpServers(path)
    warnings: list[str] = []
    found = {
        name: _read_server(name, entry, path, warnings)
        for name, entry in _entries(data, path, warnings).items()
    }
    if any(map(_holds_secret, found.values())) and files.is_open_to_others(path):
        warnings.append(f"{path} holds a secret that others may read: `chmod 600 {path}`")
    return McpServers(path, found, tuple(warnings))


def filled(server: McpServer, environ: Mapping[str, str], place: str) -> McpServer:
    """Put variables in the place of `${VAR}` in `env` and `headers`; ConfigError for a missing one.

    What is a secret is hidden from now on, wherever it would be shown.
    """

    def fill(text: str, what: str) -> str:
        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name in environ:
                return environ[name]
            raise ConfigError(
                f"the variable {name!r} is not set ({place}: {server.name}: {what} needs it)",
                hint=f"set it: `export {name}=…`" if name.isidentifier() else "write ${NAME}",
            )

        return _VARIABLE.sub(value, text)

    env = {name: fill(text, f"env {name}") for name, text in server.env.items()}
    headers = {name: fill(text, f"header {name}") for name, text in server.headers.items()}
    for name, text in env.items():
        if _SECRET.search(name):
            keep_secret(text)
    for text in headers.values():
        keep_secret(text)
        keep_secret(text.rpartition(" ")[2])
    return server._replace(env=env, headers=headers)


def _usual_path(environ: Mapping[str, str]) -> Path | None:
    config = config_path(environ)
    return config and config.with_name(FILE)


def _entries(data: bytes, path: Path, warnings: list[str]) -> Mapping[str, Any]:
    try:
        text = texts.decode(data, str(path)).text
        document = json.loads(text, parse_float=finite, parse_constant=finite)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is no valid JSON: {error}") from error
    if not isinstance(document, dict):
        raise ConfigError(f"{path} holds no JSON object")
    warnings += [_unknown(f"{path}:", key, [_SERVERS]) for key in document if key != _SERVERS]
    found = document.get(_SERVERS, {})
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: {_SERVERS} is no object of servers by their names")
    return found


def _read_server(name: str, entry: object, path: Path, warnings: list[str]) -> McpServer:
    place = f"{path}: {name}:"
    if not name.strip():
        raise ConfigError(f"{path}: a server has no name")
    if not isinstance(entry, dict):
        raise ConfigError(f"{place} is no object")
    values: dict[str, Any] = {}
    for key, value in entry.items():
        if key not in _READERS:
            warnings.append(_unknown(place, key, _READERS))
            continue
        try:
            values[key] = _READERS[key](value)
        except ConfigError as error:
            raise ConfigError(f"{place} {key} {error}") from None  # the value may be a secret
    if ("command" in values) == ("url" in values):
        words = "both a command and a url" if "url" in values else "neither a command nor a url"
        raise ConfigError(f"{place} has {words}", hint="it needs one of them")
    if values.get("cwd"):
        folder = path.absolute().parent
        values["cwd"] = os.fspath(folder / Path(values["cwd"]).expanduser())
    return McpServer(name, **values)


def _unknown(place: str, key: str, known: Any) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f"{place} unknown key {key!r}" + (f": did you mean {near[0]}?" if near else "")


def _holds_secret(server: McpServer) -> bool:
    texts_of = [*server.headers.values()]
    texts_of += [text for name, text in server.env.items() if _SECRET.search(name)]
    return any(not _VARIABLE.search(text) for text in texts_of)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ConfigError("is empty" if isinstance(value, str) else "is no text")
    if "\0" in value:
        raise ConfigError("holds a character that no command can hold")
    return value


def _words(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ConfigError("is no list of texts")
    if any("\0" in each for each in value):
        raise ConfigError("holds a character that no command can hold")
    return tuple(value)


def _table(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise ConfigError("is no object of texts")
    return value


def _env(value: object) -> dict[str, str]:
    found = _table(value)
    if any("\0" in name + text or "=" in name or not name for name, text in found.items()):
        raise ConfigError("has a name or a value that no variable can have")
    return found


def _headers(value: object) -> dict[str, str]:
    found = _table(value)
    if not all(re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) for name in found):
        raise ConfigError("has a name that no header can have")
    return found


def _url(value: object) -> str:
    text = _text(value).strip()
    if not re.match(r"(?i)https?://", text):
        raise ConfigError("is neither http:// nor https://")
    parse_host(text)
    return text


_READERS: Final[Mapping[str, Callable[[object], object]]] = {
    "command": _text,
    "args": _words,
    "env": _env,
    "cwd": _text,
    "url": _url,
    "headers": _headers,
}
