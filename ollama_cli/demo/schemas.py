"""Values for `format`: the smallest JSON that satisfies a simple JSON Schema.

It supports types, `enum`, `const`, `required`, `properties`, `items`, bounds, `anyOf`, simple
patterns and local references; it ignores other keywords, as the real server ignores many.
"""

import math
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

MAX_DEPTH: Final = 24
NO_GRAMMAR: Final = "Failed to initialize samplers: failed to parse grammar"

_CONVERSION: Final = "Field 'json_schema': \"json_schema\": JSON schema conversion failed:\n"
_MAX_FILLED_DEPTH: Final = 4
_LONGEST_TEXT: Final = 20
_MOST_ITEMS: Final = 1000
_MOST_LETTERS: Final = 10_000
_MOST_STEPS: Final = 10_000
_PHRASE_STEPS: Final = 20
_LONGEST_PATTERN: Final = 200
_MOST_OPERATORS: Final = 6
_MOST_PHRASE_OPERATORS: Final = 3
_LONGEST_GROUPED_TEXT: Final = 6
_OPERATOR: Final = re.compile(r"[*+?{|]")
_REPEATED_GROUP: Final = re.compile(r"\)[*+?{]")
_COUNT: Final = re.compile(r"\d+")
_UNSUPPORTED: Final = re.compile(r"\(\?(?!:)|\[\^?\[|--|&&|~~|\|\||\d{5}")
"""Extensions, syntax that makes `re` warn on stderr, and counts that no answer reaches."""

Phrase = Callable[[], str]

_FORMATS: Final = {
    "date": "2026-01-31",
    "time": "12:00:00Z",
    "date-time": "2026-01-31T12:00:00Z",
    "email": "demo@example.org",
    "uri": "https://example.org/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def example(schema: Any, phrase: Phrase) -> Any:
    """Return one value that the schema accepts; `phrase` makes the text of free strings."""
    return _Builder(schema, phrase).build(schema, 0)


class SchemaError(Exception):
    """No answer can be made for the schema; the text is that of the server."""


class _Builder:
    def __init__(self, root: Any, phrase: Phrase) -> None:
        self._root = root
        self._new_phrase = phrase
        self._steps = 0

    def build(self, schema: Any, depth: int) -> Any:
        self._step()
        if not isinstance(schema, dict) or depth > MAX_DEPTH:
            return None
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][0]
        for choices in (schema.get("anyOf"), schema.get("oneOf"), schema.get("allOf")):
            if choices:
                return self.build({**_without_choices(schema), **choices[0]}, depth + 1)
        if "$ref" in schema:
            return self.build(self._resolve_reference(schema["$ref"]), depth + 1)
        return self._typed(_kind(schema), schema, depth)

    def _typed(self, kind: str, schema: dict[str, Any], depth: int) -> Any:
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "string":
                return self._string(schema)
            case "integer" | "number":
                return _number(schema, whole=kind == "integer")
            case "boolean":
                return True
        return None

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties: dict[str, Any] = schema.get("properties") or {}
        required = schema.get("required")
        names = list(properties) if required is None else list(required)
        return {
            name: self.build(properties.get(name, {"type": "string"}), depth + 1) for name in names
        }

    def _array(self, schema: dict[str, Any], depth: int) -> list[Any]:
        first = list(schema.get("prefixItems") or ())
        usual = 1 if depth < _MAX_FILLED_DEPTH else 0
        least = min(max(int(schema.get("minItems", usual)), len(first)), _MOST_ITEMS)
        most = int(schema.get("maxItems", least))
        rest = schema.get("items") or {"type": "string"}
        kinds = (first + [rest] * least)[: min(least, most)]
        return [self.build(kind, depth + 1) for kind in kinds]

    def _string(self, schema: dict[str, Any]) -> str:
        if "pattern" in schema:
            return _matching(str(schema["pattern"]), self._phrase())
        fixed = _FORMATS.get(str(schema.get("format")))
        if fixed is not None:
            return fixed
        text = self._phrase()
        least = min(int(schema.get("minLength", 0)), _MOST_LETTERS)
        while len(text) < least:
            text = f"{text} {self._phrase()}"
        return text[: int(schema.get("maxLength", len(text)))]

    def _phrase(self) -> str:
        self._step(_PHRASE_STEPS)
        return self._new_phrase()

    def _step(self, steps: int = 1) -> None:
        """Limit the work: a few nested lists or references could need more memory than exists."""
        self._steps += steps
        if self._steps > _MOST_STEPS:
            raise SchemaError(NO_GRAMMAR)

    def _resolve_reference(self, reference: str) -> Any:
        """Return the schema of a reference; one to the whole schema is unsupported."""
        found, path = self._root, reference.removeprefix("#/")
        if path == reference:
            raise SchemaError(f"{_CONVERSION}Unsupported ref: {reference}")
        for part in path.split("/"):
            found = found.get(part) if isinstance(found, dict) else None
        return found


def _matching(pattern: str, phrase: str) -> str:
    """Return a text that matches a pattern: a phrase or one repeated character."""
    if not (pattern.startswith("^") and pattern.endswith("$")):
        raise SchemaError(f"{_CONVERSION}Pattern must start with '^' and end with '$'")
    try:
        return next(text for text in _candidates(pattern, phrase) if re.search(pattern, text))
    except (StopIteration, re.error, OverflowError, RecursionError) as error:
        raise SchemaError(NO_GRAMMAR) from error


def _candidates(pattern: str, phrase: str) -> Iterator[str]:
    """Yield the texts on which any pattern can be tried quickly.

    `re` may backtrack for long and blocks the whole process: patterns whose cost grows with the
    text are tried on short texts only.
    """
    operators = len(_OPERATOR.findall(pattern))
    if (
        len(pattern) > _LONGEST_PATTERN
        or operators > _MOST_OPERATORS
        or _UNSUPPORTED.search(pattern)
    ):
        return
    grouped = _REPEATED_GROUP.search(pattern) is not None
    if grouped and math.prod(int(n) or 1 for n in _COUNT.findall(pattern)) > _MOST_STEPS:
        return
    if not grouped and operators <= _MOST_PHRASE_OPERATORS:
        yield phrase
    for count in range(1, _LONGEST_GROUPED_TEXT if grouped else _LONGEST_TEXT):
        yield from (letter * count for letter in "0aA")


def _kind(schema: dict[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = kind[0] if kind else None
    if kind is None:
        kind = "object" if "properties" in schema or "required" in schema else "string"
    return str(kind)


def _without_choices(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: schema[key] for key in schema if key not in {"anyOf", "oneOf", "allOf"}}


def _number(schema: dict[str, Any], *, whole: bool) -> int | float:
    value: int | float | None = schema.get("minimum")
    if value is None and "exclusiveMinimum" in schema:
        value = schema["exclusiveMinimum"] + 1
    if value is None:
        value = min(1, schema.get("maximum", 1))
    return math.ceil(value) if whole else value
