"""The key of a question: what changes an answer changes it, and nothing else does."""

import hashlib
from typing import Any

import pytest

from ollama_cli.features.cache.keys import key_of

BODY: dict[str, Any] = {
    "model": "m",
    "prompt": "hi",
    "system": None,
    "images": ["aGk="],
    "format": {"properties": {"a": {}, "b": {}}},
    "options": {"seed": 1, "temperature": 0},
    "keep_alive": "5m",
    "stream": True,
}


def key(route: str = "/api/generate", digest: str = "d", version: str = "1", **more: Any) -> bytes:
    return key_of(route, {**BODY, **more}, digest=digest, version=version)


def test_it_is_a_sha256() -> None:
    assert len(key()) == hashlib.sha256().digest_size
    assert key() == key()


@pytest.mark.parametrize(
    "same",
    [
        {"keep_alive": 0},
        {"stream": False},
        {"suffix": None},
        {"options": {"temperature": 0, "seed": 1}},
    ],
)
def test_what_changes_no_answer_changes_no_key(same: dict[str, Any]) -> None:
    assert key(**same) == key()


@pytest.mark.parametrize(
    "other",
    [
        {"route": "/api/chat"},
        {"digest": "e"},
        {"version": "2"},
        {"model": "n"},
        {"prompt": "ho"},
        {"system": ""},
        {"images": ["aGo="]},
        {"images": ["aGk=", "aGk="]},
        {"images": []},
        {"options": {"seed": 1, "temperature": 0.1}},
        {"options": None},
        {"format": {"properties": {"b": {}, "a": {}}}},  # fields are written in this order
        {"truncate": False},
        {"think": False},
        {"logprobs": True},
    ],
)
def test_what_changes_an_answer_changes_the_key(other: dict[str, Any]) -> None:
    assert key(**other) != key()


def test_images_of_a_conversation_stand_in_it_too() -> None:
    keys = {
        key_of("/api/chat", {"messages": [message]}, digest="d", version="1")
        for message in (
            {"role": "user", "content": "a"},
            {"role": "user", "content": "a", "images": ["aGk="]},
            {"role": "user", "content": "a", "images": ["aGo="]},
            {"role": "system", "content": "a"},
        )
    }
    assert len(keys) == 4


def test_texts_that_are_no_utf8_have_keys_too() -> None:
    assert key(prompt="\ud800") != key(prompt="\ud801")
