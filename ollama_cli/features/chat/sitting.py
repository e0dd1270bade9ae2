"""The session of a run of `chat`: found, restored, and settled what of it is saved."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ollama_cli.errors import NotFoundError, UsageError
from ollama_cli.features.chat.options import AnswerOptions, Sitting
from ollama_cli.features.context import Context

if TYPE_CHECKING:
    from ollama_cli.types.sessions import Session


def check(context: Context, sitting: Sitting) -> None:
    """Raise UsageError for options that exclude each other."""
    names_one = sitting.continues or sitting.session is not None
    if sitting.save and sitting.private:
        raise UsageError("--save and --private exclude each other")
    if sitting.continues and sitting.session is not None:
        raise UsageError("-c is the session used last, --session another one: give one of them")
    if context.output == "raw" and (names_one or sitting.save):
        raise UsageError("-o raw hands on what is not read, and so not saved: leave it out")
    if sitting.interactive and context.output != "text":
        raise UsageError(f"-I is a conversation, and has no -o {context.output}")


def without_cache(options: AnswerOptions, sitting: Sitting) -> AnswerOptions:
    """Return the options without a cache where nothing shall be saved; UsageError for both."""
    if not sitting.private:
        return options
    if options.cache is not None and not options.no_cache:
        raise UsageError("--private saves nothing, and --cache does: leave one of them out")
    return options._replace(no_cache=True)


def refuse_cache(options: AnswerOptions) -> None:
    """Raise UsageError if a conversation shall be cached, in which the same is asked again."""
    if options.cache is not None and not options.no_cache:
        raise UsageError(
            "--cache is for one answer, and this is a conversation",
            hint="give a prompt, or leave --cache out",
        )


def looked_at(sitting: Sitting) -> Sitting:
    """Return the options for what is shown and not sent, of which nothing is saved."""
    if sitting.interactive:
        raise UsageError("-I is a conversation, and --show-prompt and --curl show one request")
    return sitting._replace(private=True, save=False)


def has_keys(context: Context, where: Sitting) -> bool:
    """Return whether a conversation can be held: there is a terminal to read from and to write to.

    Keys come from stdin; if it is to go on at the terminal (`-I`), from that where stdin is none.
    Raises UsageError if it cannot go on there.
    """
    has_screen = context.out.is_terminal and context.err.is_terminal
    writes = context.output == "text" and has_screen
    if writes and context.prompter.can_ask():
        return True
    if not where.interactive:
        return False
    from ollama_cli.ui.line.quiet import open_quiet  # noqa: PLC0415  -I alone: 1 ms

    term = context.environ.get("TERM", "")
    if not writes or context.flags.no_input or open_quiet(term, wants_terminal=True) is None:
        raise UsageError(
            "-I goes on at the terminal, and there is none to read keys from or to write to",
            hint="leave -I out for one answer",
        )
    return True


def resumed(context: Context, sitting: Sitting) -> "Session | None":
    """Return the session that goes on; NotFoundError if there is none, UsageError for several."""
    if sitting.session is not None and not sitting.session.strip():
        raise UsageError("--session is empty", hint="name a session by its id or title")
    if sitting.session is not None:
        return context.sessions.find(sitting.session)
    if not sitting.continues:
        return None
    found = context.sessions.latest()
    if found is None:
        raise NotFoundError("there is no session yet", hint="begin one: `ollama-cli chat`")
    return found


def model_of(session: "Session | None", named: str | None) -> str | None:
    """Return the model that is asked: the one that was named, else that of the session."""
    return named if named is not None or session is None else session.model


def options_of(session: "Session | None", given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of the model: those that were given, then those of the session."""
    return {**(session.options if session else {}), **given}


def saves_one(context: Context, sitting: Sitting) -> bool:
    """Return whether a single answer is saved: it is named, or stands on the user's terminal."""
    if sitting.private or context.output == "raw":
        return False
    if sitting.save:
        return True
    names_one = sitting.continues or sitting.session is not None
    return context.settings.save and (names_one or context.out.is_terminal)
