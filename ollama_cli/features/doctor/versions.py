"""Versions of Ollama, however they are written, and what a server must be new enough for."""

import re
from collections.abc import Mapping
from typing import Final

Version = tuple[int, int, int]

# What a user would miss, and the first release that has it. What older servers lack without
# anybody noticing (capabilities in the list of models, ids of tool calls) does not stand here.
SINCE: Final[Mapping[str, Version]] = {
    "`embed --dimensions`": (0, 11, 11),
    "cloud models": (0, 12, 0),
    "`embed --no-truncate`": (0, 12, 4),
    "the context that `models ps` shows": (0, 15, 5),
    "`--think max`": (0, 22, 0),
}
_PATTERN: Final = r"v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?(?:[-+].*)?"


def parse(text: str) -> Version | None:
    """Read `0.32.15`, `v0.32.15`, `0.32` and `0.33.0-rc2`; None where it is no version."""
    match = re.fullmatch(_PATTERN, text.strip())
    if match is None:
        return None
    major, minor, patch = match.groups("0")
    return int(major), int(minor), int(patch)


def is_development(version: Version) -> bool:
    """Tell whether somebody built the server, and did not say from what: it counts as new."""
    return version == (0, 0, 0)


def lacking(version: Version) -> list[str]:
    """Name what a server of this version is too old for, each with the release that brought it."""
    if is_development(version):
        return []
    return [
        f"{feature} ({'.'.join(map(str, since))})"
        for feature, since in SINCE.items()
        if version < since
    ]
