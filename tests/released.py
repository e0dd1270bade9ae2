"""What the published schemas promise, flattened: a sentence for each name, and each word of a name.

`python tests/released.py > tests/ui/released.txt` writes down what a release promises; from then on
each of these lines has to be true of `/1`.
"""

import sys
from collections.abc import Iterator
from typing import Any

from published import schemas


def promises(name: str, schema: dict[str, Any]) -> Iterator[str]:
    """List what one file promises: every path in it with its type, `?` if it may be missing."""
    yield from _sentences(schema, name, schema.get("$defs", {}))


def _sentences(schema: dict[str, Any], path: str, parts: dict[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        schema = parts[schema["$ref"].rpartition("/")[2]]
    for kind in schema.get("oneOf", ()):
        yield from _sentences(kind, f"{path} {kind['title']}", parts)
    for either in schema.get("anyOf", ()):
        yield from _sentences(either, path, parts)
    for word in schema.get("enum", [schema["const"]] if "const" in schema else []):
        yield f"{path} = {word}"
    required = schema.get("required", ())
    for name, below in schema.get("properties", {}).items():
        place = f"{path}.{name}"
        yield f"{place}{'' if name in required else '?'}: {_type(below, parts)}"
        yield from _sentences(below, place, parts)
    for step in ("items", "additionalProperties"):
        if isinstance(schema.get(step), dict):
            place = f"{path}[]" if step == "items" else f"{path}.*"
            yield f"{place}: {_type(schema[step], parts)}"
            yield from _sentences(schema[step], place, parts)


def _type(schema: dict[str, Any], parts: dict[str, Any]) -> str:
    if "$ref" in schema:
        schema = parts[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return " or ".join(_type(each, parts) for each in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return "one of a few words"
    found = schema.get("type", "anything")
    return found if isinstance(found, str) else " or ".join(found)


def all_promises() -> list[str]:
    """List what all files promise."""
    return [each for name in sorted(schemas()) for each in promises(name, schemas()[name])]


def broken(before: list[str], now: list[str]) -> list[str]:
    """List the promises that are kept no more; what may be missing may as well always be there."""
    kept = {each for line in now for each in (line, line.replace(": ", "?: ", 1))}
    return [line for line in before if line not in kept]


if __name__ == "__main__":
    sys.stdout.write("".join(f"{line}\n" for line in all_promises()))
