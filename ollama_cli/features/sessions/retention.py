"""Retention: what was not used for as long as a setting says is removed."""

from datetime import UTC, datetime

from ollama_cli.errors import OllamaCliError
from ollama_cli.features.sessions import listing, removal
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.measures import read_age


def apply(store: SessionStore, keep: str | None, *, spared: str | None = None) -> str:
    """Remove the sessions that were not used for the age `keep`; return what to note, if anything.

    The session `spared` stays. That it cannot be done is noted, too, and no error.
    """
    if keep is None:
        return ""
    try:
        return _applied(store, keep, spared)
    except OllamaCliError as error:
        return f"{error.message}: nothing older than {keep} was removed"


def _applied(store: SessionStore, keep: str, spared: str | None) -> str:
    now, age = datetime.now(UTC), read_age(keep)
    chosen = [
        each
        for each in listing.sessions(store)
        if listing.age_of(each, now) > age and each.id != spared
    ]
    if not chosen:
        return ""
    return f"{removal.sentence(removal.remove(store, chosen))}, as keep_sessions is {keep}"
