"""The folder of the prompts that have a name, and the files that are named by a path."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ollama_cli.config import places
from ollama_cli.errors import ConfigError, NotFoundError, UsageError
from ollama_cli.ui import inputs
from ollama_cli.ui.streams import InStream

ENDINGS: Final = (".prompt.yml", ".prompt.yaml")
_LARGEST: Final = 1 << 20
_LONGEST: Final = 200  # bytes; a file's name has 255


def is_path(text: str) -> bool:
    """Return whether a word is the path of a file, and not the name of a prompt."""
    return text == inputs.STDIN or "/" in text or (os.sep != "/" and os.sep in text)


def place(environ: Mapping[str, str]) -> Path:
    """Return the folder, which may be missing; ConfigError without a home folder."""
    return places.prompts_folder(environ)


def names(environ: Mapping[str, str]) -> dict[str, Path]:
    """List the prompts that have a name with their files, by name.

    Raises UsageError if the folder cannot be read.
    """
    folder = place(environ)
    try:
        there = sorted(each.name for each in folder.iterdir() if not each.is_fifo())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise UsageError(f"cannot read {folder}: {error.strerror}") from error
    found: dict[str, Path] = {}
    for ending in reversed(ENDINGS):  # the first one wins
        for each in there:
            if each.endswith(ending) and is_name(name := each.removesuffix(ending)):
                found[name] = folder / each
    return dict(sorted(found.items()))


def is_name(text: str) -> bool:
    """Return whether a prompt may have this name: no path, nothing hidden, one short line."""
    is_short = len(text.encode("utf-8", "replace")) <= _LONGEST
    is_line = bool(text.strip()) and text.isprintable()
    return is_short and is_line and text[:1] != "." and not is_path(text)


def find(text: str, environ: Mapping[str, str]) -> Path:
    """Return the file of a prompt, by its name or a path.

    NotFoundError if no prompt has this name: one in the current folder is named by a path.
    """
    if is_path(text):
        return Path(text)
    name = _without_ending(text)
    known = names(environ)
    if name in known:
        return _named(text, known[name])
    files = (text, *(f"{text}{ending}" for ending in ENDINGS))
    here = next((each for each in files if is_there(Path(each))), "")
    from difflib import get_close_matches  # noqa: PLC0415  a shell waits for names: 1 ms

    similar = get_close_matches(name, known, n=1)
    hint = "those that there are: `ollama-cli prompts list`; a new one: `prompts edit NAME`"
    if here:
        hint = f"a file is named with a slash: ./{here}"
    elif similar:
        hint = f"did you mean {similar[0]}?"
    raise NotFoundError(f"no prompt is named {text!r}", hint=hint)


def is_there(path: Path) -> bool:
    """Return whether there is such a file; none has a name that is too long for one."""
    try:
        return path.exists()
    except OSError:
        return False


def new(text: str, environ: Mapping[str, str]) -> Path:
    """Return the file that a prompt of this name has, or will have; UsageError for no name."""
    if text == inputs.STDIN:
        raise UsageError("standard input has no file that could be edited")
    if is_path(text):
        return Path(text).expanduser()
    name = _without_ending(text)
    if not is_name(name):
        raise UsageError(f"{text!r} is no name of a prompt", hint="use letters, digits and dashes")
    known = names(environ)
    return _named(text, known[name]) if name in known else place(environ) / f"{name}{ENDINGS[0]}"


def read(text: str, environ: Mapping[str, str], stdin: InStream) -> str:
    """Read the text of a prompt file, by its name or a path; `-` is standard input.

    Raises NotFoundError if there is none, UsageError if it cannot be read or is too large.
    """
    path = text if is_path(text) else str(find(text, environ))
    data = inputs.read_bytes(path, stdin, largest=_LARGEST)
    return inputs.decode_text(data, inputs.PIPED if path == inputs.STDIN else path)


def _named(text: str, found: Path) -> Path:
    """Return the file that a word names with its ending, of two that differ in this alone."""
    exact = found.with_name(text)
    return exact if text.endswith(ENDINGS) and is_there(exact) else found


def _without_ending(text: str) -> str:
    return next((text.removesuffix(each) for each in ENDINGS if text.endswith(each)), text)


def remove(path: Path) -> None:
    """Remove the file of a prompt, which may be gone already; ConfigError if that fails."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot remove {path}: {error.strerror}") from error
