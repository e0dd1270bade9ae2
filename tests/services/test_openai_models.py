"""What the OpenAI-compatible API tells of a server's models, and whether it answers."""

from typing import Any

import pytest
from hostile import Server, document, page

from ollama_cli.errors import ModelNotFoundError, ProtocolError
from ollama_cli.services.openai import OpenAIClient
from ollama_cli.types.model_details import Capabilities


def test_models_to_chat_and_to_embed_with_are_told_apart_by_name() -> None:
    listed = [{"id": "nomic-embed-text"}, {"id": "qwen"}, {"id": "bge-m3"}]
    with Server(document({"data": listed})) as server, OpenAIClient(server.url) as client:
        assert client.detect_model() == "qwen"
        assert client.detect_embedding_model() == "nomic-embed-text"
    with Server(document({"data": None})) as server, OpenAIClient(server.url) as client:
        assert client.detect_model() is None
        assert client.capabilities("qwen") == Capabilities()


def test_health_tells_what_was_found() -> None:
    listed = {"data": [{"id": "m:latest"}, {"id": "n"}]}
    with Server(document(listed)) as server, OpenAIClient(server.url) as client:
        found = client.health("m")
        assert (found.connected, found.model_detected, found.model_id) == (True, True, "m:latest")
        assert (found.provider_type, found.version, found.model_count) == ("openai", None, 2)
        assert (found.http_status, found.error) == (200, None)
        assert client.health().model_id == "m:latest"
        missing, error = client.examine("other")
        assert (missing.connected, missing.model_detected) == (True, False)
        assert isinstance(error, ModelNotFoundError)


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (document({"error": {"message": "no key"}}, 401), "auth"),
        (page(), "protocol"),
        (document({"version": "0.32"}), "protocol"),
    ],
)
def test_health_tells_what_is_wrong(script: Any, kind: str) -> None:
    with Server(script) as server, OpenAIClient(server.url) as client:
        found = client.health()
    assert (found.connected, found.error_kind, found.provider_type) == (False, kind, "openai")


def test_a_page_is_said_to_be_no_api() -> None:
    with (
        Server(page()) as server,
        OpenAIClient(server.url) as client,
        pytest.raises(ProtocolError, match="it is not an OpenAI-compatible API"),
    ):
        client.list_models()
