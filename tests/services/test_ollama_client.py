"""The client is built without a word to the server, and speaks to whatever address it was given."""

import socket
import subprocess
import sys

import pytest
from clients import stranger
from dead_ports import closed_port
from hostile import Script, answer, document, page

from ollama_cli.errors import (
    ConfigError,
    OllamaCliError,
    ProtocolError,
    ServerError,
    UnreachableError,
)
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.types.model_details import ModelDetails
from ollama_cli.types.timeouts import Timeouts


def test_requests_is_imported_where_a_client_is_asked_for() -> None:
    program = (
        "import sys, ollama_cli.services.kinds, ollama_cli.services.quick_list;"
        "assert 'requests' not in sys.modules and 'urllib3' not in sys.modules;"
        "from ollama_cli.services.ollama import OllamaClient;"
        "assert 'requests' in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_constructor_touches_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a socket was made")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    with OllamaClient("http://models.example.com/v1", timeouts=Timeouts(connect=1)) as client:
        assert client.base_url == "http://models.example.com"
        client.pull("m").close()
        client.generate("m", "x").close()


@pytest.mark.parametrize(
    ("address", "root"),
    [
        ("http://h:1/v1", "http://h:1"),
        ("http://h", "http://h"),
        ("https://user:pw@h/ollama/v1/", "https://h/ollama"),
        ("h", "http://h:11434"),
        ("0.0.0.0:1", "http://127.0.0.1:1"),
        ("", "http://127.0.0.1:11434"),
    ],
)
def test_any_address_of_the_server_will_do(address: str, root: str) -> None:
    with OllamaClient(address) as client:
        assert client.base_url == root
        assert client.provider_type == "ollama"


def test_an_address_that_is_none_is_a_config_error() -> None:
    with pytest.raises(ConfigError):
        OllamaClient("http://h/?x")


def test_without_an_address_it_is_the_default_one() -> None:
    with OllamaClient() as client:
        assert client.base_url == "http://127.0.0.1:11434"
        assert client.timeouts == Timeouts()


def test_connecting_verifies_that_a_server_answers() -> None:
    with stranger(document({"version": "0.32.15"})) as server:
        with OllamaClient.connect(server.url, timeouts=Timeouts(metadata=5)) as client:
            assert client.timeouts.metadata == 5
        assert [request.path for request in server.requests] == ["/api/version"]


@pytest.mark.parametrize(
    ("script", "kind"),
    [(page(), ProtocolError), (document({}), ProtocolError), (answer(500), ServerError)],
)
def test_connecting_to_something_else_fails(script: Script, kind: type[OllamaCliError]) -> None:
    with stranger(script) as server, pytest.raises(kind):
        OllamaClient.connect(server.url)
    with pytest.raises(UnreachableError):
        OllamaClient.connect(f"http://127.0.0.1:{closed_port()}")


def test_a_prefix_of_a_proxy_stands_before_every_route() -> None:
    with stranger(document({"version": "1"})) as server:
        with OllamaClient(f"{server.url}//ollama/v1/") as client:
            client.version()
        assert server.requests[0].path == "/ollama/api/version"


def test_a_huge_error_answer_is_not_read_to_its_end() -> None:
    with (
        stranger(answer(500, b"x" * (3 << 20))) as server,
        OllamaClient(server.url) as client,
        pytest.raises(ServerError, match="more than 1048576 bytes"),
    ):
        client.delete("m")


def test_the_servers_own_bytes_are_handed_on() -> None:
    body = b' {"models" : [ ], "x": 1.0}\n'
    with stranger(answer(200, body)) as server, OllamaClient(server.url) as client:
        assert client.list_models_bytes() == body
        assert client.running_models_bytes() == body
        assert client.show_bytes("m", verbose=True) == body
        assert client.show("m") == ModelDetails("m", document={"models": [], "x": 1.0})
        assert server.requests[2].json == {"model": "m", "verbose": True}


@pytest.mark.parametrize(
    ("name", "there"),
    [("m", True), ("M:LATEST", True), ("library/m", True), ("m:8b", False), ("", False)],
)
def test_a_model_is_there_if_the_server_would_find_it(name: str, there: bool) -> None:
    tags = document({"models": [{"name": "m:latest"}, {"name": "other:1b"}, {}]})
    with stranger(tags) as server, OllamaClient(server.url) as client:
        assert client.has_model(name) is there


def test_the_timeouts_of_a_client_cannot_be_changed_from_outside() -> None:
    timeouts = Timeouts()
    with pytest.raises(AttributeError, match="cannot assign"):
        timeouts.pull = 1  # type: ignore[misc]  # the point of the test
