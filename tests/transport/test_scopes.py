"""Link-local addresses are asked with their scope, which no server is told."""

import socket
from typing import Any

import pytest
from hostile import Server, answer, document
from urllib3.exceptions import NewConnectionError

from ollama_cli.errors import UnreachableError
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.transport import probe, redirects, scopes
from ollama_cli.transport.errors import translate
from ollama_cli.transport.quick_get import quick_get
from ollama_cli.types.urls import host_of, is_private, parse_host


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record what the resolver is asked, and lead all of it to loopback."""
    asked: list[str] = []
    look_up = socket.getaddrinfo

    def lead(host: str, port: int, *_: object, **__: object) -> Any:
        if host != "127.0.0.1":  # where the server itself is
            asked.append(host)
        return look_up("127.0.0.1", port, type=socket.SOCK_STREAM)

    monkeypatch.setattr(socket, "getaddrinfo", lead)
    return asked


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("[fe80::1%eth0]", "fe80::1%eth0"),
        ("[fe80::1%25eth0]", "fe80::1%eth0"),
        ("[FE80::1%Ethernet-2]", "fe80::1%Ethernet-2"),
        ("[fe80::1%4]", "fe80::1%4"),
        ("[fe80::1%41]", "fe80::1%41"),
        ("[fe80::1%2541]", "fe80::1%41"),
        ("[fe80::1%ed0]", "fe80::1%ed0"),
        ("[fe80::1%en0.5]", "fe80::1%en0.5"),
    ],
)
def test_a_server_is_asked_with_its_scope(typed: str, asked: str, looked_up: list[str]) -> None:
    with Server(document({"models": []})) as server:
        host = f"http://{typed}:{server.port}"
        with OllamaClient(host) as client:
            assert client.list_models() == []
            assert client.base_url == f"http://[{asked}]:{server.port}"
        root = parse_host(host)
        found = quick_get(root, "/api/tags", seconds=5, environ={}, ca_file=None)
        assert found == b'{"models": []}'
        told = {each.headers["Host"] for each in server.requests}
    assert set(looked_up) == {asked}
    assert told == {f"[{asked.partition('%')[0]}]:{server.port}"}
    assert is_private(host_of(root))


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/there", "http://[fe80::1%25eth0]:1/there"),
        ("http://[fe80::1]:1/there", "http://[fe80::1%25eth0]:1/there"),
        ("http://[fe80::1%25eth1]:1/", "http://[fe80::1%25eth1]:1/"),
        ("http://[fe80::1]:2/", "http://[fe80::1]:2/"),
        ("http://[fe80::2]:1/", "http://[fe80::2]:1/"),
        ("https://gpu.example/", "https://gpu.example/"),
    ],
)
def test_a_redirect_of_a_server_keeps_the_scope_that_leads_to_it(
    location: str, target: str
) -> None:
    found = redirects.checked(location, "http://[fe80::1%eth0]:1/api/tags", 302)
    assert found == target
    is_same = target.startswith("http://[fe80::1%25eth0]:1/")
    assert redirects.same_origin(found, "http://[fe80::1%eth0]:1") is is_same


def test_a_redirect_of_a_server_is_followed_with_its_scope(looked_up: list[str]) -> None:
    there = answer(302, headers={"Location": "/there"})
    with Server(there, document({"models": []})) as server:
        with OllamaClient(f"http://[fe80::1%41]:{server.port}", headers={"X-Key": "k"}) as client:
            assert client.list_models() == []
        assert [each.headers.get("X-Key") for each in server.requests] == ["k", "k"]
    assert set(looked_up) == {"fe80::1%41"}


def test_an_address_that_is_looked_up_comes_with_its_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    scope = socket.if_nameindex()[0]
    nowhere = max(index for index, _ in socket.if_nameindex()) + 1
    places: list[tuple[Any, ...]] = [
        ("fe80::1", 1, 0, scope[0]),
        ("fe80::2%eth7", 1, 0, scope[0]),
        ("fe80::3", 1, 0, nowhere),
        ("fd00::1", 1, 0, 0),
        ("10.0.0.1", 1),
    ]
    infos = [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", place) for place in places]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: infos)
    assert probe.look_up("gpu", 1, 5) == (
        f"fe80::1%{scope[1]}",
        "fe80::2%eth7",
        f"fe80::3%{nowhere}",
        "fd00::1",
        "10.0.0.1",
    )


@pytest.mark.parametrize(
    "url", ["http://h%41:1/a%20b", "http://[::1]:1/x%5D", "http://h/[a%41]", "https://[fd00::1]/"]
)
def test_what_has_no_scope_stays_as_it_is(url: str) -> None:
    assert scopes.split(url) == (url, "")
    assert scopes.join(url, "") == url
    assert scopes.connectable("h%2541") == "h%2541"


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("[fe80::1]", "name the interface that leads to it as well: [fe80::1%eth0]"),
        ("[febf::1]", "name the interface that leads to it as well: [febf::1%eth0]"),
        ("[fe80::1%eth0]", "check the address"),
        ("[fec0::1]", "check the address"),
        ("feb.example", "check the address"),
    ],
)
def test_a_scope_that_is_missing_is_told(host: str, told: str) -> None:
    failure = NewConnectionError(None, "Invalid argument")  # type: ignore[arg-type]  # unread
    assert told in str(translate(failure, f"http://{host}:1").hint)


@pytest.mark.parametrize("scope", ["eth9-of-nobody", "25eth9-of-nobody"])
def test_an_interface_that_is_missing_is_told_as_that(scope: str) -> None:
    with pytest.raises(UnreachableError) as caught:
        OllamaClient.connect(f"http://[fe80::1%{scope}]:1").version()
    assert "this machine has no interface 'eth9-of-nobody'" in caught.value.message
