"""Find the words that fit at the cursor: commands, options, choices, names of models."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from ollama_cli.cli.completion.line import Line
from ollama_cli.cli.parser import ROOT
from ollama_cli.cli.table import TOPICS, Branch, Row
from ollama_cli.config import credentials, file, parsers, sources
from ollama_cli.config.resolve import Layer, resolve, wants_credentials
from ollama_cli.config.settings import SETTINGS, Settings
from ollama_cli.errors import OllamaCliError
from ollama_cli.features.prompts import folder
from ollama_cli.features.servers import cache
from ollama_cli.services.quick_list import installed_names
from ollama_cli.types.urls import host_of, is_private
from ollama_cli.ui import published

LONGEST_WAIT: Final = 0.15
_FILES: Final = frozenset({"PATH", "FILE"})
_TOOLS: Final = "TOOLS"
# Names come from servers; only these are safe in every shell.
_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./:-]{0,499}")
_SAFE_ADDRESS: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./:%\[\]-]{0,499}")
_FILE_NAMED: Final = re.compile(r"([\w-]+=)?@")  # @FILE, and NAME=@FILE
_WORD: Final = re.compile(r"[a-z][a-z-]*")
_HELP: Final = "Show the help."
_NOTHING: Final = Branch("")


class Candidate(NamedTuple):
    """A word that fits, and its help if it has any."""

    text: str
    help: str = ""


def candidates(line: Line, environ: Mapping[str, str]) -> list[Candidate] | None:
    """Find the words that fit at the cursor; None if any file fits."""
    if line.parameter is not None:
        values = _values(line, environ)
        found = None if values is None else [Candidate(value) for value in values]
    elif line.takes_options and (line.typed.startswith("-") or _has_no_arguments(line)):
        found = _options(line.options)
    elif line.branch is not None:
        # Other words for commands are no news to look through: they fit once one is begun.
        rows = line.branch.entries if line.typed else line.branch.shown
        found = [Candidate(name, row.help) for name, row in rows.items()]
    else:
        found = []
    return found and [each for each in found if each.text.startswith(line.typed)]


def _has_no_arguments(line: Line) -> bool:
    """Return whether a command was named that takes options alone."""
    return line.branch is None and not line.arguments


def _options(params: Sequence[Any]) -> list[Candidate]:
    options = [each for each in params if each.param_type_name == "option" and not each.hidden]
    names = [Candidate(n, o.help or "") for o in options for n in (*o.opts, *o.secondary_opts)]
    return sorted([*names, Candidate("--help", _HELP)], key=lambda each: each.text[:2] != "--")


def _values(line: Line, environ: Mapping[str, str]) -> Iterable[str] | None:
    """List the values of a parameter, by its choices or its metavar; None if it takes files."""
    choices: Iterable[str] = getattr(line.parameter.type, "choices", ())
    if choices:
        return choices
    metavar = (line.parameter.metavar or "").strip("[]=").removesuffix("...")
    kinds = metavar.split("|")
    if _FILE_NAMED.match(line.typed) and any(kind.startswith("@") for kind in kinds):
        return None
    if _FILES.intersection(kinds) and (metavar not in _KINDS or "/" in line.typed):
        return None
    if kinds[0].startswith(f"{_TOOLS}["):
        names = [*_mcp_servers(line, environ), *_programs(environ)]
        return names if any(each.startswith(line.typed) for each in names) else None
    known = next((_KINDS[kind] for kind in (metavar, *kinds) if kind in _KINDS), None)
    listed = known(line, environ) if known else ()
    words = filter(_WORD.fullmatch, kinds)
    return None if listed is None else dict.fromkeys([*listed, *words])


def _settings(_: Line, __: Mapping[str, str]) -> Iterable[str]:
    return SETTINGS


def _setting_values(line: Line, environ: Mapping[str, str]) -> Iterable[str] | None:
    """List the values of the setting that was named before."""
    setting = SETTINGS.get(line.arguments[0]) if line.arguments else None
    if setting is None:
        return ()
    if setting.read is parsers.read_authority:
        return None
    if setting.read in {parsers.read_model, parsers.read_patterns}:
        return _models(line, environ)
    listed = _servers(line, environ) if setting.read is parsers.read_host else ()
    return [*listed, *parsers.words_of(setting.read)]


def _model_options(_: Line, __: Mapping[str, str]) -> Iterable[str]:
    from ollama_cli.features.chat.model_options import NAMES  # noqa: PLC0415  a shell waits: 2 ms

    return [f"{name}=" for name in NAMES]


def _keys(line: Line, _: Mapping[str, str]) -> Iterable[str]:
    """List the paths of the values that a command shows."""
    from ollama_cli.ui.fields import names  # noqa: PLC0415  a shell waits for it: 3 ms

    assert line.entry is not None  # noqa: S101  an option of a command
    known = names.listed(names.of(line.entry.schema))
    return [name for name in known if not name.endswith("*")]


def _topics(line: Line, _: Mapping[str, str]) -> Iterable[str]:
    """List topics and commands, behind them the schemas, or the commands of a branch."""
    words = [*line.arguments]
    if not words:
        return [*TOPICS, *ROOT.shown]
    if words[0] in TOPICS and words[0] != "man":
        return published.names() if words == ["schema"] else ()
    row: Row = ROOT
    for word in words[words[0] == "man" :]:
        row = row.entries.get(word, _NOTHING) if isinstance(row, Branch) else _NOTHING
    return row.shown if isinstance(row, Branch) else ()


def _faults(_: Line, __: Mapping[str, str]) -> Iterable[str]:
    from ollama_cli.demo import FAULTS  # noqa: PLC0415  a shell waits for it: 15 ms

    return FAULTS


def _fields(line: Line, _: Mapping[str, str]) -> Iterable[str]:
    """List the fields of a command, behind those that stand before the last comma."""
    from ollama_cli.ui.fields import names  # noqa: PLC0415  a shell waits for it: 3 ms

    assert line.entry is not None  # noqa: S101  an option of a command
    begun, comma, _last = line.typed.rpartition(",")
    known = names.listed(names.of(line.entry.schema, line.entry.items))
    typed = begun.split(",")
    left = (each.removesuffix(".*") for each in known if each != "*")
    return [f"{begun}{comma}{each}" for each in dict.fromkeys(left) if each not in typed]


def _servers(line: Line, environ: Mapping[str, str]) -> Iterable[str]:
    """List the hosts that have a name, the servers that were seen, and the usual one."""
    seen = filter(_SAFE_ADDRESS.fullmatch, [*cache.hosts(), Settings().host])
    return [*_hosts(line, environ), *seen]


def _hosts(_line: Line, environ: Mapping[str, str]) -> list[str]:
    """List the hosts that have a name."""
    try:
        config, _ = sources.config_layer(file.config_path(environ))
    except OllamaCliError:  # the command itself reports it
        return []
    return [*filter(_SAFE_NAME.fullmatch, config.hosts)]


def _mcp_servers(line: Line, environ: Mapping[str, str]) -> list[str]:
    """List the MCP servers that this line may name; none of them is started."""
    from ollama_cli.config.mcp_servers import read_mcp_servers  # noqa: PLC0415  a shell waits: 2 ms

    try:
        known = read_mcp_servers(environ, line.values.get("mcp_config")).servers
    except OllamaCliError:  # the command itself reports it
        return []
    return [*filter(_SAFE_NAME.fullmatch, known)]


def _programs(environ: Mapping[str, str]) -> list[str]:
    """List the programs of the config file that are tools."""
    from ollama_cli.config.tools import read_tools  # noqa: PLC0415  a shell waits for it: 1 ms

    try:
        return [f"cmd:{name}" for name in read_tools(environ).commands]
    except OllamaCliError:  # likewise
        return []


def _prompts(_: Line, environ: Mapping[str, str]) -> Iterable[str]:
    """List the prompts that have a name."""
    try:
        return filter(_SAFE_NAME.fullmatch, folder.names(environ))
    except OllamaCliError:  # likewise
        return ()


def _request_options(
    settings: Settings, layers: Sequence[Layer], environ: Mapping[str, str]
) -> Mapping[str, Any] | None:
    """Resolve CA file and headers for the server; None if it needs more, or must not be asked."""
    if settings.local_only and not is_private(host_of(settings.host)):
        return None
    if not wants_credentials(settings, layers):
        return {"ca_file": settings.ca_file, "headers": {}}
    key = credentials.find_key(settings, layers, environ)
    if key is not None and key.command:
        return None
    shown = credentials.resolve_credentials(settings, layers, environ)
    is_simple = not shown.client_cert and not shown.insecure
    return {"ca_file": shown.ca_file, "headers": shown.headers} if is_simple else None


def _models(line: Line, environ: Mapping[str, str]) -> Iterable[str]:
    """List the models whose names are safe in every shell."""
    return filter(_SAFE_NAME.fullmatch, _all_models(line.values, environ))


def _all_models(typed: Mapping[str, str], environ: Mapping[str, str]) -> Sequence[str]:
    """List the models of the server that this line would use, from the cache or the server."""
    if "demo" in typed:  # its server does not run yet
        return ()
    flags = {name: typed[name] for name in ("host", "api_key_env") if name in typed}
    env_file = typed.get("env_file")
    try:
        layers = sources.layers(flags, environ, env_file)[0]
        settings = resolve(layers)
        shown = _request_options(settings, layers, sources.variables(environ, env_file))
    except OllamaCliError:  # the command itself reports it
        return ()
    kept = cache.read(settings.place)
    if kept and kept.is_fresh:
        return kept.names
    names: list[str] | None = None
    if shown is not None:
        names = installed_names(settings.host, seconds=LONGEST_WAIT, environ=environ, **shown)
    if names is None:
        return kept.names if kept else ()
    cache.write(settings.place, names)
    return names


_List: TypeAlias = Callable[[Line, Mapping[str, str]], Iterable[str] | None]
_KINDS: Final[Mapping[str, _List]] = MappingProxyType(
    {
        "SETTING": _settings,
        "VALUE": _setting_values,
        "KEY": _keys,
        "KEY=VALUE": _model_options,
        "FIELD[,FIELD": _fields,
        "SCRIPT": _faults,
        "TOPIC": _topics,
        "URL": _servers,
        "HOST": _hosts,
        "SERVER": _mcp_servers,
        "PROMPT-NAME": _prompts,
        "NAME|FILE": _prompts,  # or a path, which has a slash
        **dict.fromkeys(("MODEL", "NAME", "SOURCE"), _models),
    }
)
"""What lists the values of a parameter, by its metavar; words in small letters are values, too."""
