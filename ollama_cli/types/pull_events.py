"""The events of a pull."""

from enum import Enum
from functools import cached_property
from typing import TypeAlias

from ollama_cli.types.values import dataclass


class Phase(Enum):
    """What a server does for a pull, by the words with which its statuses begin.

    Ollama: `PullModel` in server/images.go.
    """

    MANIFEST = "pulling manifest"
    LAYER = "pulling "
    VERIFYING = "verifying"
    WRITING = "writing"
    REMOVING = "removing"
    SUCCESS = "success"
    OTHER = ""

    @classmethod
    def of(cls, text: str) -> "Phase":
        """Return the phase that a status names."""
        if text in _WHOLE:
            return cls(text)
        return next((each for each in _BEGINNINGS if text.startswith(each.value)), cls.OTHER)

    @property
    def is_after_layers(self) -> bool:
        """Return whether no layer is downloaded any more, whatever its last line said."""
        return self in _AFTER_LAYERS


_WHOLE = frozenset({Phase.MANIFEST.value, Phase.SUCCESS.value})
_BEGINNINGS = (Phase.LAYER, Phase.VERIFYING, Phase.WRITING, Phase.REMOVING)
_AFTER_LAYERS = frozenset({Phase.VERIFYING, Phase.WRITING, Phase.REMOVING, Phase.SUCCESS})


@dataclass(frozen=True)
class Status:
    """A phase of a pull, in the server's words."""

    text: str

    @cached_property
    def phase(self) -> Phase:
        """Read the words into a name, once."""
        return Phase.of(self.text)


@dataclass(frozen=True)
class ChunkProgress:
    """The size of one layer and its bytes downloaded so far; None if the server does not say."""

    digest: str
    total: int | None = None
    completed: int | None = None


@dataclass(frozen=True)
class Success:
    """The pull is complete and verified."""


@dataclass(frozen=True)
class Error:
    """The server reports that the pull failed; `message` is its own text."""

    message: str


@dataclass(frozen=True)
class Layer:
    """One layer as a manifest lists it: its digest (`sha256:…`) and size in bytes."""

    digest: str
    size: int


@dataclass(frozen=True)
class Expected:
    """All layers of a model, known from its manifest before the first byte is pulled."""

    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class Restart:
    """The pull starts again after `pause` seconds.

    `attempt` counts the restarts since bytes were last gained, from 1.
    """

    attempt: int
    reason: str
    pause: float = 0.0


PullEvent: TypeAlias = Expected | Status | ChunkProgress | Restart | Success | Error
