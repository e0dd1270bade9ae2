"""Values held against a JSON Schema (2020-12): what is wrong with them, in our words."""

import json
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from ollama_cli.errors import ConfigError
from ollama_cli.features.schema.prices import is_affordable
from ollama_cli.types.text import sentence
from ollama_cli.types.values import dataclass

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_MOST: Final = 20
_LONGEST: Final = 60
_A_NAME: Final = "x" * 1_000_000  # names are searched again and again: no price may grow faster
_A_TYPE: Final = {"array": "an array", "object": "an object", "integer": "an integer"}
_SENTENCES: Final = {
    "enum": "must be one of {}",
    "const": "must be {}",
    "minimum": "must be {} or more",
    "maximum": "must be {} or less",
    "exclusiveMinimum": "must be more than {}",
    "exclusiveMaximum": "must be less than {}",
    "multipleOf": "must be a multiple of {}",
    "minLength": "must have {} characters or more",
    "maxLength": "must have {} characters or less",
    "minItems": "must have {} items or more",
    "maxItems": "must have {} items or less",
    "minProperties": "must have {} properties or more",
    "maxProperties": "must have {} properties or less",
    "uniqueItems": "must not have an item twice",
    "format": "must have the format {}",
    "pattern": "must match the pattern {}",
    "anyOf": "fits none of the forms that are allowed",
    "oneOf": "must fit exactly one of the forms that are allowed",
    "not": "has a form that is not allowed",
    "dependentRequired": "lacks a property that another one needs",
    "contains": "lacks an item that is needed",
    "unevaluatedProperties": "has a property that is not known",
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: the `path` as in `messages[0].role`, empty for the whole value."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message

    def record(self, root: str = "$") -> dict[str, str]:
        """Return it as a record for JSON output, with the whole path from `root`."""
        dot = "." if self.path and not self.path.startswith("[") else ""
        return {"path": f"{root}{dot}{self.path}", "message": self.message}


def check(
    value: object, schema: Mapping[str, Any] | bool, *, thorough: bool = False
) -> list[Problem]:
    """Hold a JSON value against a schema; at most 20 problems, the first in it first.

    Nothing is fetched: ConfigError for a schema that is none, or that refers to another document. A
    pattern that might take long in its text is passed over, unless it is `thorough`: then the time
    is the caller's matter, and texts are held against `format`, too.
    """
    from referencing.exceptions import Unresolvable  # noqa: PLC0415  checks alone: 70 ms

    validator = _validator(json.dumps(schema), thorough=thorough)
    try:
        with warnings.catch_warnings(action="ignore"):  # of patterns that are odd
            errors = list(islice(validator.iter_errors(value), _MOST))
    except Unresolvable as error:
        raise ConfigError(f"the schema refers to what it does not hold: {error.ref}") from error
    except RecursionError:
        return [Problem("", "the value, or its schema, is nested too deeply")]
    except OverflowError:
        return [Problem("", "a number is too large to be checked")]
    errors.sort(key=lambda error: [str(step) for step in error.absolute_path])
    return list(dict.fromkeys(problem for error in errors for problem in _problems(error)))[:_MOST]


@lru_cache(maxsize=64)
def _validator(schema: str, *, thorough: bool) -> "Draft202012Validator":
    from jsonschema import (  # noqa: PLC0415  checks alone: 240 ms
        Draft202012Validator,
        SchemaError,
        validators,
    )
    from referencing import Registry  # noqa: PLC0415  likewise, loaded by it: 70 ms

    document = json.loads(schema)
    if isinstance(document, dict):  # other drafts are read as this one
        document.pop("$schema", None)
    try:
        Draft202012Validator.check_schema(document)
    except SchemaError as error:
        place = _path(error.absolute_path)
        raise ConfigError(f"no JSON schema: {place or 'it'} cannot be used") from error
    except RecursionError as error:
        raise ConfigError("no JSON schema: it is nested too deeply") from error
    # An empty registry: the usual one fetches what a schema refers to.
    if thorough:
        formats = Draft202012Validator.FORMAT_CHECKER
        return Draft202012Validator(document, registry=Registry(), format_checker=formats)
    extend: Any = validators.extend  # any: it has no types
    patient = extend(Draft202012Validator, {"pattern": _pattern})
    found: Draft202012Validator = patient(_affordable(document), registry=Registry())
    return found


def _pattern(_: object, pattern: str, text: object, __: object) -> "Iterator[ValidationError]":
    from jsonschema import ValidationError  # noqa: PLC0415  checks alone: 240 ms

    is_searched = isinstance(text, str) and is_affordable(pattern, text)
    if is_searched and not re.search(pattern, str(text)):
        yield ValidationError("")


def _affordable(schema: Any) -> Any:
    """Return a schema without patterns for names that might take long, and what hangs on them."""
    if isinstance(schema, list):
        return [_affordable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _affordable(each) for key, each in schema.items()}
    patterns = found.get("patternProperties")
    if isinstance(patterns, dict):
        kept = {key: each for key, each in patterns.items() if is_affordable(key, _A_NAME)}
        if len(kept) < len(patterns):
            found["patternProperties"] = kept
            found.pop("additionalProperties", None)
            found.pop("unevaluatedProperties", None)
    return found


def _problems(error: "ValidationError") -> list[Problem]:
    path = _path(error.absolute_path)
    return [Problem(path, words) for words in _words(error)]


def _words(error: "ValidationError") -> list[str]:
    rule: Any = error.validator_value
    value: Any = error.instance
    kinds = rule if error.validator == "type" else _kinds(error)
    match error.validator:
        case "required":
            return [f"{_name(name)} is missing" for name in rule if name not in value]
        case "additionalProperties" if rule is False:
            return [_unknown(name, error) for name in _strange(error)]
        case "type" | "anyOf" | "oneOf" if kinds:
            return [f"must be {_types(kinds)}, not {_type_of(value)}"]
        case None:
            return ["is not allowed"]
    keyword = str(error.validator)
    told = _SENTENCES.get(keyword, f"does not follow {_name(keyword)} of the schema")
    return [told.format(_shown(keyword, rule))]


def _strange(error: "ValidationError") -> list[str]:
    value: Any = error.instance
    schema: Any = error.schema
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    return [
        name
        for name in value
        if name not in known and not any(re.search(pattern, name) for pattern in patterns)
    ]


def _unknown(name: str, error: "ValidationError") -> str:
    schema: Any = error.schema
    known = list(schema.get("properties", {}))
    near = get_close_matches(name, known, n=1)
    if near:
        return f"unknown property {_name(name)}; did you mean {_name(near[0])}?"
    names = ", ".join(known)
    return f"unknown property {_name(name)}; known: {names or 'none'}"


def _kinds(error: "ValidationError") -> list[str]:
    """Return the types of alternatives that all failed by their type alone."""
    inner = error.context or []
    if any(each.validator != "type" or each.path for each in inner):
        return []
    found: list[Any] = [each.validator_value for each in inner]
    return [kind for kinds in found for kind in ([kinds] if isinstance(kinds, str) else kinds)]


def _types(rule: str | Iterable[str]) -> str:
    kinds = [rule] if isinstance(rule, str) else list(dict.fromkeys(rule))
    return " or ".join(_A_TYPE.get(kind, kind if kind == "null" else f"a {kind}") for kind in kinds)


def _type_of(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return _shown("", value)
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"


def _shown(keyword: str, rule: object) -> str:
    if keyword == "enum" and isinstance(rule, list):
        return _cut(", ".join(json.dumps(each, ensure_ascii=False) for each in rule), 4 * _LONGEST)
    return _cut(json.dumps(rule, ensure_ascii=False), _LONGEST)


def _name(name: str) -> str:
    return repr(_cut(name, _LONGEST))


def _cut(text: str, most: int) -> str:
    line = sentence(text)
    return line if len(line) <= most else line[: most - 1] + "…"


def _path(steps: Iterable[str | int]) -> str:
    parts = [f"[{step}]" if isinstance(step, int) else f".{_cut(step, _LONGEST)}" for step in steps]
    return "".join(parts).removeprefix(".")
