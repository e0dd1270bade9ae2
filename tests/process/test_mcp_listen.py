"""`mcp serve --listen`: HTTP for this machine alone, and for those who show the token."""

import http.client
import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from endless_servers import BEGUN, endless
from shell import PATIENCE, ended, run, start
from waits import until

pytest.importorskip("mcp", reason="the extra mcp is not installed")
HANDSHAKE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "tests", "version": "1"},
    },
}


class Listening(NamedTuple):
    process: subprocess.Popen[bytes]
    port: int
    token: str

    @contextmanager
    def sent(
        self, body: object, headers: Mapping[str, str] | None = None
    ) -> Iterator[http.client.HTTPConnection]:
        """Send a message with the token and what else a client sends; `headers` replace some."""
        sent = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            **(headers or {}),
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("POST", "/mcp", json.dumps(body), sent)
            yield connection
        finally:
            connection.close()

    def post(self, body: object, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Send a message, and return the status and the text of its answer."""
        with self.sent(body, headers) as connection:
            answer = connection.getresponse()
            return answer.status, answer.read().decode()


@contextmanager
def listening(
    demo: str, *options: object, env: Mapping[str, str] | None = None
) -> Iterator[Listening]:
    process = start("--host", demo, "mcp", "serve", "--listen", "0", *options, env=env)
    try:
        assert process.stderr is not None
        said = process.stderr.read(1 << 16).decode()
        found = re.match(r"listening on http://127\.0\.0\.1:(\d+)/mcp\n", said)
        assert found, said
        if not env:  # the second line may come in a read of its own
            said += "" if "token" in said else process.stderr.read(1 << 16).decode()
        token = re.search(r"token: (\S+)\n", said)
        yield Listening(process, int(found[1]), token[1] if token else "")
    finally:
        process.kill()
        ended(process)


def result(text: str) -> Any:
    """Read the one message of an answer, which may come as a stream of events."""
    lines = [line.removeprefix("data: ") for line in text.splitlines() if "{" in line]
    return json.loads(lines[-1])


def test_who_shows_the_token_is_served(demo: str) -> None:
    with listening(demo) as server:
        assert len(server.token) > 30
        status, text = server.post(HANDSHAKE)
        assert status == 200
        assert result(text)["result"]["serverInfo"]["name"] == "ollama-cli"


STRANGERS: list[tuple[dict[str, str], int]] = [
    ({"Authorization": ""}, 401),
    ({"Authorization": "Bearer wrong"}, 401),
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "http://127.0.0.1:1"}, 403),
    ({"Host": "evil.example"}, 421),
    ({"Host": "evil.example:8080"}, 421),
    ({"Host": "127.0.0.1:1"}, 421),
]


def test_others_are_not(demo: str) -> None:
    with listening(demo) as server:
        for headers, expected in STRANGERS:
            status, text = server.post(HANDSHAKE, headers)
            assert status == expected, headers
            assert "serverInfo" not in text
        own = {"Origin": f"http://127.0.0.1:{server.port}"}
        assert server.post(HANDSHAKE, own)[0] == 200


def test_the_token_may_be_that_of_a_variable(demo: str) -> None:
    with listening(demo, "--token-env", "MCP_TOKEN", env={"MCP_TOKEN": "s3cret"}) as server:
        assert server.token == ""  # it is not shown
        assert server.post(HANDSHAKE)[0] == 401
        assert server.post(HANDSHAKE, {"Authorization": "Bearer s3cret"})[0] == 200
    missing = run("--host", demo, "mcp", "serve", "--listen", "0", "--token-env", "MCP_TOKEN")
    assert (missing.code, missing.out) == (10, "")
    assert "MCP_TOKEN (from --token-env) is not set" in missing.err
    alone = run("--host", demo, "mcp", "serve", "--token-env", "MCP_TOKEN")
    assert alone.code == 2


def test_an_input_that_is_too_large_is_not_even_read(demo: str) -> None:
    with listening(demo, "--max-input", "1kB") as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        connection.putrequest("POST", "/mcp")
        connection.putheader("Authorization", f"bearer {server.token}")  # of either case
        connection.putheader("Content-Length", "2000000")
        connection.endheaders()
        assert connection.getresponse().status == 413
        connection.close()


NEW_ERA = {
    "MCP-Protocol-Version": "2026-07-28",
    "Mcp-Method": "tools/call",
    "Mcp-Name": "ai_ollama_generate",
}
CALL = {
    "jsonrpc": "2.0",
    "id": 5,
    "method": "tools/call",
    "params": {
        "name": "ai_ollama_generate",
        "arguments": {"prompt": "hi", "model": "m"},
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "tests", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    },
}


@pytest.mark.parametrize("end", ["leave", "signal"])
def test_a_call_ends_with_its_client_and_with_the_process(end: str) -> None:
    with (
        endless(BEGUN) as (server, script),
        listening(server.url) as mine,
        mine.sent(CALL, NEW_ERA) as connection,
    ):
        until(lambda: script.asked)
        if end == "leave":
            connection.close()
        else:
            mine.process.send_signal(signal.SIGTERM)
            assert mine.process.wait(PATIENCE) == 143
        until(lambda: script.gone)
        assert script.gone == [True]


def test_it_listens_to_this_machine_alone(demo: str) -> None:
    with listening(demo) as server, pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", server.port), 5)


def test_a_port_that_is_taken_is_named(demo: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("--host", demo, "mcp", "serve", "--listen", port)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"error: cannot listen on port {port}: address already in use")


def test_a_forgotten_one_ends(demo: str) -> None:
    with listening(demo, "--idle-exit", "0.5") as server:
        assert server.process.wait(PATIENCE) == 0
