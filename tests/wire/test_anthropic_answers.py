"""Events of /v1/messages, turned into the events of an answer."""

from typing import Any

import pytest
from message_events import PING, STOP, begin, body, delta, end, reason, said, start

from ollama_cli.errors import (
    AuthError,
    OllamaCliError,
    ProtocolError,
    ServerError,
    StreamCutError,
    TooLongError,
)
from ollama_cli.types.answer_events import ChatEvent, Done, Text, Thinking, ToolCall
from ollama_cli.types.answers import Answer, Limit, Usage
from ollama_cli.wire import sse
from ollama_cli.wire.anthropic_answers import MessageParser

SIGNED = [
    start(input_tokens=7),
    PING,
    begin("thinking", thinking="", signature=""),
    delta("thinking_delta", thinking="Hm — "),
    delta("thinking_delta", thinking="森"),
    delta("signature_delta", signature="c2ln"),
    delta("signature_delta", signature="bmVk"),
    end(),
    begin("redacted_thinking", 1, data="ZGFyaw=="),
    end(1),
    *said("Olá 👩‍💻", 2),
    begin("tool_use", 3, id="toolu_1", name="f", input={}),
    delta("input_json_delta", 3, partial_json=""),
    delta("input_json_delta", 3, partial_json='{"n": 1, "cit'),
    delta("input_json_delta", 3, partial_json='y": "Tromsø"}'),
    end(3),
    begin("tool_use", 4, id="toolu_2", name="g", input={}),
    end(4),
    reason("tool_use", output_tokens=9),
    STOP,
]
CALLS: tuple[dict[str, Any], ...] = (
    {"name": "f", "arguments": {"n": 1, "city": "Tromsø"}, "id": "toolu_1"},
    {"name": "g", "arguments": {}, "id": "toolu_2"},
)
BLOCKS: tuple[dict[str, Any], ...] = (
    {"type": "thinking", "thinking": "Hm — 森", "signature": "c2lnbmVk"},
    {"type": "redacted_thinking", "data": "ZGFyaw=="},
    {"type": "text", "text": "Olá 👩‍💻"},
    {"type": "tool_use", "id": "toolu_1", "name": "f", "input": CALLS[0]["arguments"]},
    {"type": "tool_use", "id": "toolu_2", "name": "g", "input": {}},
)
EVENTS: list[ChatEvent] = [
    Thinking("Hm — "),
    Thinking("森"),
    Text("Olá 👩‍💻"),
    ToolCall("f", CALLS[0]["arguments"], "toolu_1"),
    ToolCall("g", {}, "toolu_2"),
    Done(
        Answer(
            model="m",
            text="Olá 👩‍💻",
            thinking="Hm — 森",
            done_reason="stop",
            tool_calls=CALLS,
            usage=Usage(7, 9),
            blocks=BLOCKS,
        )
    ),
]
BODY = body(*SIGNED)


def heard(*pieces: bytes, **how: Any) -> tuple[list[ChatEvent], OllamaCliError | None]:
    """Hear what these pieces of a stream say: the events, and the error that ended them."""
    decoder, parser, events = sse.Decoder(), MessageParser(**how), list[ChatEvent]()
    try:
        for piece in pieces:
            parser.read(decoder.values(piece), events)
        parser.read(decoder.close(), events)
        events += parser.finish()
    except OllamaCliError as error:
        return events, error
    return events, None


def ended(word: str | None, **how: Any) -> tuple[list[ChatEvent], OllamaCliError | None]:
    stream = body(start(), *said("Yes"), reason(word, input_tokens=35, output_tokens=5), STOP)
    return heard(stream, **how)


def answer_of(*events: dict[str, Any], **how: Any) -> Answer:
    seen, error = heard(body(*events), **how)
    assert error is None
    assert isinstance(seen[-1], Done)
    return seen[-1].answer


@pytest.mark.parametrize(
    "data",
    [
        BODY,
        BODY.replace(b"\n", b"\r\n"),
        BODY.replace(b"\n", b"\r"),
        BODY.replace(b"event: ", b": a comment\nid: 1\nevent:"),
        b"".join(line for line in BODY.splitlines(True) if not line.startswith(b"event")),
        BODY + b"data: [DONE]\n\n",
        BODY + body(*said("after the end")),
    ],
)
def test_every_framing_is_read(data: bytes) -> None:
    assert heard(data) == (EVENTS, None)


def test_every_event_may_be_cut_at_each_byte() -> None:
    for place in range(1, len(BODY)):
        assert heard(BODY[:place], BODY[place:]) == (EVENTS, None), place


def test_a_stream_that_comes_byte_by_byte_is_the_same() -> None:
    assert heard(*(BODY[place : place + 1] for place in range(len(BODY)))) == (EVENTS, None)


