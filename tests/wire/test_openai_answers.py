"""Chunks become events: text, thinking, tool calls out of fragments, the end with its counts."""

import json

import pytest
from answer_chunks import called, delta, piece, usage

from ollama_cli.errors import ModelNotFoundError, ProtocolError, ServerError, TooLongError
from ollama_cli.types.answer_events import ChatEvent, Done, Text, Thinking, ToolCall
from ollama_cli.types.answers import Answer, Timings, Usage
from ollama_cli.wire.openai_answers import ChunkParser
from ollama_cli.wire.sse import END, Document

CITY = {"city": "Tromsø", "days": 3}
CUT = Answer(model="m", text="Yes.", done_reason="length", complete=False, cut="max_tokens")
ARGUMENTS = json.dumps(CITY, ensure_ascii=False)


def read(*values: object, **how: bool) -> list[ChatEvent]:
    parser = ChunkParser(**how)
    events: list[ChatEvent] = []
    parser.read(values, events)
    events += parser.finish()
    return events


def answer(*values: object) -> Answer:
    *_, last = read(*values)
    assert isinstance(last, Done)
    return last.answer


def test_an_answer_as_ollama_streams_it() -> None:
    assert read(
        delta(role="assistant", content="", reasoning="Hm"),
        delta(role="assistant", content="Yes"),
        delta(role="assistant", content="."),
        delta("stop", role="assistant", content=""),
        usage(5, 2),
        END,
    ) == [
        Thinking("Hm"),
        Text("Yes"),
        Text("."),
        Done(
            Answer(
                model="m",
                text="Yes.",
                thinking="Hm",
                done_reason="stop",
                usage=Usage(prompt_tokens=5, completion_tokens=2),
            )
        ),
    ]


def test_an_answer_of_the_plain_route() -> None:
    assert read(piece("Yes"), piece(".", "length"), END) == [
        Text("Yes"),
        Text("."),
        Done(CUT),
    ]


def test_both_names_of_reasoning_are_thinking() -> None:
    chunks = [delta(reasoning_content="a", content=None), delta(reasoning="b", content="c"), END]
    assert read(*chunks)[:3] == [Thinking("a"), Thinking("b"), Text("c")]


def test_fields_that_are_null_are_nothing() -> None:
    chunk = delta(content="a", reasoning_content=None, tool_calls=None, refusal=None)
    whole = {**chunk, "usage": None, "error": None, "timings": None}
    assert read(whole, {**whole, "choices": None}, END)[0] == Text("a")
    assert answer(whole, END).text == "a"


def test_a_refusal_is_text() -> None:
    assert read(delta(refusal="I cannot"), END)[0] == Text("I cannot")


def test_pieces_that_arrive_together_can_be_one_event() -> None:
    chunks = [delta(content="a"), delta(content="b"), delta(reasoning="c"), piece("d"), END]
    assert read(*chunks, join=True)[:-1] == [Text("ab"), Thinking("c"), Text("d")]


def test_the_text_can_be_left_out_of_the_end() -> None:
    *_, last = read(delta(content="a"), delta("stop"), END, gather=False)
    assert last == Done(Answer(model="m", done_reason="stop"))


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("tool_calls", "stop"),
        ("content_filter", "content_filter"),
        ("eos_token", "stop"),
        (None, None),
    ],
)
def test_the_reason_is_told_in_the_words_of_the_native_api(
    told: str | None, reason: str | None
) -> None:
    assert answer(delta(told), END).done_reason == reason


def test_usage_may_come_with_every_chunk() -> None:
    grown = [{**piece("a"), "usage": usage(0, 0)["usage"]} for _ in range(2)]
    last = {**delta("stop", content="b"), "usage": usage(4, 3)["usage"]}
    assert read(*grown, last, END, join=True)[0] == Text("aa")
    told = answer(*grown, last, {**usage(0, 0), "usage": None}, END)
    assert told.text == "aab"
    assert told.usage == Usage(prompt_tokens=4, completion_tokens=3)


def test_durations_are_told_where_the_server_tells_them() -> None:
    timings = {"prompt_n": 3, "prompt_ms": 250.0, "predicted_n": 2, "predicted_ms": 1500}
    assert answer({**delta("stop"), "timings": timings}, END).timings == Timings(
        prompt=0.25, completion=1.5
    )


@pytest.mark.parametrize(
    "rubbish", ["fast", -1, True, 10**400, float("inf"), float("nan")], ids=repr
)
def test_a_duration_that_is_none_is_left_out(rubbish: object) -> None:
    timings = {"prompt_ms": rubbish, "predicted_ms": rubbish}
    assert answer({**delta("stop"), "timings": timings}, END).timings == Timings()


