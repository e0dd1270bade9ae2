"""The schema that is sent: what servers honour of the user's, and nothing that they break on.

What Ollama 0.24.0 and 0.32.15 honour, ignore, refuse and die of was measured. The rest is left to
the check of the answer, which is held against the user's own schema.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ollama_cli.features.schema.patterns import MOST, safe
from ollama_cli.features.schema.references import References
from ollama_cli.features.schema.rules import TYPES, Steps, path_of, refuse_invalid
from ollama_cli.types.values import dataclass

_BOUNDS: Final = (("minItems", "maxItems"), ("minLength", "maxLength"))
_RANGE: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_LARGEST: Final = 2**53
_FORMATS: Final = ("date", "time", "date-time", "uuid")
_FORKS: Final = ("anyOf", "oneOf")
_CONTAINERS: Final = ("$defs", "definitions")
# What tells a server which values there are; a schema without any of it would be refused.
_SHAPES: Final = frozenset(
    {"type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf", "properties", "items"}
    | {"prefixItems", "pattern", "format"}
)
# What asks for nothing, and so is no loss.
_REMARKS: Final = frozenset(
    {"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"}
    | {"$comment", "$schema", "$id", "$anchor", "$dynamicAnchor", "$vocabulary"}
    | {"contentEncoding", "contentMediaType", "contentSchema", *_CONTAINERS}
)
_ASKS_NOTHING: Final = {"uniqueItems": False, "items": True, "unevaluatedProperties": True}
_OF_OBJECTS: Final = ("properties", "required", "additionalProperties")
_ANYTHING: Final = list(TYPES)
_LEFT_OUT: Final[Any] = object()
# Names of rules in the grammars that servers make: one of ours would be taken for theirs.
_TAKEN: Final = frozenset(
    {"root", "value", "space", "char", "null", "boolean", "number", "integer", "string", "object"}
    | {"array", "uuid", "date", "time", "date-time", "dot", "integral-part", "decimal-part"}
)


@dataclass(frozen=True)
class Sent:
    """A schema as it is sent, and the paths of what was left out of it: these are checked alone."""

    schema: dict[str, Any]
    left_out: tuple[str, ...] = ()


def sendable(schema: Mapping[str, Any]) -> Sent:
    """Return a schema of a user as it is sent.

    Raises UsageError for an invalid one, and for a reference that leads out of it.
    """
    refuse_invalid(schema)
    return _Writer(schema).write()


def listed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema, which was made by `sendable`, of a list of such values."""
    inner = {key: each for key, each in schema.items() if key not in _CONTAINERS}
    around = {key: schema[key] for key in _CONTAINERS if key in schema}
    return {"type": "array", "items": inner or {"type": _ANYTHING}, **around}


