"""Texts become vectors: in order, in batches of bounded size, by the route the server knows."""

from collections.abc import Iterator
from typing import Any

import pytest
from hostile import TEXT, Peer, Script, Server, answer, by_path, document, page

from ollama_cli.errors import (
    ModelNotFoundError,
    OllamaCliError,
    ProtocolError,
    ServerError,
    UsageError,
)
from ollama_cli.services.embeddings import MOST_CHARACTERS, MOST_INPUTS, in_batches
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.types.answers import Embeddings, Timings, Usage

NO_PAGE = answer(404, b"404 page not found", TEXT)
NO_METHOD = answer(405, b"405 method not allowed", TEXT)


def embed_script(peer: Peer) -> None:
    """Answer each text with its number, so that the order shows."""
    vectors = [[float(text.removeprefix("t")), 1] for text in peer.request.json["input"]]
    document(
        {
            "model": "full-name",
            "embeddings": vectors,
            "total_duration": 1_000_000_000,
            "prompt_eval_count": len(vectors),
        }
    )(peer)


def older_script(peer: Peer) -> None:
    document({"embedding": [float(peer.request.json["prompt"].removeprefix("t")), 1]})(peer)


def older(refusal: Script) -> Script:
    return by_path({"/api/embed": refusal, "/api/embeddings": older_script})


def test_one_text_is_one_vector() -> None:
    with Server(embed_script) as server, OllamaClient(server.url) as client:
        assert client.embed("t7", "m") == Embeddings(
            "full-name", ((7.0, 1),), Usage(1), Timings(total=1.0)
        )
        assert server.requests[0].json == {"model": "m", "input": ["t7"]}


def test_many_texts_go_in_batches_and_come_back_in_order() -> None:
    count = 2 * MOST_INPUTS + 3
    with Server(embed_script) as server, OllamaClient(server.url) as client:
        reply = client.embed([f"t{number}" for number in range(count)], "m")
        sizes = [len(request.json["input"]) for request in server.requests]
    assert sizes == [MOST_INPUTS, MOST_INPUTS, 3]
    assert [vector[0] for vector in reply.vectors] == list(range(count))
    assert reply.usage.prompt_tokens == count
    assert reply.timings.total == 3.0
    assert reply.dimensions == 2


def test_no_text_is_no_request() -> None:
    with Server(embed_script) as server, OllamaClient(server.url) as client:
        assert client.embed([], "m") == Embeddings("m", ())
        assert server.requests == []


def test_everything_that_was_asked_for_is_sent_with_each_batch() -> None:
    texts = ["t1"] * (MOST_INPUTS + 1)
    with Server(embed_script) as server, OllamaClient(server.url) as client:
        client.embed(texts, "m", dimensions=2, truncate=False, options={"num_ctx": 8}, keep_alive=0)
        for request in server.requests:
            rest = {k: v for k, v in request.json.items() if k not in {"model", "input"}}
            assert rest == {
                "dimensions": 2,
                "truncate": False,
                "options": {"num_ctx": 8},
                "keep_alive": 0,
            }


