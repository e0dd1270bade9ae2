"""JSON text → values: by the standard library, or by orjson where it is installed (extra `fast`).

Both give the same values and the same errors: the standard library decodes what orjson would decode
to other values, or refuse. To load orjson takes longer than to decode a short answer, so it is
loaded for long input only.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

from ollama_cli.errors import ProtocolError
from ollama_cli.types.secrets import start_of

# Shorter input is decoded before orjson would be loaded.
MUCH: Final = 1 << 16
_SHOWN: Final = 80
# From 19 digits on an integer may exceed 64 bits, and orjson makes a float of it.
_DIGITS: Final = bytes.maketrans(bytes(range(256)), b" " * 48 + b"0" * 10 + b" " * 198)
_LONG_NUMBER: Final = b" " + b"0" * 19
# orjson decodes values that are nested too deeply for the standard library.
_DEEPEST: Final = 500


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is no JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant)
_scan = _DECODER.scan_once  # type: ignore[attr-defined]  # documented nowhere, there since 2.6


def lines(block: bytes, *, much: bool = False) -> Iterator[object]:
    """Decode whole lines one by one, blank ones left out; ProtocolError for one that is no JSON.

    `much` means that there is enough to decode for orjson to be worth loading.
    """
    # A line longer than one read is mostly text, and to check it costs more than orjson saves.
    loads = _orjson() if much and len(block) <= 2 * MUCH else None
    if loads is None or _has_long_number(block):
        return _scan_texts(_texts(block))
    return _load_lines(block.split(b"\n"), loads)


def document(body: bytes) -> object:
    """Decode one value and nothing else; ProtocolError if it is none."""
    loads = _orjson() if len(body) >= MUCH else None
    if loads is not None and not _has_long_number(body) and not _may_be_deep(body):
        try:
            return loads(body)
        except ValueError:
            pass  # the standard library decides, and makes the error
    return value(body.decode("utf-8", "replace"))


def value(line: str) -> object:
    """Decode one value in its text; ProtocolError if it is none, or more than one."""
    text = line.strip()
    try:
        found, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(
            f"the server sent something that is no JSON: {_excerpt(text)}"
        ) from error
    if end != len(text):
        raise ProtocolError(f"the server sent two values on one line: {_excerpt(text)}")
    return found


def _texts(block: bytes) -> list[str]:
    # ASCII stays one text. Other text may take four bytes a character, and many large texts of
    # different sizes would grow the memory; no character contains the byte of a newline.
    if block.isascii():
        return [block.decode("ascii")]
    return [piece.decode("utf-8", "replace") for piece in block.split(b"\n")]


def _scan_texts(texts: list[str]) -> Iterator[object]:
    for text in texts:
        start, length = 0, len(text)
        while start < length:
            end = text.find("\n", start)
            end = length if end < 0 else end
            try:
                found, stop = _scan(text, start)
            except (StopIteration, ValueError, RecursionError):
                stop = -1
            if stop == end:
                yield found
            elif not (line := text[start:end]).isspace() and line:
                yield value(line)
            start = end + 1


def _load_lines(pieces: list[bytes], loads: Callable[[bytes], object]) -> Iterator[object]:
    for piece in pieces:
        if len(piece) < 2 * _DEEPEST or not _may_be_deep(piece):
            try:
                found = loads(piece)
            except ValueError:
                pass  # as in `document`
            else:
                yield found
                continue
        yield from _scan_texts(_texts(piece))


def _has_long_number(text: bytes) -> bool:
    # Searched from the right: the pattern begins with a blank, so `rfind` can skip over digits.
    return text[:1].isdigit() or text.translate(_DIGITS).rfind(_LONG_NUMBER) >= 0


def _may_be_deep(text: bytes) -> bool:
    openers = len(text.split(b"[", _DEEPEST)) + len(text.split(b"{", _DEEPEST))
    return openers > _DEEPEST


@cache
def _orjson() -> Callable[[bytes], Any] | None:
    try:
        import orjson  # noqa: PLC0415  an extra, and for what is long: 2 ms
    except ImportError:
        return None
    return orjson.loads


def _excerpt(text: str) -> str:
    shown = " ".join(start_of(text, 2 * _SHOWN).split())
    return repr(shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…")
