"""Models as servers list them.

A server may leave out any field: text is then empty, numbers and times are None. Sizes are bytes,
times RFC 3339 in UTC, digests 64 hexadecimal digits.
"""

from typing import Final

from ollama_cli.types.values import dataclass

CHAT: Final = "completion"
EMBEDDING: Final = "embedding"
"""What `/api/show` calls the capability to chat, and that to embed."""


@dataclass(frozen=True)
class ModelSummary:
    """One installed model; `remote_host` names the host it runs on, if that is another one."""

    name: str
    digest: str = ""
    size: int | None = None
    parameter_size: str = ""
    quantization: str = ""
    family: str = ""
    capabilities: tuple[str, ...] | None = None
    modified_at: str | None = None
    remote_host: str = ""

    @property
    def is_remote(self) -> bool:
        """Return whether the model runs on another host."""
        return bool(self.remote_host)
