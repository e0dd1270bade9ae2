"""The published schemas: JSON Schema (2020-12) of every document, every event and the error."""

import json
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).with_name("schemas")


def names() -> list[str]:
    """Return the names of all schemas: `NAME`, of the lines of a list `NAME-line`, `NAME-event`."""
    return sorted(path.stem for path in _FOLDER.glob("*.json"))


def text(name: str) -> str:
    """Return the file of a schema, one of `names()`."""
    return (_FOLDER / f"{name}.json").read_text(encoding="utf-8")


def about(name: str) -> str:
    """Return the sentence that tells what a schema is of."""
    return str(json.loads(text(name))["description"])
