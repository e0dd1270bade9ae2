"""The registry: manifests, ranges of blobs, its errors and faults; and which blobs are there."""

import hashlib
import http.client
from typing import Any
from urllib.parse import urlsplit

import pytest

from ollama_cli.demo import DemoServer, catalogue, faults

LLAMA = "/v2/library/llama3.2/manifests/latest"
SMALL = catalogue.registry()["nomic-embed-text:latest"]
BLOBS = "/v2/library/nomic-embed-text/blobs/"


def test_a_manifest_lists_the_layers_with_true_digests_and_sizes(demo: Any) -> None:
    reply = demo(LLAMA)
    assert reply.status == 200
    assert reply.headers["Content-Type"] == ("application/vnd.docker.distribution.manifest.v2+json")
    digest = f"sha256:{hashlib.sha256(reply.body).hexdigest()}"
    assert reply.headers["Docker-Content-Digest"] == digest
    assert reply.headers["ETag"] == f'"{digest}"'
    assert demo(LLAMA.replace("latest", digest)).body == reply.body
    manifest = reply.json
    kinds = [layer["mediaType"].rpartition(".")[2] for layer in manifest["layers"]]
    assert kinds == ["model", "license", "template", "system", "params"]
    for layer in [*manifest["layers"], manifest["config"]]:
        blob = demo(f"/v2/library/llama3.2/blobs/{layer['digest']}").body
        assert len(blob) == layer["size"]
        assert f"sha256:{hashlib.sha256(blob).hexdigest()}" == layer["digest"]


def test_a_pull_brings_what_the_manifest_says(demo: Any) -> None:
    manifest = demo(LLAMA).json
    listed = {layer["digest"]: layer["size"] for layer in manifest["layers"]}
    listed[manifest["config"]["digest"]] = manifest["config"]["size"]
    events = demo("/api/pull", {"model": "llama3.2"}).events
    assert {each["digest"]: each["total"] for each in events if "digest" in each} == listed


def test_head_says_what_get_would(demo: Any) -> None:
    for path in (LLAMA, BLOBS + SMALL.layers[0].digest):
        head, whole = demo(path, method="HEAD"), demo(path)
        assert (head.status, head.body) == (200, b"")
        assert head.headers | {"Date": ""} == whole.headers | {"Date": ""}


def test_the_root_says_that_it_is_a_registry(demo: Any) -> None:
    reply = demo("/v2/")
    assert (reply.status, reply.json) == (200, {})
    assert reply.headers["Docker-Distribution-Api-Version"] == "registry/2.0"


@pytest.mark.parametrize(
    ("path", "code", "detail"),
    [
        ("library/llama3.2/manifests/nope", "MANIFEST_UNKNOWN", {"Tag": "nope"}),
        ("library/nope/manifests/latest", "MANIFEST_UNKNOWN", {"Tag": "latest"}),
        ("me/llama3.2/manifests/latest", "MANIFEST_UNKNOWN", {"Tag": "latest"}),
        ("library/demo/manifests/latest", "MANIFEST_UNKNOWN", {"Tag": "latest"}),
        ("library/llama3.2/blobs/sha256:0", "BLOB_UNKNOWN", "sha256:0"),
        (
            f"library/llama3.2/blobs/{SMALL.layers[0].digest}",
            "BLOB_UNKNOWN",
            SMALL.layers[0].digest,
        ),
    ],
)
def test_what_it_has_not_is_refused_in_its_own_words(
    demo: Any, path: str, code: str, detail: object
) -> None:
    reply = demo(f"/v2/{path}")
    assert reply.status == 404
    (error,) = reply.json["errors"]
    assert (error["code"], error["detail"]) == (code, detail)
    assert "unknown" in error["message"]


def test_other_paths_and_methods_lead_nowhere(demo: Any) -> None:
    assert demo("/v2/llama3.2/manifests/latest").status == 404
    assert demo("/v2/_catalog").status == 404
    assert demo(LLAMA, b"", method="PUT").status == 405


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=7999990-", 7_999_990, 8_000_000),
        ("bytes=7999990-99999999", 7_999_990, 8_000_000),
        ("bytes=-10", 7_999_990, 8_000_000),
        ("bytes=-99999999", 0, 8_000_000),
        ("bytes=65530-65550", 65_530, 65_550 + 1),
    ],
)
def test_a_range_of_a_blob(demo: Any, asked: str, start: int, end: int) -> None:
    layer = SMALL.layers[0]
    reply = demo(BLOBS + layer.digest, headers={"Range": asked})
    assert reply.status == 206
    assert reply.headers["Content-Range"] == f"bytes {start}-{end - 1}/8000000"
    assert reply.body == layer.read(start, end - start)


