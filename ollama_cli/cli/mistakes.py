"""What was meant by a line that cannot be parsed; loaded once there is such a line.

Names that are hidden count as others do, and so do the beginnings of names. What `ollama` has and
this program lacks is named as that, and never corrected into something else.
"""

import difflib
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from ollama_cli.cli import habits
from ollama_cli.cli.options import PROGRAM
from ollama_cli.cli.table import TABLE, TOPICS, Branch, Row
from ollama_cli.errors import UsageError
from ollama_cli.features.chat import model_options
from ollama_cli.features.chat.globs import refuse_glob
from ollama_cli.types import model_names

_MOST: Final = 3
_FIRST: Final = ("list", "show", "info")  # what somebody wants who names a group alone
_ALIKE: Final = 0.75  # of 1
_STARTS: Final = frozenset({"serve", "start"})
# Commands that take names of models as bare words.
_BARE: Final = frozenset({"run", "show", "pull", "stop", "rm", "has", "default"})
# Whatever is typed is read in one go: no part of it fits in two ways.
_MODEL: Final = re.compile(r"[A-Za-z0-9_][\w.-]*[:/][\w./:-]*\w|[A-Za-z](?=[\w-]*\d)[\w.-]*")
_ADDRESS: Final = re.compile(
    r"https?://(?!ollama\.com/|hf\.co/|huggingface\.co/)\S+"
    r"|(localhost|\d+(\.\d+){3}|\[[\da-f:]+\])?:\d{1,5}(/\S*)?"
)
_PLAIN_WORDS: Final = {
    r"is not a valid int(?:eger)?( range)?\b": "is no whole number",
    r"is not a valid float( range)?\b": "is no number",
    r"is not in the range (\S+?)<=x<=(\S+?)(?=\.?$)": r"is not a number from \1 to \2",
    r"is not in the range x>=(\S+?)(?=\.?$)": r"is not a number of \1 or more",
}
# Where stands what an argument may be, and the commands whose argument is none of that.
_LISTED: Final[Mapping[str, str]] = {
    **dict.fromkeys(("NAME", "MODEL", "SOURCE"), "models list"),
    "SETTING": "config show",
    "HOST": "hosts list",
    "ID": "sessions list",
}
_OF_NEW_NAMES: Final = frozenset({"add", "edit", "pull"})
_ARGUMENT: Final = re.compile(r"argument '([A-Z]+)")
_CHOICE: Final = re.compile(r"'([^']*)' is not one of ")
_PLAIN: Final = re.compile(r"[^\"$`\\!]+")
_TEXTS: Final = frozenset({"--system", "-s", "--template", "--suffix", "--stop"})
_PAIRS: Final = frozenset({"--option", "-O", "--var"})
# Options that never take the next word.
_BEHIND_EQUALS: Final = frozenset({"--cache", "--extract", "-x", "--logprobs"})
_WITH_VALUE: Final = 2  # a prompt, and such a word


def unknown_command(path: str, name: str, rest: Sequence[str], branch: Branch) -> UsageError:
    """Return the error for a word that is no command; `rest` are the words behind it."""
    message = f"no such command: {path} {name}"
    place = path.removeprefix(PROGRAM).strip()
    ours = habits.command(place, name.lower(), branch.entries)
    if not ours and name in habits.OF_OLLAMA and path in {PROGRAM, f"{PROGRAM} models"}:
        line = shlex.join(["ollama", name, *rest])
        demo = f"; a demo server: `{PROGRAM} demo serve`" if name in _STARTS else ""
        return UsageError(f"{message}; it is one of ollama", hint=f"type `{line}`{demo}")
    if name == "search" and place in habits.SEARCHES:
        hint = f"models: https://ollama.com/search; conversations: `{PROGRAM} sessions search`"
        return UsageError(message, hint=hint)
    if not ours and path == PROGRAM:
        return UsageError(message, hint=_in_place_of_a_command(name, rest, branch))
    if name == "help":
        return UsageError(message, hint=f"type `{path} --help`")
    near = [ours] if ours else [name] if name in TABLE else []
    lines = [f"{PROGRAM} {each}" for each in near]
    lines = lines or [f"{path} {each}" for each in nearest(name, branch.entries)]
    return UsageError(message, hint=_did_you_mean(lines) if lines else f"see `{path} --help`")


def _in_place_of_a_command(name: str, rest: Sequence[str], branch: Branch) -> str:
    """Return what to type for a word where one of the program's commands should stand."""
    below = [f"{place} {name}" for place, each in _branches(branch) if name in each.entries]
    if below and name not in model_names.WELL_KNOWN:
        return _did_you_mean(f"{PROGRAM} {each}" for each in below)
    if name == "version":
        return f"type `{PROGRAM} --version`"
    if _ADDRESS.fullmatch(name):
        return f"a server is named by --host: `{shlex.join([PROGRAM, '--host', name])} health`"
    if name in TOPICS:
        return f"type `{shlex.join([PROGRAM, 'help', name, *rest])}`"
    near = nearest(name, branch.entries)
    if question := _question(name, rest, has_near=bool(near)):
        return question
    return (
        _did_you_mean(f"{PROGRAM} {each}" for each in near) if near else f"see `{PROGRAM} --help`"
    )


