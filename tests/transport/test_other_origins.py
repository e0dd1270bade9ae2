"""What was given for one server is shown to no other one, wherever that points."""

from pathlib import Path

import pytest
from certificates import Authority, SecureServer
from clients import stranger
from dead_ports import closed_port
from hostile import Server, by_path, bytes_then, document, head

from ollama_cli.errors import (
    ConfigError,
    OllamaCliError,
    RefusedError,
    ServerError,
    UnreachableError,
)
from ollama_cli.services.anthropic import AnthropicClient
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.services.openai import OpenAIClient
from ollama_cli.transport.quick_get import quick_get
from ollama_cli.transport.redirects import same_origin

VERSION = document({"version": "1"})
SECRETS = {"Authorization": "Bearer sk-0123456789", "X-Api-Key": "k-9876543210"}


def moved(url: str) -> bytes:
    return head(302, {"Location": url, "Content-Length": "0"})


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_no_header_follows_a_redirect_to_another_server(name: str) -> None:
    with stranger(VERSION) as other:
        place = other.url.replace("127.0.0.1", name) + "/api/version"
        with stranger(bytes_then(moved(place))) as server:
            with OllamaClient(server.url, headers=SECRETS) as client:
                assert client.version() == "1"
            assert server.requests[0].headers.items() >= SECRETS.items()
        assert set(other.requests[0].headers) == {
            "Host",
            "User-Agent",
            "Accept-Encoding",
            "Accept",
            "Connection",
        }


@pytest.mark.parametrize("mark", ["\\", "?", "#", "/\\"])
def test_no_header_follows_a_redirect_that_can_be_read_in_two_ways(mark: str) -> None:
    with stranger(VERSION) as other, stranger(VERSION) as server:
        home = server.url.removeprefix("http://")
        server._scripts = (bytes_then(moved(f"{other.url}{mark}@{home}/x")), VERSION)
        with OllamaClient(server.url, headers=SECRETS) as client:
            assert client.version() == "1"
        assert not any(SECRETS.items() & each.headers.items() for each in other.requests)


@pytest.mark.parametrize(
    "place", ["http://evil.test:9", "//8.8.8.8", "http://evil%2etest", "http://[2002:808:808::1]"]
)
def test_under_local_only_no_redirect_leaves_the_private_net(place: str) -> None:
    with stranger(bytes_then(moved(f"{place}/x"))) as server:
        client = OllamaClient(server.url, local_only=True)
        with client, pytest.raises(RefusedError) as caught:
            client.version()
    assert "a public host, and local_only is set" in caught.value.message
    with stranger(VERSION) as near, stranger(bytes_then(moved(near.url))) as server:
        assert OllamaClient(server.url, local_only=True).version() == "1"


@pytest.mark.parametrize("place", ["http://134744072", "http://1.2.3.4.5", "http://a..lan"])
def test_a_redirect_to_a_host_that_could_be_read_in_two_ways_is_not_followed(place: str) -> None:
    with (
        stranger(bytes_then(moved(f"{place}/x"))) as server,
        OllamaClient(server.url) as client,
        pytest.raises(ServerError, match="points to no address"),
    ):
        client.version()


def test_headers_follow_a_redirect_within_the_server() -> None:
    script = by_path({"/api/version": bytes_then(moved("/v")), "/v": VERSION})
    with Server(script) as server, OllamaClient(server.url, headers=SECRETS) as client:
        client.version()
        assert server.requests[1].headers.items() >= SECRETS.items()


def test_no_header_comes_back_after_a_way_round() -> None:
    """A to B to A: what B says is no longer ours, but A is whom the key is for."""
    with stranger(VERSION) as away, stranger(VERSION, VERSION) as server:
        away._scripts = (bytes_then(moved(server.url + "/back")),)
        server._scripts = (bytes_then(moved(away.url + "/there")), VERSION)
        with OllamaClient(server.url, headers=SECRETS) as client:
            assert client.version() == "1"
        assert "Authorization" not in away.requests[0].headers
        assert [request.path for request in server.requests] == ["/api/version", "/back"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://h", "https://H:443/x", True),
        ("http://h:80", "http://u:p@h/", True),
        ("http://h", "https://h", False),
        ("http://h:443", "https://h:443", False),
        ("http://h", "http://h.", False),
        ("http://h", "http://h@evil", False),
        ("http://h", "http://evil#@h", False),
    ],
)
def test_an_origin_is_scheme_host_and_port(one: str, other: str, same: bool) -> None:
    assert same_origin(one, other) is same


def test_a_server_is_asked_with_its_authority_and_no_other(authority: Authority) -> None:
    with SecureServer(authority.context(), VERSION) as server:
        with OllamaClient(server.url, ca_file=str(authority.file), headers=SECRETS) as client:
            assert client.version() == "1"
        with (
            OllamaClient(server.url, headers=SECRETS) as client,
            pytest.raises(UnreachableError, match="certificate verify failed"),
        ):
            client.version()
        assert len(server.requests) == 1


