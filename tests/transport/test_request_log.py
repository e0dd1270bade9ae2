"""What is told of a request, in the log and in errors, holds no secret."""

import io
import logging
from collections.abc import Iterator

import pytest
from dead_ports import closed_port
from hostile import Server, answer

from ollama_cli.errors import OllamaCliError, UnreachableError
from ollama_cli.services.connection import log_requests
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.transport.client import _LOG


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    text = io.StringIO()
    handlers, propagate, level = _LOG.handlers, _LOG.propagate, _LOG.level
    yield text
    _LOG.handlers, _LOG.propagate = handlers, propagate
    _LOG.setLevel(level)


@pytest.mark.parametrize("bodies", [False, True])
def test_requests_are_logged_without_secrets(log: io.StringIO, bodies: bool) -> None:
    log_requests(log, bodies=bodies)
    assert _LOG.level == (logging.DEBUG if bodies else logging.INFO)
    with Server(answer(404, b"{}")) as server:
        root = server.url.replace("http://", "http://user:secret@")
        headers = {"X-Token": "secret"}
        with OllamaClient(root, headers=headers) as client, pytest.raises(OllamaCliError):
            client.show("m")
    written = log.getvalue()
    assert f"POST {server.url}/api/show 404" in written
    assert ('{"model": "m"}' in written) is bodies
    assert "secret" not in written


def test_a_failed_request_is_logged_too(log: io.StringIO) -> None:
    log_requests(log, bodies=False)
    root = f"http://127.0.0.1:{closed_port()}"
    with OllamaClient(root) as client, pytest.raises(UnreachableError):
        client.version()
    assert "/api/version failed" in log.getvalue()


def test_no_error_shows_the_password_of_the_address() -> None:
    root = f"http://user:secret@127.0.0.1:{closed_port()}"
    with OllamaClient(root) as client:
        assert "secret" not in client.base_url
        with pytest.raises(UnreachableError) as caught:
            client.version()
        assert "secret" not in str(client.health())
    assert "secret" not in caught.value.message
