"""`ollama-cli config init`."""

import json

import typer

from ollama_cli.config import sources
from ollama_cli.config.settings import Settings, write
from ollama_cli.config.settings_table import SETTINGS
from ollama_cli.features.context import Runtime
from ollama_cli.system import files
from ollama_cli.ui.streams import one_line


def command(ctx: typer.Context) -> None:
    """Write a config file to start from: every setting, explained and commented out.

    A file that is there already is left as it is.

    Examples:
      ollama-cli config init
    """
    cli: Runtime = ctx.obj
    path = sources.config_path(cli.environ)
    if path.exists():
        cli.note(f"{path} is there already; nothing was written")
        return
    files.write_text(path, template())
    if not cli.flags.quiet:
        cli.err.line(one_line(f"wrote {path}"))


def template() -> str:
    """Write every setting as a comment, with its default and its sentence."""
    lines = ["# ollama-cli settings; flags and environment variables win over this file", ""]
    lines.append(f"[{sources.SECTION}]")
    for name, setting in SETTINGS.items():
        default = getattr(Settings(), name)
        value = setting.sample if default is None else default
        shown = json.dumps(value) if isinstance(value, str | tuple) else write(value)
        lines += [f"# {setting.help}", f"# {name} = {shown}"]
    return "\n".join(lines) + "\n"
