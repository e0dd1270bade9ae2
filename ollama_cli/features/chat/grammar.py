"""What was typed in a conversation: a command, or a question; and the habits of `ollama run`."""

import re
import shlex
from typing import Final, NamedTuple

_COMMAND: Final = re.compile(r"/([a-z?]+)(?:\s|$)")
_ESCAPED: Final = re.compile(r"//[^\s/]")
_ASSIGNS: Final = re.compile(r"^(\s*[^\s=]+)=")
_QUOTES: Final = '"""'

# What `ollama run` understands, as ours: the longest beginning that fits is replaced.
HABITS: Final = {
    "/bye": "/exit",
    "/quit": "/exit",
    "/clear": "/new",
    "/load": "/model",
    "/?": "/help",
    "/? shortcuts": "/help keys",
    "/set parameter": "/set",
    "/set system": "/system",
    "/set think": "/think on",
    "/set nothink": "/think off",
    "/set format": "/format",
    "/set noformat": "/format off",
    "/set history": "/private off",
    "/set nohistory": "/private on",
    "/set verbose": "/set stats on",
    "/set quiet": "/set stats off",
    "/set wordwrap": "/set wrap on",
    "/set nowordwrap": "/set wrap off",
}
# In these a word of the user takes the place of the last one of ours: `/set think high`.
_OPEN: Final = frozenset({"/set think"})
# Commands of other conversations, alone on a line: of `llm`, `aichat` and shells.
_ELSEWHERE: Final = {
    **dict.fromkeys(("exit", "quit", "bye", ":q", ".exit", ".quit"), "/exit"),
    **dict.fromkeys(("help", "?", ".help", "/"), "/help"),
    **dict.fromkeys(("!edit", ".edit"), "Ctrl-G"),
    ".clear": "/new",
    ".info": "/show",
    ".regenerate": "/retry",
    **dict.fromkeys(("!multi", "!end"), _QUOTES),
}
# Some of them, whatever stands behind.
_ELSEWHERE_BEFORE: Final = {
    **dict.fromkeys(("!fragment", ".file"), "/file"),
    ".model": "/model",
    ".prompt": "/system",
    ".session": "/open",
    ".set": "/set",
}
SLASHES: Final = {
    **dict.fromkeys(("tokens", "usage", "status", "stats", "cost"), "context"),
    **dict.fromkeys(("temperature", "temp", "config", "settings", "options"), "set"),
    **dict.fromkeys(("history", "log", "logs"), "export"),
    **dict.fromkeys(("chats", "resume"), "sessions"),
    **dict.fromkeys(("reset", "restart"), "new"),
    **dict.fromkeys(("prompt", "role"), "system"),
    **dict.fromkeys(("read", "add", "attach"), "file"),
    **dict.fromkeys(("models", "ls"), "list"),
    "regenerate": "retry",
    "rename": "title",
    "info": "show",
}
"""Words that other conversations have behind their slash, and ours."""


class Call(NamedTuple):
    """A command: its word, what stands behind it, and the habit that was typed, if it was one."""

    word: str
    argument: str
    habit: str = ""


def read(text: str, *, is_block: bool = False) -> Call | str:
    """Read what was typed: a command, else the question that is sent.

    The first line decides, as `/word` and a blank or its end; a block that was pasted is never a
    command. `//word` is a question that begins with one slash.
    """
    if is_block:
        return text
    found = _COMMAND.match(text)
    if found is None:
        return text[1:] if _ESCAPED.match(text) else text
    return _translated(found[1], text[found.end(1) :])


def meant(text: str) -> str | None:
    """Return what is typed here for a line that is a command elsewhere, else None."""
    line = text.strip().lower()
    first = "" if "\n" in line else line.partition(" ")[0]
    return _ELSEWHERE.get(line) or _ELSEWHERE_BEFORE.get(first)


def words(argument: str) -> list[str]:
    """Split an argument at blanks; quotes and backslashes keep a path with blanks together."""
    try:
        return shlex.split(argument)
    except ValueError:  # a quote that is not closed, as in `it's.txt`
        return argument.split()


def quoted_words(argument: str) -> list[str]:
    r"""Split an argument at blanks but those in quotes; a backslash, as in `\n`, is kept."""
    lexer = shlex.shlex(argument, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters, lexer.escape = True, "", ""
    try:
        return list(lexer)
    except ValueError:  # a quote that is not closed
        return argument.split()


def _translated(word: str, rest: str) -> Call:
    if word == "set":
        rest = _ASSIGNS.sub(r"\1 ", rest)
    second = rest.split(maxsplit=1)[:1]
    for typed in (" ".join([f"/{word}", *second]), f"/{word}"):
        if typed not in HABITS:
            continue
        behind = rest.lstrip()
        if typed.count(" "):
            behind = behind[len(second[0]) :]
        ours = HABITS[typed]
        if typed in _OPEN and behind.strip():
            ours = ours.rpartition(" ")[0]
        name, _, fixed = ours[1:].partition(" ")
        argument = " ".join(filter(None, [fixed, _unquoted(behind)]))
        return Call(name, argument, typed)
    return Call(word, _unquoted(rest))


def _unquoted(text: str) -> str:
    """Take away white space at the ends, and the quotes of a block."""
    text = text.strip()
    is_quoted = text.startswith(_QUOTES) and text.endswith(_QUOTES)
    if is_quoted and len(text) >= 2 * len(_QUOTES):
        return text.removeprefix(_QUOTES).removesuffix(_QUOTES).strip()
    return text
