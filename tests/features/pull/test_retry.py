"""A pull heals itself, by a clock that the test sets: no test here waits."""

from collections.abc import Callable, Iterator
from itertools import chain, count, repeat
from typing import Any

import pytest
from pull_worlds import CUT, DONE, MANIFEST, VERIFYING, Step, World, at, each

from ollama_cli.errors import (
    AuthError,
    OllamaCliError,
    ProtocolError,
    PullError,
    ServerError,
    TimedOutError,
    UnreachableError,
)
from ollama_cli.features.pull.retry import Patience, heal
from ollama_cli.types.pull_events import Error, PullEvent, Restart


def restarts(events: list[PullEvent]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Restart)]


def ends(world: World, kind: type[OllamaCliError], **patience: float) -> OllamaCliError:
    with pytest.raises(kind) as caught:
        world.run(**patience)
    assert type(caught.value) is kind
    return caught.value


def test_a_healthy_pull_is_left_alone() -> None:
    world = World([MANIFEST, at(10), 20.0, at(1000), VERIFYING, DONE, MANIFEST])
    assert world.run() == [MANIFEST, at(10), at(1000), VERIFYING, DONE]
    assert (world.pauses, world.closed) == ([], 1)


@pytest.mark.parametrize(
    ("failing", "reason"),
    [
        ([MANIFEST, at(990), *[0.06, at(990)] * 600], "no byte was gained for 30 s"),
        ([MANIFEST, at(990), *[1.0, None] * 40], "no byte was gained for 30 s"),
        ([MANIFEST, at(990), 1e9], "no byte was gained for 30 s"),
        ([1e9], "the server did not answer within 30 s"),
        ([MANIFEST, 1e9], "no byte was gained for 30 s"),
        ([TimedOutError("did not answer in full")], "the server did not answer within 30 s"),
        ([MANIFEST, at(400), CUT], "cut"),
        ([CUT], "cut"),
        ([MANIFEST, at(400)], "the pull stream ended without success"),
        ([], "the pull stream ended without success"),
        ([MANIFEST, Error("unexpected EOF")], "pull failed: unexpected EOF"),
        ([MANIFEST, Error("who knows")], "pull failed: who knows"),
        ([ServerError("busy", http_status=503)], "busy"),
    ],
)
def test_what_is_worth_another_try(failing: list[Step], reason: str) -> None:
    world = World(failing, [MANIFEST, at(995), DONE])
    events = world.run()
    assert restarts(events) == [reason]
    assert events[-1] == DONE
    assert world.closed == 2


@pytest.mark.parametrize(
    ("failing", "kind", "code"),
    [
        ([MANIFEST, Error("pull model manifest: file does not exist")], PullError, 4),
        ([MANIFEST, at(5), Error("no space left on device")], PullError, 5),
        ([MANIFEST, Error("412: newer")], PullError, 5),
        ([MANIFEST, Error("unauthorized")], AuthError, 6),
        ([MANIFEST, Error("lookup x: no such host")], PullError, 5),
        ([UnreachableError("refused")], UnreachableError, 3),
        ([ProtocolError("an HTML page came")], ProtocolError, 5),
        ([AuthError("sign in")], AuthError, 6),
        ([ServerError("bad name", http_status=400)], ServerError, 5),
        ([ServerError("no space left on device", http_status=500)], PullError, 5),
        ([ServerError("Repository is not GGUF", http_status=400)], PullError, 5),
        ([MANIFEST, Error("pull model manifest: ssh: no key found")], PullError, 5),
        ([MANIFEST, Error('400: {"error":"Repository is not GGUF"}')], PullError, 5),
        ([MANIFEST, Error("open C:\\blobs\\x-partial: Access is denied.")], PullError, 5),
        ([MANIFEST, Error("proxyconnect tcp: Proxy Authentication Required")], AuthError, 6),
    ],
)
def test_what_ends_at_once(failing: list[Step], kind: type[OllamaCliError], code: int) -> None:
    world = World(failing)
    assert ends(world, kind).exit_code == code
    assert (world.pauses, world.closed) == ([], 1)


