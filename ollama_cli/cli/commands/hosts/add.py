"""`ollama-cli hosts add`."""

import re
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ollama_cli.config import edit, file
from ollama_cli.errors import UsageError
from ollama_cli.features.context import Context

_LONGEST_KEY: Final = 64 << 10
_NAME: Final = r"[A-Za-z0-9_-]+"


def command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Its name, for --host.", metavar="HOST")],
    url: Annotated[str, typer.Argument(help="Its address.", metavar="URL")],
    api_key_stdin: Annotated[
        bool, typer.Option("--api-key-stdin", help="Read its key from standard input and keep it.")
    ] = False,
    api_key_cmd: Annotated[
        str | None, typer.Option(metavar="COMMAND", help="A command that prints its key.")
    ] = None,
    ca_file: Annotated[
        str | None, typer.Option(metavar="PATH", help="Its certificate authority, a PEM file.")
    ] = None,
    client_cert: Annotated[
        str | None, typer.Option(metavar="PATH", help="Certificate and key to show to it.")
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Do not verify its certificate.")
    ] = False,
    allow_http_token: Annotated[
        bool, typer.Option("--allow-http-token", help="Send its key unencrypted, too.")
    ] = False,
) -> None:
    """Give an address a name, and say where its key is; it goes to the config file.

    --api-key-env names the variable that holds the key: that is better than to keep it in a file.

    Examples:
      ollama-cli hosts add work https://llm.example.com --api-key-env WORK_KEY
      ollama-cli hosts add gpu https://gpu.lan --api-key-cmd "pass show gpu"
    """
    context: Context = ctx.obj
    if not re.fullmatch(_NAME, name):
        raise UsageError(f"no name for a host: {name!r}", hint="use letters, digits, - and _")
    variable = context.flags.settings.get("api_key_env")
    if sum(map(bool, (variable, api_key_stdin, api_key_cmd))) > 1:
        raise UsageError("a host has one key", hint="name one place where it is")
    fields: dict[str, Any] = {
        "url": url,
        "api_key": _read_key(context) if api_key_stdin else None,
        "api_key_env": variable,
        "api_key_cmd": api_key_cmd,
        "ca_file": ca_file and str(Path(ca_file).absolute()),
        "client_cert": client_cert and str(Path(client_cert).absolute()),
        "insecure": insecure or None,
        "allow_http_token": allow_http_token or None,
    }
    path = file.writable_path(context.environ)
    edit.add_host(path, name, {key: value for key, value in fields.items() if value is not None})
    context.prompter.report(f"added [hosts.{name}] to {path}; use it with `--host {name}`")


def _read_key(context: Context) -> str:
    if context.stdin.is_terminal:
        raise UsageError(
            "--api-key-stdin reads no terminal, which would show the key",
            hint="hand it over: `pass show KEY | ollama-cli hosts add …`",
        )
    key = context.stdin.read(largest=_LONGEST_KEY).decode("utf-8", "replace").strip()
    if not key:
        raise UsageError("there is no key on standard input")
    return key
