"""The first thing that a conversation does: what is typed while it starts is for it.

Whether the command becomes a conversation is known after much has been loaded. Until then a
terminal is made quiet by the look of the arguments alone; `over` gives it back.
"""

from collections.abc import Callable, Sequence
from typing import Final

from ollama_cli.system import signals
from ollama_cli.ui.line import quiet

# Of the options of conversations those without a value, or with one in the same word alone; tests
# hold them against the real ones.
LETTERS: Final = frozenset("chIqvVx")
FLAGS: Final = frozenset(
    f"--{name}"
    for name in (
        *("accessible", "auto-pull", "continue", "debug", "demo", "help", "hidethinking"),
        *("insecure", "interactive", "json", "local-only", "no-auto-pull", "no-input"),
        *(
            "no-cache",
            "no-pager",
            "no-preload",
            "no-stdin",
            "no-stream",
            "no-truncate",
            "nowordwrap",
            "private",
            "quiet",
        ),
        *("save", "show-thinking", "stats", "stream", "strict", "think", "truncate", "verbose"),
        *("version", "extract", "extract-last", "cache", "no-cache", "no-schema-prompt"),
        *("logprobs", "show-prompt", "curl"),
    )
)
# How many words a conversation has: its model, for `run`.
_WORDS: Final = {"chat": 0, "run": 1}


def quietly(arguments: Sequence[str], term: str, work: Callable[[], int]) -> int:
    """Do the work with a quiet terminal, and give it back, whatever happens."""
    if not may_converse(arguments):
        return work()
    found = quiet.open_quiet(term, wants_terminal=wants_terminal(arguments))
    if found is None:
        return work()
    signals.at_worst(found.close)
    try:
        with quiet.stops_held_back():
            quiet.watch_quit()
            found.begin()
            from ollama_cli.ui import motion  # noqa: PLC0415  after the terminal is quiet: 3 ms

            motion.lay(found)
            motion.watch_stops()
        return work()
    finally:
        found.close()


def over() -> None:
    """Give the terminal back: there is no conversation."""
    if found := quiet.current():
        found.close()


def may_converse(arguments: Sequence[str]) -> bool:
    """Return whether a command line, by its look, begins a conversation that reads no stdin.

    `chat` has no prompt then, `run` none behind the model; or -I begins one in any case.
    """
    command, *words = _words(arguments) or [""]
    has_prompt = len(words) > _WORDS.get(command, -1)
    reads_stdin = any(word.endswith("-") for word in arguments)
    return not reads_stdin and (wants_terminal(arguments) or not has_prompt)


def wants_terminal(arguments: Sequence[str]) -> bool:
    """Return whether keys come from the terminal also where stdin is none: -I, --interactive."""
    return any(
        word.startswith("--inter") or (word[:1] == "-" and word[1:2] != "-" and "I" in word)
        for word in arguments
    )


def _words(arguments: Sequence[str]) -> list[str]:
    """Return the arguments that are neither options nor their values."""
    found: list[str] = []
    rest = iter(arguments)
    for word in rest:
        if word == "--":
            return [*found, *rest]
        if word[:1] != "-" or word == "-":
            found.append(word)
        elif _takes_next(word):
            next(rest, None)
    return found


def _takes_next(option: str) -> bool:
    """Return whether the value of an option is the next argument."""
    if option.startswith("--"):
        return "=" not in option and option not in FLAGS
    valued = [place for place, letter in enumerate(option) if place and letter not in LETTERS]
    return bool(valued) and valued[0] == len(option) - 1
