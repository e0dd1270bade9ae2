"""The arithmetic of a pull survives everything that a server can send."""

import pytest

from ollama_cli.types.pull_events import (
    ChunkProgress,
    Expected,
    Layer,
    PullEvent,
    Restart,
    Status,
    Success,
)
from ollama_cli.ui.progress.stats import LayerSnapshot, PullSnapshot, PullStats

VERIFYING = Status("verifying sha256 digest")
WRITING = Status("writing manifest")


def run(*events: PullEvent, step: float = 1.0) -> list[PullSnapshot]:
    stats = PullStats()
    return [stats.update(event, index * step) for index, event in enumerate(events)]


def chunk(digest: str, total: int | None, completed: int | None = None) -> ChunkProgress:
    return ChunkProgress(digest, total, completed)


def test_nothing_is_known_before_the_first_layer() -> None:
    *_, last = run(Status("pulling manifest"), Status("waiting"), chunk("a", None))
    assert last.bytes_per_second is None
    (only,) = run(Status("pulling manifest"))
    assert only == PullSnapshot(0, None, 0.0, None, None, ())


def test_a_layer_unpacks_as_a_tuple() -> None:
    (only,) = run(chunk("sha256:a", 100, 40))
    assert only.layers == (("sha256:a", 40, 100, False),)
    digest, completed, total, done = only.layers[0]
    assert (digest, completed, total, done) == ("sha256:a", 40, 100, False)


def test_a_resumed_download_is_no_speed() -> None:
    first, second = run(chunk("a", 1000, 600), chunk("a", 1000, 610))
    assert first.bytes_per_second is None
    assert first.eta_seconds is None
    assert first.fraction == 0.6
    assert second.bytes_per_second == 10
    assert second.eta_seconds == 39


def test_a_second_resumed_layer_is_no_speed_either() -> None:
    last = run(chunk("a", 100, 90), chunk("a", 100, 100), chunk("b", 1000, 700))[-1]
    assert last.bytes_per_second == 5


def test_a_download_that_begins_without_a_number_begins_at_zero() -> None:
    last = run(chunk("a", 100), chunk("a", 100, 50))[-1]
    assert last.bytes_per_second == 50


def test_speed_is_a_moving_window() -> None:
    fast = [chunk("a", 10**6, 1000 * n) for n in range(20)]
    slow = [chunk("a", 10**6, 19_000 + 10 * n) for n in range(1, 20)]
    snapshots = run(*fast, *slow)
    assert snapshots[19].bytes_per_second == 1000
    assert snapshots[-1].bytes_per_second == 10


def test_a_stall_brings_the_speed_to_zero_and_takes_the_eta() -> None:
    last = run(chunk("a", 100, 0), chunk("a", 100, 50), *[chunk("a", 100, 50)] * 8)[-1]
    assert last.bytes_per_second == 0
    assert last.eta_seconds is None


def test_the_speed_begins_anew_with_a_further_try() -> None:
    before = [chunk("a", 100, 10 * n) for n in range(4)]
    after = [chunk("a", 100, 30), chunk("a", 100, 32)]
    snapshots = run(*before, Restart(1, "cut"), *after)
    assert [s.bytes_per_second for s in snapshots[-4:]] == [10, None, None, 2]


def test_the_window_holds_few_samples_however_fast_events_come() -> None:
    stats = PullStats()
    for n in range(50_000):
        snapshot = stats.update(chunk("sha256:model", 10**9, n * 1000), n / 50_000)
    assert len(stats._speed._samples) < 100
    assert snapshot.bytes_per_second == pytest.approx(50_000_000, rel=0.01)


def test_counters_fall_after_a_reset_and_the_fraction_does_not() -> None:
    _, reset, later = run(chunk("a", 100, 50), chunk("a", 100), chunk("a", 100, 10))
    assert (reset.completed, reset.fraction) == (0, 0.5)
    assert (later.completed, later.fraction) == (10, 0.5)


def test_bytes_that_vanish_and_come_back_are_no_speed() -> None:
    last = run(chunk("a", 100, 50), chunk("a", 100), chunk("a", 100, 60))[-1]
    assert last.bytes_per_second == 0


def test_bytes_fetched_again_after_a_fall_are_speed() -> None:
    snapshots = run(chunk("a", 100, 50), chunk("a", 100, 20), chunk("a", 100, 30))
    assert [s.bytes_per_second for s in snapshots] == [None, 0, 5]


def test_one_is_kept_for_success() -> None:
    full, verifying, writing, success = run(chunk("a", 100, 100), VERIFYING, WRITING, Success())
    assert [s.fraction for s in (full, verifying, writing, success)] == [0.0, 0.99, 0.99, 1.0]
    assert (full.completed, full.total) == (100, 100)


