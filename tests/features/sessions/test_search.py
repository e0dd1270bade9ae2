"""Search in messages: all words, phrases, beginnings; and what is shown of a hit."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from talks import ask, begin, exchange

from ollama_cli.errors import UsageError
from ollama_cli.features.sessions import search
from ollama_cli.features.sessions.search import Hit, Query
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.sessions import Message


def find(store: SessionStore, text: str, **options: Any) -> list[Hit]:
    return search.search(store, search.parse(text), **options)


def marked(hit: Hit) -> list[str]:
    return [hit.snippet[begin:end] for begin, end in hit.ranges]


def said(store: SessionStore, *texts: str) -> str:
    session = begin(store)
    store.append(session, [Message("user", text) for text in texts], None, expected_head=None)
    return session


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("sky", Query('"sky"', ())),
        ("blue sky*", Query('"blue" "sky"*', ())),
        ('"blue sky" why', Query('"blue sky" "why"', ())),
        ('"blue sk"*', Query('"blue sk"*', ())),
        ("c++ - !", Query('"c++"', ())),
        ("NOT OR AND (near)", Query('"NOT" "OR" "AND" "(near)"', ())),
        ("content:x ^y {a b}", Query('"content:x" "^y" "{a" "b}"', ())),
        ("空 sky", Query('"sky"', ("空",))),
        ("🐈", Query("", ("🐈",))),
        ("a\udcff", Query('"a\ufffd"', ())),
    ],
)
def test_words_are_taken_as_they_stand(text: str, query: Query, store: SessionStore) -> None:
    assert search.parse(text) == query
    said(store, "x")
    search.search(store, query)  # the index can read it


@pytest.mark.parametrize("text", ["", " ", "*", "sky *", '""', '""*', "--", "?!", "**"])
def test_without_a_word_there_is_nothing_to_search_for(text: str) -> None:
    with pytest.raises(UsageError):
        search.parse(text)


def test_a_quote_that_stays_open_is_told() -> None:
    with pytest.raises(UsageError, match="a quote is open"):
        search.parse('"blue sky')


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("cafe", ["Un CAFÉ noir"]),
        ("NOIR café", ["Un CAFÉ noir"]),
        ("noir tea", []),
        ('"blue sky"', ["the blue sky"]),
        ('"sky blue"', []),
        ("sk*", ["the blue sky"]),
        ("sk", []),
        ("空", ["今日は空が青い"]),
        ("空 青い", ["今日は空が青い"]),
        ("空 赤い", []),
        ("🐈", ["a 🐈 sat"]),
        ("sat 🐈", ["a 🐈 sat"]),
        ("100%", ["100% of_it"]),
        ("of_it", ["100% of_it"]),
    ],
)
def test_all_words_must_occur(text: str, hits: Sequence[str], store: SessionStore) -> None:
    said(store, "Un CAFÉ noir", "the blue sky", "今日は空が青い", "a 🐈 sat", "100% of_it")
    assert [hit.snippet for hit in find(store, text)] == hits


def test_matches_are_marked_by_code_points(store: SessionStore) -> None:
    said(store, "🐈🐈 The  sky,\n\n\x1b[31m the \x02SKY\x03 and 👩‍👩‍👧 skyline")
    (hit,) = find(store, "sky* the")
    assert hit.snippet == "🐈🐈 The sky, \x1b[31m the \x02SKY\x03 and 👩‍👩‍👧 skyline"
    assert marked(hit) == ["The", "sky", "the", "SKY", "skyline"]
    (phrase,) = find(store, '"the sky"')
    assert marked(phrase) == ["The sky", "the \x02SKY"]


def test_of_a_long_text_the_part_around_the_match_is_shown(store: SessionStore) -> None:
    said(store, "word " * 500 + "needle " + "word " * 500, "空" * 500 + "針" + "空" * 500)
    (hit,) = find(store, "needle")
    assert marked(hit) == ["needle"]
    assert hit.snippet.startswith("…word")
    assert len(hit.snippet) < 200
    (other,) = find(store, "針")
    assert marked(other) == ["針"]
    assert (other.snippet[0], other.snippet[-1], len(other.snippet)) == ("…", "…", 123)


def test_hits_are_limited_to_a_session_a_role_a_time(store: SessionStore) -> None:
    one, two = begin(store, title="first"), begin(store, title="second")
    exchange(store, one, "sky")
    exchange(store, two, "sky")
    (hit,) = find(store, "sky", session_id=one, role="user")
    assert (hit.session, hit.title, hit.role) == (one, "first", "user")
    assert len(find(store, "sky")) == 4
    assert len(find(store, "sky", role="assistant")) == 2
    assert find(store, "sky", since=datetime(2999, 1, 1, tzinfo=UTC)) == []
    assert len(find(store, "sky", since=datetime(2020, 1, 1, tzinfo=UTC), limit=3)) == 3


def test_the_best_or_the_newest_comes_first(store: SessionStore) -> None:
    best, newest = "sky sky sky", "the sky is a word in a longer text that says little of it"
    session = begin(store)
    for text, year in ((best, "2021"), (newest, "2022")):
        question = Message("user", text, created_at=f"{year}-01-01T00:00:00.000Z")
        store.ask(session, question, {}, expected_head=None)
    assert [hit.snippet for hit in find(store, "sky")] == [best, newest]
    assert [hit.snippet for hit in find(store, "sky", order="newest")] == [newest, best]


def test_of_very_many_the_best_of_the_last_are_found(
    store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(store, "sky", "sky with more words", "sky with even more words", "sky and words")
    assert len(find(store, "sky")) == 4
    monkeypatch.setattr(search, "_MOST_RANKED", 2)
    assert {hit.snippet for hit in find(store, "sky", limit=2)} == {
        "sky with even more words",
        "sky and words",
    }
    assert len(find(store, "sky", limit=3)) == 3
    assert len(find(store, "sky", role="user")) == 4  # of what is narrowed down all are
    assert len(find(store, "sky", order="newest")) == 4


def test_where_there_is_nothing_nothing_is_found(store: SessionStore) -> None:
    assert find(store, "sky") == []
    ask(store, begin(store), "cat")
    assert find(store, "sky") == []
