"""Values for `format`: a small JSON value that satisfies a JSON Schema.

The keywords that real servers honour are honoured; the others are ignored, as there.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ollama_cli.demo import patterns
from ollama_cli.demo.documents import invalid

MAX_DEPTH: Final = 48
NO_GRAMMAR: Final = "Failed to initialize samplers: failed to parse grammar"

_CONVERSION: Final = "Field 'json_schema': \"json_schema\": JSON schema conversion failed:\n"
_ENDLESS_DEPTH: Final = 24  # of a schema that holds itself, and has no end
_MAX_FILLED_DEPTH: Final = 4
_MOST_ITEMS: Final = 1000
_MOST_LETTERS: Final = 10_000
_MOST_STEPS: Final = 10_000
_PHRASE_STEPS: Final = 20
_USUAL_ITEMS: Final = 3
_CHOICES: Final = frozenset({"anyOf", "oneOf", "allOf"})
_NESTED: Final = frozenset({"object", "array"})

Phrase = Callable[[], str]
Schema = Mapping[str, Any]

_FORMATS: Final = {
    "date": "2026-01-31",
    "time": "12:00:00Z",
    "date-time": "2026-01-31T12:00:00Z",
    "email": "demo@example.org",
    "uri": "https://example.org/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def example(schema: Any, phrase: Phrase) -> Any:
    """Return one value that the schema accepts; `phrase` makes the text of free strings.

    Refuses a schema that is none, or that no answer can be made for, as the server does.
    """
    try:
        return _example(schema, phrase)
    except SchemaError as error:
        raise invalid(str(error)) from error
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
        raise invalid(NO_GRAMMAR) from error


def _example(schema: Any, phrase: Phrase) -> Any:
    try:
        return _Builder(schema, phrase, MAX_DEPTH).build(schema, 0)
    except _TooDeepError:
        return _Builder(schema, phrase, _ENDLESS_DEPTH, is_cut=True).build(schema, 0)


class SchemaError(Exception):
    """No answer can be made for the schema; the text is that of the server."""


class _TooDeepError(Exception):
    """A value is nested deeper than any answer."""


class _Builder:
    """Build one value. What is nested too deeply is left out, else `null` if it `is_cut` there."""

    def __init__(self, root: Any, phrase: Phrase, deepest: int, *, is_cut: bool = False) -> None:
        self._root = root
        self._new_phrase = phrase
        self._deepest = deepest
        self._is_cut = is_cut
        self._steps = 0

    def build(self, schema: Any, depth: int) -> Any:
        self._step()
        is_deep = depth > self._deepest
        if is_deep and not self._is_cut:
            raise _TooDeepError
        if is_deep or not isinstance(schema, dict):
            return None
        if "$ref" in schema:
            return self.build(self._resolved(schema), depth + 1)
        for fixed in ([schema["const"]] if "const" in schema else [], schema.get("enum") or []):
            if fixed:
                return fixed[0]
        choices = self._choices(schema)
        return self._first(choices, depth) if choices else self._typed(schema, depth)

    def _choices(self, schema: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the schemas of which one is to be satisfied; none if this one is all there is."""
        own = {key: schema[key] for key in schema if key not in _CHOICES}
        parts = [self._resolved(each) for each in schema.get("allOf") or ()]
        for choices in (schema.get("anyOf"), schema.get("oneOf")):
            if choices:
                return [_merged([own, *parts, self._resolved(each)]) for each in choices]
        if parts:
            return [_merged([own, *parts])]
        kinds = _kinds(schema)
        return [{**schema, "type": kind} for kind in kinds] if len(kinds) > 1 else []

    def _first(self, choices: list[dict[str, Any]], depth: int) -> Any:
        """Build the first that has an end; far below the top one that holds nothing comes first."""
        if depth > _MAX_FILLED_DEPTH:
            choices = sorted(choices, key=_may_go_on)
        for choice in choices[:-1]:
            try:
                return self.build(choice, depth + 1)
            except _TooDeepError:
                pass
        return self.build(choices[-1], depth + 1)

    def _typed(self, schema: Schema, depth: int) -> Any:
        (kind,) = _kinds(schema)
        if kind in _NESTED:
            return (self._object if kind == "object" else self._array)(schema, depth)
        makers: dict[str, Callable[[Schema], Any]] = {
            "string": self._string,
            "integer": _integer,
            "number": _number,
            "boolean": lambda _: True,
        }
        maker = makers.get(kind)
        return None if maker is None else maker(schema)

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        """Build an object: its properties in their order, those that need not be if all may."""
        properties: dict[str, Any] = schema.get("properties") or {}
        required = schema.get("required")
        fills = required is None and depth <= _MAX_FILLED_DEPTH
        needed = dict.fromkeys(required or ())
        made: dict[str, Any] = {}
        for name, each in properties.items():
            if name not in needed and not fills:
                continue
            try:
                made[name] = self.build(each, depth + 1)
            except _TooDeepError:
                if name in needed:
                    raise
        others = [name for name in needed if name not in properties]
        return made | {name: self.build({"type": "string"}, depth + 1) for name in others}

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        items = schema.get("items")
        first = list(schema.get("prefixItems") or (items if isinstance(items, list) else ()))
        rest = items if isinstance(items, dict) and items else {"type": "string"}
        usual = _USUAL_ITEMS if depth == 0 else int(depth < _MAX_FILLED_DEPTH)
        least = max(int(schema.get("minItems", 0 if first else usual)), len(first))
        most = min(int(schema.get("maxItems", least)), _MOST_ITEMS)
        kinds = (first + [rest] * min(least, _MOST_ITEMS))[: min(least, most)]
        return [self.build(kind, depth + 1) for kind in kinds]

    def _string(self, schema: Schema) -> str:
        if "pattern" in schema:
            return _matching(str(schema["pattern"]))
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

    def _resolved(self, schema: Any) -> Any:
        """Return what a schema refers to, with what stands beside it; another one as it is."""
        for _ in range(MAX_DEPTH):
            if not isinstance(schema, dict) or "$ref" not in schema:
                break
            siblings = {key: each for key, each in schema.items() if key != "$ref"}
            found = self._resolve_reference(schema["$ref"])
            schema = _merged([found, siblings]) if found is not None else None
        return schema

    def _resolve_reference(self, reference: str) -> Any:
        """Return the schema of a reference; one to the whole schema is unsupported."""
        found, path = self._root, reference.removeprefix("#/")
        if path == reference:
            raise SchemaError(f"{_CONVERSION}Unsupported ref: {reference}")
        for part in path.split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            found = found.get(name) if isinstance(found, dict) else None
        return found