def held(schema: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the schema of an object that holds such a value by a name, and nothing else."""
    inner = {key: each for key, each in schema.items() if key not in _CONTAINERS}
    around = {key: schema[key] for key in _CONTAINERS if key in schema}
    rules = {"required": [name], "additionalProperties": False}
    return {"type": "object", "properties": {name: inner}, **rules, **around}


class _Writer:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._references = References(root)
        self._left_out: list[str] = []
        self._names: dict[tuple[str, ...], tuple[str, str]] = {}
        self._taken = {_rule(name) for name in _property_names(root)} | _TAKEN
        self._waiting: list[tuple[str, ...]] = []

    def write(self) -> Sent:
        found = self._schema(self._root, ())
        found = self._typed(found) if found or self._left_out else {}
        parts: dict[str, dict[str, Any]] = {}
        while self._waiting:
            target = self._waiting.pop(0)
            container, name = self._names[target]
            part = self._references.at(target)
            parts.setdefault(container, {})[name] = self._inner(part, target)
        return Sent(found | parts, tuple(dict.fromkeys(self._left_out)))

    def _schema(self, schema: Mapping[str, Any], steps: Steps) -> dict[str, Any]:
        found: dict[str, Any] = {}
        is_odd = "$ref" in schema.get("properties", {})  # servers take its schema for a reference
        for key, value in schema.items():
            place = (*steps, key)
            if key in _REMARKS or _ASKS_NOTHING.get(key) is value:
                continue
            kept = (
                _LEFT_OUT
                if is_odd and key in _OF_OBJECTS
                else self._kept(key, value, schema, place)
            )
            if kept is _LEFT_OUT:
                self._leave_out(place)
            else:
                found[key] = kept
        self._drop_contradictions(found, steps)
        # A lone schema of `allOf`, as some programs write every reference.
        return found["allOf"][0] if list(found) == ["allOf"] and len(found["allOf"]) == 1 else found

    def _inner(self, schema: Any, steps: Steps) -> dict[str, Any]:
        """Write a schema within another one, which may be true or false."""
        if schema is False:
            self._leave_out(steps)
        return self._typed({} if isinstance(schema, bool) else self._schema(schema, steps))

    def _typed(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Have a schema say which values there are, without which servers take objects alone."""
        is_told = _SHAPES & schema.keys() or schema.get("additionalProperties", True) is not True
        return schema if is_told else {"type": _ANYTHING, **schema}

    def _leave_out(self, steps: Steps) -> None:
        self._left_out.append(path_of(steps))

    def _kept(self, key: str, value: Any, schema: Mapping[str, Any], steps: Steps) -> Any:
        """Return what is sent of a keyword, or _LEFT_OUT."""
        kept: Any = _LEFT_OUT
        match key:
            case "type":
                kept = value
            case "const" | "enum" if value != [] and not _holds_reference(value):
                kept = value
            case "format" if value in _FORMATS:
                kept = value
            case "pattern":
                kept = safe(value) or _LEFT_OUT
            case "minItems" | "maxItems" | "minLength" | "maxLength" if value <= MOST:
                kept = int(value)
            case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
                kept = value if abs(value) <= _LARGEST else _LEFT_OUT
            case "required":
                kept = self._required(value, schema, steps)
            case "$ref":
                kept = self._reference(value)
            case _:
                kept = self._kept_schemas(key, value, schema, steps)
        return kept

    def _kept_schemas(self, key: str, value: Any, schema: Mapping[str, Any], steps: Steps) -> Any:
        kept: Any = _LEFT_OUT
        match key:
            case "properties":
                kept = self._properties(value, steps)
            case "additionalProperties":
                kept = self._additional(value, schema, steps)
            case "prefixItems" | "items" if isinstance(value, list):
                kept = [self._inner(each, (*steps, n)) for n, each in enumerate(value)]
            case "items" if isinstance(value, dict):
                kept = self._inner(value, steps)
            case "anyOf" | "oneOf":
                kept = self._fork(value, steps)
            case "allOf" if all(self._is_object(each) for each in value) or len(value) == 1:
                kept = [self._inner(each, (*steps, n)) for n, each in enumerate(value)]
        return kept

    def _properties(self, properties: Mapping[str, Any], steps: Steps) -> dict[str, Any]:
        found = {}
        for name, each in properties.items():
            if each is False:
                self._leave_out((*steps, name))
            else:
                found[name] = self._inner(each, (*steps, name))
        return found

    def _required(self, names: list[str], schema: Mapping[str, Any], steps: Steps) -> Any:
        known = schema.get("properties", {})
        kept = [name for name in names if known.get(name, False) is not False]
        if kept and len(kept) < len(names):
            self._leave_out(steps)
        return kept or ([] if not names else _LEFT_OUT)

    def _additional(self, value: Any, schema: Mapping[str, Any], steps: Steps) -> Any:
        # Servers write the known names into classes of letters, letter by letter.
        names = schema.get("properties", {})
        if value is not False and not all(map(_is_plain, names)):
            return _LEFT_OUT
        return value if isinstance(value, bool) else self._inner(value, steps)

    def _fork(self, schemas: list[Any], steps: Steps) -> Any:
        if True in schemas:
            return _LEFT_OUT
        kept = [
            self._inner(each, (*steps, n)) for n, each in enumerate(schemas) if each is not False
        ]
        if len(kept) < len(schemas):
            self._leave_out(steps)
        return kept or _LEFT_OUT

    def _reference(self, reference: str) -> Any:
        target = self._references.target(reference)
        if target is None or self._references.at(target) is False:
            return _LEFT_OUT
        if target not in self._names:
            self._names[target] = self._name(target)
            self._waiting.append(target)
        container, name = self._names[target]
        return f"#/{container}/{name}"

    def _name(self, target: tuple[str, ...]) -> tuple[str, str]:
        """Return where a part is put: where it was, unless a server would mistake its name."""
        container, name = (target if len(target) == 2 else ("", ""))[:2]  # noqa: PLR2004  as in `$defs/name`
        if container not in _CONTAINERS or not _is_plain(name):
            container, name = _CONTAINERS[0], ""
        n = 1
        while not name or _rule(name) in self._taken:
            name, n = f"part{n}", n + 1
        self._taken.add(_rule(name))
        return container, name

    def _is_object(self, schema: Any) -> bool:
        """Return whether a part of `allOf` has properties: servers know no other parts."""
        if not isinstance(schema, dict):
            return False
        if "$ref" in schema:
            target = self._references.target(schema["$ref"])
            return target is not None and self._is_object(self._references.at(target))
        return "properties" in schema and schema.get("type", "object") == "object"

    def _drop_contradictions(self, found: dict[str, Any], steps: Steps) -> None:
        wrong: list[tuple[str, ...]] = [
            pair for pair in _BOUNDS if found.get(pair[0], 0) > found.get(pair[1], MOST)
        ]
        least = max(found.get("minimum", -_LARGEST), found.get("exclusiveMinimum", -_LARGEST) + 1)
        most = min(found.get("maximum", _LARGEST), found.get("exclusiveMaximum", _LARGEST) - 1)
        if least > most and found.get("type") != "number":
            wrong.append(_RANGE)
        for key in [key for keys in wrong for key in keys if key in found]:
            del found[key]
            self._leave_out((*steps, key))


def _is_plain(name: str) -> bool:
    return name.isascii() and name.isidentifier()


def _rule(name: str) -> str:
    """Return the name of the rule that servers make of a name."""
    return "".join(char if char.isascii() and char.isalnum() else "-" for char in name)


def _property_names(schema: object) -> Iterator[str]:
    waiting = [schema]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if isinstance(names := each.get("properties"), dict):
                yield from names
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def _holds_reference(data: object) -> bool:
    """Return whether data looks like a reference: servers follow those in data, too."""
    waiting = [data]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if "$ref" in each:
                return True
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    return False
