"""The limits of what agents may ask: calls a minute, bytes, tokens, seconds, calls at once."""

import json
import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from ollama_cli.errors import RefusedError, TooLongError
from ollama_cli.types.units import format_bytes

MINUTE: Final = 60.0


class Limits(NamedTuple):
    """The limits of one server: `seconds` of one call, `rate` in calls a minute."""

    concurrency: int = 4
    rate: int = 60
    input_bytes: int = 1_000_000
    max_tokens: int = 4096
    seconds: float = 600.0


USUAL: Final = Limits()


class Rate:
    """Counts the calls of the last minute; `clock` tells the seconds."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._calls: deque[float] = deque()

    def take(self) -> None:
        """Count one call; RefusedError, which names the seconds to wait, if it is one too many."""
        now = self._clock()
        while self._calls and self._calls[0] <= now - MINUTE:
            self._calls.popleft()
        if len(self._calls) >= self._most:
            wait = self._calls[0] + MINUTE - now
            raise RefusedError(
                f"more than {self._most} calls in a minute",
                hint=f"wait {max(1, math.ceil(wait))} s, then call again",
            ).with_facts(retry_after=wait)
        self._calls.append(now)


def refuse_large(arguments: Mapping[str, Any], most: int) -> None:
    """Raise TooLongError for arguments of more than `most` bytes of JSON in UTF-8."""
    size = len(json.dumps(arguments, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    if size > most:
        raise TooLongError(
            f"the input has {format_bytes(size)}, and {format_bytes(most)} are allowed",
            hint="shorten it; the user may raise the limit with `--max-input`",
        )
