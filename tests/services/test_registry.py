"""A registry is asked in good time, without a secret of the server's, and believed with care."""

import base64
import re
import threading

import pytest
from dead_ports import closed_port
from hostile import Peer, Script, Server, answer, bytes_then, document, drip, head, page
from registries import CONFIG, LAYERS, MANIFEST_TYPE, PARAMS, digest_of, manifest, registry

from ollama_cli.errors import (
    AuthError,
    ModelNotFoundError,
    OllamaCliError,
    ProtocolError,
    ServerError,
    StreamCutError,
    TimedOutError,
    UnaskedError,
    UnreachableError,
)
from ollama_cli.services.registry import Registry

SOON = 0.3


def test_the_request_is_that_of_the_server_itself() -> None:
    with Server(registry(model="me/my.model", tag="8b")) as server:
        found = Registry(server.url).manifest("me/my.model:8b")
        sent = server.requests[0]
    assert (sent.method, sent.path) == ("GET", "/v2/me/my.model/manifests/8b")
    assert sent.headers["Accept"] == MANIFEST_TYPE
    assert "Authorization" not in sent.headers
    assert [layer.size for layer in found.layers] == [*(len(d) for _, d in LAYERS), len(CONFIG)]


def test_a_password_of_the_registry_goes_to_the_registry_and_not_where_it_points() -> None:
    with Server(answer(200, manifest())) as other:
        points = answer(307, b"", {"Location": f"{other.url}/elsewhere"})
        with Server(points) as server:
            url = server.url.replace("://", "://me:s3cret@")
            Registry(url).manifest("m")
        assert server.requests[0].headers["Authorization"] == "Basic " + base64.b64encode(
            b"me:s3cret"
        ).decode("ascii")
    assert other.requests[0].path == "/elsewhere"
    assert "Authorization" not in other.requests[0].headers


@pytest.mark.parametrize(
    ("name", "url", "insecure"),
    [
        ("m", "{registry}", False),
        ("registry.ollama.ai/library/m", "{registry}", False),
        ("{host}/library/m:latest", "{registry}", False),
        ("{host}/library/m:latest", "{registry}", True),
        ("{host}/library/m", "https://registry.example.com", True),
    ],
)
def test_which_registry_is_asked(name: str, url: str, insecure: bool) -> None:
    with Server(registry()) as server:
        host = server.url.partition("://")[2]
        client = Registry(url.format(registry=server.url))
        assert client.manifest(name.format(host=host), insecure=insecure).layers
        assert server.requests[0].path == "/v2/library/m/manifests/latest"


@pytest.mark.parametrize(
    ("name", "insecure", "told"),
    [
        ("hf.co/me/m:Q4", False, "it comes from hf.co, which is not asked"),
        ("hf.co/me/m:Q4", True, "it comes from hf.co, which is not asked"),
        ("127.0.0.1:9/library/m", False, "127.0.0.1:9, which is asked with --insecure only"),
        ("m@sha256:ab", True, "no model can be named 'm@sha256:ab'"),
    ],
)
def test_where_nobody_can_be_asked(name: str, insecure: bool, told: str) -> None:
    with Server(registry()) as server:
        with pytest.raises(UnaskedError, match=told):
            Registry(server.url).manifest(name, insecure=insecure)
        assert not server.requests


def test_nobody_is_asked_where_the_registry_is_none() -> None:
    with pytest.raises(UnaskedError, match="no registry shall be asked"):
        Registry("none").manifest("127.0.0.1:9/a/b", insecure=True)


def test_a_public_registry_is_asked_through_the_proxy_and_a_near_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Server(answer(200, manifest())) as proxy, Server(registry()) as near:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert Registry("http://registry.example.com").manifest("m").layers
        assert Registry(near.url).manifest("m").layers
        (asked,) = proxy.requests
    assert asked.path == "http://registry.example.com/v2/library/m/manifests/latest"
    assert asked.headers["Host"] == "registry.example.com"


def test_an_unknown_model_is_told_by_its_name() -> None:
    with Server(registry()) as server, pytest.raises(ModelNotFoundError) as caught:
        Registry(server.url).manifest("nobody:1b")
    assert caught.value.model == "nobody:1b"
    assert caught.value.message == f"the registry at {server.url} knows no model 'nobody:1b'"


CIRCLE = answer(307, b"", {"Location": "/v2/library/m/manifests/latest"})
ENDLESS = head(200, {"Content-Type": MANIFEST_TYPE})


