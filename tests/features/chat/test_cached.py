"""The cache as an answer uses it: what is rejected is never kept, what follows is."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cached_models import World
from runtimes import at

from ollama_cli.features.cache.store import AnswerCache
from ollama_cli.features.chat import cached
from ollama_cli.features.chat.ending import judged
from ollama_cli.features.chat.room import Question
from ollama_cli.features.context import Context
from ollama_cli.types.answer_events import Done
from ollama_cli.types.answers import Answer
from ollama_cli.types.requests import GenerateRequest


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(cached, "open_cache", lambda: AnswerCache(tmp_path / "answers.db"))
    return World(tmp_path)


@pytest.fixture
def url(world: World) -> Iterator[str]:
    with world.server() as server:
        yield server.url


def begin(url: str, prompt: str = "hi", **settings: Any) -> tuple[Context, Question]:
    context = at(url)
    context.set_flags(cache="true", **settings)
    question = Question(context, GenerateRequest("m", prompt))
    question.cache = cached.begin(context)
    return context, question


def ask(context: Context, question: Question) -> Answer:
    with question.open() as stream:
        *_, end = stream
    assert isinstance(end, Done)
    return judged(context, question, end.answer)


def answered(url: str, prompt: str = "hi") -> str:
    """What a run of its own gives, and whether it was kept."""
    context, question = begin(url, prompt)
    found = ask(context, question)
    context.close()
    return f"{found.text}, {'kept' if found.cached else 'asked'}"


def repair(question: Question) -> None:
    question.reject()
    request = question.request
    assert isinstance(request, GenerateRequest)
    question.request = replace(request, prompt=f"{request.prompt}, again")


def test_nothing_is_kept_unless_it_is_said(url: str) -> None:
    assert [answered(url) for _ in range(2)] == ["answer 1, asked", "answer 2, asked"]


def test_what_was_rejected_is_answered_by_what_came_after(url: str) -> None:
    context, question = begin(url)
    for _ in range(2):
        ask(context, question)
        repair(question)
    assert ask(context, question).text == "answer 3"
    question.keep()
    context.close()
    for prompt in ("hi", "hi, again", "hi, again, again"):
        assert answered(url, prompt) == "answer 3, kept"


def test_what_was_rejected_at_last_is_not_kept(url: str) -> None:
    context, question = begin(url)
    ask(context, question)
    repair(question)
    ask(context, question)
    question.reject()
    question.keep()
    context.close()
    assert answered(url) == "answer 3, asked"
    assert answered(url, "hi, again") == "answer 4, asked"


def test_what_was_kept_and_is_rejected_now_is_removed(url: str) -> None:
    context, question = begin(url)
    ask(context, question)
    question.keep()
    assert answered(url) == "answer 1, kept"
    context.close()
    context, question = begin(url)
    assert ask(context, question).cached
    question.reject()
    context.close()
    assert answered(url) == "answer 2, asked"


def test_a_kept_answer_after_a_rejected_one_is_its_answer_too(url: str) -> None:
    context, question = begin(url, "hi, again")
    ask(context, question)
    question.keep()
    context.close()
    context, question = begin(url)
    assert ask(context, question).text == "answer 2"
    repair(question)
    assert ask(context, question).cached
    question.keep()
    context.close()
    assert answered(url) == "answer 1, kept"


def test_without_a_cache_nothing_is_kept_or_rejected(url: str) -> None:
    context = at(url)
    question = Question(context, GenerateRequest("m", "hi"))
    assert ask(context, question).cached is None
    question.reject()
    question.keep()
    context.close()