def _merged(schemas: Iterable[Any]) -> dict[str, Any]:
    """Put schemas together that are all to be satisfied: their properties, and what is required."""
    whole: dict[str, Any] = {}
    for each in schemas:
        if not isinstance(each, dict):
            continue
        both = {**whole, **each}
        if "properties" in whole and "properties" in each:
            both["properties"] = {**whole["properties"], **each["properties"]}
        if "required" in whole and "required" in each:
            both["required"] = [*whole["required"], *each["required"]]
        whole = both
    return whole


def _may_go_on(schema: Schema) -> bool:
    """Return whether a value of the schema may hold others."""
    if "const" in schema or "enum" in schema:
        return False
    deep = "$ref" in schema or any(schema.get(choice) for choice in _CHOICES)
    return deep or not _NESTED.isdisjoint(_kinds(schema))


def _kinds(schema: Schema) -> list[str]:
    kind = schema.get("type")
    if isinstance(kind, list) and kind:
        return [str(each) for each in kind]
    if kind is None or isinstance(kind, list):
        if "properties" in schema or "required" in schema:
            return ["object"]
        return ["array" if "items" in schema or "prefixItems" in schema else "string"]
    return [str(kind)]


def _integer(schema: Schema) -> Any:
    low, low_is_out, high, high_is_out = _range(schema)
    least = math.floor(low) + 1 if low_is_out and low is not None else low
    most = math.ceil(high) - 1 if high_is_out and high is not None else high
    return _within(
        1,
        None if least is None else math.ceil(least),
        None if most is None else math.floor(most),
    )


def _number(schema: Schema) -> Any:
    low, low_is_out, high, high_is_out = _range(schema)
    if low_is_out and low is not None:
        low = (low + high) / 2 if high is not None else low + 1
    if high_is_out and high is not None:
        high = (low + high) / 2 if low is not None else high - 1
    return _within(1, low, high)


def _within(value: Any, low: Any, high: Any) -> Any:
    """Return a value, or the bound that it is behind."""
    if low is not None and value < low:
        return low
    return high if high is not None and value > high else value


def _range(schema: Schema) -> tuple[Any, bool, Any, bool]:
    """Return the least and the most, None if there is none, and whether each is out of it."""

    def bounds(name: str) -> list[Any]:
        given = schema.get(name), schema.get(f"exclusive{name.capitalize()}")
        return [None if isinstance(each, bool) else each for each in given]

    low, above = bounds("minimum")
    high, below = bounds("maximum")
    low_is_out = above is not None and (low is None or above >= low)
    high_is_out = below is not None and (high is None or below <= high)
    return above if low_is_out else low, low_is_out, below if high_is_out else high, high_is_out


def _matching(pattern: str) -> str:
    if not (pattern.startswith("^") and pattern.endswith("$")):
        raise SchemaError(f"{_CONVERSION}Pattern must start with '^' and end with '$'")
    try:
        return patterns.matching(pattern)
    except patterns.PatternError as error:
        raise SchemaError(NO_GRAMMAR) from error
