"""What a request asks of the stub, told by the name of its model, as any client can send one.

`events-5000.rate-2000.close` is an answer of 5,000 events, 2,000 of them a second, not chunked.
"""

from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Wish:
    """One answer: `events` lines, `size` bytes a token, `rate` events a second (0: at once)."""

    events: int = 100
    size: int = 0
    rate: int = 0
    delay: int = 0  # milliseconds before the answer begins
    dims: int = 0  # of a model that makes vectors; 0: of one that writes
    markdown: bool = False
    close: bool = False  # the body ends with the connection, as behind some proxies


_NAMES = {field.name: field for field in fields(Wish)}


def read_wish(model: str) -> Wish:
    """Read a model's name; parts that mean nothing here are left alone."""
    wish = Wish()
    for part in model.partition(":")[0].split("."):
        name, _, number = part.partition("-")
        if name in _NAMES:
            value: Any = int(number) if number else True
            wish = replace(wish, **{name: value})
    return wish
