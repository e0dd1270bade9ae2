"""What counts as a gain, and what as a crawl."""

from ollama_cli.features.pull.pace import Gains, Pace
from ollama_cli.types.pull_events import ChunkProgress


def test_bytes_are_counted_over_all_layers() -> None:
    gains = Gains()
    lines = [("a", 10), ("b", 5), ("a", 10), ("a", 12), ("b", None), ("b", 3)]
    gained = [gains.add(ChunkProgress(digest, 100, done)) for digest, done in lines]
    assert gained == [10, 5, 0, 2, 0, 3]
    assert gains.completed == 15


def test_near_the_end_is_a_tenth() -> None:
    gains = Gains()
    assert not gains.is_near_end()
    gains.add(ChunkProgress("a", 100, 89))
    assert not gains.is_near_end()
    gains.add(ChunkProgress("a", 100, 90))
    assert gains.is_near_end()
    gains.add(ChunkProgress("b", 900, None))
    assert not gains.is_near_end()


def test_a_swinging_counter_gains_a_bounded_number_of_times() -> None:
    gains = Gains()
    swings = [gains.add(ChunkProgress("a", 100, 10 * (n % 2))) for n in range(1000)]
    assert 0 < sum(1 for each in swings if each) < 20


def test_a_minute_at_a_tenth_is_slow() -> None:
    pace = Pace(0.0)
    for second in range(300):
        pace.add(100, float(second))
    assert not pace.is_slow()
    for second in range(300, 366):
        pace.add(9, float(second))
    assert pace.is_slow()


def test_without_a_past_nothing_is_slow() -> None:
    pace = Pace(0.0)
    pace.add(10**9, 1.0)
    pace.add(0, 100.0)
    assert not pace.is_slow()


def test_a_long_silence_is_slow() -> None:
    pace = Pace(0.0)
    for second in range(300):
        pace.add(100, float(second))
    pace.add(0, 370.0)
    assert pace.is_slow()
