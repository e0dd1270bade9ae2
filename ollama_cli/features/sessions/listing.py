"""The sessions as a list, with what they hold in numbers, and filters of it."""

from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import datetime, timedelta
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Final

from ollama_cli.errors import UsageError
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.measures import SIGNS, read_age, read_size, split_comparison
from ollama_cli.types.model_names import shortest
from ollama_cli.types.times import read_time
from ollama_cli.types.values import dataclass

Test = Callable[["Listed"], bool]
_TEXTS: Final = ("title", "model", "id")
_TIMES: Final = {"updated": "updated_at", "created": "created_at"}
_SIZES: Final = {"size": "bytes", "bytes": "bytes"}
_COUNTS: Final = ("messages", "branches", "prompt_tokens", "completion_tokens")
_KEYS: Final = (*_TEXTS, *_TIMES, *_SIZES, *_COUNTS)


@dataclass(frozen=True)
class Listed:
    """A session with its numbers: messages and leaves of its tree, tokens, bytes of all in it.

    Tokens are None if no message knows them.
    """

    id: str
    title: str
    model: str | None
    created_at: str
    updated_at: str
    messages: int
    branches: int
    prompt_tokens: int | None
    completion_tokens: int | None
    bytes: int
    forked_from: str | None


def sessions(store: SessionStore) -> list[Listed]:
    """List all sessions, the last used first; ConfigError if the file cannot be used."""
    with store.reading() as base:
        if base is None:
            return []
        # Every parent is in the same session: what is none is a leaf.
        found = base.execute(
            """
            SELECT sessions.id, title, model, created_at, updated_at, forked_from,
              coalesce(messages, 0) AS messages, coalesce(branches, 0) AS branches,
              prompt_tokens, completion_tokens, coalesce(bytes, 0) AS bytes
            FROM sessions LEFT JOIN (
              SELECT session, count(*) AS messages, count(*) - count(DISTINCT parent) AS branches,
                sum(prompt_tokens) AS prompt_tokens, sum(completion_tokens) AS completion_tokens,
                sum(bytes) AS bytes
              FROM messages GROUP BY session
            ) AS sums ON sums.session = sessions.id
            ORDER BY updated_at DESC, sessions.rowid DESC
            """
        ).rows
        names = [each.name for each in fields(Listed)]
        return [Listed(**{name: row[name] for name in names}) for row in found]


def compile_all(expressions: Iterable[str], now: datetime) -> Test:
    """Compile filters that must all match; UsageError for one that cannot be parsed."""
    tests = [_compiled(expression.strip(), now) for expression in expressions]
    return lambda listed: all(test(listed) for test in tests)


def _compiled(expression: str, now: datetime) -> Test:
    parts = split_comparison(expression)
    if parts is None:
        if not expression:
            raise UsageError("a filter is empty", hint="is a variable in it unset?")
        return _text_test("title", expression, is_wanted=True)
    key, sign, value = parts
    if key in _TEXTS:
        if sign not in {"=", "!="}:
            raise UsageError(f"{key} takes = or !=, not {sign}")
        return _text_test(key, value, is_wanted=sign == "=")
    if key in _TIMES:
        span = read_age(value)
        return lambda listed: SIGNS[sign](age_of(listed, now, _TIMES[key]), span)
    if key in _SIZES or key in _COUNTS:
        name, number = _SIZES.get(key, key), read_size(value)
        return lambda listed: _is(sign, getattr(listed, name), number)
    similar = get_close_matches(key, _KEYS, n=1)
    suggestion = f"did you mean {similar[0]}?" if similar else f"there are {', '.join(_KEYS)}"
    raise UsageError(f"unknown key {key!r} in {expression!r}", hint=suggestion)


def age_of(listed: Listed, now: datetime, name: str = "updated_at") -> timedelta:
    """Return how long ago a session was used, or another of its times was; a bad time is now."""
    when = read_time(getattr(listed, name))
    return now - when if when else timedelta(0)


def _is(sign: str, value: int | None, number: float) -> bool:
    return value is not None and SIGNS[sign](value, number)


def _text_test(key: str, value: str, *, is_wanted: bool) -> Test:
    """Match a glob against a text, or a part of the title; case does not matter."""
    pattern = value.lower()

    def test(listed: Listed) -> bool:
        text = str(getattr(listed, key) or "")
        texts = [text.lower()]
        if key == "model":
            short = shortest(text).lower()
            texts += [short, short.removesuffix(":latest")]
        return is_wanted == any(fnmatchcase(each, pattern) for each in texts)

    return test
