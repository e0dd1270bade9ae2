"""Exchanges recorded at a real /v1 are played to the client; a table says what they mean."""

from pathlib import Path

import pytest
from hostile import Server
from outlines import outline_of_error, outline_of_events
from recordings import WIRE, exchanges, expectations, recorded

from ollama_cli.errors import OllamaCliError
from ollama_cli.services.openai import OpenAIClient

FOLDER = WIRE.parent / "openai"
FILES = exchanges(FOLDER)
TABLE = expectations(FOLDER)
MESSAGES = [{"role": "user", "content": "Hi"}]


def outline(name: str, client: OpenAIClient) -> str:
    kind = name.rpartition("/")[2].partition("-")[0]
    if kind == "completions":
        return " | ".join(outline_of_events(client.generate("tiny", "Hi")))
    if kind not in {"embeddings", "models", "model"}:
        return " | ".join(outline_of_events(client.chat("tiny", MESSAGES)))
    try:
        if kind == "embeddings":
            reply = client.embed(["a", "b"], "tiny")
            return f"{len(reply.vectors)} of {reply.dimensions}, {reply.usage.prompt_tokens} tokens"
        return " ".join(f"{m.name}@{m.modified_at}" for m in client.list_models()) or "no models"
    except OllamaCliError as error:
        return outline_of_error(error)


@pytest.mark.usefixtures("pauses_taken")
@pytest.mark.parametrize("name", FILES)
def test_a_recorded_exchange_means_what_the_table_says(name: str) -> None:
    path: Path = FILES[name]
    with Server(recorded(path)) as server, OpenAIClient(server.url) as client:
        told = outline(name, client).replace(server.url, "URL")
    assert told == TABLE[name]


def test_the_table_has_one_row_for_each_recorded_exchange() -> None:
    assert set(TABLE) == set(FILES)
