"""Filters of models: a glob on the name, or a comparison such as `size>5GB`."""

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any, Final

from ollama_cli.errors import UsageError
from ollama_cli.types.model_names import shortest
from ollama_cli.types.models import ModelSummary

Test = Callable[[ModelSummary], bool]
_EXPRESSION: Final = re.compile(r"([a-z_]+)\s*(<=|>=|!=|=|<|>)\s*(.+)", re.IGNORECASE)
_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)b?", re.IGNORECASE)
_SIZE_UNITS: Final = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_AGE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])", re.IGNORECASE)
_AGE_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
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
    match = _EXPRESSION.fullmatch(expression.strip())
    if match is None:
        if not expression.strip():
            raise UsageError("a filter is empty", hint="is a variable in it unset?")
        return glob(expression.strip())
    key, sign, value = match[1].lower(), match[2], match[3].strip()
    match key:
        case "size":
            return _size_test(sign, _read_size(value))
        case "modified":
            return _age_test(sign, _read_age(value), now)
        case "capability" | "family" | "name" | "parameters" | "quantization":
            if sign not in {"=", "!="}:
                raise UsageError(f"{key} takes = or !=, not {sign}")
            return _text_test(key, value.lower(), wanted=sign == "=")
    similar = get_close_matches(key, _KEYS, n=1)
    suggestion = f"did you mean {similar[0]}?" if similar else f"there are {', '.join(_KEYS)}"
    raise UsageError(f"unknown key {match[1]!r} in {expression!r}", hint=suggestion)


def key_of(expression: str) -> str:
    """Return the key that a filter compares; empty for a glob."""
    match = _EXPRESSION.fullmatch(expression.strip())
    return match[1].lower() if match else ""


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
        return known and _COMPARE[sign](model.size, size)

    return test


def _age_test(sign: str, span: timedelta, now: datetime) -> Test:
    def test(model: ModelSummary) -> bool:
        if model.modified_at is None:
            return False
        return _COMPARE[sign](now - datetime.fromisoformat(model.modified_at), span)

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


def _read_size(text: str) -> float:
    match = _SIZE.fullmatch(text)
    if match is None:
        raise UsageError(f"{text!r} is no size such as 5GB, 800MB or 1.5 GB")
    return float(match[1]) * _SIZE_UNITS[match[2].lower()]


def _read_age(text: str) -> timedelta:
    match = _AGE.fullmatch(text)
    if match is None:
        raise UsageError(f"{text!r} is no age such as 30d, 12h or 2w")
    try:
        return timedelta(seconds=float(match[1]) * _AGE_UNITS[match[2].lower()])
    except OverflowError:  # older than anything
        return timedelta.max


def now() -> datetime:
    """Return the current time, in UTC."""
    return datetime.now(UTC)