def test_a_stream_that_ends_at_any_byte_is_never_whole() -> None:
    whole = BODY.index(b"event: message_stop")
    for place in range(len(BODY)):
        seen, error = heard(BODY[:place])
        if place >= len(BODY.rstrip()):  # the last event is complete, but for the line below it
            assert (seen, error) == (EVENTS, None), place
            continue
        assert isinstance(error, ProtocolError | StreamCutError), place
        assert error.exit_code == 5
        assert seen == EVENTS[:5][: len(seen)], place
    assert heard(BODY[:whole])[0] == EVENTS[:5]


def test_what_is_not_known_is_skipped() -> None:
    strange: list[dict[str, Any]] = [
        {"type": "content_block_tick", "index": 0},
        {"type": "message_note", "message": {"text": "x"}},
        delta("citations_delta", citation={"cited_text": "x"}),
        delta("audio_delta", audio="x"),
        {"type": "content_block_delta", "index": 0, "delta": None},
        PING,
    ]
    events = [start(), *strange, *said("Yes"), *strange, reason("end_turn"), STOP]
    assert heard(body(*events))[0][0] == Text("Yes")
    assert answer_of(*events).text == "Yes"


def test_a_block_that_is_not_known_is_named_and_not_shown() -> None:
    blocks = [begin("server_tool_use", 0, id="s", name="web"), end(0), *said("Yes", 1)]
    found = answer_of(start(), *blocks, reason("end_turn"), STOP)
    assert (found.text, found.unshown) == ("Yes", ("a part of type 'server_tool_use'",))


@pytest.mark.parametrize(
    ("first", "last", "usage"),
    [
        (
            {"input_tokens": 2, "output_tokens": 0},
            {"input_tokens": 35, "output_tokens": 5},
            (35, 5),
        ),
        ({"input_tokens": 35, "output_tokens": 1}, {"output_tokens": 5}, (35, 5)),
        ({"input_tokens": 35, "output_tokens": 1}, {}, (35, 1)),
        (
            {"input_tokens": 3, "cache_creation_input_tokens": 4, "cache_read_input_tokens": 5},
            {"output_tokens": 5},
            (12, 5),
        ),
        ({"output_tokens": 0}, {"output_tokens": 5}, (None, 5)),
        ({"input_tokens": -1, "output_tokens": 0}, {"output_tokens": 5}, (None, 5)),
    ],
)
def test_the_last_numbers_count(
    first: dict[str, int], last: dict[str, int], usage: tuple[int | None, int | None]
) -> None:
    found = answer_of(start(**first), *said("Yes"), reason("end_turn", **last), STOP)
    assert (found.usage.prompt_tokens, found.usage.completion_tokens) == usage


@pytest.mark.parametrize(
    ("word", "told", "cut"),
    [
        ("end_turn", "stop", None),
        ("stop_sequence", "stop", None),
        ("tool_use", "stop", None),
        ("max_tokens", "length", "max_tokens"),
        ("refusal", "refusal", "filter"),
        ("pause_turn", "pause_turn", "paused"),
        ("something_new", "something_new", None),
        (None, None, None),
    ],
)
def test_each_reason_of_the_end_has_its_meaning(
    word: str | None, told: str | None, cut: str | None
) -> None:
    seen, error = ended(word)
    assert error is None
    assert isinstance(done := seen[-1], Done)
    assert (done.answer.done_reason, done.answer.cut) == (told, cut)
    assert done.answer.complete is (cut is None)


def test_a_full_context_is_too_long_after_all_that_came() -> None:
    seen, error = ended("model_context_window_exceeded")
    assert seen == [Text("Yes")]
    assert isinstance(error, TooLongError)
    assert error.exit_code == 8


@pytest.mark.parametrize(("asked", "limit"), [(5, Limit(5, "--max-tokens")), (6, None)])
def test_the_limit_is_ours_only_where_it_was_reached(asked: int, limit: Limit | None) -> None:
    seen, _ = ended("max_tokens", limit=asked)
    assert isinstance(done := seen[-1], Done)
    assert done.answer.limit == limit


def test_a_call_that_was_cut_with_the_answer_is_left_out() -> None:
    half = [begin("tool_use", id="t", name="f"), delta("input_json_delta", partial_json='{"a": ')]
    found = answer_of(start(), *half, end(), reason("max_tokens"), STOP)
    assert (found.tool_calls, found.done_reason) == ((), "length")
    found = answer_of(start(), *half, reason("max_tokens"), STOP)
    assert not found.tool_calls


@pytest.mark.parametrize("text", ["{", "[1]", '"x"', "nan"])
def test_arguments_that_are_no_object_are_an_error(text: str) -> None:
    call = [begin("tool_use", id="t", name="f"), delta("input_json_delta", partial_json=text)]
    seen, error = heard(body(start(), *call, end(), reason("tool_use"), STOP))
    assert seen == []
    assert isinstance(error, ProtocolError)
    assert "'f' with arguments that are no JSON object" in error.message