FRAGMENTS = {
    "whole": [called(0, id="call_1", name="weather", arguments=ARGUMENTS)],
    "head and letters": [
        called(0, id="call_1", name="weather", arguments=""),
        *(called(0, arguments=letter) for letter in ARGUMENTS),
    ],
    "the name in pieces": [
        called(0, id="call_", name="wea"),
        called(0, id="1", name="ther"),
        called(0, arguments=ARGUMENTS),
    ],
    "the head repeated": [
        called(0, id="call_1", name="weather", arguments=ARGUMENTS[:5]),
        called(0, id="call_1", name="weather", arguments=ARGUMENTS[5:]),
    ],
    "without an index": [
        called(None, id="call_1", name="weather", arguments=ARGUMENTS[:5]),
        called(None, arguments=ARGUMENTS[5:]),
    ],
    "arguments as an object": [called(0, id="call_1", name="weather", arguments=CITY)],
}


@pytest.mark.parametrize("kind", FRAGMENTS)
def test_a_tool_call_is_put_together(kind: str) -> None:
    call, done = read(*FRAGMENTS[kind], delta("tool_calls"), END)
    assert call == ToolCall(name="weather", arguments=CITY, id="call_1")
    assert isinstance(done, Done)
    assert done.answer.tool_calls == ({"name": "weather", "arguments": CITY, "id": "call_1"},)


@pytest.mark.parametrize("numbers", [(0, 1), (0, 0), (None, None), (5, 2)])
def test_several_calls_stay_apart(numbers: tuple[int | None, int | None]) -> None:
    one, two = numbers
    first = [called(one, id="a", name="f", arguments='{"n":'), called(one, arguments="1}")]
    second = [called(two, id="b", name="f", arguments='{"n":2'), called(two, arguments="}")]
    *calls, _ = read(*first, *second, END)
    assert calls == [ToolCall("f", {"n": 1}, "a"), ToolCall("f", {"n": 2}, "b")]


def test_fragments_of_several_calls_may_alternate() -> None:
    chunks = [called(n, id=f"{n}", name="f") for n in (0, 1)]
    chunks += [called(n, arguments=part) for part in ('{"x"', ":3}") for n in (0, 1)]
    *calls, _ = read(*chunks, END)
    assert calls == [ToolCall("f", {"x": 3}, "0"), ToolCall("f", {"x": 3}, "1")]


@pytest.mark.parametrize("arguments", ["", " ", "{}"])
def test_a_call_may_have_no_arguments(arguments: str) -> None:
    assert read(called(0, name="now", arguments=arguments), END)[0] == ToolCall("now")


@pytest.mark.parametrize("arguments", ['{"a":', "rain", "[1]", '"x"', "[" * 100_000])
def test_arguments_that_are_no_object_are_told(arguments: str) -> None:
    with pytest.raises(ProtocolError, match="'weather' with arguments that are no JSON object"):
        read(called(0, name="weather", arguments=arguments), END)


@pytest.mark.parametrize("part", ["id", "name"])
def test_the_name_of_a_call_does_not_grow_without_end(part: str) -> None:
    pieces = (called(0, **{part: f"{n:0100}"}) for n in range(1000))
    with pytest.raises(ProtocolError, match="the name of a tool without an end"):
        read(*pieces, END)


def test_an_answer_without_its_end_is_incomplete() -> None:
    with pytest.raises(ProtocolError, match="without its end marker"):
        read(delta(content="a"))


def test_an_answer_that_ended_after_its_reason_is_one() -> None:
    seen = read(delta(content="a"), delta("length"))
    assert seen == [
        Text("a"),
        Done(Answer(model="m", text="a", done_reason="length", complete=False, cut="max_tokens")),
    ]


def test_one_whole_document_is_an_answer() -> None:
    message = {"role": "assistant", "content": "The answer is 42.", "reasoning_content": "Hm"}
    choice = {"index": 0, "message": message, "finish_reason": None}
    seen = read({"object": "chat.completion", "model": "m", "choices": [choice]})
    whole = Answer(model="m", text="The answer is 42.", thinking="Hm")
    assert seen == [Thinking("Hm"), Text("The answer is 42."), Done(whole)]


def test_a_document_says_how_it_ended_or_stands_in_no_event() -> None:
    half = {"choices": [{"message": {"content": "Half"}}]}
    for pieces in ((half,), (half, half), (Document(half), Document(half))):
        with pytest.raises(ProtocolError, match="without its end marker"):
            read(*pieces)
    assert read(Document(half)) == [Text("Half"), Done(Answer(text="Half"))]


WHOLE = {"content": "The answer is 42.", "reasoning_content": "Hm", "tool_calls": []}


@pytest.mark.parametrize(
    "last",
    [
        {"message": WHOLE, "finish_reason": "stop"},
        {"message": WHOLE, "delta": {}, "finish_reason": "stop"},
        {
            "message": WHOLE,
            "delta": {"role": "assistant", "content": None},
            "finish_reason": "stop",
        },
    ],
)
def test_a_message_that_repeats_what_came_is_left_out(last: dict[str, object]) -> None:
    seen = answer(
        delta(reasoning_content="Hm"),
        delta(content="The answer"),
        delta(content=" is 42."),
        {"object": "chat.completion", "choices": [last]},
    )
    assert (seen.thinking, seen.text) == ("Hm", "The answer is 42.")
    alone = answer(delta(reasoning_content="Hm"), {"choices": [last]})
    assert (alone.thinking, alone.text) == ("Hm", "The answer is 42.")


