"""Whether a server answers, and what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ollama_cli.types.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from ollama_cli.types.models import ModelSummary


@dataclass(frozen=True)
class Health:
    """Whether a server answers as Ollama does, and what was found; never an exception.

    `model_detected` and `model_id` are about the model asked for or, without one, about the one
    that a conversation takes. `error_kind` is the code of the error (`unreachable`, …), or None.
    `kind` is the kind of server (`ollama`, `lm-studio`, …), if it was found out.
    """

    connected: bool
    base_url: str
    model_detected: bool = False
    model_id: str | None = None
    provider_type: str = "ollama"
    error: str | None = None
    version: str | None = None
    latency_seconds: float | None = None
    model_count: int | None = None
    http_status: int | None = None
    error_kind: str | None = None
    kind: str | None = None


class Usual(NamedTuple):
    """The model that is taken where none is named: the set one, else one that is permitted."""

    model: str | None = None
    permitted: Callable[[list[ModelSummary]], list[ModelSummary]] = list


ANY: Final = Usual()
