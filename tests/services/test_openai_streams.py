"""Streams of the OpenAI-compatible API, however badly a server sends them."""

import json

import pytest
from answer_chunks import (
    DONE,
    OPENED,
    SSE,
    body,
    called,
    delta,
    event,
    events,
    streamed,
    usage,
)
from hostile import (
    Peer,
    Script,
    Server,
    answer,
    bytes_then,
    chunk,
    document,
    drip,
    head,
    page,
)

from ollama_cli.errors import (
    ModelNotFoundError,
    OllamaCliError,
    ProtocolError,
    ServerError,
    StreamCutError,
    TimedOutError,
    TooLongError,
)
from ollama_cli.services.openai import OpenAIClient
from ollama_cli.types.answer_events import ChatEvent, Done, Text, Thinking, ToolCall
from ollama_cli.types.answers import Answer, Usage
from ollama_cli.types.timeouts import Timeouts

MESSAGES = [{"role": "user", "content": "Hi"}]
BODY = body(
    delta(role="assistant", content="", reasoning="Hm"),
    delta(content="Olá 👩‍💻"),
    called(0, id="a", name="f", arguments='{"n":'),
    called(0, arguments="1}"),
    delta("tool_calls"),
    usage(3, 4),
)
EVENTS = [
    Thinking("Hm"),
    Text("Olá 👩‍💻"),
    ToolCall("f", {"n": 1}, "a"),
    Done(
        Answer(
            model="m",
            text="Olá 👩‍💻",
            thinking="Hm",
            done_reason="stop",
            tool_calls=({"name": "f", "arguments": {"n": 1}, "id": "a"},),
            usage=Usage(prompt_tokens=3, completion_tokens=4),
        )
    ),
]


def heard(
    script: Script, timeouts: Timeouts | None = None
) -> tuple[list[ChatEvent], OllamaCliError | None]:
    """Hear a whole answer: the events, and the error that ended them."""
    with Server(script) as server, OpenAIClient(server.url, timeouts=timeouts) as client:
        return heard_by(client)


def heard_by(client: OpenAIClient) -> tuple[list[ChatEvent], OllamaCliError | None]:
    seen: list[ChatEvent] = []
    try:
        for each in client.chat("m", MESSAGES):
            seen.append(each)  # noqa: PERF402  what came before an error counts
    except OllamaCliError as error:
        return seen, error
    return seen, None


@pytest.mark.parametrize(
    "data",
    [
        BODY,
        BODY.replace(b"\n", b"\r\n"),
        BODY.replace(b"\n", b"\r"),
        BODY.replace(b"data: ", b": keep-alive\n\ndata:"),
        BODY.replace(b"data: ", b"event: message\nid: 1\nretry: 10\ndata: "),
        BODY.replace(b'"choices"', b'\ndata: "choices"'),
        BODY + b"<html>after the end</html>",
    ],
)
def test_every_framing_of_events_is_read(data: bytes) -> None:
    assert heard(streamed(data)) == (EVENTS, None)
    assert heard(drip(head(200, SSE) + data)) == (EVENTS, None)


def test_an_event_may_be_cut_anywhere() -> None:
    places = range(1, len(BODY), 5)
    scripts = [streamed(BODY[:place], BODY[place:]) for place in places]
    with Server(*scripts) as server, OpenAIClient(server.url) as client:
        for place in places:
            assert list(client.chat("m", MESSAGES)) == EVENTS, place


def test_a_stream_that_ends_anywhere_is_never_whole() -> None:
    end = BODY.index(b'"finish_reason": "tool_calls"')
    scripts = [streamed(BODY[:place]) for place in range(1, end, 5)]
    with Server(*scripts) as server, OpenAIClient(server.url) as client:
        for _ in scripts:
            seen, error = heard_by(client)
            assert isinstance(error, ProtocolError | StreamCutError)
            assert error.exit_code == 5
            assert seen == EVENTS[:2][: len(seen)]


def test_a_clean_end_after_the_reason_is_an_answer() -> None:
    seen, error = heard(streamed(event(delta("stop", content="Yes"))))
    assert seen == [Text("Yes"), Done(Answer(model="m", text="Yes", done_reason="stop"))]
    assert error is None


def test_a_cut_after_the_reason_is_a_cut() -> None:
    script = bytes_then(OPENED + chunk(event(delta("stop", content="Yes"))))
    seen, error = heard(script)
    assert seen == [Text("Yes")]
    assert isinstance(error, StreamCutError)


def test_a_missing_end_is_an_error() -> None:
    seen, error = heard(streamed(event(delta(content="Yes"))))
    assert seen == [Text("Yes")]
    assert isinstance(error, ProtocolError)
    assert "without its end marker" in error.message
    assert "the log of the server" in (error.hint or "")


def test_the_end_without_its_blank_line_is_an_end() -> None:
    assert heard(streamed(BODY.removesuffix(b"\n\n"))) == (EVENTS, None)


