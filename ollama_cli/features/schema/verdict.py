"""An answer held against the schema of the user: what it is, and what is wrong with it."""

from collections.abc import Mapping
from typing import Any, Final

from ollama_cli.errors import ConfigError, UsageError
from ollama_cli.features.schema.check import Problem, check
from ollama_cli.features.schema.rules import INNER, LISTS, MAPS, places
from ollama_cli.system import budgets
from ollama_cli.types import strict_json
from ollama_cli.types.values import dataclass

_SECONDS: Final = 2.0
_LONGEST: Final = 10_000
_FENCES: Final = ("```", "~~~")


@dataclass(frozen=True)
class Verdict:
    """The value of an answer, None if it is no JSON, and its problems: none if it fits."""

    value: Any
    problems: tuple[Problem, ...] = ()


def prepare(schema: Mapping[str, Any]) -> None:
    """Load what checks a schema, while the answer is still being written."""
    try:
        check(None, _modern(schema), thorough=True)
    except ConfigError as error:
        raise UsageError(f"the schema cannot be used: {error.message}") from error


def judge(text: str, schema: Mapping[str, Any]) -> Verdict:
    """Read an answer as strict JSON, and hold it against a schema that `read` has taken.

    Where it is none, a block between fences is looked into. UsageError if the schema refers to what
    it does not hold.
    """
    try:
        value = _parsed(text)
    except ValueError as error:
        return Verdict(None, (Problem("", f"is no JSON: {error}"),))
    prepare(schema)  # no part of the time that a check may take
    return Verdict(value, tuple(misfits(value, schema)))


def _parsed(text: str) -> Any:
    try:
        return strict_json.read(text)
    except ValueError:
        for block in _blocks(text):
            return strict_json.read(block)
        raise


def _blocks(text: str) -> list[str]:
    if not any(fence in text for fence in _FENCES):
        return []
    from ollama_cli.ui.markdown.fences import closed_blocks  # noqa: PLC0415  hardly ever: 50 ms

    return [block.text for block in closed_blocks([text])]


def misfits(value: Any, schema: Mapping[str, Any]) -> list[Problem]:
    """Hold a value against a schema in a bounded time: patterns may take for ever on few letters.

    `prepare` is called before, so that the time is the check's own.
    """
    if _has_patterns(schema) and (long := _longest(value)) > _LONGEST:
        return [Problem("", f"a text of {long:,} characters is too long for a pattern")]
    try:
        with budgets.at_most(_SECONDS):
            return check(value, _modern(schema), thorough=True)
    except budgets.OutOfTimeError:
        return [Problem("", "takes too long to be checked: is a pattern of the schema to blame?")]
    except ConfigError as error:
        raise UsageError(f"the schema cannot be used: {error.message}") from error


def _modern(schema: Any) -> Any:
    """Return a schema in the words of 2020-12: lists of items, and what needs what, had others."""
    if not isinstance(schema, dict):
        return schema
    found = {key: _modern_value(key, each) for key, each in schema.items()}
    if isinstance(old := found.get("dependencies"), dict):
        lists = {name: each for name, each in old.items() if isinstance(each, list)}
        others = {name: _modern(each) for name, each in old.items() if name not in lists}
        found["dependentRequired"] = {**lists, **found.get("dependentRequired", {})}
        found["dependentSchemas"] = {**others, **found.get("dependentSchemas", {})}
    if isinstance(found.get("items"), list):
        first = found.pop("items")
        found |= {"prefixItems": first, "items": _modern(found.pop("additionalItems", True))}
    return found


def _modern_value(key: str, value: Any) -> Any:
    if key in MAPS and isinstance(value, dict):
        return {name: _modern(each) for name, each in value.items()}
    if isinstance(value, list) and (key in LISTS or key == "items"):
        return [_modern(each) for each in value]
    return _modern(value) if key in INNER else value


def _has_patterns(schema: Mapping[str, Any]) -> bool:
    return any(
        isinstance(each, dict) and ("pattern" in each or "patternProperties" in each)
        for _, each in places(schema)
    )


def _longest(value: Any) -> int:
    waiting, longest = [value], 0
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            longest = max(longest, len(each))
        elif isinstance(each, dict):
            waiting += [*each, *each.values()]
        elif isinstance(each, list):
            waiting += each
    return longest