@pytest.mark.parametrize("asked", ["bytes=8000000-", "bytes=9000000-9000001", "bytes=-0"])
def test_a_range_beyond_the_end(demo: Any, asked: str) -> None:
    reply = demo(BLOBS + SMALL.layers[0].digest, headers={"Range": asked})
    assert (reply.status, reply.body) == (416, b"")
    assert reply.headers["Content-Range"] == "bytes */8000000"


@pytest.mark.parametrize(
    "asked", ["bytes=9-3", "bytes=-", "bytes=0-1,5-6", "lines=0-1", f"bytes={'9' * 5000}-"]
)
def test_what_is_no_range_gets_the_whole(demo: Any, asked: str) -> None:
    digest = SMALL.layers[1].digest
    reply = demo(BLOBS + digest, headers={"Range": asked})
    assert (reply.status, reply.body) == (200, SMALL.layers[1].text)


def test_which_blobs_are_there(demo: Any) -> None:
    digest = SMALL.layers[0].digest
    dashed = digest.replace(":", "-")

    def head(name: str) -> tuple[int, str | None, str | None]:
        """What was recorded of a real server: the status, and these two headers."""
        reply = demo(f"/api/blobs/{name}", method="HEAD")
        assert reply.body == b""
        return reply.status, *map(reply.headers.get, ("Content-Type", "Content-Length"))

    assert head(digest) == (404, "application/json; charset=utf-8", "102")
    demo("/api/pull", {"model": "nomic-embed-text"})
    assert head(digest) == head(dashed) == (200, None, None)
    demo("/api/delete", {"model": "nomic-embed-text"}, method="DELETE")
    assert head(digest)[0] == 404
    assert head("sha256:xyz")[0] == 400
    assert demo(f"/api/blobs/{digest}").status == 405


def test_partial_blobs_are_not_there_and_built_in_ones_are(server: DemoServer, demo: Any) -> None:
    layer = SMALL.layers[0]
    server._machine.library.blob(layer).receive(1000)
    assert demo(f"/api/blobs/{layer.digest}", method="HEAD").status == 404
    built_in = catalogue.built_in()["demo:latest"].layers[0].digest
    assert demo(f"/api/blobs/{built_in}", method="HEAD").status == 200


def test_a_lying_registry_claims_other_sizes(asking: Any) -> None:
    with DemoServer(fault="registry-lies", fault_times=1) as server:
        lie, truth = (asking(server.url, LLAMA) for _ in range(2))
    assert lie.headers["Docker-Content-Digest"] == truth.headers["Docker-Content-Digest"]
    lying, true = ([each["size"] for each in reply.json["layers"]] for reply in (lie, truth))
    assert lying == [true[0] // 10, *true[1:], 3_000_000_000]


def test_a_registry_that_answers_html(asking: Any) -> None:
    with DemoServer(fault="registry-html") as server:
        reply = asking(server.url, LLAMA)
        assert asking(server.url, "/api/version").json == {"version": "0.32.15"}
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html")
    assert b"<title>Welcome" in reply.body


def test_a_slow_registry_drips_without_a_pause_that_is_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(faults, "DRIP", 0.0001)
    with DemoServer(fault="registry-slow", fault_times=1) as server:
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
        connection.request("GET", "/v2/library/nomic-embed-text/manifests/latest")
        with connection.getresponse() as answer:
            first = answer.read1()
            rest = answer.read()
        connection.close()
        assert 0 < len(first) < 100 < len(rest)
        assert first + rest == SMALL.manifest


def test_a_model_of_many_tensors() -> None:
    model = catalogue.registry()["qwen3:4b-mlx"]
    assert model.is_tensor
    tensors = [layer for layer in model.layers if layer.is_tensor]
    assert len(tensors) == len({layer.digest for layer in tensors}) == 26
    assert sum(layer.size for layer in tensors) == 52_000_000
    assert not catalogue.registry()["llama3.2:latest"].is_tensor


def test_a_layer_that_a_built_in_model_shares_is_there_for_pulls_too(demo: Any) -> None:
    shared = [
        layer["digest"]
        for layer in demo(LLAMA).json["layers"]
        if demo(f"/api/blobs/{layer['digest']}", method="HEAD").status == 200
    ]
    assert len(shared) == 2
    events = demo("/api/pull", {"model": "llama3.2"}).events
    told = [each for each in events if each.get("digest") in shared]
    assert [each["completed"] for each in told] == [each["total"] for each in told]
    assert len(told) == 2
