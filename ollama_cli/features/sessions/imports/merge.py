"""What an import found goes into the store: whole, in one transaction, and only what is new.

A session is known again by its source, a message by its place and what it says: thus one that went
on at its source since the last import gets the rest, and one that went on here keeps that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain, islice
from typing import Final, NamedTuple

from ollama_cli.features.sessions import rows, statements, titles
from ollama_cli.features.sessions.imports.found import Found
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.system.sqlite import Transaction
from ollama_cli.types.sessions import Message, Session
from ollama_cli.types.times import timestamp
from ollama_cli.types.values import dataclass

_SAME: Final = """
    SELECT * FROM sessions WHERE source = ?1 AND source_id = ?2 OR id = ?3 AND created_at = ?4
    ORDER BY id = ?3 AND created_at = ?4 DESC
"""


@dataclass(frozen=True)
class Imported:
    """A session with `messages` that were not there before; `id` is None for one not made yet."""

    id: str | None
    title: str
    model: str | None
    created_at: str
    messages: int


@dataclass(frozen=True)
class Outcome:
    """What was imported, how many sessions were `skipped` as nothing in them was new.

    `left_out` counts attachments of the imported ones whose bytes the source does not hold.
    """

    imported: tuple[Imported, ...] = ()
    skipped: int = 0
    left_out: int = 0


class _Plan(NamedTuple):
    """What to do for one session: the one that is there, its messages by found ids, new ones."""

    there: Session | None
    numbers: dict[int | None, int | None]
    new: list[Message]


def merge(store: SessionStore, found: Iterable[Found], *, is_dry: bool = False) -> Outcome:
    """Store the sessions that were found, all or none; `is_dry` only tells what would be new.

    Raises ConfigError if the store cannot be used, and what reading `found` raises.
    """
    if not is_dry:
        rest = iter(found)
        first = list(islice(rest, 1))  # before the store is made: it may be no source at all
        store.database.create()
        with store.database.writing() as base:
            return _merged(base, chain(first, rest), is_dry=False)
    if not store.database.exists:
        return _merged(None, found, is_dry=True)
    with store.database.reading() as base:
        return _merged(base, found, is_dry=True)


def _merged(base: Transaction | None, found: Iterable[Found], *, is_dry: bool) -> Outcome:
    imported: list[Imported] = []
    skipped = left_out = 0
    seen: set[tuple[str, str]] = set()
    for each in found:
        plan = _plan(base, each)
        is_again = is_dry and (each.source, each.source_id) in seen
        if is_again or (plan.there and not plan.new):
            skipped += 1
            continue
        seen.add((each.source, each.source_id))
        kept = plan.there if is_dry or base is None else _add(base, each, plan)
        session = kept or _dated(each.session)
        identity = session.id if kept else None
        imported.append(
            Imported(identity, session.title, session.model, session.created_at, len(plan.new))
        )
        left_out += each.left_out
    return Outcome(tuple(imported), skipped, left_out)


def _plan(base: Transaction | None, found: Found) -> _Plan:
    session = found.session
    values = (found.source, found.source_id, session.id, session.created_at)
    same = base.execute(_SAME, values).rows if base else []
    numbers: dict[int | None, int | None] = {None: None}
    if base is None or not same:
        return _Plan(None, numbers, list(found.messages))
    there = rows.session_of(same[0])
    # Siblings that say the same, as of two tries, are told by their order.
    known: dict[tuple[int | None, str, str], list[int]] = {}
    for each in statements.messages(base, there.id):
        if each.id is not None:
            known.setdefault((each.parent, each.role, each.content), []).append(each.id)
    new = []
    for each in found.messages:
        is_placed = each.parent in numbers
        alike = known.get((numbers[each.parent], each.role, each.content)) if is_placed else None
        if alike:
            numbers[each.id] = alike.pop(0)
        else:
            new.append(each)
    return _Plan(there, numbers, new)


def _add(base: Transaction, found: Found, plan: _Plan) -> Session:
    session = plan.there or _begin(base, found)
    numbers = dict(plan.numbers)
    chosen = [each.id for each in plan.new if each.id is not None]
    keeps_ids = (
        plan.there is None
        and chosen == sorted(chosen)  # messages are listed in the order of their ids
        and len(chosen) == len(plan.new)
        and statements.are_free(base, chosen)
    )
    for each in plan.new:
        files = {file.sha256: found.blobs[file.sha256] for file in each.attachments}
        statements.add_blobs(base, files)
        placed = replace(each, id=each.id if keeps_ids else None, parent=numbers[each.parent])
        numbers[each.id] = statements.add_message(base, session.id, placed)
    head = session.head
    if plan.there is None or _continues(found, plan):
        head = numbers.get(found.session.head)
    updated = max(session.updated_at, found.session.updated_at)
    query = "UPDATE sessions SET head = ?, updated_at = ? WHERE id = ?"
    base.execute(query, (head, updated, session.id))
    return replace(session, head=head, updated_at=updated)


def _begin(base: Transaction, found: Found) -> Session:
    session = _dated(found.session)
    while not titles.is_id(session.id) or statements.exists(base, session.id):
        session = replace(session, id=titles.new_id())
    base.execute(rows.INSERT_SESSION, rows.session_row(replace(session, head=None)))
    query = "UPDATE sessions SET source = ?, source_id = ? WHERE id = ?"
    base.execute(query, (found.source, found.source_id, session.id))
    return session


def _dated(session: Session) -> Session:
    created = session.created_at or timestamp()
    return replace(
        session,
        created_at=created,
        updated_at=session.updated_at or created,
    )


def _continues(found: Found, plan: _Plan) -> bool:
    """Return whether the source went on where the session stands here."""
    parents: Mapping[int | None, int | None] = {each.id: each.parent for each in found.messages}
    place = found.session.head
    if place is None or place in plan.numbers or plan.there is None:
        return False
    while place not in plan.numbers:
        place = parents[place]
    return plan.numbers[place] == plan.there.head
