"""Exchanges recorded at Ollama's /v1/messages are played; a table says what they mean."""

from pathlib import Path

import pytest
from hostile import Server
from outlines import outline_of_events
from recordings import WIRE, exchanges, expectations, recorded

from ollama_cli.services.anthropic import AnthropicClient

FOLDER = WIRE.parent / "anthropic"
FILES = exchanges(FOLDER)
TABLE = expectations(FOLDER)
MESSAGES = [{"role": "user", "content": "Hi"}]


@pytest.mark.parametrize("name", FILES)
def test_a_recorded_exchange_means_what_the_table_says(name: str) -> None:
    path: Path = FILES[name]
    with Server(recorded(path)) as server, AnthropicClient(server.url) as client:
        told = " | ".join(outline_of_events(client.chat("tiny", MESSAGES)))
    assert told.replace(server.url, "URL") == TABLE[name]


def test_the_table_has_one_row_for_each_recorded_exchange() -> None:
    assert set(TABLE) == set(FILES)
