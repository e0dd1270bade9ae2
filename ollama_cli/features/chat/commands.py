"""THE TABLE of the commands inside a conversation: parser, `/help`, completion and its page."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final, NamedTuple

from ollama_cli.errors import OllamaCliError, UsageError
from ollama_cli.features.chat.conversation import (
    GO_ON,
    LEAVE,
    STOPPED,
    Conversation,
    Next,
    unless_stopped,
    was_stopped,
)
from ollama_cli.features.chat.grammar import HABITS, SLASHES, Call, meant, read
from ollama_cli.features.chat.inside import (
    branches,
    copies,
    files,
    models,
    places,
    room,
    tuning,
)
from ollama_cli.features.explain import explain
from ollama_cli.system.signals import SHIELD
from ollama_cli.types.text import one_line
from ollama_cli.ui import tables
from ollama_cli.ui.sentences import show_error, show_sentence
from ollama_cli.ui.streams import OutStream

MODEL, PATH, SESSION = "model", "path", "session"
_LONGEST_WAIT: Final = 0.15  # seconds that a key may take


class Command(NamedTuple):
    """One command: what stands behind its word, one line of help, what does it.

    `completes` says what may stand behind the word: models, paths, sessions, or one of some words.
    """

    arguments: str
    help: str
    run: Callable[[Conversation, str], Next]
    completes: str | tuple[str, ...] = ()

    def usage(self, word: str) -> str:
        """Return how it is written."""
        return f"/{word} {self.arguments}".rstrip()


def _leave(_talk: Conversation, _argument: str) -> Next:
    return LEAVE


def _help(talk: Conversation, argument: str) -> Next:
    word = argument.removeprefix("/")
    out = talk.context.out
    if word in {"keys", "shortcuts"}:
        tables.show_terms(out, list(KEYS.items()))
    elif word in {"", "all"}:
        _list(out, is_short=not word and out.is_terminal and out.size.lines < _ROWS_OF_ALL)
    elif word in COMMANDS:
        for line in _help_of(word):
            show_sentence(out, line)
    else:
        raise _unknown(word)
    return GO_ON


def _list(out: OutStream, *, is_short: bool) -> None:
    """List the commands; on a screen that they would leave at its top the usual ones alone."""
    shown = [name for name in COMMANDS if not is_short or name not in _RARE]
    tables.show_terms(out, [(COMMANDS[each].usage(each), COMMANDS[each].help) for each in shown])
    out.line()
    if is_short:
        more = " ".join(f"/{name}" for name in COMMANDS if name in _RARE)
        show_sentence(out, f"more: {more}; what they do: /help all")
    show_sentence(out, "keys: /help keys; //word sends a question that begins with a slash")


def _help_of(word: str) -> list[str]:
    command = COMMANDS[word]
    lines = [f"{command.usage(word)}: {command.help}"]
    if isinstance(command.completes, tuple) and command.completes:
        lines.append(f"one of: {', '.join(command.completes)}")
    if habits := habits_of(word):
        lines.append(f"as ollama has it: {', '.join(habits)}")
    return lines


COMMANDS: Final[Mapping[str, Command]] = {
    "help": Command("[WORD]", "list the commands, or the keys", _help, ("keys", "all")),
    "exit": Command("", "leave; so does Ctrl-D on an empty line", _leave),
    "new": Command("[TITLE]", "begin a new session; the old one is kept", places.new),
    "model": Command("[NAME]", "go on with another model; or list them", models.model, MODEL),
    "system": Command(
        "[TEXT|@FILE|off]", "show, set or remove the system prompt", tuning.system, ("off",)
    ),
    "set": Command("[KEY VALUE]", "set an option, or list what is set", tuning.set_),
    "unset": Command("KEY", "take away what was set", tuning.unset),
    "think": Command(
        "[LEVEL|show|hide]",
        "have the model think; show that or not",
        tuning.think,
        ("on", "off", "low", "medium", "high", "max", "show", "hide"),
    ),
    "format": Command(
        "[json|@FILE|off]",
        "have JSON written, by a schema if named",
        tuning.format_,
        ("json", "off"),
    ),
    "show": Command("[PART]", "show what the model is, or a part of it", models.show, models.PARTS),
    "file": Command("PATH…", "attach texts to the next question; off: none", files.file, PATH),
    "image": Command("PATH…", "attach images to the next question; off: none", files.image, PATH),
    "edit": Command("[N]", "change question N, or the last one, on a new branch", branches.edit),
    "retry": Command("[MODEL]", "ask the last question again", branches.retry, MODEL),
    "undo": Command("[N]", "go back by N exchanges, or by one", branches.undo),
    "branch": Command("[N]", "list the branches, or go to the end of one", branches.branch),
    "fork": Command("[TITLE]", "copy all up to here into a new session", places.fork),
    "open": Command("ID|TITLE", "go on with another session", places.open_, SESSION),
    "sessions": Command("[TEXT]", "list the sessions, or those that hold a text", places.sessions),
    "title": Command("[TEXT]", "show the title, or change it", places.title),
    "copy": Command(
        "[N|all]", "send the answer, code N or all to the clipboard", copies.copy, ("all",)
    ),
    "save": Command("[N] FILE", "write the answer, or code N, to a file", copies.save, PATH),
    "export": Command("[FILE]", "show the session, or write it: .md .json .jsonl", copies.export),
    "context": Command("", "list what would be sent, and how full it is", room.context),
    "compact": Command("[N]", "put a summary in place of all but the last N", room.compact),
    "drop": Command("N", "leave out the N oldest exchanges", branches.drop),
    "private": Command(
        "[on|off]", "write down nothing from here on", places.private, ("on", "off")
    ),
    "pull": Command("NAME", "download a model", models.pull, MODEL),
    "list": Command("[TEXT]", "list the installed models", models.show_list),
}
_RARE: Final = frozenset(
    (
        *("unset", "branch", "fork", "open", "sessions", "title", "copy", "export", "context"),
        *("compact", "drop", "private"),
    )
)
_ROWS_OF_ALL: Final = len(COMMANDS) + 4  # what was typed, a blank, the keys, the next prompt
KEYS: Final[Mapping[str, str]] = {
    "Enter": "send",
    "Alt-Enter, Ctrl-J": 'a new line; """ opens and closes a block of lines',
    "Ctrl-C": "clear the line; stop an answer",
    "Ctrl-D": "leave, on an empty line",
    "Ctrl-G": "write in the editor",
    "Up, Ctrl-R": "earlier questions",
    "Tab": "complete commands, models, paths, sessions",
    "Ctrl-Z": "back to the shell; fg comes back",
}
# After these, a question that was too long waits in the line again.
_MAKE_ROOM: Final = frozenset({"compact", "context", "drop", "model", "set", "undo"})
# What is told the first time that a habit does something else than in `ollama run`.
DIFFERENCES: Final = {
    "/load": "/load keeps the conversation here; a new one: /new",
    "/clear": "/clear begins a new session here, and keeps the old one",
    "save": "/save writes a file here, no model; a session is kept anyway, unless it is private",
}


