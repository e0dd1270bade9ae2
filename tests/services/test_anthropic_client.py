"""What the client of Anthropic's Messages API asks, and what it makes of the answers."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from answer_chunks import OPENED, streamed
from hostile import LAST_CHUNK, Peer, Server, answer, by_path, bytes_then, chunk, document, head
from message_events import (
    PING,
    STOP,
    answered,
    begin,
    body,
    delta,
    reason,
    refused,
    said,
    start,
    written,
)

import ollama_cli
from ollama_cli.errors import (
    ModelNotFoundError,
    OllamaCliError,
    OtherApiError,
    ProtocolError,
    ServerError,
    StreamCutError,
    TimedOutError,
    TooLongError,
    UsageError,
)
from ollama_cli.services.anthropic import AnthropicClient
from ollama_cli.services.provider import Provider
from ollama_cli.types.answer_events import ChatEvent, Done, Text, ToolCall
from ollama_cli.types.timeouts import Timeouts

MESSAGES = [{"role": "user", "content": "Hi"}]
MODELS = "/v1/models?limit=1000"
LISTED = {
    "data": [
        {"type": "model", "id": "claude-old", "created_at": "2024-02-29T00:00:00Z"},
        {"type": "model", "id": "claude-new", "created_at": "2026-01-02T03:04:05+01:00"},
        {"type": "model", "id": "claude-embed", "created_at": "2026-02-02T00:00:00Z"},
    ],
    "has_more": False,
    "first_id": "claude-old",
    "last_id": "claude-embed",
}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(answered(*said("Yes"))) as server:
        yield server


def heard_by(client: AnthropicClient) -> tuple[list[ChatEvent], OllamaCliError | None]:
    seen: list[ChatEvent] = []
    try:
        for each in client.chat("m", MESSAGES):
            seen.append(each)  # noqa: PERF402  what came before an error counts
    except OllamaCliError as error:
        return seen, error
    return seen, None


def test_it_is_a_provider_like_the_others() -> None:
    client: Provider = ollama_cli.AnthropicClient()
    assert client.provider_type == "anthropic"
    assert client.base_url == "https://api.anthropic.com"


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/messages"])
def test_the_address_may_carry_its_version(path: str, server: Server) -> None:
    with AnthropicClient(server.url + path) as client:
        assert next(client.chat("m", MESSAGES)) == Text("Yes")
    assert [request.path for request in server.requests] == ["/v1/messages"]


def test_a_request_says_which_version_it_is_written_for(server: Server) -> None:
    with AnthropicClient(server.url, headers={"x-api-key": "sk-ant-key"}) as client:
        list(client.generate("m", "Hi", options={"num_predict": 7}))
    (request,) = server.requests
    assert request.headers["Anthropic-Version"] == "2023-06-01"
    assert request.headers["X-Api-Key"] == "sk-ant-key"
    assert "Authorization" not in request.headers
    assert request.json == {"model": "m", "messages": MESSAGES, "max_tokens": 7, "stream": True}


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({"version": "2026-10-21"}, "2026-10-21"),
        ({"version": "2026-10-21", "headers": {"Anthropic-Version": "2024-01-01"}}, "2024-01-01"),
    ],
)
def test_the_version_may_be_another_one(server: Server, options: dict[str, Any], sent: str) -> None:
    with AnthropicClient(server.url, **options) as client:
        list(client.chat("m", MESSAGES))
    assert server.requests[0].headers["Anthropic-Version"] == sent


def test_the_version_is_no_secret() -> None:
    script = refused(400, "invalid_request_error", "2019-08-07 is no version")
    with Server(script) as server, AnthropicClient(server.url, version="2019-08-07") as client:
        _, error = heard_by(client)
    assert "2019-08-07" in str(error)


def test_a_limit_that_was_made_up_is_told(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "ollama_cli.requests")
    with AnthropicClient(server.url) as client:
        list(client.chat("m", MESSAGES, options={"num_predict": 7}))
        assert "max_tokens" not in caplog.text
        list(client.chat("m", MESSAGES))
    assert "max_tokens is 4096, as none was given" in caplog.text
    assert [request.json["max_tokens"] for request in server.requests] == [7, 4096]


def test_a_call_is_answered_with_its_signed_thinking() -> None:
    thought = [
        begin("thinking", thinking=""),
        delta("thinking_delta", thinking="Hm"),
        delta("signature_delta", signature="sig"),
    ]
    called = [begin("tool_use", 1, id="t1", name="f", input={})]
    first = answered(*thought, *called, why="tool_use")
    with Server(first, answered(*said("Rain"))) as server, AnthropicClient(server.url) as client:
        *_, call, done = client.chat("m", MESSAGES, tools=[TOOL])
        assert isinstance(done, Done)
        assert call == ToolCall("f", {}, "t1")
        talk: list[dict[str, Any]] = [
            *MESSAGES,
            {"role": "assistant", "content": "", "blocks": list(done.answer.blocks)},
            {"role": "tool", "content": "rain", "tool_call_id": "t1"},
        ]
        assert next(client.chat("m", talk, tools=[TOOL])) == Text("Rain")
    assert server.requests[1].json["messages"][1:] == [
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Hm", "signature": "sig"},
                {"type": "tool_use", "id": "t1", "name": "f", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "rain"}],
        },
    ]


def test_text_is_read_as_utf_8_whatever_the_header_says() -> None:
    data = body(start(), *said("Tromsø 森"), reason("end_turn"), STOP)
    headers = {"Content-Type": "text/event-stream; charset=iso-8859-1"}
    with Server(answer(200, data, headers)) as server, AnthropicClient(server.url) as client:
        assert heard_by(client)[0][0] == Text("Tromsø 森")


def test_a_ping_is_a_sign_of_life() -> None:
    """Each comes within the limit, and all together take longer than it."""

    def script(peer: Peer) -> None:
        peer.send(OPENED + chunk(body(start())))
        for _ in range(6):
            peer.left(0.1)
            peer.send(chunk(written(PING)))
        peer.send(chunk(body(*said("Yes"), reason("end_turn"), STOP)) + LAST_CHUNK)

    limits = Timeouts(between_tokens=0.4)
    with Server(script) as server, AnthropicClient(server.url, timeouts=limits) as client:
        seen, error = heard_by(client)
    assert (seen[0], error) == (Text("Yes"), None)


def test_silence_without_a_ping_is_a_timeout() -> None:
    limits = Timeouts(between_tokens=0.1)
    script = bytes_then(OPENED + chunk(body(start())), Peer.stall)
    with Server(script) as server, AnthropicClient(server.url, timeouts=limits) as client:
        assert isinstance(heard_by(client)[1], TimedOutError)


@pytest.mark.parametrize(
    ("tail", "kind"),
    [
        (chunk(b"event: message_stop\ndata: {") + LAST_CHUNK, StreamCutError),
        (LAST_CHUNK, ProtocolError),
        (b"", StreamCutError),
        (chunk(b'event: error\ndata: {"error": {"message": "Overloaded"}}\n\n'), ServerError),
    ],
)
def test_an_answer_without_its_end_is_no_answer(tail: bytes, kind: type[OllamaCliError]) -> None:
    opened = OPENED + chunk(body(start(), begin("text", text=""), delta("text_delta", text="Y")))
    with Server(bytes_then(opened + tail)) as server, AnthropicClient(server.url) as client:
        seen, error = heard_by(client)
    assert seen == [Text("Y")]
    assert type(error) is kind
    assert error.exit_code == 5


def test_a_cut_after_the_end_has_lost_nothing() -> None:
    data = body(start(), *said("Yes"), reason("end_turn"), STOP)
    with Server(bytes_then(OPENED + chunk(data))) as server, AnthropicClient(server.url) as client:
        seen, error = heard_by(client)
    assert (seen[0], error) == (Text("Yes"), None)


def test_an_overloaded_server_is_asked_three_times_at_most(pauses_taken: list[float]) -> None:
    busy = document(
        {"type": "error", "error": {"type": "overloaded_error", "message": "Busy"}}, 529
    )
    with Server(busy, busy, answered(*said("Yes"))) as server:
        with AnthropicClient(server.url) as client:
            assert heard_by(client)[0][0] == Text("Yes")
        assert (server.connections, len(pauses_taken)) == (3, 2)
    with Server(busy) as server, AnthropicClient(server.url) as client:
        _, error = heard_by(client)
        assert server.connections == 3
    assert type(error) is ServerError
    assert (error.http_status, error.message) == (529, "Busy")


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (404, "not_found_error", ModelNotFoundError),
        (413, "request_too_large", TooLongError),
        (400, "invalid_request_error", ServerError),
    ],
)
def test_a_refusal_is_asked_once(status: int, kind: str, error: type[OllamaCliError]) -> None:
    with Server(refused(status, kind, "so it is")) as server, AnthropicClient(server.url) as client:
        _, found = heard_by(client)
        assert server.connections == 1
    assert type(found) is error


@pytest.mark.parametrize(
    "script",
    [
        answer(404, b"404 page not found", {"Content-Type": "text/plain"}),
        document(
            {"type": "error", "error": {"type": "not_found_error", "message": "Not Found"}}, 404
        ),
    ],
)
def test_a_server_without_the_route_speaks_another_api(script: Any) -> None:
    with Server(script) as server, AnthropicClient(server.url) as client:
        assert isinstance(heard_by(client)[1], OtherApiError)


def test_models_are_listed_the_newest_first() -> None:
    with Server(document(LISTED)) as server, AnthropicClient(server.url) as client:
        found = client.list_models()
        assert [each.name for each in found] == ["claude-embed", "claude-new", "claude-old"]
        assert found[1].modified_at == "2026-01-02T02:04:05Z"
        assert client.detect_model() == "claude-new"
        health = client.health("claude-old")
        assert {request.path for request in server.requests} == {MODELS}
    assert (health.connected, health.model_id, health.kind) == (True, "claude-old", "anthropic")
    assert health.provider_type == "anthropic"


def test_health_never_raises() -> None:
    with Server(head_of_nothing()) as server, AnthropicClient(server.url) as client:
        health = client.health()
    assert (health.connected, health.error_kind) == (False, "protocol")


def head_of_nothing() -> Any:
    return bytes_then(head(200, {"Content-Type": "application/json", "Content-Length": "0"}))


@pytest.mark.parametrize("way", ["embed", "bytes", "model"])
def test_it_has_no_embeddings_and_says_so(way: str, server: Server) -> None:
    with AnthropicClient(server.url) as client:
        ask: Callable[[], object] = {
            "embed": lambda: client.embed("a", "m"),
            "bytes": lambda: client.embed_bytes(["a"], "m", {}),
            "model": client.detect_embedding_model,
        }[way]
        with pytest.raises(OtherApiError, match=r"^this server has no embed: "):
            ask()
    assert server.requests == []


def test_what_cannot_be_sent_is_named_before_anything_is(server: Server) -> None:
    with AnthropicClient(server.url) as client:
        kept, left_out = client.fitting({"options": {"seed": 1, "top_k": 2}, "keep_alive": 0})
        assert (kept, left_out) == ({"options": {"top_k": 2}}, ("seed", "keep_alive"))
        with pytest.raises(UsageError, match="seed"):
            client.chat("m", MESSAGES, options={"seed": 1})
    assert server.requests == []


def test_a_stream_of_another_api_is_no_answer() -> None:
    data = b'data: {"choices":[{"delta":{"content":"Yes"}}]}\n\ndata: [DONE]\n\n'
    with Server(streamed(data)) as server, AnthropicClient(server.url) as client:
        seen, error = heard_by(client)
    assert seen == []
    assert isinstance(error, ProtocolError)


def test_a_name_that_servers_read_otherwise_is_sent_only_if_it_is_listed() -> None:
    pages = {MODELS: document({"data": [{"id": "my model"}]}), "/v1/messages": answered()}
    with Server(by_path(pages)) as server, AnthropicClient(server.url) as client:
        list(client.chat("my model", MESSAGES))
        with pytest.raises(UsageError):
            list(client.chat("your model", MESSAGES))
        assert [request.path for request in server.requests] == [MODELS, "/v1/messages", MODELS]
