"""The client of either API: one answer decides, before the first event, and only if it shows it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from clients import stranger
from hostile import Script, Server, answer, by_path, document, head, lines, page

from ollama_cli.errors import (
    AuthError,
    ModelNotFoundError,
    OllamaCliError,
    OtherApiError,
    ProtocolError,
    ServerError,
    StreamCutError,
    UnreachableError,
)
from ollama_cli.services.auto import AutoClient
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.services.openai import OpenAIClient
from ollama_cli.types.answer_events import Done, Text
from ollama_cli.types.requests import EmbedRequest

HI = [{"role": "user", "content": "hi"}]
NATIVE = lines({"message": {"content": "native"}}, {"message": {"content": ""}, "done": True})
SSE = {"Content-Type": "text/event-stream"}
CHUNKS = (
    b'data: {"choices":[{"index":0,"delta":{"content":"openai"}}]}\n\n'
    b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)
OPENAI = answer(200, CHUNKS, SSE)
NO_ROUTE = answer(404, b"404 page not found")
VECTORS = document({"data": [{"index": 0, "embedding": [0.5, 0.5]}], "model": "m"})
SHOWS_THE_OTHER: dict[str, Script] = {
    "Ollama's router": NO_ROUTE,
    "FastAPI": document({"detail": "Not Found"}, 404),
    "llama.cpp": document({"error": {"code": 404, "message": "File Not Found"}}, 404),
    "OpenAI": document({"error": {"message": "Invalid URL (POST /api/chat)"}}, 404),
    "Echo": document({"message": "Not Found"}, 404),
    "Express": answer(404, b"Cannot POST /api/chat"),
    "nothing": answer(404),
    "a page": page(404),
    "a wrong method": answer(405, b"405 method not allowed"),
    "a method nobody has": answer(501, b"Unsupported method ('POST')"),
    "LM Studio": document({"error": "Unexpected endpoint or method. (POST /api/chat)"}),
    "LM Studio, spaced": answer(200, b' { "error" : "Unexpected endpoint or method. (POST /x)"}'),
    "llama.cpp's own stream": answer(200, CHUNKS, {**SSE, "Server": "llama.cpp"}),
    "a stream of events": OPENAI,
}
SHOWS_NOTHING: dict[str, tuple[Script, type[OllamaCliError]]] = {
    "a missing model": (document({"error": "model 'm' not found"}, 404), ModelNotFoundError),
    "older words": (
        document({"error": "model 'm' not found, try pulling it first"}, 404),
        ModelNotFoundError,
    ),
    "words of its own": (document({"error": "file does not exist"}, 404), ServerError),
    "a page with 200": (page(), ProtocolError),
    "a failure": (document({"error": "boom"}, 500), ServerError),
    "a sign-in": (document({"error": "unauthorized"}, 401), AuthError),
    "a cut": (lambda peer: peer.send(head(200, {"Content-Length": "50"}), b"{"), StreamCutError),
    "a redirect": (answer(307, headers={"Location": "/x"}), ServerError),
}


@contextmanager
def either(pages: dict[str, Script], **options: Any) -> Iterator[tuple[AutoClient, Server]]:
    with stranger(by_path(pages)) as server:
        clients: dict[Any, Any] = {
            "native": lambda: OllamaClient(server.url),
            "openai": lambda: OpenAIClient(server.url),
        }
        with AutoClient(clients, **options) as client:
            yield client, server


def said(client: AutoClient) -> str:
    events = client.chat("m", HI)
    return "".join(event.text for event in events if isinstance(event, Text))


def paths(server: Server) -> list[str]:
    return [request.path for request in server.requests]


def test_where_the_first_answers_no_other_is_asked() -> None:
    with either({"/api/chat": NATIVE}) as (client, server):
        assert (said(client), client.spoken, client.provider_type) == ("native", "native", "ollama")
        assert paths(server) == ["/api/chat"]


@pytest.mark.parametrize("shown", SHOWS_THE_OTHER.values(), ids=SHOWS_THE_OTHER)
def test_an_answer_of_the_other_api_leads_to_it_for_good(shown: Script) -> None:
    with either({"/api/chat": shown, "/v1/chat/completions": OPENAI}) as (client, server):
        assert (said(client), said(client)) == ("openai", "openai")
        assert (client.spoken, client.provider_type) == ("openai", "openai")
        assert paths(server) == ["/api/chat", *["/v1/chat/completions"] * 2]


@pytest.mark.parametrize(("shown", "kind"), SHOWS_NOTHING.values(), ids=SHOWS_NOTHING)
def test_an_answer_that_shows_no_other_api_is_told_and_no_prompt_goes_elsewhere(
    shown: Script, kind: type[OllamaCliError]
) -> None:
    with either({"/api/chat": shown, "/v1/chat/completions": OPENAI}) as (client, server):
        with pytest.raises(kind) as caught:
            said(client)
        assert not isinstance(caught.value, OtherApiError)
        assert client.spoken is None
        assert paths(server) == ["/api/chat"]


def test_from_openai_to_native_it_goes_alike() -> None:
    with either({"/api/chat": NATIVE}, first="openai") as (client, server):
        assert (said(client), client.spoken) == ("native", "native")
        assert paths(server) == ["/v1/chat/completions", "/api/chat"]


@pytest.mark.parametrize(
    "missing",
    [
        document({"error": {"message": "model 'm' not found", "type": "not_found_error"}}, 404),
        document({"error": {"message": "The model `m` does not exist.", "code": 404}}, 404),
        document({"object": "error", "message": "The model `m` does not exist."}, 404),
    ],
)
def test_a_model_that_is_missing_there_is_not_asked_for_natively(missing: Script) -> None:
    pages = {"/v1/chat/completions": missing, "/api/chat": NATIVE}
    with either(pages, first="openai") as (client, server):
        with pytest.raises(ModelNotFoundError):
            said(client)
        assert paths(server) == ["/v1/chat/completions"]


def test_neither_is_an_error_with_the_answer() -> None:
    with either({}) as (client, server):
        with pytest.raises(OtherApiError, match=r"speaks neither .*: HTTP 404 Not Found"):
            said(client)
        assert client.spoken is None
        assert len(server.requests) == 2


def test_what_is_known_to_be_spoken_is_not_doubted_for_one_endpoint() -> None:
    with either({"/api/embed": NO_ROUTE, "/v1/embeddings": VECTORS}, spoken="native") as (
        client,
        server,
    ):
        with pytest.raises(OtherApiError):
            client.embed("a", "m")
        assert "/v1/embeddings" not in paths(server)


def test_a_server_that_lists_in_one_api_and_chats_in_the_other() -> None:
    tags = document({"models": [{"name": "m"}]})
    pages = {"/api/tags": tags, "/api/chat": NO_ROUTE, "/v1/chat/completions": OPENAI}
    with either(pages) as (client, server):
        assert [model.name for model in client.list_models()] == ["m"]
        assert said(client) == "openai"
        assert paths(server) == ["/api/tags", "/api/chat", "/v1/chat/completions"]


def test_what_neither_api_of_a_known_server_has_is_told_of_the_one_it_speaks() -> None:
    with either({"/api/tags": document({"models": []}), "/api/chat": NO_ROUTE}) as (client, _):
        client.list_models()
        with pytest.raises(OtherApiError) as caught:
            said(client)
        assert "speaks neither" not in caught.value.message


def test_an_error_in_the_words_of_the_other_api_shows_it_too() -> None:
    refusal = document({"error": {"message": "no key", "type": "auth"}}, 401)
    with either({"/v1/chat/completions": refusal}) as (client, _):
        with pytest.raises(AuthError):
            said(client)
        assert client.spoken == "openai"


def test_no_request_is_sent_before_the_first_event_is_asked_for() -> None:
    with either({"/api/chat": NATIVE}) as (client, server):
        with client.chat("m", HI):
            assert server.requests == []
        with client.generate("m", "hi") as events:
            events.close()
            assert list(events) == []
        assert server.requests == []


def test_events_bursts_reads_and_bytes_come_from_the_right_one() -> None:
    with either({"/v1/chat/completions": OPENAI}) as (client, _):
        assert isinstance(list(client.chat("m", HI))[-1], Done)
        bursts = list(client.chat("m", HI).bursts())
        assert [type(event) for burst in bursts for event in burst] == [Text, Done]
        assert b"".join(client.chat("m", HI).raw()) == CHUNKS
        stream = client.chat("m", HI)
        reads = list(iter(lambda: stream.read(1), None))
        assert [type(event) for read in reads for event in read] == [Text, Done]


def test_what_cannot_be_said_is_left_out_and_named() -> None:
    with either({"/v1/chat/completions": OPENAI}) as (client, server):
        fields: dict[str, Any] = {"options": {"num_ctx": 1, "seed": 2}, "keep_alive": "1m"}
        list(client.chat("m", HI, **fields))
        assert set(client.left_out) == {"num_ctx", "keep_alive"}
        assert server.requests[-1].json["seed"] == 2
        assert "num_ctx" not in server.requests[-1].json
        list(client.chat("m", HI))
        assert client.left_out == ()


@pytest.mark.parametrize("fields", [{}, {"dimensions": 2}])
def test_texts_are_embedded_by_the_right_one_even_if_they_come_once(
    fields: dict[str, Any],
) -> None:
    with either({"/v1/embeddings": VECTORS}) as (client, _):
        [part] = client.embedded(iter(["a"]), EmbedRequest("m", **fields))
        assert part.vectors == ((0.5, 0.5),)
        assert b"embedding" in b"".join(client.embedded_bytes(["a"], EmbedRequest("m", **fields)))
        assert client.embed("a", "m", **fields).vectors == ((0.5, 0.5),)


def test_models_are_listed_found_and_examined_by_the_right_one() -> None:
    with either({"/v1/models": document({"data": [{"id": "m"}, {"id": "my-embed"}]})}) as (
        client,
        server,
    ):
        health, error = client.examine()
        assert (health.connected, health.provider_type, error) == (True, "openai", None)
        assert {model.name for model in client.list_models()} == {"m", "my-embed"}
        assert (client.detect_model(), client.detect_embedding_model()) == ("m", "my-embed")
        assert b'"data"' in client.list_models_bytes()
        assert client.capabilities("m").names is None
        assert client.health("nope").error_kind == "model_not_found"
        assert paths(server).count("/api/version") == 1


def test_health_of_neither_is_told_and_not_raised() -> None:
    with either({}) as (client, _):
        health, error = client.examine()
    assert not health.connected
    assert isinstance(error, OtherApiError)


def test_nobody_is_asked_twice_where_nobody_is() -> None:
    clients: dict[Any, Any] = {
        "native": lambda: OllamaClient("http://127.0.0.1:9"),
        "openai": lambda: OpenAIClient("http://127.0.0.1:9"),
    }
    with AutoClient(clients) as client, pytest.raises(UnreachableError):
        client.list_models()
    assert client.spoken is None
    assert client.base_url == "http://127.0.0.1:9"
    request = EmbedRequest("m", truncate=True)
    assert client.fitted(request) == (request, ())