def test_a_call_that_is_repeated_in_a_message_is_one() -> None:
    call = {"index": 0, "id": "1", "function": {"name": "f", "arguments": ARGUMENTS}}
    repeated = {"choices": [{"message": {"tool_calls": [call]}, "finish_reason": "tool_calls"}]}
    seen = answer(called(0, id="1", name="f", arguments=ARGUMENTS), repeated)
    assert [each["arguments"] for each in seen.tool_calls] == [CITY]


@pytest.mark.parametrize(
    "beside", [{"role": "assistant"}, {"role": "assistant", "content": None}, {}, None]
)
def test_text_beside_an_empty_delta_is_read(beside: object) -> None:
    for part in ({"text": "hi"}, {"message": {"content": "hi"}}):
        assert answer({"choices": [{"delta": beside, **part}]}, delta("stop")).text == "hi"


def test_messages_in_pieces_are_one_answer() -> None:
    pieces = [{"choices": [{"message": {"content": text}}]} for text in ("a", "b", "c")]
    assert answer(*pieces, delta("stop")).text == "abc"


def test_a_second_answer_is_named() -> None:
    both = {"choices": [{"delta": {"content": "a"}}, {"delta": {"content": "b"}}]}
    seen = answer(both, delta("stop"))
    assert (seen.text, seen.unshown) == ("a", ("a second answer",))


@pytest.mark.parametrize(
    "value",
    [
        {"message": "quota used up"},
        {"errors": ["quota used up"]},
        {"data": {"error": "quota used up"}},
        {"header": {"code": 10013, "message": "quota used up"}, "payload": {}},
        {"body": {"error": {"message": "quota used up"}}},
    ],
)
@pytest.mark.parametrize("end", [[END], []])
def test_words_that_stand_in_no_choice_are_the_error_of_an_answer_without_a_reason(
    value: object, end: list[object]
) -> None:
    with pytest.raises(ServerError, match=r"^quota used up$"):
        read(delta(content="Half"), value, *end)


def test_words_before_an_answer_with_its_reason_are_none() -> None:
    assert answer({"message": "queued"}, delta(content="hi"), delta("stop"), END).text == "hi"


def test_a_status_alone_is_an_error() -> None:
    with pytest.raises(ServerError, match="without words"):
        read(delta(content="Half"), {"status": 500}, END)


def test_a_reason_may_be_an_object() -> None:
    last = {"choices": [{"delta": {}, "finish_reason": {"type": "length", "length": 5}}]}
    assert answer(delta(content="Half"), last).cut == "max_tokens"


def test_a_function_is_called_as_before_there_were_tools() -> None:
    fragments = ({"name": "f"}, {"arguments": '{"a":'}, {"arguments": "1}"})
    seen = read(*(delta(function_call=each) for each in fragments), delta("function_call"))
    assert seen[0] == ToolCall("f", {"a": 1})


@pytest.mark.parametrize("reason", ["error", "network_error", "abort", "ERROR"])
def test_an_answer_that_ends_in_an_error_is_one_after_all_that_came(reason: str) -> None:
    parser, events = ChunkParser(), list[ChatEvent]()
    parser.read([delta(content="Half"), delta(reason), END], events)
    assert events == [Text("Half")]
    with pytest.raises(ServerError, match=f"the server ended the answer with '{reason}'"):
        parser.finish()


def test_what_comes_after_the_end_is_left_out() -> None:
    assert read(END, delta(content="a"), {"error": "x"}) == [Done(Answer())]


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        ({"error": {"message": "busy", "type": "api_error"}}, ServerError, "busy"),
        ({"error": "busy"}, ServerError, "busy"),
        ({"object": "error", "message": "busy", "code": 500}, ServerError, "busy"),
        ({"error": {"message": "gone", "code": "model_not_found"}}, ModelNotFoundError, "gone"),
        ({"error": {"message": "x", "code": "context_length_exceeded"}}, TooLongError, "x"),
        ({"error": {"code": 500}}, ServerError, '{"code": 500}'),
        ({"object": "error"}, ServerError, "without words"),
        ([], ProtocolError, "no JSON object"),
        ("text", ProtocolError, "no JSON object"),
    ],
)
def test_an_error_in_the_middle_is_raised_after_what_came(
    value: object, kind: type[ServerError], message: str
) -> None:
    parser, events = ChunkParser(join=True), list[ChatEvent]()
    with pytest.raises(kind) as caught:
        parser.read([delta(content="a"), value], events)
    assert message in caught.value.message
    assert events == [Text("a")]


@pytest.mark.parametrize(
    "choices", [[], None, "x", [None], [{}], [{"delta": None}], [{"delta": 1}]]
)
def test_chunks_of_odd_shapes_hold_nothing(choices: object) -> None:
    assert read({"choices": choices}, END) == [Done(Answer())]
