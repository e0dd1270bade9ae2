"""Totals from a manifest, and what a restart does to the figures."""

from ollama_cli.types.pull_events import (
    ChunkProgress,
    Expected,
    Layer,
    PullEvent,
    Restart,
    Status,
    Success,
)
from ollama_cli.ui.progress.stats import PullSnapshot, PullStats

AGAIN = Restart(1, "cut")
MANIFEST = Expected((Layer("a", 900), Layer("b", 90), Layer("c", 10)))


def run(*events: PullEvent) -> list[PullSnapshot]:
    stats = PullStats()
    return [stats.update(event, float(index)) for index, event in enumerate(events)]


def chunk(digest: str, total: int | None, completed: int | None = None) -> ChunkProgress:
    return ChunkProgress(digest, total, completed)


def test_a_manifest_gives_the_total_from_the_first_second() -> None:
    first, half, more = run(MANIFEST, chunk("a", 900, 450), chunk("a", 900, 500))
    assert (first.total, first.completed, first.fraction, first.total_known) == (1000, 0, 0, True)
    assert (half.total, half.completed, half.fraction) == (1000, 450, 0.45)
    assert more.eta_seconds == 10


def test_without_a_manifest_the_total_grows_and_is_known_at_the_end() -> None:
    one, two, end = run(chunk("a", 900, 450), chunk("b", 90), Status("verifying sha256 digest"))
    assert [s.total for s in (one, two, end)] == [900, 990, 990]
    assert [s.total_known for s in (one, two, end)] == [False, False, True]


def test_a_layer_that_is_there_counts_at_once() -> None:
    assert run(MANIFEST, chunk("b", 90, 90))[-1].completed == 90


def test_layers_that_had_no_line_are_done_at_the_end() -> None:
    last = run(MANIFEST, chunk("a", 900, 899), Status("verifying sha256 digest"), Success())[-1]
    assert (last.completed, last.total, last.fraction) == (1000, 1000, 1.0)


def test_two_layers_with_one_digest_count_once() -> None:
    (only,) = run(Expected((Layer("a", 900), Layer("a", 900))))
    assert only.total == 900


def test_a_manifest_is_believed_as_far_as_the_stream_agrees() -> None:
    for line in (chunk("a", 901, 450), chunk("sha256:model", 2000, 450)):
        first, second = run(MANIFEST, line)
        assert (first.total, first.total_known) == (1000, True)
        assert (second.total, second.total_known) == (line.total, False)
    assert run(chunk("a", 901, 450), MANIFEST)[-1].total == 901


def test_a_lie_does_not_lower_the_fraction() -> None:
    snapshots = run(Expected((Layer("a", 10),)), chunk("a", 10, 9), chunk("b", 10**9, 1))
    assert [s.fraction for s in snapshots] == [0.0, 0.9, 0.9]
    assert snapshots[-1].total == 10**9 + 10


def test_complete_layers_say_nothing_about_those_to_come() -> None:
    assert run(chunk("small", 10, 10), chunk("large", 990, 10))[-1].fraction == 0.02


def test_a_restart_that_goes_on_loses_nothing() -> None:
    *_, last = run(chunk("a", 900, 450), AGAIN, Status("pulling manifest"), chunk("a", 900, 460))
    assert (last.completed, last.lost, last.bytes_per_second) == (460, 0, None)


def test_bytes_that_were_thrown_away_are_counted_and_the_fraction_stays() -> None:
    before, again, after, later = run(
        chunk("a", 900, 450), AGAIN, chunk("a", 900, 90), chunk("a", 900, 99)
    )
    assert (before.lost, again.lost, after.lost, later.lost) == (0, 0, 360, 360)
    assert [s.fraction for s in (before, again, after, later)] == [0.5] * 4
    assert (after.completed, later.completed) == (90, 99)
    assert later.bytes_per_second == 9, "resumed bytes are no speed"


def test_a_layer_that_was_complete_and_is_gone_is_lost() -> None:
    stats = PullStats()
    for event in (chunk("a", 900, 890), chunk("b", 90, 9), AGAIN, chunk("a", 900)):
        snapshot = stats.update(event, 0.0)
    assert (snapshot.lost, snapshot.completed) == (900, 9)


def test_until_the_next_try_speaks_what_was_seen_counts() -> None:
    assert run(chunk("a", 900, 890), chunk("b", 90, 9), AGAIN)[-1].completed == 909


def test_a_fall_within_one_try_is_no_loss() -> None:
    assert run(chunk("a", 900, 450), chunk("a", 900), chunk("a", 900, 10))[-1].lost == 0


def test_a_word_that_was_no_end_is_believed_once_in_each_try() -> None:
    verifying, early = Status("verifying sha256 digest"), chunk("a", 900, 20)
    first = run(chunk("a", 900, 10), verifying, early, verifying)
    assert [each.completed for each in first] == [10, 900, 20, 20]
    assert run(chunk("a", 900, 10), verifying, early, AGAIN, early, verifying)[-1].completed == 900
