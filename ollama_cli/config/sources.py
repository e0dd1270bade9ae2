"""Where settings come from: the only reader of the environment, `.env` and the config file."""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ollama_cli.config.dotenv import parse
from ollama_cli.config.file import CONFIG_VARIABLE, SECTION, config_path, read_config, section
from ollama_cli.config.hosts import read_hosts
from ollama_cli.config.model_defaults import read_models
from ollama_cli.config.places import DATA_VARIABLE
from ollama_cli.config.resolve import Layer
from ollama_cli.config.settings import SETTINGS
from ollama_cli.errors import ConfigError
from ollama_cli.system import files, paths, texts
from ollama_cli.system.missing import no_such_file

_PREFIX: Final = "OLLAMA_CLI_"
KEY_VARIABLE: Final = "OLLAMA_CLI_API_KEY"
VARIABLES: Final = {
    CONFIG_VARIABLE: "path of the config file",
    DATA_VARIABLE: "folder of the sessions and prompts that are kept",
    KEY_VARIABLE: "key of the server in use, or of the one that is set beside it",
    "OLLAMA_API_KEY": "key of https://ollama.com, and of no other server",
    "OPENAI_API_KEY": "key of https://api.openai.com/v1, and of no other server",
    "ANTHROPIC_API_KEY": "key of https://api.anthropic.com, and of no other server",
    "NO_COLOR": "no colour, whatever its value",
    "FORCE_COLOR": "colour also where there is no terminal",
    "COLUMNS": "how wide the help is where it does not go to a terminal",
    "TERM": "`dumb` means neither colour nor motion; it, `unknown` and none have a plain line",
    "VISUAL": "editor for settings, prompts, and Ctrl-G in a conversation",
    "EDITOR": "likewise, where VISUAL is not set",
    "PAGER": "pager for long tables and documents, where OLLAMA_CLI_PAGER and `pager` are not set",
    "TERM_PROGRAM": "which terminal it is: some show progress in the tab and post messages",
    "TERM_FEATURES": "what iTerm2 can do",
    "VTE_VERSION": "set by terminals of GNOME, likewise",
    "WT_SESSION": "set by Windows Terminal, likewise",
    "ConEmuANSI": "set by ConEmu, likewise",
    "HTTP_PROXY": "proxy for remote http servers, never for private addresses",
    "HTTPS_PROXY": "proxy for remote https servers, likewise",
    "ALL_PROXY": "proxy for remote servers of either kind, likewise",
    "NO_PROXY": "hosts that no proxy is used for",
}
# A `.env` in the current folder must not set whom to trust, or what is done without asking.
_NOT_FOR_FOLDERS: Final = (
    "ca_file", "api_key_env", "auto_pull", "auto_start", "allowed_models", "local_only",
    "keep_sessions", "save", "cache", "pager", "system",
)  # fmt: skip
_LOOKS: Final = ("render", "keys", "accessible", "pager")


def environment() -> Mapping[str, str]:
    """Return the environment of this process."""
    return os.environ


def layers(
    flags: Mapping[str, object], environ: Mapping[str, str], env_file: str | None = None
) -> tuple[list[Layer], list[str]]:
    """Read all sources, the strongest first; also return the warnings about them.

    Raises ConfigError for a file that cannot be read, NotFoundError if a named one is missing.
    """
    config, warnings = config_layer(config_path(environ))
    found = [
        _flags_layer(flags),
        *variable_layers(environ, env_file),
        config,
    ]
    return found, [*unknown_variables(environ), *warnings]


def variable_layers(environ: Mapping[str, str], env_file: str | None) -> list[Layer]:
    """Read the variables of the process, then those of `.env`: both win over the config file."""
    return [environment_layer(environ), *dotenv_layers(env_file)]


def typed_layers(flags: Mapping[str, object], environ: Mapping[str, str]) -> list[Layer]:
    """Return what was typed, and of the environment what changes only how things look."""
    seen = environment_layer(environ).values
    return [_flags_layer(flags), Layer({name: seen[name] for name in _LOOKS if name in seen})]


