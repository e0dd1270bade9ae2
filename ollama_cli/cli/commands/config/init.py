"""`ollama-cli config init`."""

import json

import typer

from ollama_cli.config import file
from ollama_cli.config.resolve import write
from ollama_cli.config.settings import SETTINGS, Settings
from ollama_cli.features.context import Context
from ollama_cli.system import files
from ollama_cli.system.locks import locked


def command(ctx: typer.Context) -> None:
    """Write a config file to start from: every setting, explained and commented out.

    A file that is there already is left as it is.

    Examples:
      ollama-cli config init
    """
    context: Context = ctx.obj
    path = file.writable_path(context.environ)
    if not path.exists():
        with locked(path):
            if not path.exists():
                files.write_text(path, template())
                context.prompter.report(f"wrote {path}")
                return
    context.prompter.note(f"{path} is there already; nothing was written")


def template() -> str:
    """Return a config file with every setting as a comment: its default and its help."""
    lines = ["# ollama-cli settings; flags and environment variables win over this file", ""]
    lines.append(f"[{file.SECTION}]")
    for name, setting in SETTINGS.items():
        default = getattr(Settings(), name)
        value = setting.sample if default is None else default
        shown = json.dumps(value) if isinstance(value, str | tuple) else write(value)
        lines += [f"# {setting.help}", f"# {name} = {shown}"]
    return "\n".join(lines) + "\n"
