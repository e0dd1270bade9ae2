"""`ollama-cli sessions repair`."""

import typer

from ollama_cli.features.context import Context
from ollama_cli.features.sessions.repair import repair
from ollama_cli.types.text import one_line
from ollama_cli.types.units import counted
from ollama_cli.ui import export


def command(ctx: typer.Context) -> None:
    """Salvage what can be read of a damaged sessions.db into a new one.

    The damaged file is kept beside it, whole. A file that is not damaged stays as it is.

    Examples:
      ollama-cli sessions repair
      ollama-cli sessions repair -o json
    """
    context: Context = ctx.obj
    done = repair(context.sessions)
    counts = {
        "repaired": done is not None,
        "sessions": done and done.sessions,
        "messages": done and done.messages,
        "lost": done.lost if done else 0,
        "kept": done and str(done.kept),
    }
    if export.show_record(context.out, context.output, "sessions-repair", counts):
        return
    if done is None:
        context.prompter.report("nothing to repair")
    else:
        sizes = f"{counted(done.sessions, 'session')}, {counted(done.messages, 'message')}"
        lost = f"; {counted(done.lost, 'message')} cannot be read" if done.lost else ""
        context.out.line(f"salvaged {sizes}{lost}")
        context.out.line(one_line(f"the damaged file is kept: {done.kept}"))