def environment_layer(environ: Mapping[str, str]) -> Layer:
    """Read the variables of the process; a blank one counts as unset, as in Ollama."""
    return Layer(_from_variables(environ, ""), key=_key(environ))


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Return warnings about unknown variables with our prefix, naming the nearest known one."""
    known = {
        CONFIG_VARIABLE,
        DATA_VARIABLE,
        KEY_VARIABLE,
        *(v for each in SETTINGS.values() for v in each.variables),
    }
    strange = sorted(n for n in environ if n.startswith(_PREFIX) and n not in known)
    near = {name: difflib.get_close_matches(name, known, n=1) for name in strange}
    return [
        f"unknown variable {name}" + (f": did you mean {near[name][0]}?" if near[name] else "")
        for name in strange
    ]


def dotenv_layers(env_file: str | None) -> list[Layer]:
    """Read the `.env` that was named, else the one in the current folder, which is not trusted."""
    path = Path(env_file) if env_file else Path(".env")
    text = _dotenv_text(path, is_named=bool(env_file))
    if text is None:
        return []
    variables = parse(text)
    values = _from_variables(variables, f" in {path}")
    if env_file:
        return [Layer(values, key=_key(variables))]
    for name in _NOT_FOR_FOLDERS:
        values.pop(name, None)
    return [Layer(values, trusted=False)]


def variables(environ: Mapping[str, str], env_file: str | None) -> Mapping[str, str]:
    """Return the variables that may hold keys: those of the process, then of a named `.env`."""
    if not env_file:
        return environ
    named = parse(_dotenv_text(Path(env_file), is_named=True) or "")
    return {**named, **{name: value for name, value in environ.items() if value.strip()}}


def _dotenv_text(path: Path, *, is_named: bool) -> str | None:
    if is_named:
        data = files.read_bytes(path)
        if data is None:
            raise no_such_file(str(path))
        return texts.decode(data, str(path)).text
    try:
        data = files.read_start(path, files.LARGEST)
    except OSError:  # a folder or an unreadable file may have the name .env, too
        return None
    if data is None:
        return None
    try:
        return texts.decode(data, str(path)).text
    except ConfigError:  # another program's: only what is read of it has to be text
        return data.decode("utf-8", "surrogateescape")


def config_layer(path: Path | None) -> tuple[Layer, list[str]]:
    """Read the config file: settings and hosts; warnings about unknown keys name the nearest."""
    if path is None:
        home = paths.barred_home()
        return Layer({}), [f"{home} may not be entered: no config file is read"] if home else []
    return document_layer(read_config(path), path)


def document_layer(document: Mapping[str, Any], path: Path) -> tuple[Layer, list[str]]:
    """Read what a config file at this path holds, or would hold."""
    values: dict[str, tuple[object, str]] = {}
    warnings = [
        f"{path}: {name!r} stands outside [{SECTION}] and is not read"
        + (": did you mean [hosts.NAME]?" if isinstance(document[name], dict) else "")
        for name in document.keys() & SETTINGS.keys()
    ]
    for name, value in section(document, path).items():
        if name in SETTINGS:
            values[name] = (value, str(path))
        else:
            near = difflib.get_close_matches(name, SETTINGS, n=1)
            guess = f": did you mean {near[0]}?" if near else ""
            guess = ": hosts stand at the top level, as [hosts.NAME]" if name == "hosts" else guess
            warnings.append(f"{path}: unknown setting {name!r}{guess}")
    models, odd = read_models(document.get("models", {}), str(path))
    warnings += odd
    if "hosts" not in document:
        return Layer(values, models=models), warnings
    hosts, strange = read_hosts(document["hosts"], str(path))
    if any(host.holds_secret for host in hosts.values()) and files.is_open_to_others(path):
        strange.append(f"{path} holds a secret that others may read: `chmod 600 {path}`")
    return Layer(values, hosts=hosts, models=models), [*warnings, *strange]


def _flags_layer(flags: Mapping[str, object]) -> Layer:
    return Layer({name: (value, f"--{name.replace('_', '-')}") for name, value in flags.items()})


def _key(variables: Mapping[str, str]) -> str | None:
    return variables.get(KEY_VARIABLE, "").strip() or None


def _from_variables(values: Mapping[str, str], where: str) -> dict[str, tuple[object, str]]:
    found: dict[str, tuple[object, str]] = {}
    for name, setting in SETTINGS.items():
        variable = next((each for each in setting.variables if values.get(each, "").strip()), None)
        if variable:
            found[name] = (values[variable], f"{variable}{where}")
    return found
