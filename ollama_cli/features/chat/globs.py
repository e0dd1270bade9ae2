"""Files that a shell made of a pattern behind an option which takes one: `-f *.txt`."""

import shlex
from collections.abc import Sequence
from pathlib import Path, PurePath

from ollama_cli.errors import UsageError


def refuse_glob(
    word: str,
    files: Sequence[str] | None,
    images: Sequence[str] | None = None,
    *,
    is_repeatable: bool = True,
) -> None:
    """Raise UsageError if the first word of a prompt is one more file for -f or -i."""
    for option, given in (("-f", files), ("-i", images)):
        if given and _is_another(word, given[-1]):
            each = " ".join(f"{option} {shlex.quote(path)}" for path in (given[-1], word))
            ways = [f"name each file: `{each}`"] if is_repeatable else []
            ways += [f"pipe them: `cat {_pattern(word)} | …`"] if option == "-f" else []
            raise UsageError(
                f"{option} takes one file: {word} is another one, and no text of yours",
                hint=", or ".join(ways),
            )


def _is_another(word: str, given: str) -> bool:
    path, first = PurePath(word), PurePath(given)
    if word == given:
        return False
    is_alike = bool(path.suffix) and (path.suffix, path.parent) == (first.suffix, first.parent)
    return (is_alike and not any(map(str.isspace, word))) or _is_file(word)


def _is_file(word: str) -> bool:
    try:
        return Path(word).is_file()
    except (OSError, ValueError):  # no name of a file: it is too long, or has a NUL in it
        return False


def _pattern(word: str) -> str:
    path = PurePath(word)
    return str(path.with_name(f"*{path.suffix}"))
