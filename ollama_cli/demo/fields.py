"""Request bodies, read as Go does: the first JSON value, typed fields, the error texts of Go.

Unknown fields are ignored and `null` means that a field was not sent.
"""

import json
import math
from typing import Any, Final, Never

from ollama_cli.demo.documents import BAD_REQUEST, RefusalError

_GO_NAMES: Final = {
    bool: "bool",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
_MAX_DEPTH: Final = 200
_SHOWN: Final = 40
_TOO_DEEP: Final = "exceeded max depth"
_LITERALS: Final = {"t": "true", "f": "false", "n": "null"}
_EXPECTATIONS: Final = {
    "Expecting property name enclosed in double quotes": "looking for beginning of object key "
    "string",
    "Expecting ',' delimiter": "after object key:value pair",
    "Expecting ':' delimiter": "after object key",
}


class Fields:
    """The fields of one request, each read with the type that the protocol gives it."""

    def __init__(self, values: dict[str, Any], struct: str) -> None:
        self._values = values
        self._struct = struct

    def raw(self, name: str) -> Any:
        """Return a field without a check; None if it was not sent."""
        return self._values.get(name)

    def text(self, name: str) -> str:
        """Read a string, "" by default."""
        return self._typed(name, (str,), "string") or ""

    def flag(self, name: str, *, default: bool) -> bool:
        """Read a boolean."""
        value = self._typed(name, (bool,), "bool")
        return default if value is None else bool(value)

    def integer(self, name: str) -> int | None:
        """Read an integer."""
        value = self._typed(name, (int,), "int")
        return None if value is None else int(value)

    def number(self, name: str) -> float | None:
        """Read a number."""
        value = self._typed(name, (int, float), "float64")
        return None if value is None else float(value)

    def items(self, name: str) -> list[Any]:
        """Read an array, empty by default."""
        return list(self._typed(name, (list,), "[]interface {}") or ())

    def object(self, name: str) -> dict[str, Any]:
        """Read an object, empty by default."""
        return dict(self._typed(name, (dict,), "map[string]interface {}") or {})

    def objects(self, name: str, kind: str = "api.Message") -> list["Fields"]:
        """Read an array of objects; the error of another item names their `kind`."""
        return [self._nested(name, item, kind) for item in self.items(name)]

    def texts(self, name: str, kind: str) -> list[str]:
        """Read an array of strings."""
        items = ["" if item is None else item for item in self.items(name)]
        for item in items:
            if not isinstance(item, str):
                self._refuse(name, item, kind)
        return items

    def _nested(self, name: str, item: Any, kind: str) -> "Fields":
        if item is not None and not isinstance(item, dict):
            self._refuse(name, item, kind)
        return Fields(item or {}, f"{self._struct}.{name}")

    def _typed(self, name: str, types: tuple[type, ...], go_type: str) -> Any:
        value = self._values.get(name)
        wrong_flag = isinstance(value, bool) and bool not in types
        if value is not None and (wrong_flag or not isinstance(value, types)):
            self._refuse(name, value, go_type)
        return value

    def _refuse(self, name: str, value: Any, go_type: str) -> Never:
        found = _GO_NAMES[type(value)]
        field = f"{self._struct}.{name}"
        message = f"json: cannot unmarshal {found} into Go struct field {field} of type {go_type}"
        raise RefusalError(BAD_REQUEST, message)


def decode(body: bytes, struct: str) -> Fields:
    """Decode the first JSON value of a body; it must be an object."""
    text = body.decode("utf-8", "replace").lstrip(" \t\r\n")
    if not text:
        raise RefusalError(BAD_REQUEST, "missing request body")
    try:
        value, _ = _DECODER.raw_decode(text)
    except json.JSONDecodeError as error:
        raise RefusalError(BAD_REQUEST, _go_error(error)) from error
    except RecursionError as error:
        raise RefusalError(BAD_REQUEST, _TOO_DEEP) from error
    if _is_deep(value):
        raise RefusalError(BAD_REQUEST, _TOO_DEEP)
    if value is not None and not isinstance(value, dict):
        found = _GO_NAMES[type(value)]
        message = f"json: cannot unmarshal {found} into Go value of type api.{struct}"
        raise RefusalError(BAD_REQUEST, message)
    return Fields(value or {}, struct)


def _refuse_constant(name: str) -> Never:
    """Refuse NaN and Infinity, which Python reads but JSON does not allow."""
    letter = name[0] if name[0] != "-" else "I"
    raise RefusalError(BAD_REQUEST, f"invalid character {letter!r} looking for beginning of value")


def _number(text: str) -> float:
    """Read a number with a point or an exponent; refuses one that is too large for float64."""
    number = float(text)
    if math.isinf(number):
        short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
        message = f"json: cannot unmarshal number {short} into Go value of type float64"
        raise RefusalError(BAD_REQUEST, message)
    return number


def _integer(text: str) -> int:
    """Read an integer; refuses one that is too large for float64, as for any field."""
    _number(text)
    return int(text)


_DECODER: Final = json.JSONDecoder(
    parse_constant=_refuse_constant, parse_float=_number, parse_int=_integer
)


def _is_deep(value: Any) -> bool:
    """Return whether a value is nested too deeply to be encoded again."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(_MAX_DEPTH):
        level = [
            child
            for each in level
            for child in (each.values() if isinstance(each, dict) else each)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def _go_error(error: json.JSONDecodeError) -> str:
    """Return the error of Go for invalid JSON."""
    text, place = error.doc, error.pos
    literal = _LITERALS.get(text[place : place + 1], "")
    if error.msg.startswith("Unterminated string") or place >= len(text.rstrip()):
        return "unexpected EOF"
    if error.msg == "Expecting value" and literal:
        return _literal_error(text[place:], literal)
    expectation = _EXPECTATIONS.get(error.msg, "looking for beginning of value")
    return f"invalid character {text[place]!r} {expectation}"


def _literal_error(text: str, literal: str) -> str:
    for found, wanted in zip(text, literal, strict=False):
        if found != wanted:
            return f"invalid character {found!r} in literal {literal} (expecting {wanted!r})"
    return "unexpected EOF"