@pytest.mark.parametrize(
    "error",
    [
        UnreachableError("refused"),
        ProtocolError("an HTML page came"),
        Error("lookup registry.ollama.ai: no such host"),
    ],
)
def test_a_pull_that_had_begun_outlives_more(error: Step) -> None:
    world = World([MANIFEST, at(5), CUT], [error], [error], [MANIFEST, at(6), DONE])
    assert len(restarts(world.run())) == 3


def test_a_server_that_takes_no_connection_is_final_at_the_start_alone() -> None:
    error = TimedOutError("no connection")
    error.connecting = True
    assert ends(World([error]), TimedOutError) is error
    assert len(restarts(World([MANIFEST, CUT], [error], [DONE]).run())) == 2


@pytest.mark.parametrize("failing", [[MANIFEST, CUT], [MANIFEST], [MANIFEST, 1e9]])
def test_tries_run_out(failing: list[Step]) -> None:
    world = World(*repeat(failing, 4))
    error = ends(world, TimedOutError, retries=3)
    assert (error.exit_code, len(world.pauses)) == (7, 3)
    assert "3 further tries did not help" in error.message
    with pytest.raises(ServerError) as caught:
        World(failing).run(retries=0)
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("failing", [[MANIFEST, CUT], [MANIFEST], [MANIFEST, Error("who knows")]])
def test_before_the_first_byte_three_requests_within_ten_seconds(failing: list[Step]) -> None:
    world = World(*repeat(failing, 9))
    ends(world, PullError if len(failing) > 1 and failing[1] is not CUT else TimedOutError)
    assert world.closed == 3
    assert world.now < 1000 + 10
    slow = World(*repeat([MANIFEST, 6.0, *failing], 9))
    with pytest.raises(OllamaCliError, match="further tr"):
        slow.run()
    assert slow.closed == 2
    given = World(*repeat(failing, 9))
    with pytest.raises(OllamaCliError, match="4 further tries"):
        given.run(retries=4)
    assert given.closed == 5


def test_after_the_first_byte_there_is_patience() -> None:
    world = World(*repeat([MANIFEST, at(5), Error("who knows")], 9))
    ends(world, PullError)
    assert world.closed == 9


def test_silence_before_the_first_byte_is_asked_three_times() -> None:
    world = World(*repeat([1e9], 9))
    error = ends(world, TimedOutError)
    assert (error.exit_code, world.closed) == (7, 3)
    assert "a proxy may hold the stream back" in str(error.hint)
    assert "`ollama-cli models pull --stall-timeout 0`" in str(error.hint)


@pytest.mark.parametrize(
    "failing",
    [[CUT], [MANIFEST, 1e9], [MANIFEST, Error("who knows")], [MANIFEST, at(0), Error("EOF")]],
)
@pytest.mark.parametrize("retries", [0, 1])
def test_what_has_no_byte_does_not_resume(failing: list[Step], retries: int) -> None:
    with pytest.raises(OllamaCliError) as caught:
        World(*repeat(failing, 2)).run(retries=retries)
    assert caught.value.hint
    assert "resume" not in caught.value.hint
    assert "hold" not in caught.value.hint


def test_the_servers_words_keep_their_code() -> None:
    world = World(*repeat([MANIFEST, Error("max retries exceeded: EOF")], 3))
    error = ends(world, PullError, retries=2)
    assert error.exit_code == 5
    assert error.message.endswith(": EOF, and 2 further tries did not help")


@pytest.mark.parametrize("retries", [0, 1])
def test_whatever_ran_out_of_tries_resumes(retries: int) -> None:
    flows = [MANIFEST, at(5)]
    unknown = ends(World(*repeat([*flows, Error("new")], 2)), PullError, retries=retries)
    html = ProtocolError("no JSON: '<html>'")
    page = ends(World(*repeat([*flows, html], 2)), ProtocolError, retries=retries)
    for error in (unknown, page):
        assert "run the same command again" in (error.hint or "")


