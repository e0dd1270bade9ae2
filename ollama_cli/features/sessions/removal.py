"""Removal of sessions that leaves no byte of them in the files of the store.

`secure_delete` overwrites what is deleted, but not the copies that SQLite leaves in pages when it
moves rows to others, and the index keeps deleted words for a while: so the index is made anew, and
the file is written anew. While another process reads the log of the file, that cannot be ended; the
store notes it down, and the next start does it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ollama_cli.errors import ConfigError
from ollama_cli.features.sessions.listing import Listed
from ollama_cli.features.sessions.schema import ERASE
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.units import format_bytes


class Removal(NamedTuple):
    """What was removed, how many bytes the files of the store lost.

    `pending` says why something of it may be in the files still; it is empty if nothing is.
    """

    removed: list[Listed]
    freed: int
    pending: str


def remove(store: SessionStore, chosen: Sequence[Listed]) -> Removal:
    """Remove sessions; one that is gone already is left out. ConfigError if that fails."""
    if not chosen:
        return Removal([], 0, "")
    size, removed = store.database.size, []
    with store.writing() as base:
        base.execute("INSERT OR IGNORE INTO upkeep VALUES (?)", (ERASE,))
        for each in chosen:
            base.execute("DELETE FROM messages WHERE session = ?", (each.id,))
            if base.execute("DELETE FROM sessions WHERE id = ?", (each.id,)).changed:
                removed.append(each)
            base.execute("UPDATE sessions SET forked_from = NULL WHERE forked_from = ?", (each.id,))
        base.execute("DELETE FROM blobs WHERE sha256 NOT IN (SELECT sha256 FROM attachments)")
        base.execute("INSERT INTO search (search) VALUES ('rebuild')")
    try:
        why = "" if store.erase() else "another process reads the file"
    except ConfigError as error:
        why = error.reason
    return Removal(removed, max(0, size - store.database.size), why)


def sentence(done: Removal) -> str:
    """Return what was done, in words."""
    count = len(done.removed)
    size = format_bytes(sum(each.bytes for each in done.removed))
    named = f": {done.removed[0].title or done.removed[0].id}" if count == 1 else ""
    return f"removed {count} {'session' if count == 1 else 'sessions'} ({size}){named}"
