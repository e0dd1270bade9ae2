"""Lines are decoded as they come, however the bytes are cut."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from recordings import WIRE, parts

from ollama_cli.errors import OllamaCliError, ProtocolError, StreamCutError
from ollama_cli.wire import decoding
from ollama_cli.wire.decoding import document
from ollama_cli.wire.ndjson import Decoder, decode

BODIES = [
    "chat-tools",
    "generate-odd-separators",
    "pull-present",
    "pull-unknown-model",
    "generate-load",
    "chat-runner-killed",
    "v0.32.15/chat-tools-native",
    "v0.32.15/generate-think",
]


def body_of(name: str) -> bytes:
    return parts(WIRE / f"{name}.http")[2]


def plain(body: bytes) -> list[object]:
    return [json.loads(line) for line in body.split(b"\n") if line]


@pytest.mark.parametrize("name", BODIES)
def test_a_cut_at_any_byte_changes_nothing(name: str) -> None:
    body = body_of(name)[:3000]
    body = body[: body.rfind(b"\n") + 1] or body
    expected = plain(body)
    assert expected
    for place in range(len(body) + 1):
        assert list(decode([body[:place], body[place:]])) == expected, place


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 4096])
@pytest.mark.parametrize("name", BODIES)
def test_chunks_of_any_size_give_the_same_values(name: str, size: int) -> None:
    body = body_of(name)
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    assert list(decode(chunks)) == plain(body)


def test_a_value_is_there_as_soon_as_its_line_is_whole() -> None:
    decoder = Decoder()
    assert decoder.feed(b'{"a":') == []
    assert decoder.feed(b'1}\n{"b"') == [{"a": 1}]
    assert decoder.feed(b":2}\n") == [{"b": 2}]
    assert decoder.close() == []


def test_reading_ahead_is_not_needed_for_the_next_value() -> None:
    asked: list[int] = []

    def chunks() -> Iterator[bytes]:
        for number in range(3):
            asked.append(number)
            yield b"%d\n" % number

    values = decode(chunks())
    assert next(values) == 0
    assert asked == [0]


@pytest.mark.parametrize("separator", ["\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\r"])
def test_only_a_newline_ends_a_line(separator: str) -> None:
    line = b'{"t":"a%sb"}\n' % separator.encode()
    if separator < " ":  # JSON wants these escaped, so that they may stand between values only
        line = b'%s{"t":"ab"}%s\n' % (separator.encode(), separator.encode())
        assert list(decode([line])) == [{"t": "ab"}]
    else:
        assert list(decode([line])) == [{"t": f"a{separator}b"}]


def test_windows_line_ends_and_blank_lines_are_skipped() -> None:
    assert list(decode([b'\n\r\n  \n{"a":1}\r\n\t\n{"b":2}\n\n'])) == [{"a": 1}, {"b": 2}]


def test_the_last_line_may_lack_its_newline() -> None:
    assert list(decode([b'{"a":1}\n{"b":2}'])) == [{"a": 1}, {"b": 2}]


def test_an_empty_stream_has_no_values() -> None:
    assert list(decode([])) == []
    assert list(decode([b"", b""])) == []


@pytest.mark.parametrize(
    "ends", [b'{"a"', b'{"a":"\xc3', b'{"a":"\xf0\x9f\x98', b"[1,", b'{"a":1', b"  {"]
)
def test_a_stream_that_ends_within_a_line_was_cut(ends: bytes) -> None:
    values: list[object] = []
    with pytest.raises(StreamCutError, match="in the middle of a line"):
        values.extend(decode([b'{"ok":1}\n' + ends]))
    assert values == [{"ok": 1}]


@pytest.mark.parametrize(
    "line",
    [
        b"garbage",
        b"<!DOCTYPE html><html>",
        b"{'a': 1}",
        b'{"a":1}{"b":2}',
        b'{"a":1} x',
        b"\xff\xfe\x00",
        b'{"a":"\x01"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"n":' + b"9" * 5000 + b"}",
    ],
    ids=lambda line: line[:12].decode("latin-1"),
)
def test_a_line_that_is_no_json_is_an_error_and_the_values_before_it_are_kept(line: bytes) -> None:
    values: list[object] = []
    with pytest.raises(ProtocolError) as caught:
        values.extend(decode([b'{"a":1}\n{"b":2}\n' + line + b'\n{"c":3}\n']))
    assert values == [{"a": 1}, {"b": 2}]
    assert len(caught.value.message) < 200


def test_garbage_at_the_end_is_no_cut() -> None:
    with pytest.raises(ProtocolError, match="no JSON: 'Bad gateway'"):
        list(decode([b"Bad gateway"]))


def test_two_values_on_one_line_are_named_as_such() -> None:
    with pytest.raises(ProtocolError, match="two values on one line"):
        list(decode([b'{"a":1} {"b":2}\n']))


def test_bytes_that_are_no_utf_8_become_replacement_characters() -> None:
    assert list(decode([b'{"t":"a\xffb"}\n'])) == [{"t": "a\N{REPLACEMENT CHARACTER}b"}]


class CountedBytes(bytes):
    """Bytes that count how often they are looked at as a whole."""

    looks = 0

    def rfind(self, *args: Any) -> int:
        CountedBytes.looks += 1
        return super().rfind(*args)


def test_a_line_of_16_mebibytes_is_joined_once(monkeypatch: pytest.MonkeyPatch) -> None:
    size, step = 16 << 20, 1 << 14
    body = b'{"t":"' + b"x" * size + b'"}\n'
    decoded: list[int] = []
    decode_lines = decoding.lines

    def counted(block: bytes, *, much: bool) -> Iterator[object]:
        decoded.append(len(block))
        return decode_lines(block, much=much)

    monkeypatch.setattr(decoding, "lines", counted)
    CountedBytes.looks = 0
    chunks = [CountedBytes(body[start : start + step]) for start in range(0, len(body), step)]
    (value,) = decode(chunks)
    assert isinstance(value, dict)
    assert len(value["t"]) == size
    assert CountedBytes.looks == len(chunks)
    assert decoded == [len(body) - 1]


def test_a_document_is_one_value_and_nothing_else() -> None:
    assert document(b' {"a": 1}\n') == {"a": 1}
    for body in (b"", b" ", b"{", b'{"a":1}{"b":2}', b"nothing"):
        with pytest.raises(ProtocolError):
            document(body)


def test_every_error_of_decoding_is_one_of_ours() -> None:
    good = b'{"a":[1,{"b":"\xe2\x98\x83"}],"c":null}\n'
    for place in range(len(good)):
        for byte in (b"\x00", b'"', b"}", b"\xff", b"\n"):
            broken = good[:place] + byte + good[place + 1 :]
            try:
                list(decode([broken]))
            except OllamaCliError as error:
                assert error.exit_code == 5  # noqa: PT017  most broken lines do not raise
