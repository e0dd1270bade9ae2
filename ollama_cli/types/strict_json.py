"""JSON that others wrote, read without mercy: what two programs could read in two ways is none."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final, Never

from ollama_cli.types.numbers import finite
from ollama_cli.types.text import is_utf8

DEEPEST: Final = 100
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")


def read(text: str) -> Any:
    """Read one value; ValueError, with a sentence, for text that is not strictly JSON.

    None of it are a name that stands twice in one object, NaN and infinities, a number beyond every
    float, half of a character, and more than 100 levels. Whole numbers keep all their digits.
    """
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(_sentence(text, error)) from error
    except RecursionError as error:
        raise _too_deep() from error
    if _is_deep(value):
        raise _too_deep()
    if _SURROGATE.search(text) and not is_utf8(json.dumps(value, ensure_ascii=False)):
        raise ValueError("it holds half of a character")  # as `jq` and others read no such text
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice!r} stands twice in one object")
    return found


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:  # Python refuses thousands of digits
        raise ValueError(f"a number of {len(text)} digits is too long") from error


def _refuse(text: str) -> Never:
    raise ValueError(f"{text} is no number of JSON")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=finite, parse_int=_whole, parse_constant=_refuse
)


def _sentence(text: str, error: json.JSONDecodeError) -> str:
    if not text.strip():
        return "it is empty"
    if error.pos >= len(text.rstrip()):
        return "it ends too early"
    return f"{error.msg[:1].lower()}{error.msg[1:]} (line {error.lineno}, column {error.colno})"


def _too_deep() -> ValueError:
    return ValueError(f"it is nested more than {DEEPEST} levels deep")


def _is_deep(value: object) -> bool:
    level = _containers([value])
    for _ in range(DEEPEST):
        if not level:
            return False
        level = _containers(
            inner for each in level for inner in (each.values() if isinstance(each, dict) else each)
        )
    return bool(level)


def _containers(values: Iterable[object]) -> list[list[Any] | dict[str, Any]]:
    return [each for each in values if isinstance(each, list | dict)]
