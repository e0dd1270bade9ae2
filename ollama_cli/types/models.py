"""Models as servers list them.

A server may leave out any field: text is then empty, numbers and times are None. Sizes are bytes,
times RFC 3339 in UTC, digests 64 hexadecimal digits.
"""

import re
from collections.abc import Iterable
from typing import Final

from ollama_cli.types.secrets import hide
from ollama_cli.types.values import dataclass

CHAT: Final = "completion"
EMBEDDING: Final = "embedding"
"""What `/api/show` calls the capability to chat, and that to embed."""

_ID_LENGTH: Final = 12
_KIND: Final = "sha256:"
# An ID as lists print it, or more of it; a model may be named so as well.
_ID: Final = r"(?:sha256:)?([0-9a-f]{6,64})(?::latest)?"


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


def short_id(digest: str) -> str:
    """Return the ID that lists show for a digest; empty if there is none."""
    return hide(digest).removeprefix(_KIND)[:_ID_LENGTH]


def read_id(text: str) -> str:
    """Return the ID, or the beginning of one, that was written for a name; empty if it is none."""
    match = re.fullmatch(_ID, text.strip(), re.IGNORECASE)
    return match[1].lower() if match else ""


def named_by_id(text: str, models: Iterable[ModelSummary]) -> list[str]:
    """Return the names of the models whose ID was written for a name."""
    begin = read_id(text)
    return [
        each.name
        for each in models
        if begin and each.digest.lower().removeprefix(_KIND).startswith(begin)
    ]
