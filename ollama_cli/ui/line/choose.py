"""Choose the line that a terminal can show."""

from collections.abc import Mapping

from ollama_cli.system import signals
from ollama_cli.ui import motion
from ollama_cli.ui.line.line import PROMPT, SPOKEN_PROMPT, Complete, History, Line, Wishes
from ollama_cli.ui.line.plain import PlainLine
from ollama_cli.ui.line.quiet import is_plain, open_quiet, watch_quit
from ollama_cli.ui.prompter import Prompter
from ollama_cli.ui.streams import OutStream


def choose(
    out: OutStream,
    prompter: Prompter,
    environ: Mapping[str, str],
    *,
    keys: str = "emacs",
    accessible: bool = False,
    history: History | None = None,
    complete: Complete | None = None,
) -> Line:
    """Return the line for the terminal of this process, whose `TERM` tells what it can do.

    `accessible` shows nothing beside the line and what is typed. The caller has seen to it that
    there is a terminal to read keys from, and one to write to.
    """
    term = environ.get("TERM", "")
    quiet = open_quiet(term, wants_terminal=True)
    if quiet is not None:
        watch_quit()
        quiet.begin()
        quiet.keep_keys()
        motion.lay(quiet)
        motion.watch_stops()
        signals.at_worst(quiet.close)
    prompt = SPOKEN_PROMPT if accessible else PROMPT
    wishes = Wishes(environ, prompt, keys, accessible, history, complete)
    if quiet is None or is_plain(term):
        return PlainLine(prompter, quiet, wishes)
    from ollama_cli.ui.line.edited import EditedLine  # noqa: PLC0415  most terminals: 75 ms

    return EditedLine(out, prompter, quiet, wishes)
