"""A reader of `.env` files, which takes every value literally."""

import re
from typing import Final

_ASSIGNMENT: Final = r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)"


def parse(text: str) -> dict[str, str]:
    """Read `NAME=value` lines; nothing is expanded or run, as the file may not be trusted."""
    values: dict[str, str] = {}
    for line in re.split(r"[\r\n]", text):  # no other character ends a line
        match = re.fullmatch(_ASSIGNMENT, line.strip())
        if match:
            values[match[1]] = _unquoted(match[2])
    return values


def _unquoted(value: str) -> str:
    if value[:1] in {"'", '"'}:
        end = value.find(value[0], 1)
        return value[1:end] if end > 0 else value[1:]
    return re.split(r"(?:^|\s+)#", value, maxsplit=1)[0].strip()
