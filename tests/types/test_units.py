"""Numbers read as `ollama list` prints them."""

from datetime import UTC, datetime, timedelta

import pytest

from ollama_cli.types.units import (
    format_age,
    format_ago,
    format_bytes,
    format_count,
    format_counter,
    format_duration,
    format_rate,
)

NOW = datetime(2026, 8, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 KB"),
        (1500, "1.5 KB"),
        (9_990, "10.0 KB"),
        (10_999, "10 KB"),
        (986_432_000, "986 MB"),
        (999_999_999, "999 MB"),
        (2_019_393_189, "2.0 GB"),
        (2_000_000_000, "2.0 GB"),
        (4_661_224_676, "4.7 GB"),
        (13_999_999_999, "13 GB"),
        (1_500_000_000_000, "1.5 TB"),
        (10**18, "1000000 TB"),
    ],
)
def test_sizes_are_decimal_and_short(n: int, text: str) -> None:
    assert format_bytes(n) == text


@pytest.mark.parametrize(
    ("completed", "total", "text"),
    [
        (1_900_000_000, 4_661_224_676, "1.9/4.7 GB"),
        (0, 4_661_224_676, "0.0/4.7 GB"),
        (2_000_000_000, 2_000_000_000, "2.0/2.0 GB"),
        (6_200_000_000, 13_000_000_000, "6.2/13 GB"),
        (12_900_000_000, 13_000_000_000, "12/13 GB"),
        (120, 560, "120/560 B"),
        (0, 0, "0/0 B"),
        (5_000_000, None, "5.0 MB"),
        (10**25, 1, f"{10**25}/1 B"),
    ],
)
def test_a_counter_has_one_unit(completed: int, total: int | None, text: str) -> None:
    assert format_counter(completed, total) == text


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (0.0, "0 B/s"),
        (850.4, "850 B/s"),
        (12_300_000.0, "12.3 MB/s"),
        (986_000_000.0, "986 MB/s"),
        (1_000.0, "1.0 KB/s"),
    ],
)
def test_a_rate_has_three_digits(rate: float, text: str) -> None:
    assert format_rate(rate) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0 ms"),
        (0.85, "850 ms"),
        (0.9999, "1 s"),
        (4.2, "4.2 s"),
        (4, "4 s"),
        (9.97, "10 s"),
        (42.4, "42 s"),
        (59.7, "1m0s"),
        (72, "1m12s"),
        (200, "3m20s"),
        (3599.9, "1h0m"),
        (7500, "2h5m"),
        (99 * 3600, "99h0m"),
        (100 * 3600, "99h+"),
        (float("inf"), "99h+"),
    ],
)
def test_a_duration_has_two_units_at_most(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1K"),
        (131_072, "131K"),
        (1_000_000, "1M"),
        (1_500_000, "1.50M"),
        (361_821_120, "361.82M"),
        (1_000_000_000, "1B"),
        (3_212_749_888, "3.2B"),
    ],
)
def test_counts_are_rounded_as_the_server_rounds_them(n: int, text: str) -> None:
    assert format_count(n) == text


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=0), "less than a second"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=59.9), "59 seconds"),
        (timedelta(seconds=119), "about a minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(minutes=60), "about an hour"),
        (timedelta(minutes=89), "about an hour"),
        (timedelta(minutes=90), "2 hours"),
        (timedelta(minutes=150), "3 hours"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(hours=48), "2 days"),
        (timedelta(days=13), "13 days"),
        (timedelta(days=14), "2 weeks"),
        (timedelta(days=59), "8 weeks"),
        (timedelta(days=60), "2 months"),
        (timedelta(days=729), "24 months"),
        (timedelta(days=730), "2 years"),
    ],
)
def test_times_are_relative(ago: timedelta, text: str) -> None:
    assert format_ago((NOW - ago).isoformat(), NOW) == f"{text} ago"
    if ago:
        assert format_ago((NOW + ago).isoformat(), NOW) == f"{text} from now"


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (None, "-"),
        ("", "-"),
        ("soon", "-"),
        ("0001-01-01T00:00:00Z", "never"),
        ("2318-11-11T12:00:00Z", "forever"),
        ("2026-08-01T14:00:00.123456789+05:00", "3 hours ago"),
        ("2026-08-01T09:00:00", "3 hours ago"),
    ],
)
def test_odd_times_have_a_word(when: str | None, text: str) -> None:
    assert format_ago(when, NOW) == text
    assert format_ago(when, NOW.replace(tzinfo=None)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "less than a second ago"), (45, "45 seconds ago"), (750, "12 minutes ago")],
)
def test_an_age_is_how_long_ago_something_was(seconds: float, text: str) -> None:
    assert format_age(seconds) == text