def _flood(peer: Peer) -> None:
    peer.send(ENDLESS)
    for _ in range(20):
        peer.send(b" " * (1 << 20))


@pytest.mark.parametrize(
    ("script", "kind", "told"),
    [
        (page(), ProtocolError, "the registry at .* sent no manifest"),
        (page(500), ServerError, "the registry at .* answers 500"),
        (answer(429), ServerError, "answers 429"),
        (answer(307), ServerError, "answers 307"),
        (answer(204), ServerError, "answers 204"),
        (answer(401), AuthError, "the registry at .* wants a sign-in"),
        (answer(403), AuthError, "wants a sign-in"),
        (answer(307, b"", {"Location": "ftp://h/x"}), ServerError, "points to no address"),
        (CIRCLE, ServerError, "the registry at .* redirects in circles"),
        (document({"layers": [{}]}), ProtocolError, "sent no manifest"),
        (document([1, 2]), ProtocolError, "sent no manifest"),
        (answer(200, manifest()[:-3]), ProtocolError, "the registry at .* sent no manifest"),
        (_flood, ServerError, "the registry at .* sent more than 8388608 bytes"),
        (bytes_then(b"HTTP/1.1 2"), ServerError, "the registry at "),
        (bytes_then(b"\x15\x03\x01"), ServerError, "the registry at "),
        (Peer.reset, ServerError, "the registry at "),
        (bytes_then(head(200, {"Content-Length": "900"}) + b"{"), ServerError, "was cut off"),
    ],
)
def test_a_registry_that_is_broken(script: Script, kind: type[Exception], told: str) -> None:
    with Server(script) as server, pytest.raises(OllamaCliError) as caught:
        Registry(server.url).manifest("m")
    assert type(caught.value) in {kind, StreamCutError}
    assert re.search(told, caught.value.message)
    assert caught.value.hint is None


def test_a_registry_that_is_away() -> None:
    address = f"http://127.0.0.1:{closed_port()}"
    with pytest.raises(UnreachableError) as caught:
        Registry(address).manifest("m")
    assert caught.value.message == f"no way to the registry at {address}: connection refused"


SLOW = [
    Peer.stall,
    bytes_then(ENDLESS, Peer.stall),
    bytes_then(b"HTTP/1.1 200 OK\r\nX: ", Peer.stall),
]


def _dripping(data: bytes) -> Script:
    def script(peer: Peer) -> None:
        over = threading.Event()
        for byte in data:
            peer.send(bytes([byte]))
            over.wait(SOON / 10)

    return script


@pytest.mark.parametrize("script", [*SLOW, _dripping(ENDLESS), _dripping(ENDLESS[:20] * 9)])
def test_patience_is_for_the_whole_answer_however_it_drips(script: Script) -> None:
    with Server(script) as server:
        client = Registry(server.url, patience=SOON)
        with pytest.raises(TimedOutError) as caught:
            client.manifest("m")
        assert caught.value.message.startswith("the registry at ")
        client.close()


def test_a_look_up_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def hang(*_: object, **__: object) -> None:
        over.wait(10)
        raise OSError("over")

    monkeypatch.setattr("socket.getaddrinfo", hang)
    try:
        with pytest.raises(TimedOutError, match=r"did not answer in full within 0\.3 s"):
            Registry("http://registry.example.com", patience=SOON).manifest("m")
    finally:
        over.set()


def test_a_slow_drip_that_ends_in_time_is_an_answer() -> None:
    whole = head(200, {"Content-Type": MANIFEST_TYPE}) + manifest()
    with Server(drip(whole)) as server:
        assert Registry(server.url).manifest("m").layers


def test_a_blob_is_verified() -> None:
    with Server(registry(), answer(200, b"{}")) as server:
        client = Registry(server.url)
        assert client.blob("m", digest_of(PARAMS)) == PARAMS
        with pytest.raises(ProtocolError, match="sent another blob than sha256:"):
            client.blob("m", digest_of(PARAMS))
        client.close()


def test_a_blob_behind_a_redirect() -> None:
    with Server(answer(200, PARAMS)) as other:
        with Server(answer(307, b"", {"Location": f"{other.url}/data"})) as server:
            assert Registry(server.url).blob("m", digest_of(PARAMS)) == PARAMS
        assert other.requests[0].path == "/data"


def test_a_blob_that_is_not_small() -> None:
    large = answer(200, b"x" * (2 << 20))
    with Server(large) as server, pytest.raises(ServerError, match="sent more than 1048576 bytes"):
        Registry(server.url).blob("m", digest_of(PARAMS))
