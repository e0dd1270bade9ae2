"""Pieces of text that are read together may be one event, and need not be gathered."""

import random
from typing import Any

import pytest

from ollama_cli.errors import ServerError
from ollama_cli.types.answer_events import ChatEvent, Done, Text, Thinking, ToolCall
from ollama_cli.wire.answers import AnswerParser

END = {"done": True, "done_reason": "stop"}
CALL = {"function": {"name": "f", "arguments": {"x": 1}}}


def said(text: str, *, chat: bool = True) -> dict[str, Any]:
    if chat:
        return {"message": {"role": "assistant", "content": text}, "done": False}
    return {"response": text, "done": False}


def read(parser: AnswerParser, *lines: object) -> list[ChatEvent]:
    events: list[ChatEvent] = []
    parser.read(lines, events)
    return events


@pytest.mark.parametrize("chat", [True, False])
def test_neighbouring_pieces_are_one_event_and_what_stands_between_them_parts_them(
    chat: bool,
) -> None:
    a, b = said("a", chat=chat), said("b", chat=chat)
    thinking = {"message": {"content": "c", "thinking": "hm"}, "done": False}
    assert read(AnswerParser(join=True), a, b, thinking, a, b, b) == [
        Text("ab"),
        Thinking("hm"),
        Text("c"),
        Text("abb"),
    ]


def test_pieces_that_are_not_read_together_are_not_joined() -> None:
    parser = AnswerParser(join=True)
    assert read(parser, said("a")) == [Text("a")]
    assert read(parser, said("b"), said("c")) == [Text("bc")]
    (text, done) = read(parser, said("d"), {**said("e"), **END}, said("late"))[-2:]
    assert text == Text("e")
    assert isinstance(done, Done)
    assert done.answer.text == "abcde"
    assert read(parser, said("later")) == []


def test_what_came_before_an_error_is_there() -> None:
    for join, events in ((True, [Text("ab")]), (False, [Text("a"), Text("b")])):
        found: list[ChatEvent] = []
        with pytest.raises(ServerError, match="broke"):
            AnswerParser(join=join).read([said("a"), said("b"), {"error": "it broke"}], found)
        assert found == events


def test_without_gathering_only_the_text_is_left_out_of_the_end() -> None:
    lines = [said("a"), {"message": {"thinking": "hm"}}, {"message": {"tool_calls": [CALL]}}, END]
    for join in (True, False):
        (*events, done) = read(AnswerParser(gather=False, join=join), *lines)
        assert events == [Text("a"), Thinking("hm"), ToolCall("f", {"x": 1})]
        assert isinstance(done, Done)
        assert (done.answer.text, done.answer.thinking) == ("", "hm")
        assert (len(done.answer.tool_calls), done.answer.done_reason) == (1, "stop")


def odd_line(rng: random.Random) -> dict[str, Any]:
    values: list[Any] = ["", "x", "\n", None, 3, [], {}, ["x"], {"content": "y"}, True, False]
    keys = ["response", "message", "thinking", "tool_calls", "done", "error", "model"]
    line: dict[str, Any] = {
        key: rng.choice(values) for key in rng.sample(keys, rng.randrange(1, 5))
    }
    if rng.random() < 0.7:
        parts = ["content", "thinking", "tool_calls", "role"]
        line["message"] = {key: rng.choice(values) for key in rng.sample(parts, rng.randrange(4))}
    return line | {"done": rng.choice([False, False, False, True, None, 0])}


def outcome(parser: AnswerParser, lines: list[Any]) -> tuple[list[ChatEvent], str]:
    """Read lines together; gives their events and the error that ended them."""
    events: list[ChatEvent] = []
    try:
        parser.read(lines, events)
    except ServerError as error:
        return events, error.message
    return events, ""


def run_together(events: list[ChatEvent]) -> list[ChatEvent]:
    joined: list[ChatEvent] = []
    for event in events:
        last = joined[-1] if joined else None
        if isinstance(event, Text) and isinstance(last, Text):
            joined[-1] = Text(last.text + event.text)
        else:
            joined.append(event)
    return joined


@pytest.mark.parametrize("seed", range(10))
def test_lines_read_together_say_what_they_say_one_by_one(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(200):
        lines = [odd_line(rng) for _ in range(rng.randrange(1, 6))]
        one_by_one: list[ChatEvent] = []
        plain, failed = AnswerParser(), ""
        for line in lines:
            try:
                one_by_one += plain.parse(line)
            except ServerError as error:
                failed = error.message
                break
        assert outcome(AnswerParser(), lines) == (one_by_one, failed)
        joined, told = outcome(AnswerParser(join=True), lines)
        assert (run_together(joined), told) == (run_together(one_by_one), failed)
