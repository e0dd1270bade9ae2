"""The events of a pull."""

from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias


class Phase(Enum):
    """What a server does for a pull, in the order in which it does so."""

    OTHER = "other"
    MANIFEST = "manifest"
    LAYER = "layer"
    VERIFYING = "verifying"
    WRITING = "writing"
    REMOVING = "removing"
    SUCCESS = "success"

    @property
    def is_after_layers(self) -> bool:
        """Return whether all layers are downloaded, even if the last line of one said less."""
        return self in _AFTER_LAYERS


_AFTER_LAYERS = frozenset({Phase.VERIFYING, Phase.WRITING, Phase.REMOVING, Phase.SUCCESS})


@dataclass(frozen=True, slots=True)
class Status:
    """A phase of a pull: the server's text, and the phase that it was read as."""

    text: str
    phase: Phase = field(default=Phase.OTHER, compare=False)


@dataclass(frozen=True, slots=True)
class ChunkProgress:
    """The size of one layer and its bytes downloaded so far; None if the server does not say."""

    digest: str
    total: int | None = None
    completed: int | None = None


@dataclass(frozen=True, slots=True)
class Success:
    """The pull is complete and verified."""


@dataclass(frozen=True, slots=True)
class Error:
    """The server reports that the pull failed; `message` is its own text."""

    message: str


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer as a manifest lists it: its digest (`sha256:…`) and size in bytes."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Expected:
    """All layers of a model, known from its manifest before the first byte is pulled."""

    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Restart:
    """The pull starts again after `pause` seconds.

    `attempt` counts the restarts since bytes were last gained, from 1.
    """

    attempt: int
    reason: str
    pause: float = 0.0


PullEvent: TypeAlias = Expected | Status | ChunkProgress | Restart | Success | Error
