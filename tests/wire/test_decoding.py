"""The standard library and orjson give the same values and the same errors, line by line."""

import json
import random
import sys
from collections.abc import Callable
from typing import Any

import pytest

from ollama_cli.errors import ProtocolError
from ollama_cli.wire import decoding

ROUNDS = 3000
TOKEN = b'{"model":"m","message":{"role":"assistant","content":" the"},"done":false}'
ODD = [
    b"NaN",
    b'{"a":Infinity}',
    b"[-Infinity]",
    b"1e999",
    b"[-1e999]",
    b"18446744073709551615",
    b"18446744073709551616",
    b"[-9223372036854775808,-9223372036854775809]",
    b'{"n":' + b"9" * 30 + b"}",
    b"9" * 5000,
    b"[1." + b"3" * 40 + b"]",
    b"123456789012345678901e0",
    b"-0",
    b"[-0.0,0e5,5e-324,1e-400,1.0E+2]",
    b"01",
    b"1.",
    b"+1",
    b'"\\ud800"',
    b'"\\ud83d\\ude00 \\ud83d"',
    b'"\xed\xa0\x80"',
    b'"a\xffb"',
    b'"\xc2\x85\xe2\x80\xa8\xe2\x80\xa9"',
    b'"\x01"',
    b'"\x7f\\u0000"',
    b'{"a":1,"b":2,"a":3}',
    b'{"a":{"a":1},"a":[]}',
    b"{} {}",
    b"{}x",
    b"[1,]",
    b"{'a':1}",
    b"\xef\xbb\xbf{}",
    b"\xc2\x85[1]\xc2\xa0",
    b"\x0c[1]\x0b\r",
    b" \t\r",
    b"\x00",
    b"nul",
    *(b"[" * depth + b"]" * depth for depth in (499, 600, 990, 1010, 1023, 1024, 1025, 100_000)),
    *(b'{"a":' * depth + b"1" + b"}" * depth for depth in (400, 600, 1023, 5000)),
]


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], list[str]]:
    """Run something with orjson and without; gives what came of each, types and all."""
    orjson = pytest.importorskip("orjson")

    def run(action: Callable[[], Any]) -> list[str]:
        found = []
        for loads in (orjson.loads, None):
            monkeypatch.setattr(decoding, "_orjson", lambda loads=loads: loads)
            try:
                found.append(ascii(action()))
            except ProtocolError as error:
                found.append(f"{type(error).__name__}: {error.message!a}")
        return found

    return run


@pytest.mark.parametrize("line", ODD, ids=lambda line: ascii(line)[2:30])
def test_odd_lines_are_read_alike(line: bytes, both: Any) -> None:
    for block in (line, TOKEN + b"\n" + line + b"\n" + TOKEN):
        quick, plain = both(lambda block=block: list(decoding.lines(block, much=True)))
        assert quick == plain
    padded = b'{"pad":"' + b" " * decoding.MUCH + b'","odd":' + line + b"}"
    quick, plain = both(lambda: decoding.document(padded))
    assert quick == plain


def scalar(rng: random.Random) -> Any:
    large = rng.uniform(-1, 1) * 10.0 ** rng.randrange(300)
    integers = [0, -1, rng.getrandbits(rng.randrange(1, 70)), -rng.getrandbits(66)]
    text = "".join(rng.choices('ab"\\/\n\t\x7f\x85é\u2028☃😀\ud800', k=rng.randrange(8)))
    others = [None, True, False, "x" * 100, "12345678901234567890123", 0.0, -0.0]
    return rng.choice([*integers, *others, rng.random(), large, text, text, text])


def anything(rng: random.Random, depth: int = 0) -> Any:
    kind = rng.choice(["scalar", "list", "dict"] if depth < 4 else ["scalar"])
    if kind == "list":
        return [anything(rng, depth + 1) for _ in range(rng.randrange(4))]
    if kind == "dict":
        return {rng.choice("abcé"): anything(rng, depth + 1) for _ in range(rng.randrange(4))}
    return scalar(rng)


def written(rng: random.Random) -> bytes:
    """Write something down, and perhaps spoil a byte of it."""
    ascii_only = rng.random() < 0.5
    text = json.dumps(anything(rng), ensure_ascii=ascii_only, indent=None)
    line = bytearray(text.encode("utf-8", "surrogatepass"))
    if line and rng.random() < 0.4:
        line[rng.randrange(len(line))] = rng.choice(b'0159-+.eE[]{}",:\\u \x00\x85\xc3\xff')
    return bytes(line).replace(b"\n", b"")


@pytest.mark.parametrize("seed", range(10))
def test_whatever_is_written_is_read_alike(seed: int, both: Any) -> None:
    rng = random.Random(seed)
    for _ in range(ROUNDS // 10):
        block = b"\n".join(written(rng) for _ in range(rng.randrange(1, 4)))
        before: list[list[object]] = []

        def read(block: bytes = block, before: list[list[object]] = before) -> list[object]:
            values: list[object] = []
            before.append(values)  # what stands before an error counts too
            for value in decoding.lines(block, much=True):
                values.append(value)  # noqa: PERF402  an error must leave what came before it
            return values

        quick, plain = both(read)
        assert quick == plain, block
        assert ascii(before[0]) == ascii(before[1]), block


def test_orjson_is_asked_for_what_it_reads_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def loads(text: bytes) -> object:
        asked.append(text)
        return json.loads(text)

    monkeypatch.setattr(decoding, "_orjson", lambda: loads)
    assert len(list(decoding.lines(TOKEN + b"\n" + TOKEN, much=True))) == 2
    assert asked == [TOKEN, TOKEN]
    list(decoding.lines(TOKEN + b"\n" + TOKEN))
    decoding.document(TOKEN)
    list(decoding.lines(TOKEN + b"\n[" + b"1" * 19 + b"]", much=True))
    assert asked == [TOKEN, TOKEN]
    large = b"[" + b" " * 2 * decoding.MUCH + b"]"
    assert list(decoding.lines(large, much=True)) == [[]]
    assert asked == [TOKEN, TOKEN]
    assert decoding.document(large) == []
    assert asked[2:] == [large]


def test_without_orjson_all_is_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "orjson", None)
    decoding._orjson.cache_clear()
    try:
        assert list(decoding.lines(b'{"a":1}\n\n[2]', much=True)) == [{"a": 1}, [2]]
        assert decoding.document(b"[" + b" " * decoding.MUCH + b"3]") == [3]
        with pytest.raises(ProtocolError, match="no JSON"):
            list(decoding.lines(b"NaN", much=True))
    finally:
        decoding._orjson.cache_clear()


def test_a_blank_line_is_no_value_in_either_way(both: Any) -> None:
    block = b"\n \n\t\r\n" + TOKEN + b"\r\n\xe2\x80\xa8\n"
    quick, plain = both(lambda: list(decoding.lines(block, much=True)))
    assert quick == plain == ascii([json.loads(TOKEN)])
