"""What a server holds: yes, no, or an error; many questions on one connection."""

import pytest
from hostile import Peer, Script, Server, answer, bytes_then, head

from ollama_cli.errors import AuthError, OllamaCliError, ServerError
from ollama_cli.services.ollama import OllamaClient

KEPT_OPEN = b"HTTP/1.1 %d Because\r\nContent-Length: %d\r\n\r\n"


@pytest.mark.parametrize(
    ("script", "there"),
    [
        (answer(200), True),
        (answer(404), False),
        (bytes_then(head(200, {"Transfer-Encoding": "chunked"})), True),
        (bytes_then(head(200, {"Transfer-Encoding": "chunked"}), Peer.stall), True),
    ],
)
def test_a_blob_is_there_or_not(script: Script, there: bool) -> None:
    with Server(script) as server, OllamaClient(server.url) as client:
        assert client.has_blob("sha256:ab") is there


@pytest.mark.parametrize(
    ("script", "kind"),
    [(answer(400), ServerError), (answer(401), AuthError), (answer(500), ServerError)],
)
def test_no_answer_is_no_no(script: Script, kind: type[OllamaCliError]) -> None:
    with Server(script) as server, OllamaClient(server.url) as client, pytest.raises(kind):
        client.has_blob("sha256:ab")


def test_a_redirect_is_not_followed() -> None:
    astray = answer(307, b"", {"Location": "http://127.0.0.1:9/"})
    with Server(astray) as server, OllamaClient(server.url) as client:
        with pytest.raises(ServerError, match="points elsewhere"):
            client.has_blob("sha256:ab")
        assert server.connections == 1


def test_many_questions_are_asked_on_one_connection() -> None:
    def patient(peer: Peer) -> None:
        while True:
            status = 200 if peer.request.path.endswith("1") else 404
            peer.send(KEPT_OPEN % (status, 18))
            if peer.read_request() is None:
                return

    with Server(patient) as server, OllamaClient(server.url) as client:
        found = [client.has_blob(f"sha256:{number}") for number in range(3)]
        client.close()
        assert server.connections == 1
    assert found == [False, True, False]
