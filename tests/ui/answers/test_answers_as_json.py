"""An answer for programs: one document at its end, or a line for each event as it comes."""

import json
from typing import Any

import pytest
from answer_streams import ANSWER, CALL, show, stream, written

from ollama_cli.errors import InterruptError, OllamaCliError, ProtocolError, StreamCutError
from ollama_cli.types.answer_events import ChatEvent, Done, Text, Thinking
from ollama_cli.types.answers import Answer
from ollama_cli.ui.answers.writers import JsonLinesWriter, JsonWriter

FIELDS = {
    "model": "m:latest",
    "thinking": "Hm",
    "done_reason": "stop",
    "tool_calls": [{"name": "weather", "arguments": {"city": "Paris"}, "id": "c1"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2},
    "timings": {"total": 1.5, "load": 0.5, "prompt": 0.25, "completion": 0.75},
    "unshown": [],
    "complete": True,
    "cut": None,
    "limit": None,
    "prompt_truncated": None,
    "context_length": None,
}


def document(*events: ChatEvent, error: BaseException | None = None) -> Any:
    out = stream()
    show(JsonWriter(out, "chat", "m"), *events, error=error)
    return json.loads(written(out)) if written(out) else None


def test_json_is_the_whole_answer_at_its_end() -> None:
    told = document(Thinking("H"), Thinking("m"), Text("Hel"), Text("lo"), CALL, Done(ANSWER))
    assert told == {"schema": "ollama-cli/chat/1", "text": "Hello", **FIELDS}
    assert list(told)[:3] == ["schema", "model", "text"]


@pytest.mark.parametrize(
    ("error", "cut"),
    [
        (ProtocolError("x"), None),
        (ProtocolError("x").with_facts(cut="repetition"), "repetition"),
        (KeyboardInterrupt(), None),
        (InterruptError(15), None),
    ],
)
def test_json_of_a_failed_answer_holds_what_came(error: BaseException, cut: str | None) -> None:
    assert document(Thinking("Hm"), Text("Hel"), CALL, error=error) == {
        "schema": "ollama-cli/chat/1",
        "model": "m",
        "text": "Hel",
        "thinking": "Hm",
        "done_reason": None,
        "tool_calls": FIELDS["tool_calls"],
        "usage": {"prompt_tokens": None, "completion_tokens": None},
        "timings": {"total": None, "load": None, "prompt": None, "completion": None},
        "unshown": [],
        "complete": False,
        "cut": cut,
        "limit": None,
        "prompt_truncated": None,
        "context_length": None,
    }


@pytest.mark.parametrize(
    ("event", "field"), [(Text("a"), "text"), (Thinking("a"), "thinking"), (CALL, "tool_calls")]
)
def test_json_of_a_failed_answer_needs_but_one_part(event: ChatEvent, field: str) -> None:
    assert document(event, error=ProtocolError("x"))[field]


@pytest.mark.parametrize("error", [OllamaCliError("x"), KeyboardInterrupt()])
def test_json_of_nothing_is_nothing(error: BaseException) -> None:
    assert document(error=error) is None


@pytest.mark.parametrize("error", [BrokenPipeError(), ZeroDivisionError()])
def test_json_is_not_written_for_a_bug_or_a_reader_that_went(error: Exception) -> None:
    assert document(Text("a"), error=error) is None


def lines(*events: ChatEvent, error: BaseException | None = None) -> list[Any]:
    out = stream()
    show(JsonLinesWriter(out, "generate", "m"), *events, error=error)
    return [json.loads(line) for line in written(out).splitlines()]


def test_json_lines_are_the_events_from_start_to_done() -> None:
    assert lines(Thinking("Hm"), Text("Hel\n"), CALL, Done(ANSWER)) == [
        {"schema": "ollama-cli/generate/1", "event": "start", "model": "m"},
        {"event": "thinking", "text": "Hm"},
        {"event": "text", "text": "Hel\n"},
        {"event": "tool_call", "name": "weather", "arguments": {"city": "Paris"}, "id": "c1"},
        {"event": "done", **FIELDS},
    ]


def test_json_lines_end_with_the_error() -> None:
    error = StreamCutError("it was cut", hint="again", http_status=200)
    assert lines(Text("a"), error=error)[1:] == [
        {"event": "text", "text": "a"},
        {
            "event": "error",
            "code": "stream_cut",
            "exit": 5,
            "message": "it was cut",
            "hint": "again",
            "http_status": 200,
        },
    ]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), InterruptError(15), BrokenPipeError()])
def test_json_lines_that_are_interrupted_just_end(error: BaseException) -> None:
    assert [line["event"] for line in lines(Text("a"), error=error)] == ["start", "text"]


def test_a_line_is_written_for_each_event_as_it_comes() -> None:
    out = stream()
    with JsonLinesWriter(out, "chat", "m") as writer:
        for number in range(3):
            assert len(written(out).splitlines()) == number + 1
            writer.show(Text("a"))


def test_arguments_may_be_deeply_nested() -> None:
    deep: dict[str, object] = {}
    for _ in range(500):
        deep = {"a": deep}
    answer = Answer(tool_calls=({"name": "f", "arguments": deep, "id": None},))
    assert document(Done(answer))["tool_calls"][0]["arguments"] == deep
    assert lines(Done(answer))[1]["tool_calls"][0]["arguments"] == deep
