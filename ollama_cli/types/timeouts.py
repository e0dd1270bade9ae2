"""How long each phase of a request may take."""

from dataclasses import replace
from typing import Self

from ollama_cli.types import waits
from ollama_cli.types.values import dataclass


@dataclass(frozen=True)
class Timeouts:
    """Seconds per phase, and not in total; 0 waits for ever.

    `metadata` and `health` bound a whole answer: connection, further tries and the last byte of it.
    `first_token` is long because the server is silent while it loads a model; `pull` bounds the
    silence of a pull, and is long because the verification of a large model takes minutes.
    """

    connect: float = waits.CONNECT
    health: float = waits.HEALTH
    metadata: float = waits.METADATA
    first_token: float = waits.FIRST_TOKEN
    between_tokens: float = waits.BETWEEN_TOKENS
    pull: float = waits.PULL

    def with_overall(self, seconds: float | None) -> Self:
        """Use one value for every phase except the connection; None changes nothing."""
        if seconds is None:
            return self
        return replace(
            self,
            health=seconds,
            metadata=seconds,
            first_token=seconds,
            between_tokens=seconds,
            pull=seconds,
        )
