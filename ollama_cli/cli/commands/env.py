"""`ollama-cli env`."""

from collections.abc import Mapping
from typing import Annotated, Literal, NoReturn

import typer

from ollama_cli.cli.shells.variables import assignments
from ollama_cli.config import policy
from ollama_cli.errors import UsageError
from ollama_cli.features.context import Context
from ollama_cli.system import processes
from ollama_cli.types.urls import split_userinfo

# OpenAI's own libraries need some key, even if the server needs none.
_NO_KEY = "ollama"
_BEARER = "Bearer "


def command(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="-- COMMAND ARGS...", help="Run this with them instead."),
    ] = None,
    shell: Annotated[
        Literal["bash", "zsh", "fish", "powershell"] | None,
        typer.Option(help="Whose syntax; otherwise that of the shell that runs."),
    ] = None,
) -> None:
    """Print the variables by which other tools find this server, or run a tool with them.

    OLLAMA_HOST (unless there is no place for Ollama's own API, as at /api/v1), OPENAI_BASE_URL and
    OPENAI_API_KEY; with `--api anthropic` ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY instead. A
    command takes the place of this one: signals, terminal and exit code are its own; 127 there is
    no such command, 126 it cannot be run.

    Examples:
      ollama-cli --host 192.168.1.20 env -- python app.py
      eval "$(ollama-cli env)"
      ollama-cli env --shell fish | source
      ollama-cli env --shell powershell | Out-String | Invoke-Expression
    """
    context: Context = ctx.obj
    if context.flags.demo:
        raise UsageError(
            "the demo server of --demo ends with this command",
            hint="run one that stays: `ollama-cli demo serve`",
        )
    variables = _variables(context)
    if words:
        _execute(words, {**context.environ, **variables})
    for line in assignments(shell, variables, context.environ):
        context.out.write_as_is(f"{line}\n")


def _variables(context: Context) -> dict[str, str]:
    settings = context.settings
    url, userinfo = split_userinfo(settings.host)
    openai_url = settings.openai_url
    is_native = settings.api != "openai" and settings.has_place_for_native
    if settings.may_be_webui:  # only the server knows
        openai_url = context.servers.openai_url
        is_native = is_native and openai_url == settings.openai_url
    if userinfo:
        context.prompter.warn(
            "the user and the password of the address are left out: few tools can read them"
        )
    if context.settings.local_only:  # the tool will send its prompts there
        policy.check_host(url)
    headers = context.credentials.get("headers", {}).items()
    sent = {name.lower(): value for name, value in headers}
    if settings.first_api == "anthropic":
        key = sent.get("x-api-key") or _NO_KEY
        return {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": key}
    shown = sent.get("authorization", "")
    key = shown.removeprefix(_BEARER) if shown.startswith(_BEARER) else ""
    return {
        **({"OLLAMA_HOST": url} if is_native else {}),
        "OPENAI_BASE_URL": split_userinfo(openai_url)[0],
        "OPENAI_API_KEY": key or _NO_KEY,
    }


def _execute(words: list[str], environ: Mapping[str, str]) -> NoReturn:
    try:
        processes.replace_process(words, environ)
    except (OSError, ValueError) as error:  # ValueError: a null byte, say
        raise processes.cannot_start(words[0], error) from error
