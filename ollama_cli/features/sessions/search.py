"""Search in the texts of messages: words that must all occur, phrases in quotes, beginnings.

Words are compared without case and accents, by the index of the store. Scripts that put no blanks
between words are searched for as they stand.
"""

import os
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from ollama_cli.errors import UsageError
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.system.sqlite import Transaction
from ollama_cli.types.text import well_formed
from ollama_cli.types.times import timestamp
from ollama_cli.types.values import dataclass

_Snippet: TypeAlias = tuple[str, list[tuple[int, int]]]
Order: TypeAlias = Literal["best", "newest"]
_PART: Final = re.compile(r'"([^"]*)"(\*?)|([^\s"]+)')
# Scripts without blanks between words, and pictures: the index takes a run of them for one word.
_UNSPACED: Final = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2190-\u2bff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uf900-\ufaff\U0001f000-\U0001faff\U00020000-\U0003ffff]"
)
_WORDS_SHOWN: Final = 24
_AROUND: Final = 60
_MOST_RANKED: Final = 10_000  # each takes two microseconds
_FIRST_RANKED: Final = (
    "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?"
)


@dataclass(frozen=True)
class Hit:
    """A message that was found; `ranges` are the places of matches in its `snippet`.

    They count code points.
    """

    session: str
    title: str
    message: int
    role: str
    created_at: str
    snippet: str
    ranges: tuple[tuple[int, int], ...]


class Query(NamedTuple):
    """What is looked for: an expression for the index, and texts that occur as they stand."""

    indexed: str
    literal: tuple[str, ...]


def parse(text: str) -> Query:
    """Read what somebody searches for; UsageError if no word is in it."""
    text = well_formed(text)
    if text.count('"') % 2:
        raise UsageError(f"a quote is open in {text!r}", hint="phrases stand in two of them")
    indexed, literal = [], []
    for phrase, phrase_star, word in _PART.findall(text):
        found = phrase or word.rstrip("*")
        is_beginning = bool(phrase_star) or word.endswith("*")
        if is_beginning and not found:
            raise UsageError("a `*` stands alone", hint="write the beginning of a word before it")
        if _UNSPACED.search(found):
            literal.append(" ".join(found.split()))
        elif any(each.isalnum() for each in found):
            indexed.append(f'"{found}"' + "*" * is_beginning)
    if not indexed and not literal:
        raise UsageError(
            "there is no word to search for", hint='`ollama-cli sessions search "sky"`'
        )
    return Query(" ".join(indexed), tuple(literal))


def search(
    store: SessionStore,
    query: Query,
    *,
    session_id: str | None = None,
    since: datetime | None = None,
    role: str | None = None,
    order: Order = "best",
    limit: int = 20,
) -> list[Hit]:
    """Find messages, the best or the newest first; ConfigError if the file cannot be used.

    Of words that stand in more than 10,000 messages the best of the last ones are found. What the
    index does not know has no best: it is told newest first.
    """
    conditions, values = _conditions(query, session_id, since, role)
    source = "search CROSS JOIN messages ON messages.id = search.rowid"
    is_ranked = query.indexed and order == "best"
    is_cut = is_ranked and len(conditions) == 1
    found = f"""
        SELECT messages.id, session, title, role, messages.created_at
        FROM {source if query.indexed else "messages"} JOIN sessions ON sessions.id = session
        WHERE {" AND ".join(conditions)} {"AND search.rowid >= ?" if is_cut else ""}
        ORDER BY {"rank" if is_ranked else "messages.created_at DESC, messages.id DESC"} LIMIT ?
    """  # noqa: S608  our own words
    with store.reading() as base:
        if base is None:
            return []
        if is_cut:
            first = base.execute(_FIRST_RANKED, (*values, max(limit, _MOST_RANKED) - 1)).rows
            values.append(first[0][0] if first else 0)
        return list(_hits(base, base.execute(found, (*values, limit)).rows, query))


def _conditions(
    query: Query, session_id: str | None, since: datetime | None, role: str | None
) -> tuple[list[str], list[object]]:
    pairs: list[tuple[str, object]] = [
        ("messages.content LIKE ? ESCAPE '!'", "%" + re.sub("[!%_]", r"!\g<0>", text) + "%")
        for text in query.literal
    ]
    if query.indexed:
        pairs.insert(0, ("search MATCH ?", query.indexed))
    if session_id is not None:
        pairs.append(("session = ?", session_id))
        if query.indexed:  # which knows numbers of messages alone
            ids = "SELECT {}(id) FROM messages WHERE session = ?"
            pairs.append((f"search.rowid >= ({ids.format('min')})", session_id))
            pairs.append((f"search.rowid <= ({ids.format('max')})", session_id))
    if since is not None:
        pairs.append(("messages.created_at >= ?", timestamp(since)))
    if role is not None:
        pairs.append(("role = ?", role))
    return [condition for condition, _ in pairs], [value for _, value in pairs]


def _hits(base: Transaction, found: Sequence[Any], query: Query) -> Iterator[Hit]:
    ids = [row["id"] for row in found]
    indexed = _snippets(base, ids, query) if query.indexed else {}
    for row in found:
        if query.indexed:
            snippet, ranges = indexed[row["id"]]
        else:
            text = "SELECT content FROM messages WHERE id = ?"
            ((content,),) = base.execute(text, (row["id"],)).rows
            snippet, ranges = _window(" ".join(content.split()), query.literal), []
        for word in query.literal:
            ranges += [
                match.span() for match in re.finditer(re.escape(word), snippet, re.IGNORECASE)
            ]
        values = {name: row[name] for name in ("session", "title", "role", "created_at")}
        yield Hit(message=row["id"], snippet=snippet, ranges=_joined(ranges), **values)


def _snippets(base: Transaction, ids: Sequence[int], query: Query) -> dict[int, _Snippet]:
    """Return what stands around the matches of messages, on one line, and their ranges.

    All in one go: to look up the beginning of a word takes long.
    """
    mark = os.urandom(8).hex()  # no text holds what nobody could know
    values = (f"\x02{mark}", f"\x03{mark}", _WORDS_SHOWN, query.indexed)
    found: dict[int, _Snippet] = {}
    for place in range(0, len(ids), _MOST_RANKED):
        numbers = ", ".join(map(str, ids[place : place + _MOST_RANKED]))
        statement = f"""
            SELECT rowid, snippet(search, 0, ?, ?, '…', ?) FROM search
            WHERE search MATCH ? AND +rowid IN ({numbers})
        """  # noqa: S608  numbers
        for number, text in base.execute(statement, values).rows:
            found[number] = _unmarked(" ".join(text.split()), mark)
    return found


def _unmarked(marked: str, mark: str) -> _Snippet:
    text, ranges, start = "", [], 0
    for part in re.split(f"([\x02\x03]{mark})", marked):
        if not part.endswith(mark):
            text += part
        elif part[0] == "\x02":
            start = len(text)
        else:
            ranges.append((start, len(text)))
    return text, ranges


def _window(text: str, words: Sequence[str]) -> str:
    """Return the part of a text around the first of the words."""
    match = re.search("|".join(map(re.escape, words)), text, re.IGNORECASE)
    begin = max(0, match.start() - _AROUND) if match else 0
    end = (match.end() if match else 0) + _AROUND
    return "…" * (begin > 0) + text[begin:end] + "…" * (end < len(text))


def _joined(ranges: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return the ranges in order, those that overlap as one."""
    found: list[tuple[int, int]] = []
    for begin, end in sorted(ranges):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return tuple(found)
