"""The files that sessions are imported from, known by what they hold."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, TypeAlias

from ollama_cli.errors import UsageError
from ollama_cli.features.sessions.imports import jsonl, llm, ollama_app
from ollama_cli.features.sessions.imports.found import Found
from ollama_cli.system import files, sqlite_sources
from ollama_cli.system.sqlite_sources import Source
from ollama_cli.ui.inputs import PIPED, STDIN, read_lines
from ollama_cli.ui.streams import InStream

Kind: TypeAlias = Literal["auto", "jsonl", "llm", "ollama-app"]
_READERS: Final = {"llm": llm, "ollama-app": ollama_app}
_OURS: Final = frozenset({"sessions", "messages", "releases"})


def read(path: str, kind: Kind, stdin: InStream) -> Iterator[Found]:
    """Read the sessions of a file, or of standard input if the path is `-`.

    Raises NotFoundError if there is no file, UsageError if it is not of the kind, or damaged.
    """
    if path == STDIN:
        if kind in _READERS:
            raise UsageError("a database cannot be read from standard input", hint="name its file")
        yield from jsonl.read(read_lines(path, stdin), PIPED)
    elif kind in _READERS or (kind == "auto" and _is_database(path)):
        place = Path(path).expanduser()
        with sqlite_sources.reading(place) as source:
            yield from _READERS[_kind(source, kind)].read(source, place)
    else:
        yield from jsonl.read(read_lines(path, stdin), path)


def _is_database(path: str) -> bool:
    try:
        start = files.read_start(Path(path).expanduser(), len(sqlite_sources.MAGIC))
    except (OSError, RuntimeError, ValueError):
        return False  # it is told what is wrong when it is read
    return start == sqlite_sources.MAGIC


def _kind(source: Source, kind: str) -> str:
    """Return which program a database is of; UsageError if it is another one than `kind`."""
    if source.tables.keys() >= _OURS:
        source.refuse(
            "it is a store of ollama-cli",
            hint="set OLLAMA_CLI_DATA_DIR to its folder, export its sessions, and import that",
        )
    found = next((name for name, reader in _READERS.items() if reader.is_one(source)), None)
    if found is None or kind not in {"auto", found}:
        source.refuse(f"it is no database of {'llm or ollama-app' if kind == 'auto' else kind}")
    return found