def test_any_gain_of_bytes_renews_the_tries() -> None:
    def scripts() -> Iterator[list[Step]]:
        for n in range(50):
            yield [MANIFEST, at(n * 65536, 10**8), at((n + 1) * 65536, 10**8), CUT]
        yield [MANIFEST, DONE]

    events = World(*scripts()).run(retries=1)
    assert [event.attempt for event in events if isinstance(event, Restart)] == [1] * 50


def test_pauses_grow_and_vary() -> None:
    world = World(*repeat([MANIFEST, at(5), CUT], 9))
    ends(world, TimedOutError)
    middles = [0.5, 1, 2, 4, 8, 16, 30, 30]
    shares = [pause / middle for pause, middle in zip(world.pauses, middles, strict=True)]
    assert all(0.5 <= share <= 1.5 for share in shares)
    assert len(set(shares)) > 4  # two may be alike by chance


def test_a_server_that_asks_to_be_left_alone_is() -> None:
    busy = ServerError("busy", http_status=429)
    busy.retry_after = 25.0
    world = World([busy], [DONE])
    world.run()
    assert world.pauses == [25.0]
    busy.retry_after = 31.0
    assert ends(World([busy]), ServerError) is busy


def test_verifying_is_no_stall() -> None:
    steps: list[Step] = [MANIFEST, at(1000), VERIFYING, 1700.0, DONE]
    assert restarts(World(steps).run()) == []


def test_verifying_ends_too() -> None:
    stuck: list[Any] = [MANIFEST, at(1000), *[VERIFYING, 60.0] * 40]
    assert restarts(World(stuck, [DONE]).run()) == ["the server was silent for 30m0s"]


@pytest.mark.parametrize("swing", [(10, 20), (0, 500), (1000, 0)])
def test_a_counter_that_swings_is_a_stall_in_the_end(swing: tuple[int, int]) -> None:
    low, high = swing
    steps = chain([MANIFEST, at(999)], each([1.0, at(low), at(high)] for _ in count()))
    world = World(steps, [DONE])
    assert restarts(world.run()) == ["no byte was gained for 30 s"]
    assert world.now < 1000 + 120


def test_a_server_that_loses_all_each_time_is_given_up() -> None:
    world = World(*repeat([MANIFEST, at(0), at(500), CUT], 1000))
    ends(world, TimedOutError)
    assert len(world.pauses) < 40


def test_counting_beyond_the_total_is_no_gain() -> None:
    steps = chain([MANIFEST], each([1.0, at(1000 + n)] for n in count()))
    assert restarts(World(steps, [DONE]).run()) == ["no byte was gained for 30 s"]


def test_a_crawl_near_the_end_is_begun_again() -> None:
    fast = each([1.0, at(n * 10, 10_000)] for n in range(960))
    slow = each([5.0, at(9600 + n, 10_000)] for n in range(300))
    world = World(chain([MANIFEST], fast, slow), [at(10_000, 10_000), DONE])
    assert restarts(world.run()) == ["the pull came down to a trickle"]


def test_a_slow_line_that_was_always_slow_is_left_alone() -> None:
    slow = each([5.0, at(n, 300)] for n in range(300))
    assert restarts(World(chain([MANIFEST], slow, [DONE])).run()) == []


@pytest.mark.parametrize("where", ["stream", "pause"])
def test_an_interrupt_passes_through(where: str) -> None:
    world = World([MANIFEST, KeyboardInterrupt() if where == "stream" else CUT])

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    sleep: Callable[[float], None] = interrupted
    events = heal(world.open, Patience(), clock=lambda: world.now, sleep=sleep)
    with pytest.raises(KeyboardInterrupt):
        list(events)
    assert world.closed == 1


def test_a_patience_of_zero_waits_for_ever() -> None:
    steps: list[Step] = [MANIFEST, at(5), 1e8, at(5), 1e8, DONE]
    assert restarts(World(steps).run(stall=0, silence=0)) == []
    assert Patience(stall=0, silence=0).answer_timeout == 0
    assert Patience(stall=30, silence=5).answer_timeout == 5
