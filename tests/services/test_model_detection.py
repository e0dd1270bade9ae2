"""Which model to take when none was named."""

from typing import Any

import pytest
from hostile import Script, Server
from installations import model, playing

from ollama_cli.services.ollama import OllamaClient

OLD: dict[str, Any] = {"modified_at": "2026-01-01T00:00:00Z"}
NEW: dict[str, Any] = {"modified_at": "2026-02-01T00:00:00Z"}
CHOICES: dict[str, tuple[Script, str | None]] = {
    "nothing is installed": (playing([]), None),
    "the newest that can chat": (
        playing([model("old", "completion", **OLD), model("new", "completion", "tools", **NEW)]),
        "new",
    ),
    "an embedding model is passed over": (
        playing([model("embed", "embedding", **NEW), model("chat", "completion", **OLD)]),
        "chat",
    ),
    "only embedding models": (playing([model("embed", "embedding")]), None),
    "a running one is preferred": (
        playing([model("old", "completion", **OLD), model("new", "completion", **NEW)], ["OLD"]),
        "old",
    ),
    "a running embedding model is not": (
        playing([model("embed", "embedding", **OLD), model("new", "completion", **NEW)], ["embed"]),
        "new",
    ),
    "a running one that is not installed is not": (
        playing([model("new", "completion", **NEW)], ["gone"]),
        "new",
    ),
    "an older server is asked for each": (
        playing(
            [model("embed", known=False, **NEW), model("chat", known=False, **OLD)],
            shown={"embed": ["embedding"], "chat": ["completion"]},
        ),
        "chat",
    ),
    "the oldest servers are judged by family and name": (
        playing(
            [
                model("minilm", known=False, details={"family": "bert"}, **NEW),
                model("nomic-EMBED-text", known=False, **NEW),
                model("chat", known=False, **OLD),
            ],
            shown={"minilm": None, "nomic-EMBED-text": None, "chat": None},
        ),
        "chat",
    ),
    "no capability at all": (playing([model("image")]), None),
}


@pytest.mark.parametrize(("script", "chosen"), CHOICES.values(), ids=CHOICES)
def test_a_model_to_chat_with_is_detected(script: Script, chosen: str | None) -> None:
    with Server(script) as server, OllamaClient(server.url) as client:
        assert client.detect_model() == chosen


def test_servers_that_tell_capabilities_in_the_list_are_not_asked_again() -> None:
    with Server(playing([model("chat", "completion")])) as server:
        with OllamaClient(server.url) as client:
            client.detect_model()
        assert sorted(request.path for request in server.requests) == ["/api/ps", "/api/tags"]


@pytest.mark.parametrize(
    ("installed", "shown", "chosen"),
    [
        ([], {}, None),
        ([model("chat", "completion")], {}, None),
        ([model("chat", "completion", **NEW), model("e", "embedding", **OLD)], {}, "e"),
        ([model("a", "embedding", **OLD), model("b", "embedding", **NEW)], {}, "b"),
        ([model("m", known=False)], {"m": ["embedding"]}, "m"),
        ([model("all-minilm", known=False, details={"family": "bert"})], {}, "all-minilm"),
    ],
)
def test_an_embedding_model_is_detected(
    installed: list[dict[str, Any]], shown: dict[str, list[str] | None], chosen: str | None
) -> None:
    script = playing(installed, shown={**{m["name"]: None for m in installed}, **shown})
    with Server(script) as server, OllamaClient(server.url) as client:
        assert client.detect_embedding_model() == chosen
