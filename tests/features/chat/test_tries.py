"""The tries of one question: what is shown of them, where, and when the next one begins."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from runtimes import runtime, told

from ollama_cli.errors import InvalidOutputError
from ollama_cli.features.chat.ending import Heard
from ollama_cli.features.chat.room import Question
from ollama_cli.features.chat.structure import Structure
from ollama_cli.features.chat.tries import Tries
from ollama_cli.features.schema.read import schema_of
from ollama_cli.types.answer_events import Done, Found, RunEvent, Text, Thinking
from ollama_cli.types.answers import Answer, Usage
from ollama_cli.types.requests import GenerateRequest
from ollama_cli.ui.streams import OutStream

SCHEMA = schema_of({"type": "object", "properties": {"a": {"type": "integer"}}})
GOOD, BAD = '{"a": 1}', '{"a": "x"}'


class Run:
    """The events that are shown of some answers, in the words of `Tries`."""

    def __init__(self, *answers: str, terminal: bool = False, repairs: int = 2) -> None:
        self.context = runtime()
        self.context.output = "text"
        self.context.out = OutStream(io.StringIO(), is_terminal=terminal)
        asked = GenerateRequest(model="m", prompt="x")
        structure = Structure(SCHEMA, repairs=repairs)
        self.question = Question(self.context, asked, structure=structure)
        self.first = self.question.request
        self.heard = Heard(self.context, self.question)
        self.tries = Tries(self.context, self.question, structure)
        self.begun: list[Any] = []
        self.asked: list[Any] = []
        self.shown = [each for burst in self.tries.only(self._all(answers), self.heard)
                      for each in burst]  # fmt: skip

    def _all(self, answers: Sequence[str]) -> Iterator[Sequence[RunEvent]]:
        for text in answers:
            self.asked.append(self.question.request)
            yield [Thinking("Hm.")]
            yield [Text(text[:3]), Text(text[3:])]
            self.heard.last = self.heard.answer = Answer(text=text, usage=Usage(10, 2))
            yield [Done(self.heard.answer)]
            self.begun.append(self.tries.again())
            if self.begun[-1] is None:
                return


@pytest.mark.parametrize(("terminal", "text"), [(False, '{"a": 1}'), (True, '{\n  "a": 1\n}')])
def test_a_terminal_gets_it_indented_and_a_pipe_on_one_line(terminal: bool, text: str) -> None:
    found = Run('{\n\n"a" :1}', terminal=terminal)
    assert [each.text for each in found.shown if isinstance(each, Text)] == [text]
    assert isinstance(found.shown[0], Thinking)
    assert isinstance(found.shown[-1], Done)


def test_nothing_of_a_bad_answer_is_shown_before_a_good_one() -> None:
    found = Run(BAD, GOOD)
    kinds = [type(each) for each in found.shown]
    assert kinds == [Thinking, Found, Thinking, Text, Done]
    assert found.heard.answer is not None
    assert found.heard.answer.usage == Usage(20, 4)
    assert (found.heard.answer.text, found.tries.is_valid) == (GOOD, True)
    assert found.question.request == found.first  # as it was asked first
    assert "number 2" not in told(found.context)
    found.tries.refuse(found.heard)


def test_no_more_is_asked_than_is_allowed() -> None:
    for repairs in (0, 1, 3):
        found = Run(*[BAD] * 9, repairs=repairs)
        assert len(found.asked) == repairs + 1
        assert found.begun[-1] is None
        with pytest.raises(InvalidOutputError, match=r"does not fit the schema") as caught:
            found.tries.refuse(found.heard)
        assert ("tries" in caught.value.message) == (repairs > 0)


def test_an_answer_that_never_ended_is_not_judged() -> None:
    found = Run()
    found.tries.refuse(found.heard)
    assert found.shown == []
