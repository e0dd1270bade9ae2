"""The line of an exchange: what is known, and nothing that drives the terminal."""

import io
from dataclasses import replace

import pytest

from ollama_cli.types.exchanges import Exchange
from ollama_cli.ui.exchanges import line, show
from ollama_cli.ui.streams import OutStream

BARE = Exchange(
    id=1,
    started_at="2026-11-29T12:00:00.000Z",
    method="GET",
    path="/api/tags",
    api="native",
    status=None,
    model=None,
    num_ctx=None,
    context_length=None,
    stream=None,
    messages=None,
    tools=None,
    prompt_tokens=None,
    completion_tokens=None,
    tokens_per_second=None,
    first_byte_seconds=None,
    seconds=0.0421,
    request_bytes=1,
    response_bytes=0,
    done_reason=None,
    ended="client",
    client="curl/8",
)
WHOLE = replace(
    BARE,
    status=200,
    model="tiny",
    num_ctx=512,
    context_length=512,
    prompt_tokens=35,
    completion_tokens=7,
    tokens_per_second=45.06,
    first_byte_seconds=0.012,
    done_reason="stop",
    ended="done",
)


def told(exchange: Exchange) -> str:
    """The line without its time, which depends on the zone."""
    return line(exchange).split(" ", 1)[1]


def test_what_is_known_is_told() -> None:
    assert told(BARE) == "curl/8 GET /api/tags - · total 42 ms · cut by client"
    assert told(WHOLE) == (
        "curl/8 GET /api/tags 200 · tiny · num_ctx 512, context 512 · 35 → 7 tokens"
        " · 45.1 tokens/s · first byte 12 ms · total 42 ms · stop"
    )


@pytest.mark.parametrize(
    ("asked", "answered", "expected"),
    [
        (512, 1, "512 → 1 tokens, filled"),
        (500, 12, "500 → 12 tokens, filled"),
        (500, 11, "500 → 11 tokens ·"),
        (512, None, "512 → ? tokens, filled"),
        (259, 3, "259 → 3 tokens, filled"),
        (260, 3, "260 → 3 tokens ·"),
        (None, 9, "? → 9 tokens ·"),
    ],
)
def test_tokens_that_fill_the_context(asked: int, answered: int, expected: str) -> None:
    exchange = replace(WHOLE, prompt_tokens=asked, completion_tokens=answered)
    assert expected in told(exchange)
    assert exchange.truncated is (None if asked is None else asked in {512, 259})
    assert replace(exchange, context_length=None).truncated is None


def test_no_name_and_no_body_drives_the_terminal() -> None:
    exchange = replace(
        BARE,
        client="\x1b[31mred" + "x" * 99,
        path="/\x9b2J",
        model="a\nb",
        request_body='{"a":"\x1b]0;x\x07"}\n',
        response_body="é\n\r\n",
    )
    file = io.StringIO()
    show(OutStream(file), exchange)
    first, *bodies = file.getvalue().split("\n")
    assert "\\x1b[31mred" in first
    assert len(first) < 150
    assert "a b" in first
    assert bodies == ['> {"a":"\\x1b]0;x\\x07"}', "< é", "< \\x0d", ""]
