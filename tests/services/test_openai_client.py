"""What the client of the OpenAI-compatible API asks, and what it makes of the answers."""

from typing import Any

import pytest
from answer_chunks import delta, events, piece, usage
from hostile import JSON, Server, answer, by_path, document

from ollama_cli.errors import ModelNotFoundError, ServerError, UsageError
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.services.openai import OpenAIClient
from ollama_cli.services.provider import Provider
from ollama_cli.types.answer_events import Done, Text
from ollama_cli.types.answers import Answer, Usage
from ollama_cli.types.requests import ChatRequest, EmbedRequest, GenerateRequest

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAE="
MESSAGES = [{"role": "user", "content": "Hello"}]
CHAT = "/v1/chat/completions"
COMPLETIONS = "/v1/completions"
ANSWER = events(piece("Hi"), piece(" you", "stop"), usage(3, 2))
TALK = events(delta(content="Hi"), delta("stop", content=" you"), usage(3, 2))
BOTH = by_path({COMPLETIONS: ANSWER, CHAT: TALK})
WHOLE = Done(
    Answer(
        model="m",
        text="Hi you",
        done_reason="stop",
        usage=Usage(prompt_tokens=3, completion_tokens=2),
    )
)
STREAMING = {"stream": True, "stream_options": {"include_usage": True}}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


def sent_by(server: Server) -> list[tuple[str, Any]]:
    return [(request.path, request.json) for request in server.requests]


def test_both_clients_have_one_face() -> None:
    clients: list[Provider] = [OllamaClient(), OpenAIClient()]
    assert [client.provider_type for client in clients] == ["ollama", "openai"]


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/", "/v1/chat/completions"])
def test_the_address_may_carry_its_version(path: str) -> None:
    with OpenAIClient(f"http://127.0.0.1:9/prefix{path}") as client:
        assert client.base_url == "http://127.0.0.1:9/prefix"


def test_a_bare_prompt_is_completed() -> None:
    with Server(BOTH) as server, OpenAIClient(server.url) as client:
        assert list(client.generate("m", "Hello")) == [Text("Hi"), Text(" you"), WHOLE]
        body = {"model": "m", "prompt": "Hello"}
        assert sent_by(server) == [(COMPLETIONS, {**body, **STREAMING})]


@pytest.mark.parametrize(
    "missing",
    [
        answer(404, b"404 page not found", {"Content-Type": "text/plain"}),
        document({"detail": "Method Not Allowed"}, 405),
        document({"error": {"message": "Unknown endpoint", "type": "x", "code": None}}, 404),
    ],
)
def test_a_server_without_completions_is_asked_by_chat_and_remembered(missing: Any) -> None:
    script = by_path({CHAT: TALK}, missing)
    with Server(script) as server, OpenAIClient(server.url) as client:
        for _ in range(2):
            assert list(client.generate("m", "Hello"))[-1] == WHOLE
        body = {"model": "m", "messages": [{"role": "user", "content": "Hello"}], **STREAMING}
        assert [path for path, _ in sent_by(server)] == [COMPLETIONS, CHAT, CHAT]
        assert sent_by(server)[1:] == [(CHAT, body), (CHAT, body)]


def test_what_is_missing_in_other_words_is_not_asked_for_twice() -> None:
    script = document({"error": {"message": "nobody here is named m"}}, 404)
    with Server(script) as server, OpenAIClient(server.url) as client:
        with pytest.raises(ServerError, match="nobody here"):
            next(client.generate("m", "Hello"))
        assert server.connections == 1


def test_a_failure_that_names_an_option_is_not_asked_for_twice() -> None:
    script = document({"error": {"message": "died at stream_options"}}, 500)
    with Server(script) as server, OpenAIClient(server.url) as client:
        with pytest.raises(ServerError, match="died"):
            next(client.generate("m", "Hello"))
        assert server.connections == 1


