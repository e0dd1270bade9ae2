"""The limits of agents: calls in a sliding minute, and bytes of the input."""

import pytest

from ollama_cli.errors import RefusedError, TooLongError
from ollama_cli.features.mcp_server.limits import Rate, refuse_large


def test_calls_are_counted_in_a_sliding_minute() -> None:
    now = 100.0
    rate = Rate(2, clock=lambda: now)
    rate.take()
    now = 130.0
    rate.take()
    now = 145.5
    with pytest.raises(RefusedError) as caught:
        rate.take()
    assert caught.value.hint == "wait 15 s, then call again"
    assert caught.value.retry_after == 14.5
    now = 160.0
    rate.take()  # the first one is a minute old
    with pytest.raises(RefusedError) as caught:
        rate.take()
    assert caught.value.hint == "wait 30 s, then call again"


def test_a_refused_call_is_not_counted() -> None:
    now = 0.0
    rate = Rate(1, clock=lambda: now)
    rate.take()
    for _ in range(100):
        now += 0.5
        with pytest.raises(RefusedError):
            rate.take()
    now = 60.0
    rate.take()


@pytest.mark.parametrize("text", ["x" * 92, "ø" * 46, "xx" + "\ud800" * 30])
def test_bytes_are_counted_as_they_are_sent(text: str) -> None:
    refuse_large({"a": ""}, 100)
    refuse_large({"a": text}, 102)
    with pytest.raises(TooLongError) as caught:
        refuse_large({"a": text}, 100)
    assert caught.value.message == "the input has 101 B, and 100 B are allowed"
