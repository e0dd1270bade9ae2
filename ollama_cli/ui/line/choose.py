"""Choose the line that a terminal can show."""

from collections.abc import Mapping

from ollama_cli.ui.line.line import PROMPT, SPOKEN_PROMPT, Complete, History, Keys, Line
from ollama_cli.ui.line.plain import PlainLine
from ollama_cli.ui.line.quiet import open_quiet
from ollama_cli.ui.prompter import Prompter
from ollama_cli.ui.streams import OutStream


def choose(
    out: OutStream,
    prompter: Prompter,
    environ: Mapping[str, str],
    *,
    keys: Keys = "emacs",
    accessible: bool = False,
    history: History | None = None,
    complete: Complete | None = None,
) -> Line:
    """Return the line for the terminal of this process, whose `TERM` tells what it can do.

    `accessible` shows nothing beside the line and what is typed. The caller has seen to it that
    there is a terminal to read keys from, and one to write to.
    """
    quiet = open_quiet(environ.get("TERM", ""), wants_terminal=True)
    prompt = SPOKEN_PROMPT if accessible else PROMPT
    del out, keys
    return PlainLine(prompter, quiet, prompt=prompt, history=history, complete=complete)
