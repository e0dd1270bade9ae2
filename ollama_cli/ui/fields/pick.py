"""Take values out of JSON by their paths: `usage.prompt_tokens`.

A key may hold dots itself (`general.architecture`): the longest one that fits is taken. A path
goes through lists into each of their items.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

_DOT: Final = "."
Path: TypeAlias = tuple[str, ...]


def split(path: str) -> Path:
    """Split a path at its dots."""
    return tuple(path.split(_DOT))


def value(record: object, path: Path) -> object:
    """Return the value at a path; None if there is none."""
    if not path:
        return record
    if isinstance(record, list | tuple):
        return [value(each, path) for each in record]
    if not isinstance(record, Mapping):
        return None
    key, rest = _key(record, path)
    return None if key is None else value(record[key], rest)


def leads(record: object, path: Path) -> bool:
    """Return whether a path leads to a value; through a list, whether to one in any item."""
    if not path:
        return True
    if isinstance(record, list | tuple):
        return any(leads(each, path) for each in record)
    if not isinstance(record, Mapping):
        return False
    key, rest = _key(record, path)
    return key is not None and leads(record[key], rest)


def paths(record: object, before: str = "") -> Iterator[str]:
    """Yield the paths of all that a record of records holds."""
    for key, each in record.items() if isinstance(record, Mapping) else ():
        yield before + key
        yield from paths(each, f"{before}{key}{_DOT}")


def has(record: object, path: Path) -> bool:
    """Return whether a record has the first key of a path."""
    return isinstance(record, Mapping) and _key(record, path)[0] is not None


def part(found: object, paths: Sequence[Path]) -> object:
    """Return the part of a value that the paths lead to; null where they lead nowhere."""
    if not all(paths):
        return found
    if isinstance(found, list | tuple):
        return [part(each, paths) for each in found]
    return of_record(found, paths) if isinstance(found, Mapping) else None


def of_record(
    record: Mapping[str, Any], paths: Sequence[Path], *, whole: bool = True
) -> dict[str, Any]:
    """Return the part of a record that the paths lead to, nested as it is there, in their order.

    What is missing is null; without `whole`, what the record itself lacks is left out.
    """
    below: dict[str, list[Path]] = {}
    for path in paths:
        key, rest = _key(record, path)
        if key is not None or whole:
            below.setdefault(path[0] if key is None else key, []).append(rest)
    return {key: part(record.get(key), rests) for key, rests in below.items()}


def text(value: object) -> str:
    """Return a value as one text for people, CSV and lines: a string as it is, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple) and not any(map(_is_nested, value)):
        return " ".join(map(text, value))
    return json.dumps(value, ensure_ascii=False)


def _is_nested(value: object) -> bool:
    return isinstance(value, Mapping | list | tuple)


def _key(record: Mapping[str, Any], path: Path) -> tuple[str | None, Path]:
    """Return the longest key that a path begins with, and the rest of the path."""
    for length in range(len(path), 0, -1):
        key = _DOT.join(path[:length])
        if key in record:
            return key, path[length:]
    return None, ()
