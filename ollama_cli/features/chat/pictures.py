"""Pictures that a prompt names by their paths: they go along, as with `ollama run`."""

import re
from pathlib import Path
from typing import Final

from ollama_cli.errors import OllamaCliError
from ollama_cli.features.context import Context
from ollama_cli.features.models.capabilities import VISION

_START: Final = r"(?:[a-z]:)?(?:\.{1,2}/|~/|/|\\)"
_END: Final = r"\.(?:jpe?g|png|webp)"
# As Ollama finds them: a path that begins as one, with backslashes before blanks, or in quotes.
_PATH: Final = (
    rf"""(?i)(['"])({_START}[^'"\n]+?{_END})\1"""
    rf"""|(?<![\w:/.])({_START}(?:\\ |[^\s'"])+?{_END})(?!\w|\.\w)"""
)


def take_pictures(context: Context, model: str, prompt: str) -> tuple[str, list[str]]:
    """Take the paths of pictures that are there out of a prompt; return the rest, and the paths.

    All stays as it is for a model that cannot see them. A path that leads nowhere is text.
    """
    paths: list[str] = []

    def take(found: re.Match[str]) -> str:
        path = found[2] or found[3].replace("\\ ", " ")
        if not _is_file(path):
            return found[0]
        paths.append(path)
        return ""

    rest = re.sub(_PATH, take, prompt).strip()
    if not paths:
        return prompt, []
    named = ", ".join(paths)
    if _cannot_see(context, model):
        context.prompter.note(f"{model} cannot see pictures: {named} is sent as text")
        return prompt, []
    context.prompter.note(f"sent along as a picture: {named}")
    return rest, paths


def _is_file(path: str) -> bool:
    try:
        return Path(path).expanduser().is_file()
    except (OSError, RuntimeError, ValueError):  # no such name can be, or no home folder for `~`
        return False


def _cannot_see(context: Context, model: str) -> bool:
    try:
        known = context.servers.capability_provider().capabilities(context.permit(model))
    except OllamaCliError:  # the request itself will report the problem
        return False
    return known.has(VISION) is False