def test_a_missing_model_is_not_asked_for_twice() -> None:
    script = document({"error": {"message": "The model `m` does not exist"}}, 404)
    with Server(script) as server, OpenAIClient(server.url) as client:
        with pytest.raises(ModelNotFoundError) as caught:
            next(client.generate("m", "Hello"))
        assert (caught.value.model, server.connections) == ("m", 1)


def test_a_failure_of_both_ways_is_that_of_the_second() -> None:
    script = by_path({CHAT: document({"error": "out of memory"}, 500)})
    with Server(script) as server, OpenAIClient(server.url) as client:
        with pytest.raises(ServerError, match="out of memory"):
            next(client.generate("m", "Hello"))
        assert client._has_completions


def test_a_server_that_is_stricter_is_asked_in_its_words() -> None:
    scripts = [
        document({"error": {"message": "Use 'max_completion_tokens' instead."}}, 400),
        document({"detail": [{"loc": ["body", "stream_options"], "msg": "not permitted"}]}, 422),
        TALK,
    ]
    with Server(*scripts) as server, OpenAIClient(server.url) as client:
        assert list(client.chat("m", MESSAGES, options={"num_predict": 5}))[-1] == WHOLE
        body = {"model": "m", "messages": MESSAGES, "stream": True}
        assert sent_by(server) == [
            (CHAT, {**body, **STREAMING, "max_tokens": 5}),
            (CHAT, {**body, **STREAMING, "max_completion_tokens": 5}),
            (CHAT, {**body, "max_completion_tokens": 5}),
        ]


def test_a_complaint_that_stays_is_told() -> None:
    told = {"error": {"message": "no stream_options, no max_completion_tokens"}}
    with Server(document(told, 400)) as server, OpenAIClient(server.url) as client:
        with pytest.raises(ServerError, match="no stream_options"):
            next(client.chat("m", MESSAGES, options={"num_predict": 5}))
        assert server.connections == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"system": "Be brief"}, {}),
        ({"format": "json"}, {"response_format": {"type": "json_object"}}),
        ({"think": True}, {"reasoning_effort": "medium"}),
        ({"think": False}, {"reasoning_effort": "none"}),
        ({"think": "high"}, {"reasoning_effort": "high"}),
    ],
)
def test_what_conversations_alone_can_say_goes_by_chat(
    arguments: dict[str, Any], said: dict[str, Any]
) -> None:
    with Server(BOTH) as server, OpenAIClient(server.url) as client:
        assert list(client.generate("m", "Hello", **arguments))[-1] == WHOLE
        ((path, body),) = sent_by(server)
    assert path == CHAT
    system = [{"role": "system", "content": "Be brief"}] if "system" in arguments else []
    assert body.pop("messages") == [*system, {"role": "user", "content": "Hello"}]
    assert body == {"model": "m", **said, **STREAMING}


def test_an_image_becomes_a_part_of_its_message() -> None:
    with Server(BOTH) as server, OpenAIClient(server.url) as client:
        list(client.generate("m", "What is it?", images=[PNG]))
        ((path, body),) = sent_by(server)
    assert path == CHAT
    assert body["messages"][0]["content"] == [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}},
    ]


@pytest.mark.parametrize("plain", [{"raw": True}, {"suffix": "}"}])
def test_raw_and_suffix_are_said_by_completions_alone(plain: dict[str, Any]) -> None:
    with Server(by_path({CHAT: TALK})) as server, OpenAIClient(server.url) as client:
        with pytest.raises(ServerError, match="404"):
            next(client.generate("m", "{", **plain))
        assert [path for path, _ in sent_by(server)] == [COMPLETIONS]
        assert server.requests[0].json.get("suffix") == plain.get("suffix")
        with pytest.raises(UsageError, match="raw and suffix"):
            client.generate("m", "{", system="Be brief", **plain)


