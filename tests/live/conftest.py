"""A real server at OLLAMA_HOST, if the environment names one and it answers."""

import os
from collections.abc import Iterator

import pytest

from ollama_cli import OllamaClient
from ollama_cli.errors import OllamaCliError

# Read at import: every test runs in an environment without it.
HOST = os.environ.get("OLLAMA_HOST", "")
PULL = os.environ.get("OLLAMA_CLI_LIVE_PULL", "127.0.0.1:5000/library/tiny-mid")


@pytest.fixture(scope="session")
def live() -> str:
    """Give the address of the real server, or skip."""
    if not HOST:
        pytest.skip("OLLAMA_HOST is not set")
    try:
        OllamaClient.connect(HOST).close()
    except OllamaCliError as error:
        pytest.skip(error.message)
    return HOST


@pytest.fixture(scope="session")
def installed(live: str) -> set[str]:
    """Name the models that the server has, without `:latest`."""
    with OllamaClient(live) as client:
        return {model.name.removesuffix(":latest") for model in client.list_models()}


@pytest.fixture
def model(live: str, installed: set[str]) -> str:
    """Give a model that can chat: `tiny` where it is, else the one that would be chosen."""
    if "tiny" in installed:
        return "tiny"
    with OllamaClient(live) as client:
        found = client.detect_model()
    if found is None:
        pytest.skip("the server has no model that can chat")
    return found


@pytest.fixture
def pulled(live: str) -> Iterator[str]:
    """Give the name of a model to pull, and take it away afterwards unless it was there."""
    with OllamaClient(live) as client:
        was_there = client.has_model(PULL)
        yield PULL
        if not was_there and client.has_model(PULL):
            client.delete(PULL)
