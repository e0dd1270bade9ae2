"""When a request is worth another try, and how long to wait before it."""

import random
import time
from collections.abc import Callable, Iterator
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from ollama_cli.types.numbers import whole

if TYPE_CHECKING:
    import requests

_TRIES: Final = 3
_WINDOW: Final = 10.0
_FOREVER: Final = 10**9
_FIRST_PAUSE: Final = 0.3
LONGEST_RETRY_AFTER: Final = 30.0
_OVERLOADED: Final = 529  # Anthropic's own, which no standard knows
_PASSING: Final = frozenset(
    {
        _OVERLOADED,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


class Retry(Enum):
    """What to try again: nothing, a temporary refusal, or also a connection that broke early."""

    NEVER = "never"
    REFUSAL = "refusal"
    ALWAYS = "always"


def pauses(clock: Callable[[], float] = time.monotonic) -> Iterator[float]:
    """Yield the seconds to wait before each further try: growing, with jitter, 10 s in all."""
    end = clock() + _WINDOW
    for attempt in range(_TRIES - 1):
        pause = _FIRST_PAUSE * 4**attempt * random.uniform(0.5, 1.5)  # noqa: S311  jitter, no secret
        if clock() + pause > end:
            return
        yield pause


def seconds_of(response: "requests.Response") -> float | None:
    """Read a Retry-After in seconds; None if there is no valid one."""
    asked = whole(response.headers.get("Retry-After", ""), beyond=_FOREVER)
    return None if asked is None else float(asked)


def pause_of(response: "requests.Response", pause: float) -> float | None:
    """Return a Retry-After of up to 30 s, else `pause`; None if it is longer than that."""
    asked = seconds_of(response)
    if asked is None:
        return pause
    return asked if asked <= LONGEST_RETRY_AFTER else None


def is_temporary(status: int) -> bool:
    """Return whether a status is temporary: another try may succeed."""
    return status in _PASSING
