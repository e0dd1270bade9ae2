"""The lines of an answer become events, and the last one gathers all of it."""

import json
from typing import Any

import pytest
from recordings import WIRE, parts

from ollama_cli.errors import OllamaCliError, ProtocolError, ServerError, TooLongError
from ollama_cli.types.answer_events import Done, Text, Thinking, ToolCall
from ollama_cli.types.answers import Answer, Timings, Usage
from ollama_cli.wire.answers import AnswerParser

COMPLETE = [
    path
    for path in sorted(WIRE.rglob("*.http"))
    if path.name.startswith(("chat-", "generate-")) and b'"done":true' in path.read_bytes()
]


def final(**fields: object) -> dict[str, object]:
    return {"model": "m", "done": True, "done_reason": "stop", **fields}


@pytest.mark.parametrize("path", COMPLETE, ids=lambda path: path.stem)
def test_the_last_event_holds_all_that_a_recorded_answer_said(path: Any) -> None:
    lines = [json.loads(line) for line in parts(path)[2].split(b"\n") if line]
    parser = AnswerParser()
    events = [event for line in lines for event in parser.parse(line)]
    parser.finish()
    messages = [line.get("message", {}) for line in lines]
    text = "".join(
        line.get("response", "") + message.get("content", "")
        for line, message in zip(lines, messages, strict=True)
    )
    thinking = "".join(
        line.get("thinking", "") + message.get("thinking", "")
        for line, message in zip(lines, messages, strict=True)
    )
    calls = [call["function"] for message in messages for call in message.get("tool_calls", [])]
    last, end = lines[-1], events[-1]
    assert isinstance(end, Done)
    assert end.answer.text == text
    assert end.answer.thinking == thinking
    assert "".join(event.text for event in events if isinstance(event, Text)) == text
    assert "".join(event.text for event in events if isinstance(event, Thinking)) == thinking
    assert [(call["name"], call["arguments"]) for call in end.answer.tool_calls] == [
        (call["name"], call["arguments"]) for call in calls
    ]
    assert end.answer.model == last["model"]
    assert end.answer.done_reason == last["done_reason"]
    assert end.answer.usage.completion_tokens == last.get("eval_count")
    assert end.answer.usage.prompt_tokens == last.get("prompt_eval_count")
    if "total_duration" in last:
        assert end.answer.timings.total == pytest.approx(last["total_duration"] / 1e9)
    else:
        assert end.answer.timings == Timings()


def test_an_empty_line_is_not_the_end() -> None:
    parser = AnswerParser()
    assert parser.parse({"response": "", "done": False}) == []
    assert parser.parse({"message": {"content": ""}}) == []
    assert parser.parse({}) == []
    with pytest.raises(ProtocolError, match="without its end marker"):
        parser.finish()


def test_text_in_the_last_line_comes_before_the_end() -> None:
    events = AnswerParser().parse(final(message={"content": "bye", "thinking": "hm"}))
    assert [type(event) for event in events] == [Thinking, Text, Done]


def test_a_tool_call_in_the_last_line_is_seen_and_gathered() -> None:
    call = {"id": "x1", "function": {"name": "f", "arguments": {"a": [1]}}}
    events = AnswerParser().parse(final(message={"tool_calls": [call]}))
    assert events[0] == ToolCall("f", {"a": [1]}, "x1")
    assert events[1] == Done(
        Answer(
            model="m",
            done_reason="stop",
            tool_calls=({"name": "f", "arguments": {"a": [1]}, "id": "x1"},),
        )
    )


@pytest.mark.parametrize(
    "call",
    [{}, {"function": None}, {"function": {"name": 3, "arguments": ""}}, {"id": 4}],
)
def test_a_tool_call_without_its_fields_is_empty(call: dict[str, object]) -> None:
    assert AnswerParser().parse({"message": {"tool_calls": [call]}}) == [ToolCall("", {}, None)]


@pytest.mark.parametrize("text", ["text", "[1]", '{"a": 1', 3, [1], "1" * 5000])
def test_arguments_that_are_no_object_are_kept_as_they_came(text: object) -> None:
    call = {"function": {"name": "f", "arguments": text}}
    (event,) = AnswerParser().parse({"message": {"tool_calls": [call]}})
    assert event == ToolCall("f", {}, None, unread=str(text))


def test_arguments_may_be_the_text_of_an_object() -> None:
    call = {"function": {"name": "f", "arguments": ' {"a": [1]} '}}
    (event,) = AnswerParser().parse({"message": {"tool_calls": [call]}})
    assert event == ToolCall("f", {"a": [1]})


def test_a_tool_call_may_stand_beside_the_text_of_generate() -> None:
    line = {"response": "x", "tool_calls": [{"function": {"name": "f"}}]}
    assert AnswerParser().parse(line) == [Text("x"), ToolCall("f")]


@pytest.mark.parametrize(
    "line",
    [
        {"message": "text"},
        {"message": {"content": 5, "thinking": 6, "tool_calls": {"a": 1}}},
        {"response": None, "tool_calls": "f"},
        {"done": "true"},
        {"done": 1},
    ],
)
def test_fields_of_a_wrong_type_say_nothing(line: dict[str, object]) -> None:
    assert AnswerParser().parse(line) == []


def test_an_end_without_any_figures_has_none() -> None:
    (end,) = AnswerParser().parse({"done": True})
    assert end == Done(Answer())


def test_the_figures_of_the_end_are_seconds_and_counts() -> None:
    line = final(
        total_duration=1_500_000_000,
        load_duration=0,
        prompt_eval_duration=True,
        eval_duration="1",
        eval_count=7,
        prompt_eval_count=-1,
    )
    (end,) = AnswerParser().parse(line)
    assert isinstance(end, Done)
    assert end.answer.timings == Timings(total=1.5, load=0.0)
    assert end.answer.usage == Usage(None, 7)


@pytest.mark.parametrize("value", [None, 3, "x", [], [{}], True])
def test_a_line_that_is_no_object_cannot_be_read(value: object) -> None:
    with pytest.raises(ProtocolError, match="no JSON object"):
        AnswerParser().parse(value)


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        ("it broke", ServerError, "it broke"),
        ({"message": "inner"}, ServerError, "inner"),
        ('{"error":{"message":"nested"}}', ServerError, "nested"),
        ("the input length exceeds the context length", TooLongError, "the input length"),
        ({}, ServerError, "{}"),
        (["x"], ServerError, '["x"]'),
        (7, ServerError, "7"),
    ],
)
def test_an_error_line_is_raised(error: object, kind: type[OllamaCliError], message: str) -> None:
    with pytest.raises(kind) as caught:
        AnswerParser().parse({"error": error})
    assert type(caught.value) is kind
    assert caught.value.message.startswith(message)
    assert caught.value.http_status is None


@pytest.mark.parametrize("error", [None, False, ""])
def test_no_error_is_no_error(error: object) -> None:
    assert AnswerParser().parse({"error": error, "response": "x"}) == [Text("x")]


def test_the_gathered_text_is_the_text_to_the_byte() -> None:
    pieces = ["a\r\nb", "\r", "\n", "\x00", "\ud800", "é"]
    parser = AnswerParser()
    for piece in pieces:
        parser.parse({"response": piece})
    (done,) = parser.parse({"response": "", "done": True})
    assert isinstance(done, Done)
    assert done.answer.text == "a\r\nb\r\n\x00\N{REPLACEMENT CHARACTER}é"
