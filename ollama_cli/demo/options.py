"""The `options` of a request: how an answer is drawn and when it ends."""

import math
import sys
from dataclasses import dataclass, fields
from typing import Any, Final

from ollama_cli.demo.documents import FAILED, RefusalError

CONTEXT_LENGTH: Final = 4096
SMALLEST_CONTEXT: Final = 4


@dataclass(frozen=True)
class Options:
    """The options that the demo supports, with the protocol's defaults."""

    seed: int = -1
    temperature: float = 0.8
    top_k: int = 40
    top_p: float = 0.9
    num_predict: int = -1
    num_ctx: int = 0
    stop: tuple[str, ...] = ()

    def context(self, trained: int) -> int:
        """Return the context window in tokens: at least 4, at most `trained`."""
        if self.num_ctx <= 0:
            return min(CONTEXT_LENGTH, trained)
        return min(max(self.num_ctx, SMALLEST_CONTEXT), trained)


def parse(values: dict[str, Any]) -> Options:
    """Parse the options; ignores unknown names, and refuses wrong types as the server does."""
    known = {field.name: field.default for field in fields(Options)}
    given = {
        name: _convert(name, value, known[name])
        for name, value in values.items()
        if name in known and value is not None
    }
    return Options(**given)


def _convert(name: str, value: Any, default: object) -> Any:
    """Check one value against the type of its default."""
    if isinstance(default, tuple):
        return _strings(name, value)
    go_type = "integer" if isinstance(default, int) else "float32"
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RefusalError(FAILED, f'option "{name}" must be of type {go_type}')
    if not isinstance(default, int):
        return float(value)
    return max(-sys.maxsize, min(int(value), sys.maxsize))


def _strings(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise RefusalError(FAILED, f'option "{name}" must be of type array')
    if not all(isinstance(item, str) for item in value):
        raise RefusalError(FAILED, f'option "{name}" must be of an array of strings')
    return tuple(value)