def test_whoever_is_insecure_asks_anybody(authority: Authority) -> None:
    with (
        SecureServer(authority.context(), VERSION) as server,
        OllamaClient(server.url, insecure=True) as client,
    ):
        assert client.version() == "1"


def test_insecure_is_for_one_server_alone(authority: Authority) -> None:
    with (
        SecureServer(authority.context(), VERSION) as other,
        SecureServer(authority.context(), bytes_then(moved(other.url))) as server,
        OllamaClient(server.url, insecure=True) as client,
        pytest.raises(UnreachableError, match="certificate verify failed"),
    ):
        client.version()
    assert (other.requests, other.failed) == ([], 1)


@pytest.mark.parametrize("together", [True, False])
def test_a_certificate_is_shown_to_the_server_that_wants_it(
    authority: Authority, tmp_path: Path, together: bool
) -> None:
    certificate, key = authority.certificate("me")
    both = tmp_path / "both.pem"
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    shown = str(both) if together else (str(certificate), str(key))
    trusted = str(authority.file)
    with SecureServer(authority.context(wants_certificate=True), VERSION) as server:
        with OllamaClient(server.url, ca_file=trusted, client_cert=shown) as client:
            assert client.version() == "1"
        assert server.visitors == ["me"]


def test_a_server_that_wants_a_certificate_and_sees_none(authority: Authority) -> None:
    with SecureServer(authority.context(wants_certificate=True), VERSION) as server:
        with (
            OllamaClient(server.url, ca_file=str(authority.file)) as client,
            pytest.raises(OllamaCliError) as caught,
        ):
            client.version()
        assert server.requests == []
    assert caught.value.exit_code == 3
    assert "certificate required" in caught.value.message
    assert "client_cert" in str(caught.value.hint)


def test_a_certificate_is_not_shown_where_the_server_points(
    authority: Authority, tmp_path: Path
) -> None:
    certificate, key = authority.certificate("me")
    context = authority.context()
    context.verify_mode = 1  # type: ignore[assignment]  # CERT_OPTIONAL: asks, and takes none
    trusted = str(authority.file)
    with SecureServer(context, VERSION) as other:
        with SecureServer(context, bytes_then(moved(other.url))) as server:
            pair = str(certificate), str(key)
            with OllamaClient(server.url, ca_file=trusted, client_cert=pair) as client:
                assert client.version() == "1"
            assert server.visitors == ["me"]
        assert (len(other.requests), other.visitors) == (1, [])
    assert tmp_path.exists()


def test_a_certificate_that_cannot_be_used_is_told_of(authority: Authority, tmp_path: Path) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_text("no certificate", encoding="utf-8")
    with (
        SecureServer(authority.context(), VERSION) as server,
        OllamaClient(server.url, insecure=True, client_cert=str(bad)) as client,
        pytest.raises(UnreachableError) as caught,
    ):
        client.version()
    assert "client_cert" in str(caught.value.hint)


def test_a_glance_shows_headers_that_can_be_sent() -> None:
    with Server(VERSION) as server:
        asked = {"seconds": 5.0, "environ": {}, "ca_file": None}
        root = server.url.replace("http://", "http://user:pw@")
        assert quick_get(root, "/", **asked, headers=SECRETS)  # type: ignore[arg-type]  # keywords
        bad = {"Authorization": "Bearer x\r\nX-Evil: 1"}
        assert quick_get(root, "/", **asked, headers=bad) is None  # type: ignore[arg-type]  # likewise
    [request] = server.requests
    assert request.headers.items() >= SECRETS.items()


def test_a_header_that_cannot_be_sent_is_not_sent() -> None:
    with pytest.raises(ConfigError, match="the header X-Key holds"):
        OllamaClient("http://h", headers={"X-Key": "a\nb"})


@pytest.mark.parametrize("kind", [OllamaClient, OpenAIClient, AnthropicClient])
def test_under_local_only_nothing_is_sent_to_a_public_host(kind: type[OllamaClient]) -> None:
    for address in ("http://192.0.2.1", "https://user:pw@ollama.example.com"):
        client = kind(address, local_only=True)
        with pytest.raises(RefusedError, match="is a public host, and local_only is set") as caught:
            client.list_models()
        assert "pw" not in caught.value.message
        with pytest.raises(RefusedError):
            next(client.chat("m", [{"role": "user", "content": "secret"}]))


@pytest.mark.parametrize("cert", ["/nope.pem", (__file__, "/nope.pem")])
def test_a_certificate_of_ours_that_is_missing(cert: str | tuple[str, str]) -> None:
    client = OllamaClient(f"https://127.0.0.1:{closed_port()}", client_cert=cert)
    with pytest.raises(ConfigError, match=r"no such file: /nope.pem \(the client's certificate\)"):
        client.version()