@pytest.mark.parametrize(
    ("broken", "kind", "message"),
    [
        (event({"error": {"message": "CUDA out of memory"}}), ServerError, "CUDA out of memory"),
        (b'event: error\ndata: {"message":"gone"}\n\n', ServerError, "gone"),
        (b"event: error\ndata: overloaded\n\n", ServerError, "overloaded"),
        (b'{"error":{"message":"bare"}}', ServerError, "bare"),
        (
            event({"error": {"message": "no", "code": "model_not_found"}}),
            ModelNotFoundError,
            "no",
        ),
        (
            event({"error": {"message": "This model's maximum context length is 9 tokens"}}),
            TooLongError,
            "maximum context length",
        ),
        (b"<html><h1>502 Bad Gateway</h1>\n\n", ProtocolError, "no event: '<html>"),
        (b"data: {]\n\n", ProtocolError, "no JSON"),
        (b"data: 7\n\n", ProtocolError, "no JSON object"),
        (b"data: \xff\xfe\n\n", ProtocolError, "no JSON"),
    ],
)
def test_what_breaks_a_stream_is_told_after_what_came(
    broken: bytes, kind: type[OllamaCliError], message: str
) -> None:
    seen, error = heard(streamed(event(delta(content="Yes")) + broken + DONE))
    assert seen == [Text("Yes")]
    assert isinstance(error, kind)
    assert message in error.message
    assert heard(streamed(event(delta(content="Yes")), broken, DONE))[0] == [Text("Yes")]


def test_a_megabyte_in_one_event_is_read() -> None:
    text = "ö" * (1 << 20)
    seen, error = heard(events(delta(content=text), delta("stop")))
    assert (seen[0], error) == (Text(text), None)


@pytest.mark.parametrize("rest", [b"", b"5\r\nda"])
def test_chunks_that_are_cut_short_are_a_cut(rest: bytes) -> None:
    seen, error = heard(bytes_then(OPENED + chunk(event(delta(content="Yes"))) + rest))
    assert seen == [Text("Yes")]
    assert isinstance(error, StreamCutError)


def test_a_cut_after_the_end_has_lost_nothing() -> None:
    assert heard(bytes_then(OPENED + chunk(BODY))) == (EVENTS, None)


def test_a_reset_in_the_middle_is_a_cut() -> None:
    script = bytes_then(OPENED + chunk(event(delta(content="Yes"))), lambda peer: peer.reset())
    seen, error = heard(script)
    assert seen in ([Text("Yes")], [])
    assert isinstance(error, StreamCutError)


def test_a_stream_that_falls_silent_times_out() -> None:
    script = bytes_then(OPENED + chunk(event(delta(content="Yes"))), Peer.stall)
    seen, error = heard(script, Timeouts(between_tokens=0.2))
    assert seen == [Text("Yes")]
    assert isinstance(error, TimedOutError)


@pytest.mark.parametrize(
    ("script", "kind", "message"),
    [
        (page(), ProtocolError, "an HTML page came from"),
        (page(502), ServerError, "HTTP 502 Bad Gateway with an HTML page"),
        (document({"error": "Unexpected endpoint"}), ServerError, "Unexpected endpoint"),
        (document({"hello": "x"}), ProtocolError, "without its end marker"),
        (answer(200, b"", SSE), ProtocolError, "without its end marker"),
        (document({"detail": "bad"}, 422), ServerError, "bad"),
    ],
)
def test_what_is_no_stream_is_told(script: Script, kind: type[ServerError], message: str) -> None:
    seen, error = heard(script)
    assert seen == []
    assert isinstance(error, kind)
    assert message in error.message


WHOLE = {"choices": [{"message": {"content": "The answer is 42."}, "finish_reason": "stop"}]}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("rest", [b"", b"\n", b"\n\ndata: [DONE]\n\n", b"\n\n"])
@pytest.mark.parametrize("kind", [SSE, {"Content-Type": "application/json"}])
def test_one_whole_document_is_an_answer(
    kind: dict[str, str], rest: bytes, indent: int | None
) -> None:
    seen, error = heard(answer(200, json.dumps(WHOLE, indent=indent).encode() + rest, kind))
    assert error is None
    assert seen == [
        Text("The answer is 42."),
        Done(Answer(text="The answer is 42.", done_reason="stop")),
    ]


def test_a_whole_document_in_an_event_is_an_answer() -> None:
    seen, error = heard(streamed(event(WHOLE)))
    assert (seen[0], error) == (Text("The answer is 42."), None)


def test_the_bytes_come_unchanged_and_are_judged() -> None:
    with Server(streamed(BODY)) as server, OpenAIClient(server.url) as client:
        assert b"".join(client.chat("m", MESSAGES).raw()) == BODY
    with Server(streamed(event(delta(content="x")))) as server, OpenAIClient(server.url) as client:
        pieces = client.chat("m", MESSAGES).raw()
        assert json.loads(next(pieces)[6:])["model"] == "m"
        with pytest.raises(ProtocolError, match="end marker"):
            next(pieces)


def test_a_stream_that_is_left_closes_the_connection() -> None:
    gone: list[bool] = []

    def script(peer: Peer) -> None:
        peer.send(OPENED + chunk(event(delta(content="x"))))
        gone.append(peer.gone())

    with Server(script) as server, OpenAIClient(server.url) as client:
        with client.generate("m", "x") as answering:
            assert next(answering) == Text("x")
        assert next(answering, None) is None
    assert gone == [True]


def test_reads_tell_what_arrived_together() -> None:
    with Server(streamed(BODY)) as server, OpenAIClient(server.url) as client:
        bursts = list(client.chat("m", MESSAGES, join=True).bursts())
    assert [each for burst in bursts for each in burst] == EVENTS
