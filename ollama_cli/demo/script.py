"""The script of what goes wrong: which fault, in which answers, and how far into a pull.

`cut@40%,error --fault-times 2`: the first pull is cut at 40 %, the next ends with an error.
"""

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

REGISTRY_ROOT: Final = "/v2/"
"""Where the paths of the registry begin."""

PULL: Final = "/api/pull"
VERSION: Final = "/api/version"
ANSWERS: Final = "answers"
PULLS: Final = "pulls"
REGISTRY: Final = "registry"


@dataclass(frozen=True)
class Kind:
    """One kind of fault: what it strikes, and how far into a pull unless the script says so.

    A kind that has a place strikes pulls alone where the place is written.
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
"""All that can go wrong."""

FAULTS: Final[tuple[str, ...]] = tuple(KINDS)
"""The words of `KINDS`: each is a value for `DemoServer(fault=…)`."""

_MOST: Final = 100
_FACTORS: Final = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
_PERCENT: Final = re.compile(r"@([0-9]{1,3}(?:\.[0-9]{1,6})?)%")
_BYTES: Final = re.compile(r"/([0-9]{1,9})([kmg]?)b?", re.IGNORECASE)
_SECONDS: Final = re.compile(r"/([0-9]{1,6}(?:\.[0-9]{1,6})?)s")


@dataclass(frozen=True)
class Fault:
    """One fault of the script; it strikes at a place of a pull, or after so much of one."""

    kind: str
    percent: float | None = None
    step: int | None = None
    seconds: float | None = None

    @property
    def has_place(self) -> bool:
        """Tell whether it strikes in the middle of a pull."""
        return not (self.percent is self.step is self.seconds is None)

    @property
    def strikes(self) -> str:
        """Say what it strikes."""
        return PULLS if self.has_place else KINDS[self.kind].strikes


class Plan:
    """Which answers go wrong: the first ones, or all; those of the registry count by themselves.

    Where it is the first ones, the version is none of them: it is asked for before what counts.
    """

    def __init__(self, script: str | None, times: int | None) -> None:
        self._spares_version = times is not None
        faults = parse(script) if script is not None else ()
        by_registry = [fault for fault in faults if fault.strikes == REGISTRY]
        self._registry = _Turns(by_registry, times)
        self._server = _Turns([each for each in faults if each not in by_registry], times)

    def draw(self, path: str) -> Fault | None:
        """Take the fault of the next answer."""
        if path.startswith(REGISTRY_ROOT):
            return self._registry.take(is_pull=False)
        if path == VERSION and self._spares_version:
            return None
        return self._server.take(is_pull=path == PULL)


class _Turns:
    """Faults that take turns, for so many answers."""

    def __init__(self, faults: Sequence[Fault], times: int | None) -> None:
        self._faults = faults
        self._times = times
        self._taken = 0
        self._lock = threading.Lock()

    def take(self, *, is_pull: bool) -> Fault | None:
        """Take the next fault; one that is only for pulls waits for a pull."""
        with self._lock:
            if not self._faults or self._taken == self._times:
                return None
            fault = self._faults[self._taken % len(self._faults)]
            if fault.strikes == PULLS and not is_pull:
                return None
            self._taken += 1
            return fault


def parse(script: str) -> tuple[Fault, ...]:
    """Read a script; raises ValueError, which says what there is."""
    return tuple(_parse_one(text.strip()) for text in script.split(","))


def _parse_one(text: str) -> Fault:
    word, place = re.fullmatch(r"([^@/]*)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]  # fits any text
    kind = KINDS.get(word)
    if kind is None:
        raise ValueError(f"unknown fault {word!r}; there are: {', '.join(KINDS)}")
    if not place:
        return Fault(word, kind.percent)
    if not kind.has_place:
        placed = ", ".join(name for name, each in KINDS.items() if each.has_place)
        raise ValueError(f"fault {text!r}: {word} takes no place; those that do: {placed}")
    if match := _PERCENT.fullmatch(place):
        if (percent := float(match[1])) <= _MOST:
            return Fault(word, percent)
    elif match := _BYTES.fullmatch(place):
        if step := int(match[1]) * _FACTORS[match[2].lower()]:
            return Fault(word, step=step)
    elif match := _SECONDS.fullmatch(place):
        return Fault(word, seconds=float(match[1]))
    raise ValueError(
        f"fault {text!r}: a place is written {word}@40% (0 to 100 percent of the model), {word}/8M "
        f"(after so many bytes of each pull) or {word}/1s (after so long)"
    )
