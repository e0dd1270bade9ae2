"""Versions of Ollama, and the features that need a newer server."""

import re
from collections.abc import Mapping
from typing import Final

Version = tuple[int, int, int]

# Features that a user would miss, each with its first release. What a user would not notice
# (capabilities in the list of models, ids of tool calls) is left out.
SINCE: Final[Mapping[str, Version]] = {
    "`embed --dimensions`": (0, 11, 11),
    "cloud models": (0, 12, 0),
    "`embed --no-truncate`": (0, 12, 4),
    "the context that `models ps` shows": (0, 15, 5),
    "`--think max`": (0, 22, 0),
}
_PATTERN: Final = r"v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?(?:[-+].*)?"


def parse(text: str) -> Version | None:
    """Parse `0.32.15`, `v0.32.15`, `0.32` or `0.33.0-rc2`; None for other text."""
    match = re.fullmatch(_PATTERN, text.strip())
    if match is None:
        return None
    major, minor, patch = match.groups("0")
    return int(major), int(minor), int(patch)


def is_development(version: Version) -> bool:
    """Return whether it is the version of a development build, which counts as new."""
    return version == (0, 0, 0)


def lacking(version: Version) -> list[str]:
    """List the features that this version lacks, each with its first release."""
    if is_development(version):
        return []
    return [
        f"{feature} ({'.'.join(map(str, since))})"
        for feature, since in SINCE.items()
        if version < since
    ]
