"""Filters of exchanges: any field of theirs, compared."""

import pytest

from ollama_cli.errors import UsageError
from ollama_cli.features.tap.filters import compile_all
from ollama_cli.types.exchanges import KINDS, Exchange

EXCHANGE = Exchange(
    id=3,
    started_at="2026-11-29T12:00:00.000Z",
    method="POST",
    path="/api/chat",
    api="native",
    status=404,
    model="llama3.2:latest",
    num_ctx=None,
    context_length=4096,
    stream=True,
    messages=2,
    tools=None,
    prompt_tokens=4096,
    completion_tokens=5,
    tokens_per_second=12.5,
    first_byte_seconds=0.25,
    seconds=1.5,
    request_bytes=100,
    response_bytes=200,
    done_reason="stop",
    ended="client",
)


@pytest.mark.parametrize(
    "expression",
    [
        "status>=400",
        "status = 404",
        "status!=200",
        "seconds>1.4",
        "first_byte_seconds<0.3",
        "model=llama*",
        "model=LLAMA3.2",
        "model!=tiny",
        "path=/api/*",
        "stream=true",
        "truncated=true",
        "num_ctx=null",
        "model!=null",
        "num_ctx!=5",
        "ended=client",
        "api=native",
        "started_at>2026-11-29T11",
        "tokens_per_second<=12.5",
    ],
)
def test_what_fits(expression: str) -> None:
    assert compile_all([expression])(EXCHANGE)
    assert not compile_all(["id=3", expression, "id=4"])(EXCHANGE)


@pytest.mark.parametrize(
    "expression",
    [
        "status<400",
        "model=tiny",
        "stream=false",
        "num_ctx>0",
        "model=null",
        "ended=done",
        "tools=0",
    ],
)
def test_what_does_not(expression: str) -> None:
    assert not compile_all([expression])(EXCHANGE)


@pytest.mark.parametrize("name", KINDS)
def test_every_field_is_known(name: str) -> None:
    value = EXCHANGE.record[name]
    text = (
        {None: "null", True: "true"}.get(value, value)
        if not isinstance(value, int) or (value is True)
        else value
    )
    assert compile_all([f"{name}={text}"])(EXCHANGE)
    assert not compile_all([f"{name}!={text}"])(EXCHANGE)


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("statis>=400", "did you mean status?"),
        ("zzz=1", "there are id, started_at"),
        ("status", "no filter"),
        ("", "no filter"),
        ("status>=many", "status is a number, not 'many'"),
        ("stream=yes", "stream is true or false, not 'yes'"),
        ("stream>true", "stream takes = or !="),
        ("status<null", "status takes = or !="),
    ],
)
def test_what_is_no_filter(expression: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        compile_all([expression])
    assert told in f"{caught.value.message} {caught.value.hint}"
