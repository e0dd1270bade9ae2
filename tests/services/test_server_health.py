"""Whether a server is well: whatever is wrong with it is told, and never raised."""

from collections.abc import Callable

import pytest
from clients import stranger
from dead_ports import closed_port, full_backlog
from hostile import NDJSON, Script, answer, by_path, bytes_then, document, head, page
from installations import VERSION, model, playing

from ollama_cli.errors import ModelNotFoundError
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.types.health import Health
from ollama_cli.types.timeouts import Timeouts

QUICK = Timeouts(connect=0.2, health=0.2, metadata=60)
TAGS = document({"models": [model("chat", "completion"), model("embed", "embedding")]})
ILL: dict[str, tuple[Script, str, str, int | None]] = {
    "an HTML page": (page(), "protocol", "HTML page", 200),
    "an HTML error": (page(502), "server", "HTTP 502 Bad Gateway with an HTML page", 502),
    "an error": (answer(500, b'{"error":"it broke"}'), "server", "it broke", 500),
    "busy": (answer(503, b'{"error":"busy"}'), "server", "busy", 503),
    "sign-in": (answer(401, b'{"error":"unauthorized"}'), "auth", "unauthorized", 401),
    "forbidden": (answer(403), "auth", "HTTP 403", 403),
    "no such route": (answer(404, b"404 page not found"), "other_api", "HTTP 404", 404),
    "a redirect to nothing": (
        bytes_then(head(302, {"Content-Length": "0"})),
        "server",
        "points elsewhere",
        302,
    ),
    "another program's JSON": (document({"name": "x"}), "protocol", "not as Ollama does", None),
    "no JSON": (answer(200, b"Ollama is running"), "protocol", "no JSON", None),
    "no object": (document(["0.32"]), "protocol", "not as Ollama does", None),
    "silence": (lambda peer: peer.stall(), "timeout", "went silent", None),
    "silence within the answer": (
        bytes_then(head(200, NDJSON) + b"{", lambda peer: peer.stall()),
        "timeout",
        "went silent",
        None,
    ),
    "a reset": (lambda peer: peer.reset(), "stream_cut", "broke the connection", None),
    "a cut": (
        bytes_then(head(200, {"Content-Length": "99"}) + b"{"),
        "stream_cut",
        "cut off",
        None,
    ),
}


@pytest.mark.usefixtures("plain_silence")
@pytest.mark.parametrize(("script", "kind", "words", "status"), ILL.values(), ids=ILL)
def test_whatever_is_wrong_is_told_and_never_raised(
    script: Script, kind: str, words: str, status: int | None, pauses_taken: list[float]
) -> None:
    quick = QUICK if kind == "timeout" else Timeouts()
    with stranger(script) as server, OllamaClient(server.url, timeouts=quick) as client:
        health = client.health("m")
        assert len(server.requests) == 1
    assert (health.connected, health.model_detected, health.model_id) == (False, False, None)
    assert (health.error_kind, health.http_status) == (kind, status)
    assert words in str(health.error)
    assert (health.base_url, health.provider_type) == (server.url, "ollama")
    assert (health.version, health.latency_seconds, health.model_count) == (None, None, None)
    assert pauses_taken == []


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        (lambda: f"http://127.0.0.1:{closed_port()}", "unreachable"),
        (lambda: "http://no-such-host.invalid", "unreachable"),
    ],
)
def test_a_server_that_cannot_be_reached_is_told(address: Callable[[], str], kind: str) -> None:
    with OllamaClient(address()) as client:
        health = client.health()
    assert (health.connected, health.error_kind, health.http_status) == (False, kind, None)
    assert health.error


def test_a_server_that_takes_no_connection_is_told() -> None:
    with full_backlog() as root, OllamaClient(root, timeouts=QUICK) as client:
        assert client.health().error_kind == "timeout"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [(None, "chat"), ("chat", "chat"), ("CHAT:latest", "chat"), ("embed", "embed")],
)
def test_a_healthy_server_has_the_model(wanted: str | None, found: str) -> None:
    script = by_path({"/api/version": VERSION, "/api/tags": TAGS})
    with stranger(script) as server, OllamaClient(server.url) as client:
        health = client.health(wanted)
    assert health.latency_seconds is not None
    assert health == Health(
        connected=True,
        base_url=server.url,
        model_detected=True,
        model_id=found,
        version="0.32.15",
        latency_seconds=health.latency_seconds,
        model_count=2,
        kind="ollama",
        http_status=200,
    )


def test_a_missing_model_is_an_error_of_a_server_that_is_connected() -> None:
    script = by_path({"/api/version": VERSION, "/api/tags": TAGS})
    with stranger(script) as server, OllamaClient(server.url) as client:
        health = client.health("nope")
    assert (health.connected, health.model_detected, health.model_id) == (True, False, None)
    assert (health.error, health.error_kind) == (
        "model 'nope' is not installed",
        ModelNotFoundError.code,
    )
    assert (health.version, health.model_count) == ("0.32.15", 2)


def test_a_server_without_models_is_healthy_and_has_none() -> None:
    with stranger(playing([])) as server, OllamaClient(server.url) as client:
        health = client.health()
    assert (health.connected, health.model_detected, health.model_count) == (True, False, 0)
    assert (health.error, health.error_kind) == (None, None)


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        (answer(500, b'{"error":"it broke"}'), "server"),
        (document({"models": "none"}), "protocol"),
        (page(), "protocol"),
        (lambda peer: peer.stall(), "timeout"),
    ],
)
def test_a_server_that_fails_at_the_second_question_was_connected(tags: Script, kind: str) -> None:
    script = by_path({"/api/version": VERSION, "/api/tags": tags})
    quick = QUICK if kind == "timeout" else Timeouts()
    with stranger(script) as server, OllamaClient(server.url, timeouts=quick) as client:
        health = client.health()
    assert (health.connected, health.version, health.error_kind) == (True, "0.32.15", kind)


def test_a_look_at_an_older_server_is_as_short_as_any_other() -> None:
    script = by_path(
        {
            "/api/version": VERSION,
            "/api/tags": document({"models": [model("m", known=False)]}),
            "/api/show": lambda peer: peer.stall(),
        }
    )
    with stranger(script) as server, OllamaClient(server.url, timeouts=QUICK) as client:
        health = client.health()
    assert (health.connected, health.model_detected, health.error_kind) == (True, False, "timeout")