def test_the_status_success_is_not_yet_success() -> None:
    assert run(chunk("a", 100, 100), Status("success"))[-1].fraction == 0.99


def test_a_new_layer_does_not_lower_the_fraction() -> None:
    _, full, more = run(chunk("a", 100, 99), chunk("a", 100, 100), chunk("b", 900, 0))
    assert (full.fraction, more.fraction) == (0.99, 0.99)
    assert (more.completed, more.total) == (100, 1000)


@pytest.mark.parametrize("end", [VERIFYING, WRITING, Success()])
def test_a_layer_that_stopped_short_is_done_at_the_end(end: PullEvent) -> None:
    last = run(chunk("a", 100, 97), chunk("b", 50), end)[-1]
    assert last.layers == (("a", 100, 100, True), ("b", 50, 50, True))
    assert (last.completed, last.total) == (150, 150)
    assert last.bytes_per_second == 0


def test_a_layer_that_stopped_short_is_done_when_a_later_one_appears() -> None:
    last = run(chunk("a", 100, 97), chunk("b", 50, 10))[-1]
    assert last.layers == (("a", 100, 100, True), ("b", 10, 50, False))


def test_a_manifest_status_completes_nothing() -> None:
    last = run(chunk("a", 100, 97), Status("pulling manifest"))[-1]
    assert last.layers == (("a", 97, 100, False),)


def test_a_pull_started_over_keeps_its_place() -> None:
    snapshots = run(
        chunk("a", 100, 100),
        chunk("b", 900, 300),
        Status("pulling manifest"),
        chunk("a", 100, 100),
        chunk("b", 900, 310),
    )
    assert snapshots[3].layers[1] == ("b", 300, 900, False)
    assert snapshots[-1].completed == 410


def test_layers_side_by_side_are_not_taken_for_complete() -> None:
    last = run(chunk("a", 100, 10), chunk("b", 100, 10), chunk("a", 100, 20), chunk("c", 100, 5))[
        -1
    ]
    assert [layer.completed for layer in last.layers] == [20, 10, 5]
    assert not any(layer.done for layer in last.layers)


def test_success_without_any_layer() -> None:
    (only,) = run(Success())
    assert only == PullSnapshot(0, None, 1.0, None, None, ())


def test_a_layer_without_a_total_is_done_at_the_end_with_what_it_had() -> None:
    before, after = run(chunk("a", None, 7), Success())
    assert before == PullSnapshot(7, None, 0.0, None, None, (LayerSnapshot("a", 7, None, False),))
    assert after.layers == (("a", 7, None, True),)


def test_a_total_left_out_later_is_remembered() -> None:
    last = run(chunk("a", 100, 10), chunk("a", None, 20), chunk("a", 0, 30))[-1]
    assert last.layers == (("a", 30, 100, False),)


def test_more_than_the_total_is_the_total() -> None:
    last = run(chunk("a", 100, 250))[-1]
    assert last.layers == (("a", 100, 100, True),)


def test_a_clock_that_steps_back_is_no_negative_speed() -> None:
    stats = PullStats()
    for now, completed in ((100.0, 0), (101.0, 50), (5.0, 60)):
        snapshot = stats.update(chunk("a", 100, completed), now)
    assert snapshot.bytes_per_second == 60


def test_what_the_lines_report_is_counted_over_all_layers() -> None:
    stats, seen = PullStats(), []
    for digest, done in [("a", 10), ("b", 5), ("a", 10), ("a", 12), ("b", None), ("b", 3)]:
        stats.add(chunk(digest, 100, done), 0.0)
        seen.append(stats.reported)
    assert seen == [10, 15, 15, 17, 12, 15]
    assert stats.reported_total == 200
    assert stats.fetched_bytes == 2 + 3


def test_what_a_manifest_or_the_next_layer_makes_certain_is_not_reported() -> None:
    stats = PullStats()
    stats.add(Expected((Layer("a", 100), Layer("b", 50))), 0.0)
    assert (stats.reported, stats.reported_total) == (0, 0)
    stats.add(chunk("a", 100, 40), 0.0)
    stats.add(chunk("b", 50, 1), 0.0)
    assert (stats.reported, stats.reported_total) == (41, 150)
    assert stats.completed == 101


def test_restarts_are_counted_and_an_unused_one_is_empty() -> None:
    stats = PullStats()
    assert stats.is_empty
    stats.add(Restart(1, "cut"), 0.0)
    stats.add(Restart(1, "cut"), 0.0)
    assert stats.restarts == 2
    assert not stats.is_empty
