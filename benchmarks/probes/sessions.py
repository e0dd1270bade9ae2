"""The store of sessions: `python -m benchmarks.probes.sessions MESSAGES WORK [WORD...]`.

The store is made at the first run, in the home folder; WORK is search, list or open.
"""

import random
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from benchmarks.probes import tell
from ollama_cli.features.sessions import listing, search
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.sessions import Message, Session

_EACH: Final = 100
_WORDS: Final = 120
_VOCABULARY: Final = 20_000
_TIME: Final = "2026-11-29T12:00:00.000Z"


def main() -> None:
    """Do the work once, from a closed store to its result."""
    count, work, *words = sys.argv[1:]
    path = Path.home() / f"sessions-{count}.db"
    if not path.exists():
        fill(path, int(count))
    started = time.perf_counter()
    with closing(SessionStore(path)) as store:
        match work:
            case "search":
                found = len(search.search(store, search.parse(" ".join(words)), limit=20))
            case "list":
                found = len(listing.sessions(store))
            case _:  # as a conversation that goes on does
                session = store.latest()
                assert session is not None  # noqa: S101  it was filled
                found = len(store.messages(session.id)) + len(store.questions(1000))
        seconds = time.perf_counter() - started
    tell(found=found, seconds=seconds)


def fill(path: Path, count: int) -> None:
    """Make a store of so many messages, in sessions of a hundred: word N stands in few if large."""
    draw = random.Random(7)  # noqa: S311  the same texts for everybody
    with closing(SessionStore(path)) as store:
        for first in range(0, count, _EACH):
            chain = []
            for place in range(min(_EACH, count - first)):
                picked = (int(_VOCABULARY ** draw.random()) for _ in range(_WORDS))
                chain.append(
                    Message(
                        role="assistant" if place % 2 else "user",
                        content=" ".join(f"word{number}" for number in picked),
                        created_at=_TIME,
                        id=place + 1,
                        parent=place or None,
                    )
                )
            store.add(Session("", f"talk {first}", _TIME, _TIME, head=len(chain)), chain, {})


if __name__ == "__main__":
    main()
