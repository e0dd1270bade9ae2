"""The stub: what a model's name asks for, and that it frames and counts as it says."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import requests

from benchmarks.processes import Bench
from benchmarks.stub import bodies
from benchmarks.stub.wishes import Wish, read_wish
from ollama_cli.types.pull_events import ChunkProgress, PullEvent, Success
from ollama_cli.wire import ndjson
from ollama_cli.wire.pull import PullParser


def events(text: bytes) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def connection(bench: Bench) -> Iterator[http.client.HTTPConnection]:
    with closing(http.client.HTTPConnection(bench.url.rpartition("/")[2])) as opened:
        yield opened


@pytest.mark.parametrize(
    ("model", "wish"),
    [
        ("llama3.2", Wish()),
        ("events-5:latest", Wish(events=5)),
        ("events-5.rate-2000.close", Wish(events=5, rate=2000, close=True)),
        ("events-1.size-16:latest", Wish(events=1, size=16)),
        ("delay-20.dims-8.markdown", Wish(delay=20, dims=8, markdown=True)),
    ],
)
def test_the_name_of_a_model_tells_what_is_wished(model: str, wish: Wish) -> None:
    assert read_wish(model) == wish


@pytest.mark.parametrize(
    ("model", "capability"), [("events-5", "completion"), ("dims-64", "embedding")]
)
def test_a_model_writes_or_makes_vectors(bench: Bench, model: str, capability: str) -> None:
    """Of one that did both, `ollama run` would ask for a vector, and be measured with that."""
    shown = requests.post(f"{bench.url}/api/show", json={"model": model}, timeout=5).json()
    assert shown["capabilities"] == [capability]


def test_each_event_is_one_chunk(bench: Bench) -> None:
    with requests.post(
        f"{bench.url}/api/generate", json={"model": "events-3"}, stream=True, timeout=5
    ) as response:
        assert response.headers["Transfer-Encoding"] == "chunked"
        chunks = list(response.raw.read_chunked())
    assert [json.loads(chunk)["done"] for chunk in chunks] == [False, False, False, True]


def test_a_body_that_is_not_chunked_ends_with_its_connection(bench: Bench) -> None:
    model = {"model": "events-3.close"}
    response = requests.post(f"{bench.url}/api/chat", json=model, timeout=5)
    assert "Transfer-Encoding" not in response.headers
    assert [event["done"] for event in events(response.content)] == [False, False, False, True]


@pytest.mark.parametrize("framing", ["", ".close"])
def test_paced_tokens_tell_when_they_were_sent(bench: Bench, framing: str) -> None:
    before = time.monotonic_ns()
    model = {"model": f"events-3.rate-1000{framing}"}
    response = requests.post(f"{bench.url}/api/generate", json=model, timeout=5)
    *tokens, last = events(response.content)
    sent = [int(token["response"]) for token in tokens]
    assert before < sent[0] < sent[1] < sent[2] < time.monotonic_ns()
    assert last["done"] is True


def test_a_pull_ends_with_success_and_whole_layers() -> None:
    found: list[PullEvent] = []
    PullParser().read(ndjson.decode(bodies.lines("pull", Wish(events=32))), found)
    chunks = [event for event in found if isinstance(event, ChunkProgress)]
    assert len(chunks) == 32
    assert all(chunk.completed == chunk.total for chunk in chunks[-8:])
    assert isinstance(found[-1], Success)


def test_markdown_has_as_many_tokens_as_are_wished() -> None:
    text = bodies.markdown(500)
    assert len(text) == 500
    assert {"##", "```python", "|---|---|"} <= set("".join(text).split())


def test_a_list_is_as_long_as_it_was_told_and_has_the_named_ones(bench: Bench) -> None:
    bench.list_models(5, ["one:latest"])
    listed = requests.get(f"{bench.url}/api/tags", timeout=5).json()["models"]
    assert [model["name"] for model in listed][:2] == ["one:latest", "model-0:latest"]
    assert len(listed) == 5


def test_vectors_are_as_many_and_as_long_as_asked(bench: Bench) -> None:
    body = {"model": "dims-3", "input": ["text"] * 40}
    vectors = requests.post(f"{bench.url}/api/embed", json=body, timeout=5).json()["embeddings"]
    assert [len(vector) for vector in vectors] == [3] * 40


def test_connections_are_kept_and_counted(connection: http.client.HTTPConnection) -> None:
    connection.request("POST", "/stub")
    connection.getresponse().read()
    for method, path in (("HEAD", "/"), ("GET", "/api/version"), ("GET", "/nothing")):
        connection.request(method, path)
        connection.getresponse().read()
    connection.request("POST", "/stub")
    seen = json.load(connection.getresponse())
    requested = ["HEAD /", "GET /api/version", "GET /nothing"]
    assert seen == {"connections": 1, "requests": requested}
