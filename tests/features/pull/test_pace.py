"""What counts as a gain, and what as a crawl."""

from ollama_cli.features.pull.pace import Gains, Pace, is_near_end


def test_rises_are_gains_and_a_fall_is_where_they_begin_again() -> None:
    gains = Gains()
    assert [gains.add(there) for there in (10, 15, 15, 12, 14, 20)] == [10, 5, 0, 0, 2, 6]


def test_near_the_end_is_a_tenth() -> None:
    assert not is_near_end(0, 0)
    assert not is_near_end(89, 100)
    assert is_near_end(90, 100)
    assert not is_near_end(90, 1000)


def test_a_swinging_counter_gains_a_bounded_number_of_times() -> None:
    gains = Gains()
    swings = [gains.add(10 * (n % 2)) for n in range(1000)]
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
