"""Values for `format`: the smallest JSON that satisfies a simple JSON Schema.

Types, `enum`, `const`, `required`, `properties`, `items`, bounds, `anyOf`, simple patterns and
local references are obeyed; other keywords are ignored in silence, as the real server ignores many.
"""

import math
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

DEEPEST: Final = 24
NO_GRAMMAR: Final = "Failed to initialize samplers: failed to parse grammar"

_CONVERSION: Final = "Field 'json_schema': \"json_schema\": JSON schema conversion failed:\n"
_WIDE: Final = 4
_LONGEST: Final = 20
_MOST_ITEMS: Final = 1000
_MOST_LETTERS: Final = 10_000
_MOST_STEPS: Final = 10_000
_PHRASE_STEPS: Final = 20
_LONGEST_PATTERN: Final = 200
_MOST_MARKS: Final = 6
_PHRASE_MARKS: Final = 3
_GROUPED: Final = 6
_MARK: Final = re.compile(r"[*+?{|]")
_REPEATED_GROUP: Final = re.compile(r"\)[*+?{]")
_COUNT: Final = re.compile(r"\d+")
_UNSUPPORTED: Final = re.compile(r"\(\?(?!:)|\[\^?\[|--|&&|~~|\|\||\d{5}")
"""Extensions, what makes `re` warn on stderr, and counts that no answer reaches."""

Phrase = Callable[[], str]

_WORDS: Final = {
    "date": "2026-01-31",
    "time": "12:00:00Z",
    "date-time": "2026-01-31T12:00:00Z",
    "email": "demo@example.org",
    "uri": "https://example.org/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def example(schema: Any, phrase: Phrase) -> Any:
    """Build one value that the schema accepts; `phrase` gives the text of free strings."""
    return _Builder(schema, phrase).build(schema, 0)


class SchemaError(Exception):
    """A schema that no answer can be made for; the text is the server's."""


class _Builder:
    def __init__(self, root: Any, phrase: Phrase) -> None:
        self._root = root
        self._source = phrase
        self._steps = 0

    def build(self, schema: Any, depth: int) -> Any:
        self._step()
        if not isinstance(schema, dict) or depth > DEEPEST:
            return None
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][0]
        for choices in (schema.get("anyOf"), schema.get("oneOf"), schema.get("allOf")):
            if choices:
                return self.build({**_without_choices(schema), **choices[0]}, depth + 1)
        if "$ref" in schema:
            return self.build(self._referred(schema["$ref"]), depth + 1)
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
        usual = 1 if depth < _WIDE else 0
        least = min(max(int(schema.get("minItems", usual)), len(first)), _MOST_ITEMS)
        most = int(schema.get("maxItems", least))
        rest = schema.get("items") or {"type": "string"}
        kinds = (first + [rest] * least)[: min(least, most)]
        return [self.build(kind, depth + 1) for kind in kinds]

    def _string(self, schema: dict[str, Any]) -> str:
        if "pattern" in schema:
            return _matching(str(schema["pattern"]), self._phrase())
        fixed = _WORDS.get(str(schema.get("format")))
        if fixed is not None:
            return fixed
        text = self._phrase()
        least = min(int(schema.get("minLength", 0)), _MOST_LETTERS)
        while len(text) < least:
            text = f"{text} {self._phrase()}"
        return text[: int(schema.get("maxLength", len(text)))]

    def _phrase(self) -> str:
        self._step(_PHRASE_STEPS)
        return self._source()

    def _step(self, steps: int = 1) -> None:
        """Count the work: a few nested lists, or references, ask for more than a machine holds."""
        self._steps += steps
        if self._steps > _MOST_STEPS:
            raise SchemaError(NO_GRAMMAR)

    def _referred(self, reference: str) -> Any:
        """Follow a reference into the definitions; one to the whole schema is unsupported."""
        found, path = self._root, reference.removeprefix("#/")
        if path == reference:
            raise SchemaError(f"{_CONVERSION}Unsupported ref: {reference}")
        for part in path.split("/"):
            found = found.get(part) if isinstance(found, dict) else None
        return found


def _matching(pattern: str, phrase: str) -> str:
    """Find a text for a pattern among a phrase and runs of one character."""
    if not (pattern.startswith("^") and pattern.endswith("$")):
        raise SchemaError(f"{_CONVERSION}Pattern must start with '^' and end with '$'")
    try:
        return next(text for text in _candidates(pattern, phrase) if re.search(pattern, text))
    except (StopIteration, re.error, OverflowError, RecursionError) as error:
        raise SchemaError(NO_GRAMMAR) from error


def _candidates(pattern: str, phrase: str) -> Iterator[str]:
    """Give the texts on which a pattern can be tried quickly, whoever wrote it.

    `re` backtracks while the whole process waits: what grows with the length of a text is tried on
    short ones alone.
    """
    marks = len(_MARK.findall(pattern))
    if len(pattern) > _LONGEST_PATTERN or marks > _MOST_MARKS or _UNSUPPORTED.search(pattern):
        return
    grouped = _REPEATED_GROUP.search(pattern) is not None
    if grouped and math.prod(int(n) or 1 for n in _COUNT.findall(pattern)) > _MOST_STEPS:
        return
    if not grouped and marks <= _PHRASE_MARKS:
        yield phrase
    for count in range(1, _GROUPED if grouped else _LONGEST):
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