def take(talk: Conversation, text: str, *, is_block: bool = False) -> Next:
    """Do what was typed: a command, or a question that is asked; say what comes next.

    What fails is told, and the conversation goes on.
    """
    if not text.strip():
        if talk.edited is not None:
            talk.edited, talk.attached = None, []
            talk.context.prompter.note("nothing is changed")
        return GO_ON
    call = read(text, is_block=is_block)
    done: list[Next] = []
    with SHIELD:
        try:
            if isinstance(call, str):
                if not is_block:
                    _refuse_command(call)
                return talk.send(call, is_block=is_block)
            if was_stopped(partial(_run, talk, call, done)):
                talk.context.prompter.note(STOPPED)
        except OllamaCliError as error:
            explained = unless_stopped(partial(explain, error, talk.context))
            show_error(talk.context.err, explained or error)
    step = done[0] if done else GO_ON
    if isinstance(call, Call) and call.word in _MAKE_ROOM and not step.text:
        return Next(text=talk.refused)
    return step


def _run(talk: Conversation, call: Call, done: list[Next]) -> None:
    if call.word != "edit":
        _give_up_edit(talk)
    if call.word not in COMMANDS:
        raise _unknown(call.word)
    if difference := DIFFERENCES.get(call.habit or call.word):
        talk.tell_once(call.habit or call.word, difference)
    done.append(COMMANDS[call.word].run(talk, call.argument))


def _refuse_command(question: str) -> None:
    """Raise UsageError for what is no question but a command of another program."""
    if ours := meant(question):
        word = question.strip()
        raise UsageError(
            f"{word!r} is no command here", hint=f'type {ours}; as a question: """{word}"""'
        )


def _give_up_edit(talk: Conversation) -> None:
    """Forget which question is edited, if a command comes between."""
    if talk.edited is not None:
        talk.edited, talk.attached = None, []
        talk.context.prompter.note("the question stays as it is")


def _unknown(word: str) -> UsageError:
    known = [*COMMANDS, *(habit[1:] for habit in HABITS if " " not in habit)]
    ours = SLASHES.get(word)
    near = [ours] if ours else difflib.get_close_matches(word, known, n=2, cutoff=0.6)
    guess = f"did you mean {' or '.join(f'/{each}' for each in near)}?" if near else "see /help;"
    return UsageError(f"there is no /{word}", hint=f"{guess} as a question: //{word}")


def habits_of(word: str) -> list[str]:
    """List the words of `ollama run` that mean a command."""
    return [habit for habit, ours in HABITS.items() if ours[1:].partition(" ")[0] == word]


def candidates(talk: Conversation, text: str) -> Iterable[str]:
    """Return what may stand in place of the last part of a line, up to the cursor.

    That is the word of a command, or the whole rest behind it.
    """
    word, blank, rest = text.partition(" ")
    if not blank:
        known = [f"/{each}" for each in COMMANDS] + [h for h in HABITS if " " not in h]
        return [each for each in known if each.startswith(word)]
    call = read(text)
    command = COMMANDS.get(call.word) if isinstance(call, Call) else None
    if command is None:
        return []
    if isinstance(command.completes, tuple):
        return [each for each in command.completes if each.startswith(rest)]
    found = _OFFERS[command.completes](talk, rest)
    return [one_line(each) for each in found]


def _models(talk: Conversation, rest: str) -> Iterable[str]:
    names = talk.context.servers.names_for_completion(_LONGEST_WAIT)
    return [each for each in names if each.lower().startswith(rest.lower())]


def _paths(_talk: Conversation, rest: str) -> Iterable[str]:
    return files.matching(rest)


def _sessions(talk: Conversation, rest: str) -> Iterable[str]:
    return places.matching(talk, rest)


_OFFERS: Final[Mapping[str, Callable[[Conversation, str], Iterable[str]]]] = {
    MODEL: _models,
    PATH: _paths,
    SESSION: _sessions,
}
