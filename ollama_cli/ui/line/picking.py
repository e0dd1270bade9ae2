"""Choose one of some things on the terminal that there is: as it is typed, or by its number."""

from collections.abc import Mapping, Sequence
from contextlib import closing

from ollama_cli.system import signals
from ollama_cli.types.numbers import whole
from ollama_cli.types.text import one_line
from ollama_cli.ui import motion
from ollama_cli.ui.line.choices import Choice, fits
from ollama_cli.ui.line.quiet import Quiet, is_plain, open_quiet, watch_quit
from ollama_cli.ui.prompter import Prompter
from ollama_cli.ui.streams import OutStream


def pick(
    prompter: Prompter,
    environ: Mapping[str, str],
    choices: Sequence[Choice],
    *,
    accessible: bool = False,
) -> int | None:
    """Ask for one of the choices; return its place, None at the end of input.

    A list that grows shorter as a part of a name is typed; where the terminal can only print, or
    nothing shall move, a number or a part of a name is asked for. The caller has seen to it that
    somebody can be asked.
    """
    term = environ.get("TERM", "")
    quiet = None if accessible or is_plain(term) else open_quiet(term)
    if quiet is None:
        return _by_number(prompter, choices)
    return _as_typed(prompter.err, quiet, environ, choices)


def _as_typed(
    err: OutStream, quiet: Quiet, environ: Mapping[str, str], choices: Sequence[Choice]
) -> int | None:
    from ollama_cli.ui.line.picker import Picker  # noqa: PLC0415  most terminals: 75 ms

    with closing(quiet):
        watch_quit()
        motion.lay(quiet)
        motion.watch_stops()
        signals.at_worst(quiet.close)
        return Picker(err, quiet, environ, "which one?", choices).pick()


def _by_number(prompter: Prompter, choices: Sequence[Choice]) -> int | None:
    width = len(str(len(choices)))
    for number, (name, more) in enumerate(choices, 1):
        prompter.err.line(f"{number:>{width}}  {one_line(name)}{more}")
    while (answer := prompter.ask(f"which one? [1-{len(choices)}] ")) is not None:
        number = whole(answer) or 0
        if 0 < number <= len(choices):
            return number - 1
        fitting = fits(choices, answer)
        if answer and len(fitting) == 1:
            return fitting[0]
        told = f"there is no {answer!r}" if answer else "type its number"
        told = f"{len(fitting)} have {answer!r} in their names" if answer and fitting else told
        prompter.err.line(one_line(told))
    return None
