"""Whether a server answers, and what was found."""

from ollama_cli.types.values import dataclass


@dataclass(frozen=True)
class Health:
    """Whether a server answers as Ollama does, and what was found; never an exception.

    `model_detected` and `model_id` are about the model asked for or, without one, about a model
    that can chat. `error_kind` is the code of the error (`unreachable`, …), None without an error.
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
