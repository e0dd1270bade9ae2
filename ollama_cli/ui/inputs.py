"""Build a prompt from argument, files and standard input; nothing is dropped."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from ollama_cli.errors import NotFoundError, UsageError
from ollama_cli.ui.streams import InStream

STDIN: Final = "-"
LARGEST_FILE: Final = 128 << 20


def gather(
    argument: str | None,
    files: Sequence[str],
    stdin: InStream,
    *,
    use_stdin: bool,
    on_silence: Callable[[], None] | None = None,
) -> str | None:
    """Join argument, files and standard input by blank lines; None if there are none.

    Standard input is read where `-` names it, else last, if it is a pipe, a file or a socket.
    `on_silence` is called if it sends nothing for a while. Raises UsageError if `-` is named twice.
    """
    named = (argument, *files).count(STDIN)
    if named > 1:
        raise UsageError("`-` is named twice, and standard input can be read once")
    parts = [] if argument is None else [argument]
    if argument == STDIN:
        parts = [read_text(STDIN, stdin)]
    parts += [read_text(path, stdin) for path in files]
    if use_stdin and stdin.implicit and not named:
        piped = decode_text(stdin.read(on_silence))
        parts += [piped] if piped else []
    return "\n\n".join(filter(None, parts)) if parts else None


def read_text(path: str, stdin: InStream) -> str:
    """Read a text file, or standard input if the path is `-`; raise what `read_bytes` raises."""
    return decode_text(read_bytes(path, stdin))


def read_bytes(path: str, stdin: InStream) -> bytes:
    """Read a file; NotFoundError if there is none, UsageError if it cannot be read."""
    if path == STDIN:
        if stdin.file is None:
            raise UsageError("`-` names standard input, which is closed or was read already")
        return stdin.read()
    try:
        with Path(path).expanduser().open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except (FileNotFoundError, RuntimeError) as error:  # RuntimeError: no home folder for `~`
        raise NotFoundError(f"no such file: {path}") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot read {path}: {reason}") from error
    if len(data) > LARGEST_FILE:
        raise UsageError(f"{path} is larger than {LARGEST_FILE >> 20} MiB")
    return data


def read_text_or_file(value: str, stdin: InStream) -> str:
    """Return a text, or with a leading `@` the contents of the file it names."""
    return read_text(value[1:], stdin) if value.startswith("@") else value


def decode_text(data: bytes) -> str:
    """Decode UTF-8 without its byte order mark; invalid bytes become U+FFFD."""
    return data.decode("utf-8", "replace").removeprefix("\ufeff")