def test_a_conversation_is_sent_with_its_tools_and_format() -> None:
    schema = {"type": "object", "properties": {}}
    options = {"temperature": 0.5, "stop": ["."], "num_predict": 9, "seed": 1, "top_p": 0.9}
    with Server(TALK) as server, OpenAIClient(server.url) as client:
        answered = client.chat("m", MESSAGES, tools=[TOOL], format=schema, options=options)
        assert list(answered) == [Text("Hi"), Text(" you"), WHOLE]
        ((path, body),) = sent_by(server)
    assert path == CHAT
    assert body == {
        "model": "m",
        "messages": MESSAGES,
        "tools": [TOOL],
        "temperature": 0.5,
        "stop": ["."],
        "max_tokens": 9,
        "seed": 1,
        "top_p": 0.9,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": schema},
        },
        **STREAMING,
    }


def test_what_cannot_be_said_is_refused_by_name_before_anything_is_sent() -> None:
    with Server(BOTH) as server, OpenAIClient(server.url) as client:
        with pytest.raises(UsageError, match="cannot carry num_ctx, mirostat, keep_alive"):
            client.chat("m", [], options={"num_ctx": 9, "mirostat": 1}, keep_alive="5m")
        with pytest.raises(UsageError, match="cannot carry template"):
            client.generate("m", "x", template="{{ .Prompt }}")
        with pytest.raises(UsageError, match="cannot carry truncate"):
            client.embed("x", "m", truncate=False)
        with pytest.raises(UsageError, match="embeds without options: seed"):
            client.embed("x", "m", options={"seed": 1})
        assert server.connections == 0


def test_arguments_are_parted_into_what_fits_and_what_does_not() -> None:
    given = {"options": {"seed": 1, "num_ctx": 9}, "keep_alive": "5m", "think": True}
    assert OpenAIClient().fitting(given) == (
        {"options": {"seed": 1}, "think": True},
        ("num_ctx", "keep_alive"),
    )
    assert OllamaClient().fitting(given) == (given, ())
    empty = {"options": None, "keep_alive": None}
    assert OpenAIClient().fitting(empty) == ({"options": None}, ())


def test_what_does_not_fit_is_left_out_of_a_request() -> None:
    options = {"seed": 1, "num_ctx": 9}
    given = ChatRequest("m", [], options=options, keep_alive="5m", think=True)
    assert OpenAIClient().fitted(given) == (
        ChatRequest("m", [], options={"seed": 1}, think=True),
        ("num_ctx", "keep_alive"),
    )
    assert OllamaClient().fitted(given) == (given, ())
    texts = EmbedRequest("m", truncate=False, dimensions=3)
    assert OpenAIClient().fitted(texts) == (EmbedRequest("m", dimensions=3), ("truncate",))
    empty = GenerateRequest("m", "hi")
    assert OpenAIClient().fitted(empty) == (empty, ())


def test_headers_are_sent_with_every_request() -> None:
    script = document({"data": [{"id": "m"}]})
    key = {"Authorization": "Bearer secret"}
    with Server(script) as server, OpenAIClient(server.url, headers=key) as client:
        assert [model.name for model in client.list_models()] == ["m"]
        assert server.requests[0].headers["Authorization"] == "Bearer secret"


def test_texts_are_embedded_in_batches() -> None:
    row = {"object": "embedding", "embedding": [1.0, 2.0], "index": 0}
    full = {"data": [{**row, "index": n} for n in range(64)], "usage": {"prompt_tokens": 64}}
    scripts = [document(full), document({"data": [row], "usage": {"prompt_tokens": 1}})]
    with Server(*scripts) as server, OpenAIClient(server.url) as client:
        reply = client.embed(["x"] * 65, "e", dimensions=2)
        assert (len(reply.vectors), reply.dimensions, reply.usage.prompt_tokens) == (65, 2, 65)
        assert sent_by(server) == [
            ("/v1/embeddings", {"model": "e", "input": ["x"] * count, "dimensions": 2})
            for count in (64, 1)
        ]


def test_the_bytes_of_documents_are_handed_on() -> None:
    body = b'{"data":[ {"id":"m"} ]}'
    with Server(answer(200, body, JSON)) as server, OpenAIClient(server.url) as client:
        assert client.list_models_bytes() == body
        assert b"".join(client.embedded_bytes(["x"], EmbedRequest("e"))) == body
        assert server.requests[-1].json == {"model": "e", "input": ["x"]}
