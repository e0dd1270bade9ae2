"""Files that go along with the next question: `/file`, `/image`."""

import glob
from pathlib import Path
from typing import Final

from ollama_cli.features.chat.attachments import chip, read_picture, read_text
from ollama_cli.features.chat.conversation import GO_ON, Conversation, Next
from ollama_cli.features.chat.grammar import words
from ollama_cli.features.models import capabilities
from ollama_cli.system.missing import no_such_file
from ollama_cli.ui import inputs
from ollama_cli.ui.inputs import picture_kind

OFF: Final = "off"


def file(talk: Conversation, argument: str) -> Next:
    """Attach text files to the next question; pictures are attached as such."""
    if _is_answered(talk, argument):
        return GO_ON
    paths = _paths(argument)
    pictures = [path for path in paths if picture_kind(inputs.read_bytes(path, talk.context.stdin))]
    if pictures:
        _check_sight(talk)
    found = []
    for path in paths:
        read = read_picture if path in pictures else read_text
        found.append(read(path, talk.context.stdin, talk.recorder))
    talk.attached += found
    _tell(talk)
    return GO_ON


def image(talk: Conversation, argument: str) -> Next:
    """Attach images to the next question; UsageError if the model cannot see."""
    if _is_answered(talk, argument):
        return GO_ON
    _check_sight(talk)
    found = [read_picture(p, talk.context.stdin, talk.recorder) for p in _paths(argument)]
    talk.attached += found
    _tell(talk)
    return GO_ON


def _is_answered(talk: Conversation, argument: str) -> bool:
    """List what is attached, or take it away; return whether that was all."""
    if argument == OFF:
        talk.attached = []
    if argument not in {"", OFF}:
        return False
    _tell(talk)
    return True


def _tell(talk: Conversation) -> None:
    if not talk.attached:
        talk.context.prompter.note("nothing is attached to the next question")
        return
    chips = " ".join(chip(each, talk.recorder) for each in talk.attached)
    talk.context.prompter.note(f"attached to the next question: {chips}")


def _check_sight(talk: Conversation) -> None:
    capabilities.check(talk.context, talk.request.model, [capabilities.VISION])


def _paths(argument: str) -> list[str]:
    """Return the files that paths and patterns name; NotFoundError for one that names none."""
    found: list[str] = []
    for word in words(argument):
        path = str(Path(word).expanduser())
        matches = [path] if Path(path).exists() else sorted(glob.glob(path))  # noqa: PTH207  a pattern may be absolute
        if not matches:
            raise no_such_file(word)
        found += matches
    return found


def matching(begun: str) -> list[str]:
    """Return the paths that may stand in place of what was begun; of several, the last one."""
    before, blank, last = begun.rpartition(" ")
    folder, _, name = last.rpartition("/")
    place = Path(f"{folder}/" if "/" in last else ".").expanduser()
    try:
        there = sorted(each for each in place.iterdir() if each.name.startswith(name))
    except (OSError, RuntimeError):  # no such folder, or none that may be read
        return []
    shown = [each for each in there if name.startswith(".") or not each.name.startswith(".")]
    begin = f"{before}{blank}{folder}{'/' if '/' in last else ''}"
    return [f"{begin}{each.name}{'/' if each.is_dir() else ''}" for each in shown]
