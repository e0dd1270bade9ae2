"""What may pass in a moment is tried again, never more than three times, and never in vain."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
import requests
from clients import known, stranger
from dead_ports import closed_port
from hostile import (
    JSON,
    NDJSON,
    TEXT,
    Script,
    answer,
    bytes_then,
    chunk,
    document,
    head,
    lines as stream,
)

from ollama_cli.errors import OllamaCliError, ServerError, StreamCutError, TimedOutError
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.transport.retries import is_temporary, pause_of, pauses
from ollama_cli.types.timeouts import Timeouts

Call = Callable[[OllamaClient], object]
BUSY = answer(503, b'{"error":"server busy, please try again."}')
TAGS = document({"models": []})
EMBEDDED = document({"embeddings": [[1.0, 2.0]]})
PULLED = stream({"status": "success"})
ANSWERED = stream({"response": "x", "done": True})
QUICK = Timeouts(connect=5, metadata=5, first_token=5, between_tokens=5, pull=5)


def exhaust(events: Iterable[object]) -> list[object]:
    return list(events)


CALLS: dict[str, tuple[Call, Script]] = {
    "list": (lambda client: client.list_models(), TAGS),
    "show": (lambda client: client.show("m"), document({})),
    "version": (lambda client: client.version(), document({"version": "1"})),
    "embed": (lambda client: client.embed(["x"], "m"), EMBEDDED),
    "pull": (lambda client: exhaust(client.pull("m")), PULLED),
    "generate": (lambda client: exhaust(client.generate("m", "x")), ANSWERED),
    "chat": (lambda client: exhaust(client.chat("m", [])), ANSWERED),
}
ONCE: dict[str, Call] = {
    "delete": lambda client: client.delete("m"),
    "copy": lambda client: client.copy("m", "n"),
    "stop": lambda client: client.stop("m"),
}
EARLY = ("list", "show", "version", "embed", "pull")
ANSWERS = ("generate", "chat")
STREAMS = ("pull", *ANSWERS)


def ask(call: Call, *scripts: Script) -> tuple[object, int]:
    with stranger(*scripts) as server, known(server.url, timeouts=QUICK) as client:
        try:
            result = call(client)
        except OllamaCliError as error:
            result = error
        return result, len(server.requests)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_passing_refusal_is_tried_again(
    name: str, status: int, pauses_taken: list[float]
) -> None:
    call, good = CALLS[name]
    result, asked = ask(call, answer(status, b"{}"), good)
    assert not isinstance(result, OllamaCliError)
    assert asked == 2
    assert len(pauses_taken) == 1


@pytest.mark.parametrize("name", CALLS)
def test_a_refusal_that_does_not_pass_is_told_after_three_tries(
    name: str, pauses_taken: list[float]
) -> None:
    result, asked = ask(CALLS[name][0], BUSY)
    assert isinstance(result, ServerError)
    assert result.http_status == 503
    assert result.message == "server busy, please try again."
    assert asked == 3
    assert len(pauses_taken) == 2
    assert pauses_taken[0] < pauses_taken[1]
    assert sum(pauses_taken) < 10


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 501])
def test_any_other_error_is_final(name: str, status: int, pauses_taken: list[float]) -> None:
    result, asked = ask(CALLS[name][0], answer(status, b'{"error":"m not found"}'), BUSY)
    assert isinstance(result, OllamaCliError)
    assert result.http_status == status
    assert (asked, pauses_taken) == (1, [])


@pytest.mark.parametrize("name", ONCE)
def test_a_command_that_changes_something_is_sent_once(
    name: str, pauses_taken: list[float]
) -> None:
    for script in (BUSY, lambda peer: peer.reset()):
        result, asked = ask(ONCE[name], script)
        assert isinstance(result, ServerError)
        assert (asked, pauses_taken) == (1, [])


@pytest.mark.parametrize("name", EARLY)
def test_a_connection_that_breaks_before_the_answer_is_tried_again(
    name: str, pauses_taken: list[float]
) -> None:
    call, good = CALLS[name]
    result, asked = ask(call, lambda peer: peer.reset(), good)
    assert not isinstance(result, OllamaCliError)
    assert (asked, len(pauses_taken)) == (2, 1)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_not_asked_for_twice_when_the_connection_breaks(
    name: str, pauses_taken: list[float]
) -> None:
    result, asked = ask(CALLS[name][0], lambda peer: peer.reset(), ANSWERED)
    assert isinstance(result, StreamCutError)
    assert (asked, pauses_taken) == (1, [])


BEGUN = head(200, {**NDJSON, "Transfer-Encoding": "chunked"}) + chunk(b'{"response":"x"}\n')


@pytest.mark.parametrize("name", STREAMS)
def test_no_stream_is_tried_again_once_its_body_has_begun(
    name: str, pauses_taken: list[float]
) -> None:
    result, asked = ask(CALLS[name][0], bytes_then(BEGUN), CALLS[name][1])
    assert isinstance(result, StreamCutError)
    assert (asked, pauses_taken) == (1, [])


@pytest.mark.parametrize("name", [n for n in CALLS if n not in STREAMS])
def test_a_document_that_is_cut_is_fetched_once_more(name: str) -> None:
    result, asked = ask(CALLS[name][0], bytes_then(BEGUN), CALLS[name][1])
    assert not isinstance(result, Exception)
    assert asked == 2
    result, asked = ask(CALLS[name][0], bytes_then(BEGUN), bytes_then(BEGUN), CALLS[name][1])
    assert isinstance(result, StreamCutError)
    assert asked == 2


@pytest.mark.parametrize("name", ["list", "generate"])
def test_silence_is_not_answered_with_another_try(name: str, pauses_taken: list[float]) -> None:
    impatient = Timeouts(metadata=0.1, first_token=0.1)
    with (
        stranger(lambda peer: peer.stall()) as server,
        known(server.url, timeouts=impatient) as client,
    ):
        with pytest.raises(TimedOutError):
            CALLS[name][0](client)
        assert (len(server.requests), pauses_taken) == (1, [])


@pytest.mark.parametrize("name", CALLS)
def test_a_refused_connection_is_final(name: str, pauses_taken: list[float]) -> None:
    with (
        OllamaClient(f"http://127.0.0.1:{closed_port()}") as client,
        pytest.raises(OllamaCliError) as caught,
    ):
        CALLS[name][0](client)
    assert caught.value.exit_code == 3
    assert pauses_taken == []


@pytest.mark.parametrize(
    ("asked_for", "pause"), [("1", 1.0), ("0", 0.0), ("30", 30.0), ("007", 7.0)]
)
def test_a_short_retry_after_is_obeyed(
    asked_for: str, pause: float, pauses_taken: list[float]
) -> None:
    busy = answer(503, b"{}", {**JSON, "Retry-After": asked_for})
    result, asked = ask(CALLS["chat"][0], busy, ANSWERED)
    assert not isinstance(result, OllamaCliError)
    assert (asked, pauses_taken) == (2, [pause])


@pytest.mark.parametrize("asked_for", ["31", "60", "9" * 5000])
def test_a_long_retry_after_ends_at_once(asked_for: str, pauses_taken: list[float]) -> None:
    busy = answer(429, b'{"error":"quota"}', {**JSON, "Retry-After": asked_for})
    result, asked = ask(CALLS["list"][0], busy, TAGS)
    assert isinstance(result, ServerError)
    assert result.message == "quota"
    assert (asked, pauses_taken) == (1, [])


@pytest.mark.parametrize("asked_for", ["", "soon", "-1", "1.5", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_retry_after_that_is_no_number_changes_nothing(asked_for: str) -> None:
    response = requests.Response()
    response.headers["Retry-After"] = asked_for
    assert pause_of(response, 0.4) == 0.4


def test_the_body_is_sent_again_whole(pauses_taken: list[float]) -> None:
    with stranger(BUSY, EMBEDDED) as server, known(server.url) as client:
        client.embed(["x"], "m")
        first, second = server.requests
    assert first.body == second.body
    assert len(pauses_taken) == 1


def test_the_pauses_grow_with_jitter_within_ten_seconds() -> None:
    waits = [list(pauses()) for _ in range(200)]
    assert {len(wait) for wait in waits} == {2}
    assert all(0.15 <= first <= 0.45 and 0.6 <= second <= 1.8 for first, second in waits)
    assert len({first for first, _ in waits}) > 100
    clock = iter([0.0, 1.0, 9.99])
    assert len(list(pauses(lambda: next(clock)))) == 1


def test_a_slow_failure_leaves_no_time_for_another_try() -> None:
    clock = iter([0.0, 11.0])
    assert list(pauses(lambda: next(clock))) == []


@pytest.mark.parametrize(
    ("status", "passing"), [(429, True), (502, True), (503, True), (504, True), (500, False)]
)
def test_some_statuses_are_gone_in_a_moment(status: int, passing: bool) -> None:
    assert is_temporary(status) is passing


def test_the_fallback_to_the_older_route_is_no_retry(pauses_taken: list[float]) -> None:
    def old(peer: Any) -> None:
        if peer.request.path == "/api/embeddings":
            document({"embedding": [1.0]})(peer)
        else:
            answer(404, b"404 page not found", TEXT)(peer)

    result, asked = ask(CALLS["embed"][0], old)
    assert not isinstance(result, OllamaCliError)
    assert (asked, pauses_taken) == (2, [])
