"""What a JSON Schema (2020-12) must look like, told before anything is sent.

The library that holds answers against a schema takes 80 ms to load, which an answer hides: here are
its rules about schemas themselves, so that a bad one is refused at once and by its place.
"""

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final, TypeAlias

from ollama_cli.errors import UsageError
from ollama_cli.types.text import sentence

Steps: TypeAlias = tuple[str | int, ...]
TYPES: Final = ("object", "array", "string", "number", "integer", "boolean", "null")
INNER: Final = frozenset(
    {"additionalProperties", "contains", "contentSchema", "else", "if", "items", "not"}
    | {"propertyNames", "then", "unevaluatedItems", "unevaluatedProperties"}
)
LISTS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
MAPS: Final = frozenset(
    {"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"}
)
REFERENCES: Final = ("$ref", "$dynamicRef")
_COUNTS: Final = (
    *("minItems", "maxItems", "minLength", "maxLength"),
    *("minProperties", "maxProperties", "minContains", "maxContains"),
)
_NUMBERS: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_TEXTS: Final = (
    *("format", "title", "description", "contentEncoding", "contentMediaType", "$comment"),
    *("$ref", "$dynamicRef", "$recursiveRef", "$schema"),
)
_ANCHORS: Final = ("$anchor", "$dynamicAnchor", "$recursiveAnchor")
_SWITCHES: Final = ("uniqueItems", "deprecated", "readOnly", "writeOnly")


def path_of(steps: Steps) -> str:
    """Return the path of what stands so many steps from the root, as in `$.items['a b'][0]`."""
    path = "$"
    for step in steps:
        is_word = isinstance(step, str) and re.fullmatch(r"[\w$-]+", step)
        path += f".{step}" if is_word else f"[{sentence(repr(step))}]"
    return path


def inner(schema: Mapping[str, Any]) -> Iterator[tuple[Steps, Any]]:
    """Yield the schemas that stand directly in a schema, each after its steps."""
    for key, value in schema.items():
        if (key in LISTS or key == "items") and isinstance(value, list):
            yield from (((key, n), each) for n, each in enumerate(value))
        elif key in INNER:
            yield (key,), value
        elif key in MAPS and isinstance(value, dict):
            yield from (((key, name), each) for name, each in value.items())
        elif key == "dependencies" and isinstance(value, dict):  # of older drafts
            found = (((key, name), each) for name, each in value.items())
            yield from ((steps, each) for steps, each in found if not isinstance(each, list))


def places(root: Mapping[str, Any]) -> Iterator[tuple[Steps, Any]]:
    """Yield all schemas in a schema, and itself, each after its steps from the root."""
    waiting: list[tuple[Steps, Any]] = [((), root)]
    while waiting:
        steps, each = waiting.pop()
        yield steps, each
        if isinstance(each, dict):
            found = [((*steps, *more), one) for more, one in inner(each)]
            waiting += reversed(found)


def refuse_invalid(schema: Mapping[str, Any]) -> None:
    """Raise UsageError, with the path, for what is no schema; references are not followed."""
    for steps, each in places(schema):
        if isinstance(each, bool):
            continue
        if not isinstance(each, dict):
            raise invalid(steps, "must be a schema: an object, true or false")
        for key, value in each.items():
            rule = _RULES.get(key)
            if rule is not None and (wrong := rule(value)):
                raise invalid((*steps, key), wrong)


def is_foreign(schema: Mapping[str, Any]) -> bool:
    """Return whether a schema says something, and nothing of it in the words of JSON Schema."""
    known = INNER | LISTS | MAPS | _RULES.keys() | {"const", "default", "examples", "$vocabulary"}
    return bool(schema) and not known & schema.keys()


def invalid(steps: Steps, wrong: str, hint: str | None = None) -> UsageError:
    """Return the error for a schema that cannot be used, with the path to what is wrong."""
    return UsageError(f"the schema cannot be used: {path_of(steps)} {wrong}", hint=hint)


def _type(value: Any) -> str:
    names = value if isinstance(value, list) else [value]
    for name in names:
        if name not in TYPES:
            near = get_close_matches(str(name), TYPES, n=1)
            guess = f"did you mean {near[0]}?" if near else f"known: {', '.join(TYPES)}"
            return f"is no type: {sentence(repr(name))}; {guess}"
    return "" if names and len(set(names)) == len(names) else "must name some types, each once"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _count(value: Any) -> str:
    is_count = _is_number(value) and value >= 0 and value == int(value)
    return "" if is_count else "must be a whole number, 0 or more"


def _number(value: Any) -> str:
    return "" if _is_number(value) else "must be a number"


def _multiple(value: Any) -> str:
    return "" if _is_number(value) and value > 0 else "must be a number above 0"


def _text(value: Any) -> str:
    return "" if isinstance(value, str) else "must be a text"


def _switch(value: Any) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _list(value: Any) -> str:
    return "" if isinstance(value, list) else "must be a list"


def _schemas(value: Any) -> str:
    return "" if isinstance(value, list) and value else "must be a list of schemas, at least one"


def _map(value: Any) -> str:
    return "" if isinstance(value, dict) else "must be an object"


def _patterns(value: Any) -> str:
    return _map(value) or next(filter(None, map(_pattern, value)), "")


def _names(value: Any) -> str:
    is_list = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return "" if is_list and len(set(value)) == len(value) else "must be a list of names, each once"


def _needs(value: Any) -> str:
    return _map(value) or next(filter(None, map(_names, value.values())), "")


def _old_needs(value: Any) -> str:
    lists = {} if _map(value) else {n: each for n, each in value.items() if isinstance(each, list)}
    return _map(value) or _needs(lists)


def _id(value: Any) -> str:
    is_plain = isinstance(value, str) and not value.partition("#")[2]
    return "" if is_plain else "must be an address without a fragment"


def _anchor(value: Any) -> str:
    is_name = isinstance(value, str) and re.fullmatch(r"[A-Za-z_][-A-Za-z0-9._]*", value)
    return "" if is_name else "must be a name, of letters and digits"


def _vocabulary(value: Any) -> str:
    return _map(value) or next(filter(None, map(_switch, value.values())), "")


def _pattern(value: object) -> str:
    if not isinstance(value, str):
        return "must be a text"
    try:
        with warnings.catch_warnings(action="ignore"):
            re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        return f"is no pattern that can be checked: {sentence(str(error))}"
    return ""


_RULES: Final[dict[str, Callable[[Any], str]]] = {
    "type": _type,
    "enum": _list,
    "pattern": _pattern,
    "multipleOf": _multiple,
    "required": _names,
    "dependentRequired": _needs,
    "dependencies": _old_needs,
    "items": lambda value: _schemas(value) if isinstance(value, list) else "",
    "$id": _id,
    "$vocabulary": _vocabulary,
    **dict.fromkeys(_ANCHORS, _anchor),
    **dict.fromkeys(_COUNTS, _count),
    **dict.fromkeys(_NUMBERS, _number),
    **dict.fromkeys(_TEXTS, _text),
    **dict.fromkeys(_SWITCHES, _switch),
    **dict.fromkeys(LISTS, _schemas),
    **dict.fromkeys(MAPS, _map),
    "patternProperties": _patterns,
}