def test_batches_are_bounded_by_characters_too() -> None:
    half = "x" * (MOST_CHARACTERS // 2)
    assert [len(batch) for batch in in_batches([half, half, "y", half])] == [2, 2]
    assert list(in_batches(["x" * (MOST_CHARACTERS + 1), "y"])) == [
        ["x" * (MOST_CHARACTERS + 1)],
        ["y"],
    ]
    assert list(in_batches([])) == []


def test_batches_are_read_no_further_than_needed() -> None:
    read: list[int] = []

    def texts() -> Iterator[str]:
        for number in range(10 * MOST_INPUTS):
            read.append(number)
            yield f"t{number}"

    with Server(embed_script) as server, OllamaClient(server.url) as client:
        parts = client.embed_batches(texts(), "m", {})
        assert len(next(parts).vectors) == MOST_INPUTS
        assert len(read) == MOST_INPUTS + 1
        assert len(server.requests) == 1


def test_an_empty_text_is_a_usage_error_that_names_it() -> None:
    with (
        Server(embed_script) as server,
        OllamaClient(server.url) as client,
        pytest.raises(UsageError, match="text 2 is empty"),
    ):
        client.embed(["t1", ""], "m")


@pytest.mark.parametrize("refusal", [NO_PAGE, NO_METHOD, page(404)])
def test_an_older_server_is_asked_text_by_text(refusal: Script) -> None:
    texts = [f"t{number}" for number in range(MOST_INPUTS + 2)]
    with Server(older(refusal)) as server, OllamaClient(server.url) as client:
        reply = client.embed(texts, "m", options={"num_ctx": 8})
        paths = [request.path for request in server.requests]
        first = server.requests[1].json
    assert [vector[0] for vector in reply.vectors] == list(range(len(texts)))
    assert paths == ["/api/embed", *["/api/embeddings"] * len(texts)]
    assert first == {"model": "m", "prompt": "t0", "options": {"num_ctx": 8}}
    assert reply.model == "m"


@pytest.mark.parametrize("fields", [{"dimensions": 2}, {"truncate": False}])
def test_what_an_older_server_cannot_do_is_an_error(fields: dict[str, Any]) -> None:
    (name,) = fields
    with (
        Server(older(NO_PAGE)) as server,
        OllamaClient(server.url) as client,
        pytest.raises(ServerError, match=f"too old for `{name}`"),
    ):
        client.embed("t1", "m", **fields)


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (
            answer(404, b'{"error":"model \\"m\\" not found, try pulling it first"}'),
            ModelNotFoundError,
        ),
        (answer(400, b'{"error":"invalid input type"}'), ServerError),
        (answer(501, b'{"error":"This server does not support embeddings."}'), ServerError),
        (answer(500, b"{}"), ServerError),
    ],
)
def test_any_other_refusal_does_not_lead_to_the_older_route(
    refusal: Script, kind: type[OllamaCliError]
) -> None:
    with Server(older(refusal)) as server, OllamaClient(server.url) as client:
        with pytest.raises(kind) as caught:
            client.embed("t1", "m")
        assert type(caught.value) is kind
        assert [request.path for request in server.requests] == ["/api/embed"]


def test_a_server_that_knows_neither_route_says_so() -> None:
    with Server(NO_PAGE) as server, OllamaClient(server.url) as client:
        with pytest.raises(ServerError) as caught:
            client.embed("t1", "m")
        assert caught.value.http_status == 404
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    "body",
    [
        b'{"embeddings":[]}',
        b'{"embeddings":[[1],[2]]}',
        b'{"embeddings":[[]]}',
        b'{"embeddings":[[0,0]]}',
        b'{"embeddings":[[NaN]]}',
        b'{"embeddings":[[Infinity]]}',
        b'{"embeddings":[[1e999]]}',
        b'{"embeddings":[null]}',
        b'{"embeddings":[["1"]]}',
        b'{"embeddings":null}',
        b'{"embedding":[1]}',
        b"{}",
        b"[]",
        b"null",
        b"rubbish",
    ],
)
def test_vectors_of_no_use_are_an_error(body: bytes) -> None:
    with (
        Server(answer(200, body)) as server,
        OllamaClient(server.url) as client,
        pytest.raises(ProtocolError),
    ):
        client.embed("t1", "m")


def test_an_older_server_may_not_send_an_empty_vector_either() -> None:
    script = by_path({"/api/embeddings": document({"embedding": []})})
    with (
        Server(script) as server,
        OllamaClient(server.url) as client,
        pytest.raises(ProtocolError),
    ):
        client.embed("t1", "m")


def test_one_batch_can_be_had_in_the_servers_own_bytes() -> None:
    body = b' {"embeddings" : [[1.0]]}\n'
    with Server(answer(200, body)) as server, OllamaClient(server.url) as client:
        assert b"".join(client.embed_bytes(["t1"], "m", {"dimensions": 3})) == body
        assert server.requests[0].json == {"model": "m", "input": ["t1"], "dimensions": 3}
