"""`ollama-cli hosts list`."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import typer

from ollama_cli.cli.options import OUTPUT_HELP, AsJson
from ollama_cli.config import credentials, sources
from ollama_cli.config.hosts import Host
from ollama_cli.config.settings_table import SETTINGS
from ollama_cli.features.context import Runtime
from ollama_cli.types.urls import redact
from ollama_cli.ui import export, tables
from ollama_cli.ui.streams import one_line

_HEADER: Final = ("", "NAME", "URL", "KEY")


def command(
    ctx: typer.Context,
    output: Annotated[
        Literal["text", "json", "name"], typer.Option("--output", "-o", help=OUTPUT_HELP)
    ] = "text",
    as_json: AsJson = False,
) -> None:
    """List the hosts that have a name, the one in use marked, and where their keys come from.

    No key is shown, no command that tells one is run, and no server is asked.

    Examples:
      ollama-cli hosts list
      ollama-cli --host work hosts list -o json
    """
    cli: Runtime = ctx.obj
    hosts = {name: host for layer in cli.layers for name, host in layer.hosts.items()}
    active = _active(cli)
    records = [_record(cli, host) for host in hosts.values()]
    if cli.output == "json":
        export.show_document(cli.out, "hosts-list", {"hosts": records, "active": active})
        return
    if cli.output == "name":
        for name in hosts:
            cli.out.line(one_line(name))
        return
    if active["name"] is None:
        records.insert(0, {**active, "active": True})
    tables.show_table(cli.out, _HEADER, [_cells(record) for record in records])
    _tell(cli, active)
    if not hosts:
        cli.note(f"no host has a name in {sources.config_path(cli.environ)}: see `hosts add`")


def _active(cli: Runtime) -> dict[str, Any]:
    """Tell which address is in use, who says so, and whom that overrides."""
    settings = cli.settings
    named = [layer.values["host"] for layer in cli.layers if "host" in layer.values]
    origins = {origin for _, origin in named}
    set_variables = [
        (cli.environ[name], name)
        for name in SETTINGS["host"].variables
        if cli.environ.get(name, "").strip() and name not in origins
    ]
    weaker = [*named[1:], *set_variables]
    return {
        "name": settings.entry.name if settings.entry else None,
        "url": redact(settings.host),
        "from": settings.origins["host"],
        "overrides": [{"host": redact(str(host)), "from": origin} for host, origin in weaker],
        **_key(cli, credentials.find_key(settings, cli.layers, cli.variables)),
    }


def _record(cli: Runtime, host: Host) -> dict[str, Any]:
    is_active = cli.settings.entry == host
    if is_active:
        key = credentials.find_key(cli.settings, cli.layers, cli.variables)
    else:
        key = credentials.key_of(host) or credentials.well_known(host.url, cli.variables)
    return {
        "name": host.name,
        "url": redact(host.url),
        "active": is_active,
        **_key(cli, key),
        "insecure": host.insecure,
    }


def _key(cli: Runtime, key: credentials.Key | None) -> dict[str, Any]:
    if key is None:
        return {"key": False, "key_from": None}
    is_there = key.variable is None or bool(cli.variables.get(key.variable, "").strip())
    return {"key": is_there, "key_from": key.origin}


def _cells(record: Mapping[str, Any]) -> list[str]:
    key = "yes" if record["key"] else "no"
    if record["key_from"]:
        key += f" ({record['key_from']}{'' if record['key'] else ', which is not set'})"
    return ["*" if record["active"] else "", record["name"] or "-", record["url"], key]


def _tell(cli: Runtime, active: Mapping[str, Any]) -> None:
    others = [f"{each['host']} (from {each['from']})" for each in active["overrides"]]
    overriding = f", which overrides {' and '.join(others)}" if others else ""
    origin = "the default" if active["from"] == "default" else f"from {active['from']}"
    cli.note(f"* is in use: {active['url']} ({origin}){overriding}")
