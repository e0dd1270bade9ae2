"""One quick demo server, and a way to ask it that shows the bytes of the answer."""

import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from ollama_cli.demo import DemoServer


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        return str(self.json["error"])

    @property
    def events(self) -> list[Any]:
        return [json.loads(line) for line in self.body.splitlines()]

    @property
    def text(self) -> str:
        return "".join(
            event["message"]["content"] if "message" in event else event["response"]
            for event in self.events
        )


Ask = Callable[..., Reply]


def ask(
    url: str,
    path: str,
    body: Any = None,
    *,
    method: str = "",
    headers: dict[str, str] | None = None,
) -> Reply:
    """Send one request; a dict becomes JSON, bytes go as they are."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    try:
        connection.request(method or ("GET" if body is None else "POST"), path, sent, headers or {})
        with connection.getresponse() as answer:
            return Reply(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(tokens_per_second=0, bytes_per_second=0) as running:
        yield running


@pytest.fixture
def demo(server: DemoServer) -> Ask:
    """Ask the quick server."""

    def asked(path: str, body: Any = None, **more: Any) -> Reply:
        return ask(server.url, path, body, **more)

    return asked


@pytest.fixture
def asking() -> Ask:
    """Ask any server: the first argument is its address."""
    return ask
