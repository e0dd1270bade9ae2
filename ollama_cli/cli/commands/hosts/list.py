"""`ollama-cli hosts list`."""

from collections.abc import Mapping
from typing import Any, Final

import typer

from ollama_cli.config import credentials, file
from ollama_cli.config.hosts import Host
from ollama_cli.config.settings import SETTINGS
from ollama_cli.features.context import Context
from ollama_cli.types.secrets import redact
from ollama_cli.types.tables import Table
from ollama_cli.types.text import one_line
from ollama_cli.ui import export, tables

_COLUMNS: Final = {"": "active", "NAME": "name", "URL": "url", "KEY": "key"}


def command(
    ctx: typer.Context,
) -> None:
    """List the hosts that have a name, the one in use marked, and where their keys come from.

    No key is shown, no command that tells one is run, and no server is asked.

    Examples:
      ollama-cli hosts list
      ollama-cli --host work hosts list -o json
    """
    context: Context = ctx.obj
    hosts = {name: host for layer in context.layers for name, host in layer.hosts.items()}
    active = _active(context)
    records = [_record(context, host) for host in hosts.values()]
    if context.output == "json":
        table = Table(_COLUMNS, [_cells(record) for record in records])
        document = {"hosts": records, "active": active}
        export.show_document(context.out, "hosts-list", document, table=table)
        return
    if context.output == "name":
        for name in hosts:
            context.out.line(one_line(name))
        return
    if active["name"] is None:
        records.insert(0, {**active, "active": True})
    tables.show_table(context.out, tuple(_COLUMNS), [_cells(record) for record in records])
    _note_active(context, active)
    path = file.config_path(context.environ)
    if not hosts and path and not context.flags.demo:
        context.prompter.note(f"no host has a name in {path}: see `hosts add`")


def _active(context: Context) -> dict[str, Any]:
    """Return the address in use, its origin, and the addresses that it overrides."""
    settings = context.settings
    named = [layer.values["host"] for layer in context.layers if "host" in layer.values]
    origins = {origin for _, origin in named}
    set_variables = [
        (context.environ[name], name)
        for name in SETTINGS["host"].variables
        if context.environ.get(name, "").strip() and name not in origins
    ]
    overridden = [*named[1:], *set_variables]
    return {
        "name": settings.entry.name if settings.entry else None,
        "url": redact(settings.host),
        "from": settings.origins["host"],
        "overrides": [{"host": redact(str(host)), "from": origin} for host, origin in overridden],
        **_key(context, credentials.find_key(settings, context.layers, context.variables)),
    }


def _record(context: Context, host: Host) -> dict[str, Any]:
    is_active = context.settings.entry == host
    if is_active:
        key = credentials.find_key(context.settings, context.layers, context.variables)
    else:
        key = credentials.key_of(host) or credentials.well_known(host.url, context.variables)
    return {
        "name": host.name,
        "url": redact(host.url),
        "active": is_active,
        **_key(context, key),
        "insecure": host.insecure,
    }


def _key(context: Context, key: credentials.Key | None) -> dict[str, Any]:
    if key is None:
        return {"key": False, "key_from": None}
    has_value = key.variable is None or bool(context.variables.get(key.variable, "").strip())
    return {"key": has_value, "key_from": key.origin}


def _cells(record: Mapping[str, Any]) -> list[str]:
    key = "yes" if record["key"] else "no"
    if record["key_from"]:
        key += f" ({record['key_from']}{'' if record['key'] else ', which is not set'})"
    return ["*" if record["active"] else "", record["name"] or "-", record["url"], key]


def _note_active(context: Context, active: Mapping[str, Any]) -> None:
    others = [f"{each['host']} (from {each['from']})" for each in active["overrides"]]
    overriding = f", which overrides {' and '.join(others)}" if others else ""
    origin = "the default" if active["from"] == "default" else f"from {active['from']}"
    context.prompter.note(f"* is in use: {active['url']} ({origin}){overriding}")
