"""Pulls: the order of the lines, resume, verification, and what is installed in the end."""

import hashlib
import http.client
import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from ollama_cli.demo import DemoServer, catalogue
from ollama_cli.demo.layers import BLOCK, Blob, Layer
from ollama_cli.demo.peer import GoneError

SMALL = "nomic-embed-text"


def _pull(demo: Any, model: str = SMALL, **more: Any) -> list[Any]:
    events: list[Any] = demo("/api/pull", {"model": model, **more}).events
    return events


def _statuses(events: list[Any]) -> list[str]:
    return list(dict.fromkeys(event["status"] for event in events))


def test_a_pull_in_the_recorded_order(demo: Any) -> None:
    reply = demo("/api/pull", {"model": SMALL})
    assert reply.headers["Content-Type"] == "application/x-ndjson"
    events = reply.events
    first, *layers, verifying, writing, success = _statuses(events)
    assert first == "pulling manifest"
    assert (verifying, writing, success) == (
        "verifying sha256 digest", "writing manifest", "success",
    )  # fmt: skip
    assert len(layers) == 3
    large = [event for event in events if event["status"] == layers[0]]
    assert "completed" not in large[0]
    completed = [event["completed"] for event in large[1:]]
    assert completed == sorted(set(completed))
    assert len(completed) >= 16
    assert completed[-1] == large[0]["total"] == 8_000_000
    digest = large[0]["digest"]
    assert layers[0] == f"pulling {digest[7:19]}"


def test_a_pulled_model_works(demo: Any) -> None:
    _pull(demo)
    model, *_ = demo("/api/tags").json["models"]
    assert (model["name"], model["capabilities"]) == (f"{SMALL}:latest", ["embedding"])
    assert model["size"] > 8_000_000
    shown = demo("/api/show", {"model": SMALL}).json
    assert "the demo's own" in shown["license"]
    assert len(demo("/api/embed", {"model": SMALL, "input": "x"}).json["embeddings"][0]) == 256


def test_a_pulled_language_model_answers(demo: Any) -> None:
    assert _pull(demo, "llama3.2")[-1] == {"status": "success"}
    wanted = {"model": "llama3.2", "prompt": "tides", "options": {"num_predict": 3}}
    assert demo("/api/generate", wanted).events[-1]["eval_count"] == 3


def test_present_blobs_take_one_line_each(demo: Any) -> None:
    _pull(demo)
    events = _pull(demo)
    assert len(events) == 7
    assert all(event["completed"] == event["total"] for event in events[1:4])


def test_delete_frees_the_blobs(demo: Any) -> None:
    _pull(demo)
    demo("/api/copy", {"source": SMALL, "destination": "mine"})
    demo("/api/delete", {"model": SMALL}, method="DELETE")
    assert len(_pull(demo)) == 7
    for name in (SMALL, "mine"):
        demo("/api/delete", {"model": name}, method="DELETE")
    assert len(_pull(demo)) > 16


@pytest.mark.parametrize("name", ["nope", "llama3:70b", "demo"])
def test_unknown_names_fail_in_the_stream(demo: Any, name: str) -> None:
    reply = demo("/api/pull", {"name": name})
    assert reply.status == 200
    assert reply.events == [
        {"status": "pulling manifest"},
        {"error": "pull model manifest: file does not exist"},
    ]


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"model": "bad name"}, 400, "invalid model name"),
        ({}, 400, "invalid model name"),
        ({"model": "x:cloud:local"}, 400, 'use either :local or :cloud, not both: "x:cloud:local"'),
        ({"model": "nope", "stream": False}, 500, "pull model manifest: file does not exist"),
    ],
)
def test_refusals(demo: Any, body: dict[str, Any], status: int, text: str) -> None:
    reply = demo("/api/pull", body)
    assert (reply.status, reply.error) == (status, text)


def test_one_document_where_no_stream_is_wanted(demo: Any) -> None:
    reply = demo("/api/pull", {"model": SMALL, "stream": False})
    assert (reply.status, reply.body) == (200, b'{"status":"success"}')
    assert reply.headers["Content-Type"] == "application/json"


def test_a_pull_resumes_after_a_disconnect(asking: Any) -> None:
    with DemoServer(bytes_per_second=20_000_000) as server:
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
        connection.request("POST", "/api/pull", json.dumps({"model": SMALL}))
        answer = connection.getresponse()
        seen = 0
        while seen == 0:
            seen = json.loads(answer.readline()).get("completed", 0)
        assert isinstance(connection.sock, socket.socket)
        connection.sock.shutdown(socket.SHUT_RDWR)
        answer.close()
        connection.close()
        while server._listener and server._listener._open:
            time.sleep(0.01)
        server._machine.bytes_per_second = 0
        events = asking(server.url, "/api/pull", {"model": SMALL}).events
        assert events[1]["completed"] >= seen
        assert events[1]["completed"] < events[1]["total"]
        assert events[-1] == {"status": "success"}


def test_a_damaged_blob_is_found_and_fetched_again(server: DemoServer, demo: Any) -> None:
    layer = catalogue.registry()[f"{SMALL}:latest"].layers[0]
    blob = server._machine.library.blob(layer)
    blob.receive(1000)
    blob._file.seek(10)
    blob._file.write(b"damage")
    last = _pull(demo)[-1]
    assert last["error"].startswith("digest mismatch, file must be downloaded again: want sha256:")
    assert _pull(demo)[-1] == {"status": "success"}


def test_a_full_disk_ends_the_pull(
    server: DemoServer, demo: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Blob, "receive", full)
    assert _pull(demo)[-1]["error"].endswith("no space left on device")
    assert len(server._machine.library.all()) == 2


def test_a_layer_reads_the_same_in_any_pieces() -> None:
    layer = Layer("kind", b"text " * 20_000, 5 * BLOCK + 7)
    whole = layer.read(0, layer.size)
    assert len(whole) == layer.size
    assert whole.startswith(b"text text ")
    assert layer.digest == f"sha256:{hashlib.sha256(whole).hexdigest()}"
    assert b"".join(layer.read(start, 1000) for start in range(0, layer.size, 1000)) == whole
    assert whole[3 * BLOCK : 4 * BLOCK] != whole[4 * BLOCK : 5 * BLOCK]


def test_a_manifest_names_its_layers() -> None:
    model = catalogue.registry()["llama3:8b"]
    manifest = json.loads(model.manifest)
    assert manifest["layers"][0]["size"] == 32_000_000
    assert manifest["config"]["digest"] == model.layers[-1].digest
    assert model.digest == hashlib.sha256(model.manifest).hexdigest()


def test_a_closed_server_gives_no_blobs() -> None:
    server = DemoServer()
    layer = Layer("kind", b"text")
    blob = server._machine.library.blob(layer)
    server.close()
    with pytest.raises(GoneError):
        blob.receive(1)
    with pytest.raises(GoneError):
        server._machine.library.blob(layer)
    server._machine.library.discard(Layer("kind", b"other"))