@pytest.mark.parametrize("is_whole", [False, True])
def test_arguments_that_are_no_object_may_be_taken_as_they_came(is_whole: bool) -> None:
    blocks: list[list[dict[str, Any]]] = [
        [begin("thinking", thinking="Hm", signature="sig"), end()],
        [begin("tool_use", 1, id="t1", name="f", input="{" if is_whole else {})],
        [begin("tool_use", 2, id="t2", name="f", input={"n": 1}), end(2)],
        [begin("tool_use", 3, id="t3", name="g", input=[1])],
    ]
    if is_whole:
        content = [events[0]["content_block"] for events in blocks]
        message = {"type": "message", "content": content, "stop_reason": "tool_use"}
        data = body(message)
    else:
        blocks[1].append(delta("input_json_delta", 1, partial_json="{"))
        events = [event for each in blocks for event in each]
        data = body(start(), *events[:4], end(1), *events[4:], reason("tool_use"), STOP)
    seen, error = heard(data, takes_unread=True)
    calls = [each for each in seen if isinstance(each, ToolCall)]
    assert error is None
    assert calls == [
        ToolCall("f", {}, "t1", unread="{"),
        ToolCall("f", {"n": 1}, "t2"),
        ToolCall("g", {}, "t3", unread="[1]"),
    ]
    assert isinstance(done := seen[-1], Done)
    sent = [{}, {"n": 1}, {}]
    assert [each["arguments"] for each in done.answer.tool_calls] == sent
    assert [each.get("input") for each in done.answer.blocks] == [None, *sent]


def test_a_call_that_was_cut_is_not_taken_either() -> None:
    half = [begin("tool_use", 2, id="t", name="f"), delta("input_json_delta", 2, partial_json="{")]
    broken = [begin("tool_use", 1, id="u", name="f", input=[1]), end(1)]
    thought = [begin("thinking", thinking="Hm", signature="sig"), end()]
    events = [start(), *thought, *broken, *half, end(2), reason("max_tokens"), STOP]
    found = answer_of(*events, takes_unread=True)
    assert [each["id"] for each in found.blocks[1:]] == ["u"]
    assert [each["id"] for each in found.tool_calls] == ["u"]
    assert len(answer_of(*events).blocks) == 1


def test_thinking_without_a_signature_does_not_go_back() -> None:
    thought = [begin("thinking", thinking=""), delta("thinking_delta", thinking="Hm"), end()]
    assert answer_of(start(), *thought, *said("Yes", 1), reason("end_turn"), STOP).blocks == ()


def test_a_signature_at_the_start_of_its_block_is_kept() -> None:
    block = begin("thinking", thinking="Hm", signature="sig")
    found = answer_of(start(), block, end(), reason("end_turn"), STOP)
    assert found.blocks == ({"type": "thinking", "thinking": "Hm", "signature": "sig"},)
    assert found.thinking == "Hm"


def test_text_without_a_word_does_not_go_back() -> None:
    thought = begin("thinking", thinking="Hm", signature="sig")
    called = [begin("tool_use", 2, id="t", name="f", input={}), end(2)]
    events = [start(), thought, end(), *said("\n\n", 1), *called, reason("tool_use"), STOP]
    assert [each["type"] for each in answer_of(*events).blocks] == ["thinking", "tool_use"]


def test_one_whole_message_is_an_answer() -> None:
    message: dict[str, Any] = {
        "type": "message",
        "model": "m",
        "content": [
            {"type": "thinking", "thinking": "Hm", "signature": "sig"},
            {"type": "text", "text": "Yes"},
            {"type": "tool_use", "id": "t", "name": "f", "input": {"n": 1}},
        ],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 3, "output_tokens": 4},
    }
    found = answer_of(message)
    assert (found.text, found.thinking, found.usage) == ("Yes", "Hm", Usage(3, 4))
    assert found.tool_calls == ({"name": "f", "arguments": {"n": 1}, "id": "t"},)
    assert found.blocks[1:] == tuple(message["content"][1:])


def test_pieces_that_arrive_together_are_one_event() -> None:
    pieces = [delta("text_delta", text=text) for text in ("Y", "e", "s")]
    stream = body(start(), begin("text", text=""), *pieces, end(), reason("end_turn"), STOP)
    seen, _ = heard(stream, join=True, gather=False)
    assert seen[0] == Text("Yes")
    assert isinstance(done := seen[1], Done)
    assert done.answer.text == ""


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("overloaded_error", ServerError),
        ("api_error", ServerError),
        ("authentication_error", AuthError),
        ("request_too_large", TooLongError),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_an_error_in_the_stream_ends_it(
    kind: str, error: type[OllamaCliError], named: bool
) -> None:
    failure = body({"type": "error", "error": {"type": kind, "message": "Overloaded"}})
    failure = failure if named else failure.partition(b"\n")[2]
    seen, found = heard(
        body(start(), begin("text", text=""), delta("text_delta", text="Y")), failure
    )
    assert seen == [Text("Y")]
    assert type(found) is error
    assert found.message == "Overloaded"


@pytest.mark.parametrize("event", [b"data: 7\n\n", b"data: [1]\n\n", b'data: "x"\n\n'])
def test_an_event_that_is_no_object_is_an_error(event: bytes) -> None:
    _, error = heard(body(start()), event)
    assert isinstance(error, ProtocolError)
