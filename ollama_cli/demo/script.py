"""The script of faults: which fault, in which answers, and how far into a pull.

`cut@40%,error --fault-times 2`: the first pull is cut at 40 %, the next ends with an error.
"""

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ollama_cli.demo import spoiled

REGISTRY_ROOT: Final = "/v2/"
"""The start of the paths of the registry."""

PULL: Final = "/api/pull"
VERSION: Final = "/api/version"
ANSWERS: Final = "answers"
PULLS: Final = "pulls"
FORMATTED: Final = "formatted"
"""What answers with a `format` are called: JSON, by a schema or without one."""

REGISTRY: Final = "registry"


@dataclass(frozen=True)
class Kind:
    """One kind of fault: what it strikes, and by default at which percent of a pull.

    With a place in the script, a kind that `has_place` strikes only pulls.
    """

    strikes: str
    has_place: bool = False
    percent: float | None = None


KINDS: Final[Mapping[str, Kind]] = {
    "stall": Kind(ANSWERS, has_place=True),
    "cut": Kind(ANSWERS, has_place=True),
    "error": Kind(ANSWERS, has_place=True),
    "slow": Kind(ANSWERS),
    "rollback": Kind(PULLS, has_place=True, percent=50),
    "html": Kind(ANSWERS, has_place=True),
    "unauthorized": Kind(ANSWERS),
    "busy": Kind(ANSWERS),
    **dict.fromkeys(spoiled.KINDS, Kind(FORMATTED)),
    "reset": Kind(PULLS, has_place=True, percent=50),
    "forget": Kind(PULLS, has_place=True, percent=50),
    "repeat": Kind(PULLS, has_place=True, percent=50),
    "trickle": Kind(PULLS, has_place=True, percent=0),
    "disk-full": Kind(PULLS, has_place=True, percent=50),
    "offline": Kind(PULLS),
    "denied": Kind(PULLS),
    "outdated": Kind(PULLS),
    "few-lines": Kind(PULLS),
    "no-success": Kind(PULLS),
    "after-success": Kind(PULLS),
    "registry-slow": Kind(REGISTRY),
    "registry-lies": Kind(REGISTRY),
    "registry-html": Kind(REGISTRY),
}
"""All kinds of faults, by name."""

FAULTS: Final[tuple[str, ...]] = tuple(KINDS)
"""The names of `KINDS`: each is a value for `DemoServer(fault=…)`."""

_MAX_PERCENT: Final = 100
_FACTORS: Final = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
_PERCENT: Final = re.compile(r"@([0-9]{1,3}(?:\.[0-9]{1,6})?)%")
_BYTES: Final = re.compile(r"/([0-9]{1,9})([kmg]?)b?", re.IGNORECASE)
_SECONDS: Final = re.compile(r"/([0-9]{1,6}(?:\.[0-9]{1,6})?)s")


@dataclass(frozen=True)
class Fault:
    """One fault of the script; it strikes at a percent, or after bytes or seconds of a pull."""

    kind: str
    percent: float | None = None
    step: int | None = None
    seconds: float | None = None

    @property
    def has_place(self) -> bool:
        """Return whether the fault has a place in a pull."""
        return not (self.percent is self.step is self.seconds is None)

    @property
    def strikes(self) -> str:
        """Return what the fault strikes."""
        return PULLS if self.has_place else KINDS[self.kind].strikes


class Plan:
    """Which answers get a fault: the first ones, or all; registry answers count separately.

    With a limit (`times`), requests for the version get no fault: clients send them first.
    """

    def __init__(self, script: str | None, times: int | None) -> None:
        self._spares_version = times is not None
        faults = self._faults = parse(script) if script is not None else ()
        by_registry = [fault for fault in faults if fault.strikes == REGISTRY]
        self._registry = _Sequence(by_registry, times)
        self._server = _Sequence([each for each in faults if each not in by_registry], times)

    def strikes(self, kind: str) -> bool:
        """Return whether the script holds a kind of fault."""
        return any(fault.kind == kind for fault in self._faults)

    def next_fault(self, path: str, *, has_format: bool = False) -> Fault | None:
        """Return the fault of the next answer, None if it has none."""
        if path.startswith(REGISTRY_ROOT):
            return self._registry.take(set())
        if path == VERSION and self._spares_version:
            return None
        special = {PULLS: path == PULL, FORMATTED: has_format}
        return self._server.take({kind for kind, is_so in special.items() if not is_so})


class _Sequence:
    """Faults in turn, for a limited number of answers."""

    def __init__(self, faults: Sequence[Fault], times: int | None) -> None:
        self._faults = faults
        self._times = times
        self._taken = 0
        self._lock = threading.Lock()

    def take(self, unlike: set[str]) -> Fault | None:
        """Return the next fault; one for what this answer is not waits for its own."""
        with self._lock:
            if not self._faults or self._taken == self._times:
                return None
            fault = self._faults[self._taken % len(self._faults)]
            if fault.strikes in unlike:
                return None
            self._taken += 1
            return fault


def parse(script: str) -> tuple[Fault, ...]:
    """Parse a script; raises ValueError with the possible values."""
    return tuple(_parse_one(text.strip()) for text in script.split(","))


def _parse_one(text: str) -> Fault:
    name, place = re.fullmatch(r"([^@/]*)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]  # fits any text
    kind = KINDS.get(name)
    if kind is None:
        raise ValueError(f"unknown fault {name!r}; there are: {', '.join(KINDS)}")
    if not place:
        return Fault(name, kind.percent)
    if not kind.has_place:
        placed = ", ".join(name for name, each in KINDS.items() if each.has_place)
        raise ValueError(f"fault {text!r}: {name} takes no place; those that do: {placed}")
    if match := _PERCENT.fullmatch(place):
        if (percent := float(match[1])) <= _MAX_PERCENT:
            return Fault(name, percent)
    elif match := _BYTES.fullmatch(place):
        if step := int(match[1]) * _FACTORS[match[2].lower()]:
            return Fault(name, step=step)
    elif match := _SECONDS.fullmatch(place):
        return Fault(name, seconds=float(match[1]))
    raise ValueError(
        f"fault {text!r}: a place is written {name}@40% (0 to 100 percent of the model), {name}/8M "
        f"(after so many bytes of each pull) or {name}/1s (after so long)"
    )
