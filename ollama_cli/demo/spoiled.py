"""Answers to `format` that go wrong: as servers do that know no grammar, or half of one."""

import json
from typing import Any, Final

BAD_JSON: Final = "badjson"
BAD_SCHEMA: Final = "badschema"
CUT_JSON: Final = "cutjson"
NO_JSON: Final = "nojson"
KINDS: Final = (BAD_JSON, BAD_SCHEMA, CUT_JSON, NO_JSON)

CUT_AT: Final = 8
"""The tokens after which JSON is cut, as by the parameters of a model; that of a request wins."""

_MOST: Final = 4096
_WRONG: Final = {"wrong": True}


def bad_json(value: Any) -> str:
    """Return the text of a value with a comma that no JSON has there."""
    text = json.dumps(value, ensure_ascii=False)
    is_filled = isinstance(value, dict | list) and value
    return f"{text[:-1]},{text[-1]}" if is_filled else f"{text},"


def bad_value(value: Any) -> Any:
    """Return a value like another one, with something of a wrong type in it: in a list the last."""
    match value:
        case dict() if value:
            first, *_ = value
            inner = value[first]
            return {**value, first: bad_value(inner) if isinstance(inner, list) else _other(inner)}
        case list() if value:
            return [*value[:-1], bad_value(value[-1])]
        case _:
            return _other(value)


def _other(value: Any) -> Any:
    return "wrong" if isinstance(value, dict) else dict(_WRONG)


def cut(tokens: list[str], limit: int) -> list[str]:
    """Return the first half of JSON, at most `limit` tokens and filled up with white space."""
    limit = min(limit, _MOST)
    kept = tokens[: min(limit, len(tokens) // 2)]
    return kept + ["\n"] * (limit - len(kept))
