"""One quick question without requests: what is asked, what is taken for an answer."""

import shutil
import ssl
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hostile import JSON, PATIENCE, Peer, Script, Server, answer, bytes_then, head

from ollama_cli import __version__
from ollama_cli.transport.quick_get import quick_get

OK = head(200, JSON)
NOBODY: Mapping[str, str] = {}


def seen(
    root: str, ca_file: str | None = None, environ: Mapping[str, str] = NOBODY
) -> bytes | None:
    return quick_get(root, "/api/tags", seconds=PATIENCE, environ=environ, ca_file=ca_file)


def test_the_question_is_plain_and_names_its_server() -> None:
    with Server(answer(body=b"{}")) as server:
        assert seen(f"http://a%40b:c@localhost:{server.port}/prefix") == b"{}"
    [request] = server.requests
    assert (request.method, request.path) == ("GET", "/prefix/api/tags")
    assert request.headers == {
        "Host": f"localhost:{server.port}",
        "User-Agent": f"ollama-cli/{__version__}",
        "Authorization": "Basic YUBiOmM=",
    }


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (answer(body=b"x" * 300_000), b"x" * 300_000),
        (bytes_then(OK + b"to the end"), b"to the end"),
        (bytes_then(OK.replace(b"Type", b"type") + b""), b""),
        (lambda peer: peer.send(OK[:9], OK[9:], b"in ", b"pieces"), b"in pieces"),
        (answer(body=b"whole, and then silence"), b"whole, and then silence"),
        (bytes_then(head(200, {"Content-Length": "2"}) + b"{}", Peer.stall), b"{}"),
        (answer(204), None),
        (answer(302, headers={"Location": "http://127.0.0.1:9"}), None),
        (bytes_then(head(200, {"Content-Length": "3"}) + b"{}"), None),
        (bytes_then(head(200, {"Content-Length": "x"}) + b"{}"), None),
        (bytes_then(b"SSH-2.0-OpenSSH\r\n"), None),
        (bytes_then(b""), None),
        (bytes_then(OK + b"x" * (5 << 20)), None),
        (Peer.reset, None),
    ],
)
def test_what_is_taken_for_an_answer(script: Script, expected: bytes | None) -> None:
    with Server(script) as server:
        assert seen(server.url) == expected


def test_a_silent_server_is_left_when_the_time_is_over() -> None:
    left: list[bool] = []
    with Server(lambda peer: left.append(peer.gone())) as server:
        found = quick_get(server.url, "/", seconds=0.15, environ=NOBODY, ca_file=None)
    assert (found, left) == (None, [True])


def test_proxies_are_for_remote_servers_only() -> None:
    environ = {"ALL_PROXY": "http://127.0.0.1:9"}
    with Server(answer(body=b"{}")) as server:
        assert seen(server.url, environ=environ) == b"{}"
    assert seen("http://203.0.113.9:1", environ=environ) is None


@pytest.mark.parametrize("root", ["http://127.0.0.1:1", "http://é.localhost:1", "http://a..b:1"])
def test_where_no_connection_is_made_there_is_no_answer(root: str) -> None:
    assert seen(root) is None


def test_https_is_asked_with_the_authority_that_is_trusted(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not on this machine")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = (
        "req -x509 -nodes -newkey rsa:2048 -days 2 -subj /CN=x -addext subjectAltName=IP:127.0.0.1"
    )
    subprocess.run(
        ["openssl", *made.split(), "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    def script(peer: Peer) -> None:
        with context.wrap_socket(peer._sock, server_side=True) as peer._sock:
            peer.read_request()
            peer.send(OK, b"{}")

    with Server(script, reads=False) as server:
        root = server.url.replace("http:", "https:")
        assert seen(root, str(certificate)) == b"{}"
        assert seen(root) is None
        assert seen(root, str(tmp_path / "missing.pem")) is None