def unknown_topic(name: str) -> UsageError:
    """Return the error for a word behind `help` that is neither a topic nor a command."""
    message = f"no help topic is named {name!r}"
    if name == "version":
        return UsageError(message, hint=f"type `{PROGRAM} --version`")
    if name in habits.OF_OLLAMA:
        return UsageError(f"{message}; it is one of ollama", hint=f"type `ollama help {name}`")
    ours = habits.command("", name.lower(), TABLE)
    near = [ours.removeprefix("help ")] if ours else []
    if ours is None:
        near = nearest(name, [*TOPICS, *TABLE])
    hint = _did_you_mean(f"{PROGRAM} help {each}" for each in near)
    return UsageError(message, hint=hint if near else f"topics: {', '.join(TOPICS)}")


def unknown_option(
    path: str,
    name: str,
    known: Iterable[str],
    *,
    first: Iterable[str] = (),
    below: str = "",
) -> UsageError:
    """Return the error for an option that is none of the `known` ones.

    It may be one that stands `first`, before all commands, or one of a command: `below` are the
    words of both, if there is one.
    """
    message = f"no such option: {name}"
    if theirs := habits.command_of_ollama(name):
        return UsageError(
            f"{message}; it is one of ollama",
            hint=f"leave it out, or type `ollama {theirs} {name} …`",
        )
    known = list(known)
    if ours := _instead(path, name, known):
        hint = ours
    elif name[1:2].isdigit():
        hint = f"a number below 0 stands behind `--`: `{path} … -- {name}`"
    elif name in {"-m", "--model"} and path.rpartition(" ")[2] in _BARE:
        hint = f"a model is named without it: `{path} MODEL`"
    elif name in {"-a", "--all"} and (advice := habits.ALL.get(path.rpartition(" ")[2])):
        hint = advice.format(program=PROGRAM)
    elif name in first:
        hint = f"it stands before a command: `{PROGRAM} {name}`"
    elif below:
        hint = f"it stands behind the command: `{path} {below} …`"
    elif near := nearest(name, known):
        hint = f"did you mean {' or '.join(near)}?"
    else:
        hint = f"see `{path} --help`"
    return UsageError(message, hint=hint)


def extra_words(
    path: str, extra: Sequence[str], words: Sequence[str], params: Mapping[str, Any]
) -> UsageError:
    """Return the error for words that a command has no place for; `words` are all of its words."""
    command = path.rpartition(" ")[2]
    if "prompt" in params:
        return _unquoted(path, [params["prompt"], *extra], words, params)
    message = f"got unexpected extra argument{'s' * (len(extra) > 1)} ({' '.join(extra)})"
    hint = f"see `{path} --help`"
    if "chosen_fields" in params and ("--json", extra[0]) in pairwise(words):  # as `gh` has it
        hint = f"these keys alone: `{path} --json --fields {shlex.quote(extra[0])}`"
    elif path == f"{PROGRAM} config show" and len(extra) == 1:
        hint = f"one setting: `{PROGRAM} config get {shlex.quote(extra[0])}`"
    elif command in {"list", "ls"} and len(extra) == 1:
        hint = f"names that begin so: `{path} --filter {shlex.quote(f'{extra[0]}*')}`"
    elif command == "ps" and len(extra) == 1:
        hint = f"names that begin so: `{path} -o name | grep {shlex.quote(f'^{extra[0]}')}`"
    return UsageError(message, hint=hint)


def missing(path: str, message: str, words: Sequence[str]) -> str:
    """Return a hint to what may be added to a line that ends too soon; empty if nothing may."""
    first = next((each for each in _FIRST if each in _commands_below(path)), None)
    if first:
        return f"what there is: `{path} {first}`; all commands: `{path} --help`"
    pair = next((word for word in words if "=" in word[1:] and word[0] != "-"), "")
    if path == f"{PROGRAM} config set" and pair:
        name, _, value = pair.partition("=")
        return f"type `{path} {name} {shlex.quote(value)}`"
    group, _, command = path.removeprefix(PROGRAM).strip().rpartition(" ")
    found = _ARGUMENT.search(message)
    place = "prompts list" if group == "prompts" else _LISTED.get(found[1] if found else "")
    if place is None or command in _OF_NEW_NAMES:
        return ""
    return f"which there are: `{PROGRAM} {place}`; see `{path} --help`"


def in_plain_words(message: str) -> str:
    """Return a message of the parser as a sentence of ours: no types, no formulas, no full stop."""
    for pattern, words in _PLAIN_WORDS.items():
        message = re.sub(pattern, words, message)
    return message[:1].lower() + message[1:].rstrip(".")


def bad_value(message: str, choices: Iterable[str]) -> str:
    """Return a hint to the choice that is like a wrong value; empty if none is."""
    found = _CHOICE.search(message)
    option = found[1].partition("=")[0] if found and "'--output'" in message else ""
    if option in model_options.NAMES:
        return f"a model option stands behind -O: `-O {option}=…`"
    near = nearest(found[1], choices) if found else []
    return f"did you mean {' or '.join(near)}?" if near else ""


