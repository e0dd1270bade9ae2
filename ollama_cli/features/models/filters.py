"""Filters of models: a glob on the name, or a comparison such as `size>5GB`."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any, Final

from ollama_cli.errors import UsageError
from ollama_cli.types.measures import SIGNS, read_age, read_size, split_comparison
from ollama_cli.types.model_names import shortest
from ollama_cli.types.models import ModelSummary

Test = Callable[[ModelSummary], bool]
_VALUES: Final[dict[str, tuple[str, Callable[[ModelSummary], Any]]]] = {
    "size": ("size", lambda model: model.size),
    "modified": ("age", lambda model: model.modified_at),
    "capability": ("capabilities", lambda model: model.capabilities),
    "family": ("family", lambda model: model.family),
    "parameters": ("parameters", lambda model: model.parameter_size),
    "quantization": ("quantization", lambda model: model.quantization),
}
_KEYS: Final = ("size", "modified", "capability", "family", "name", "parameters", "quantization")


def compile_all(expressions: Iterable[str], now: datetime) -> Test:
    """Compile filters that must all match; UsageError for one that cannot be parsed."""
    tests = [compile_one(expression, now) for expression in expressions]
    return lambda model: all(test(model) for test in tests)


def compile_one(expression: str, now: datetime) -> Test:
    """Compile one filter; `modified<30d` means less than 30 days before `now`."""
    parts = split_comparison(expression)
    if parts is None:
        if not expression.strip():
            raise UsageError("a filter is empty", hint="is a variable in it unset?")
        return glob(expression.strip())
    key, sign, value = parts
    match key:
        case "size":
            return _size_test(sign, read_size(value))
        case "modified":
            return _age_test(sign, read_age(value), now)
        case "capability" | "family" | "name" | "parameters" | "quantization":
            if sign not in {"=", "!="}:
                raise UsageError(f"{key} takes = or !=, not {sign}")
            return _text_test(key, value.lower(), wanted=sign == "=")
    similar = get_close_matches(key, _KEYS, n=1)
    suggestion = f"did you mean {similar[0]}?" if similar else f"there are {', '.join(_KEYS)}"
    raise UsageError(f"unknown key {key!r} in {expression!r}", hint=suggestion)


def key_of(expression: str) -> str:
    """Return the key that a filter compares; empty for a glob."""
    parts = split_comparison(expression)
    return parts[0] if parts else ""


def check_known(key: str, models: Sequence[ModelSummary]) -> None:
    """Raise UsageError for a key of a filter or an order that is known of none of the models."""
    word, value = _VALUES.get(key, ("name", lambda model: model.name))
    if models and all(value(model) in {None, ""} for model in models):
        raise UsageError(
            f"this server does not tell the {word} of its models",
            hint="filter and sort by name: `ollama-cli models list --sort name`",
        )


def glob(pattern: str) -> Test:
    """Match a glob against the name, with or without its tag; case does not matter."""
    lowered = pattern.lower()

    def test(model: ModelSummary) -> bool:
        name = shortest(model.name).lower()
        return fnmatchcase(name, lowered) or fnmatchcase(name.removesuffix(":latest"), lowered)

    return test


def is_glob(text: str) -> bool:
    """Return whether a name is a pattern."""
    return any(mark in text for mark in "*?[")


def _size_test(sign: str, size: float) -> Test:
    def test(model: ModelSummary) -> bool:
        known = model.size is not None and not model.is_remote
        return known and SIGNS[sign](model.size, size)

    return test


def _age_test(sign: str, span: timedelta, now: datetime) -> Test:
    def test(model: ModelSummary) -> bool:
        if model.modified_at is None:
            return False
        return SIGNS[sign](now - datetime.fromisoformat(model.modified_at), span)

    return test


def _text_test(key: str, value: str, *, wanted: bool) -> Test:
    def texts(model: ModelSummary) -> Iterable[str]:
        match key:
            case "capability":
                return model.capabilities or ()
            case "family":
                return (model.family,)
            case "parameters":
                return (model.parameter_size,)
            case "quantization":
                return (model.quantization,)
        name = shortest(model.name)
        return (name, name.removesuffix(":latest"))

    return lambda model: wanted == any(fnmatchcase(w.lower(), value) for w in texts(model))


def now() -> datetime:
    """Return the current time, in UTC."""
    return datetime.now(UTC)
