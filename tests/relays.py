"""Relays for tests, and programs that speak through them."""

import contextlib
import json
import socket
from collections.abc import Iterator
from typing import Any

from hostile import CHUNKED, Script, Server, by_path, chunk, document

from ollama_cli.features.tap.relay import Relay
from ollama_cli.types.exchanges import Exchange

PATIENCE = 20.0
ASK = b'{"model":"m","messages":[{"role":"user","content":"hi"}],"options":{"num_ctx":512}}'
LAST = {
    "model": "m",
    "done": True,
    "done_reason": "stop",
    "prompt_eval_count": 500,
    "eval_count": 12,
    "eval_duration": 2_000_000_000,
}
PS = {"models": [{"name": "m:latest", "context_length": 512}]}


@contextlib.contextmanager
def relayed(url: str, **options: Any) -> Iterator[Relay]:
    relay = Relay(url, 0, **options).start()
    try:
        yield relay
    finally:
        relay.close()


def told(relay: Relay) -> list[Exchange]:
    relay.close()
    return list(relay.exchanges())


def request(path: str = "/api/chat", body: bytes = ASK, *more: bytes) -> bytes:
    head = b"POST %s HTTP/1.1\r\nHost: localhost\r\n" % path.encode()
    fields = b"".join(line + b"\r\n" for line in more)
    return head + fields + b"Content-Length: %d\r\n\r\n" % len(body) + body


def ask(relay: Relay, data: bytes) -> bytes:
    """Send bytes, and return all that comes until the connection is closed."""
    with socket.create_connection(("127.0.0.1", relay.port), PATIENCE) as sock:
        sock.sendall(data)
        return heard(sock)


def heard(sock: socket.socket) -> bytes:
    data = b""
    while piece := sock.recv(65536):
        data += piece
    return data


def answering(script: Script) -> Server:
    return Server(by_path({"/api/ps": document(PS)}, script))


def stream(*values: object) -> bytes:
    lines = [chunk(json.dumps(value).encode() + b"\n") for value in values]
    return CHUNKED + b"".join(lines)