def no_command(words: Sequence[str]) -> UsageError:
    """Return the error for a line of options without a command."""
    if all(re.fullmatch("-v+|--verbose", word) for word in words):
        return UsageError(
            f"{words[0]} is for a command: it logs its requests, and -vv their bodies",
            hint=f"the version: `{PROGRAM} --version`, with -v also what it runs on",
        )
    return UsageError("no command was named", hint=f"see `{PROGRAM} --help`")


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Find the names that were meant: those that begin so, else the most similar one."""
    names = sorted(dict.fromkeys(known), key=len)
    bare = name.lstrip("-")
    begun = [each for each in names if bare and each.lstrip("-").startswith(bare.lower())]
    if begun and name[:2] != "--":
        begun = [each for each in begun if each[:2] != "--"]
    if 0 < len(begun) <= _MOST:
        return begun
    near = model_names.nearest(name, names, limit=1)
    return [each for each in near if _is_typo(name, each)]


def _is_typo(name: str, known: str) -> bool:
    """Return whether two words begin alike, or are so much alike that a slip tells them apart."""
    one, other = name.lstrip("-").lower(), known.lstrip("-").lower()
    is_alike = difflib.SequenceMatcher(None, one, other).ratio() >= _ALIKE
    return one[:1] == other[:1] or is_alike


def _instead(path: str, name: str, known: Sequence[str]) -> str:
    """Return what does here what an option does in another program; empty if nothing does."""
    if advice := habits.ADVICE.get(name):
        return advice.format(program=PROGRAM)
    if ours := habits.option(name, known):
        return f"did you mean {ours}?"
    if path == PROGRAM and name in habits.OF_AICHAT:
        return _did_you_mean([f"{PROGRAM} {habits.OF_AICHAT[name]}"])
    return ""


def _commands_below(path: str) -> Mapping[str, Row]:
    """Return the commands below a path; none of a command."""
    rows: Mapping[str, Row] = TABLE
    for word in path.split()[1:]:
        row = rows.get(word)
        rows = row.entries if isinstance(row, Branch) else {}
    return rows


def _branches(branch: Branch) -> Iterator[tuple[str, Branch]]:
    for name, row in branch.entries.items():
        if isinstance(row, Branch):
            yield name, row


def _did_you_mean(lines: Iterable[str]) -> str:
    return f"did you mean {' or '.join(f'`{line}`' for line in lines)}?"


def _question(name: str, rest: Sequence[str], *, has_near: bool) -> str:
    """Return what to type for a model, or a prompt, in the place of a command; else nothing."""
    words = [word for word in rest if not word.startswith("-")]
    if name in model_names.WELL_KNOWN or (not has_near and _MODEL.fullmatch(name)):
        line = shlex.join([PROGRAM, "run", name])
        prompt = f" {_quoted(' '.join(words))}" if words else ""
        return f"to ask a model: `{line}{prompt}`"
    if " " in name or (not has_near and len(words) > 1):
        return f"to ask a model: `{PROGRAM} chat {_quoted(' '.join([name, *words]))}`"
    return ""


def _unquoted(
    path: str, prompt: Sequence[str], words: Sequence[str], params: Mapping[str, Any]
) -> UsageError:
    refuse_glob(prompt[0], params.get("file"), params.get("image"))
    place = words.index(prompt[0]) if prompt[0] in words else 0
    option = words[place - 2] if place > 1 else ""
    if option in _TEXTS and " " not in words[place - 1]:  # else that one was quoted
        begin = f"{option} {_quoted(f'{words[place - 1]} {prompt[0]} …')}"
        return UsageError(
            f"a text of several words needs quotes: {option} took the first one",
            hint=f"type `{path} {begin} {_quoted('…')}`",
        )
    key = words[place - 1] if place > 1 else ""
    if option in _PAIRS and "=" not in key:  # as `llm` has it
        return UsageError(
            f"{option} takes one word, not {key!r} and another",
            hint=f"type `{option} {shlex.quote(f'{key}={prompt[0]}')}`",
        )
    hint = f"type `{path} {_quoted(' '.join(prompt))}`"
    first, rest = prompt[0], prompt[1:]
    is_quoted = len(rest) == 1 and " " in rest[0] and " " not in first
    is_model = is_quoted or first in model_names.WELL_KNOWN or _MODEL.fullmatch(first)
    values = [pair for pair in pairwise(words) if pair[0] in _BEHIND_EQUALS and pair[1] in prompt]
    if values and len(prompt) == _WITH_VALUE:
        hint += f", or `{'='.join(values[0])}` if that is its value"
    elif is_model and "model" in params and not params["model"]:
        line = f"{path} -m {shlex.quote(first)} {_quoted(' '.join(rest))}"
        hint += f", or `{line}` if {first} is the model"
    return UsageError("a prompt of several words needs quotes", hint=hint)


def _quoted(text: str) -> str:
    """Quote a text as people do, where a shell reads it so."""
    return f'"{text}"' if _PLAIN.fullmatch(text) else shlex.quote(text)
