"""Build a prompt from argument, files and standard input; nothing is dropped."""

import codecs
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

from ollama_cli.errors import UsageError
from ollama_cli.system.missing import no_such_file
from ollama_cli.ui.streams import LARGEST_INPUT, InStream, limited_lines, too_large

STDIN: Final = "-"
PIPED: Final = "standard input"
LARGEST_FILE: Final = LARGEST_INPUT
_PICTURES: Final = {
    b"\x89PNG\r\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
}
SHOWN: Final = ("PNG", "JPEG", "WebP")  # the pictures that servers take
_UTF_16: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_CONTROLS: Final = bytes({*range(0x20), 0x7F} - {*b"\t\n\r\f\v\b\x1b"})
_LOOKED_AT: Final = 1 << 16
_FEW: Final = 50  # of so many characters, one may be a control character in a text


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
        piped = decode_text(stdin.read(on_silence), PIPED)
        parts += [piped] if piped else []
    return "\n\n".join(filter(None, parts)) if parts else None


def read_text(path: str, stdin: InStream) -> str:
    """Read a text file, or standard input if the path is `-`; raise what `read_bytes` raises."""
    return decode_text(read_bytes(path, stdin), PIPED if path == STDIN else path)


def read_bytes(path: str, stdin: InStream, *, largest: int = LARGEST_INPUT) -> bytes:
    """Read a file; NotFoundError if there is none, UsageError if it cannot be read.

    UsageError also for more than `largest` bytes, of a file for more than 128 MiB.
    """
    if path == STDIN:
        return _named(stdin).read(largest=largest)
    with _opened(path) as file:
        most = min(largest, LARGEST_FILE)
        data = file.read(most + 1)
    if len(data) > most:
        raise too_large(path, most)
    return data


def read_lines(path: str, stdin: InStream) -> Iterator[str]:
    """Read the lines of a text file one by one; raise what `read_bytes` raises."""
    if path == STDIN:
        yield from decode_lines(_named(stdin).lines(), PIPED)
        return
    with _opened(path) as file:
        yield from decode_lines(limited_lines(file, path), path)


def decode_lines(lines: Iterable[bytes], name: str) -> Iterator[str]:
    """Decode lines as `decode_text` does, as they come; their newlines are left out."""
    remaining = iter(lines)
    first = next(remaining, b"")
    if first[:2] in _UTF_16:
        yield from _utf_16_lines(chain([first], remaining))
        return
    _refuse_pictures(first, name)
    if is_binary(first):
        raise _no_text(name)
    for line in chain([first.removeprefix(codecs.BOM_UTF8)] if first else [], remaining):
        if b"\0" in line:
            raise _no_text(name)
        yield line.removesuffix(b"\n").decode("utf-8", "replace")


def _utf_16_lines(parts: Iterable[bytes]) -> Iterator[str]:
    pending = ""
    for text in codecs.iterdecode(parts, "utf-16", "replace"):
        *whole, pending = (pending + text).split("\n")
        yield from whole
    if pending:
        yield pending


def _named(stdin: InStream) -> InStream:
    if stdin.file is None:
        raise UsageError("`-` names standard input, which is closed or was read already")
    return stdin


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    if not path:
        raise UsageError("cannot read a file without a name", hint="is a variable in it unset?")
    try:
        with Path(path).expanduser().open("rb") as file:
            yield file
    except (FileNotFoundError, RuntimeError) as error:  # RuntimeError: no home folder for `~`
        raise no_such_file(path) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot read {path}: {reason}") from error


def read_text_or_file(value: str, stdin: InStream) -> str:
    """Return a text, or with a leading `@` the contents of the file it names."""
    return read_text(value[1:], stdin) if value.startswith("@") else value


def decode_text(data: bytes, name: str) -> str:
    """Decode UTF-8, or UTF-16 with its mark; invalid bytes become U+FFFD.

    Raises UsageError for what is no text, with the `name` of its source.
    """
    for mark, codec in _UTF_16.items():
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, "replace")
    _refuse_pictures(data, name)
    if is_binary(data):
        raise _no_text(name)
    return data.decode("utf-8", "replace").removeprefix("\ufeff")


def _refuse_pictures(data: bytes, name: str) -> None:
    if kind := picture_kind(data):
        shown = f"-i {STDIN if name == PIPED else name}"
        cure = f"show it to the model: {shown}" if kind in SHOWN else "turn it into a PNG, for -i"
        raise UsageError(f"{name} is a picture, and no text", hint=cure)


def _no_text(name: str) -> UsageError:
    return UsageError(
        f"{name} is no text", hint="turn it into text first, as `pdftotext FILE -` does of a PDF"
    )


def picture_kind(data: bytes) -> str | None:
    """Return PNG, JPEG, WebP or GIF by how a file begins; None for any other."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    return next((kind for start, kind in _PICTURES.items() if data.startswith(start)), None)


def is_binary(data: bytes) -> bool:
    """Return whether data is no text in any code of single bytes: by its control characters."""
    beginning = data[:_LOOKED_AT]
    controls = len(beginning) - len(beginning.translate(None, _CONTROLS))
    return b"\0" in data or data.startswith(b"%PDF-") or controls * _FEW > len(beginning)
