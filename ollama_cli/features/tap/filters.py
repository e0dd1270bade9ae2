"""Filters of exchanges: a field of theirs, compared with a value, as in `status>=400`."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any, Final

from ollama_cli.errors import UsageError
from ollama_cli.types.exchanges import KINDS, Exchange
from ollama_cli.types.measures import SIGNS, split_comparison

Test = Callable[[Exchange], bool]
_FLAGS: Final = {"true": True, "false": False}
_NULL: Final = "null"


def compile_all(expressions: Iterable[str]) -> Test:
    """Compile filters that must all match; UsageError for one that cannot be read."""
    tests = [_compile(expression) for expression in expressions]
    return lambda exchange: all(test(exchange) for test in tests)


def _compile(expression: str) -> Test:
    """Compile one filter; null is none but `null`, and a text may be a glob."""
    parts = split_comparison(expression)
    if parts is None:
        raise UsageError(
            f"no filter: {expression!r}", hint="compare a field with a value, as in 'status>=400'"
        )
    name, sign, text = parts
    if name not in KINDS:
        similar = get_close_matches(name, KINDS, n=1)
        hint = f"did you mean {similar[0]}?" if similar else f"there are {', '.join(KINDS)}"
        raise UsageError(f"unknown field {name!r} in {expression!r}", hint=hint)
    if sign not in {"=", "!="} and (KINDS[name] is bool or text == _NULL):
        raise UsageError(f"{name} takes = or != with {text}, not {sign}")
    if text == _NULL:
        return lambda exchange: (_value(exchange, name) is None) == (sign == "=")
    if KINDS[name] is str and sign in {"=", "!="}:
        return lambda exchange: _fits(_value(exchange, name), text) == (sign == "=")
    wanted = _read(name, text)

    def test(exchange: Exchange) -> bool:
        value = _value(exchange, name)
        return sign == "!=" if value is None else SIGNS[sign](value, wanted)

    return test


def _read(name: str, text: str) -> Any:
    kind = KINDS[name]
    if kind is str:
        return text
    if kind is bool:
        if text not in _FLAGS:
            raise UsageError(f"{name} is true or false, not {text!r}")
        return _FLAGS[text]
    try:
        return float(text)
    except ValueError as error:
        raise UsageError(f"{name} is a number, not {text!r}") from error


def _value(exchange: Exchange, name: str) -> Any:
    return getattr(exchange, name)


def _fits(value: str | None, pattern: str) -> bool:
    """Match without regard to case; a model's name fits with and without the default tag."""
    if value is None:
        return False
    lowered, wanted = value.lower(), pattern.lower()
    return any(fnmatchcase(each, wanted) for each in (lowered, lowered.removesuffix(":latest")))
