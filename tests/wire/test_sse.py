"""Server-sent events: whole however they are framed and cut, and nothing lost or made up."""

import json

import pytest

from ollama_cli.errors import ProtocolError, ServerError, StreamCutError
from ollama_cli.wire import sse
from ollama_cli.wire.sse import END, Decoder, decode

PLAIN = 'data: {"a":1}\n\ndata: {"é":"世界 👩‍💻"}\n\ndata: [DONE]\n\n'.encode()
VALUES = [{"a": 1}, {"é": "世界 👩‍💻"}, END]
FRAMINGS = {
    "plain": PLAIN,
    "carriage returns and newlines": PLAIN.replace(b"\n", b"\r\n"),
    "carriage returns": PLAIN.replace(b"\n", b"\r"),
    "all ends of lines by turns": PLAIN.replace(b"\n\n", b"\r\n\n", 1).replace(b"}\n\n", b"}\r\r"),
    "a return before, a newline after": PLAIN.replace(b"}\n\n", b"}\r\n\n\r", 1).replace(
        b"}\n\n", b"}\n\r\n"
    ),
    "blanks around the end": PLAIN.replace(b"[DONE]", b" [DONE] "),
    "no space after the colon": PLAIN.replace(b"data: ", b"data:"),
    "a byte order mark": b"\xef\xbb\xbf" + PLAIN,
    "comments": b": ping\n\n" + PLAIN.replace(b"\n\n", b"\n: OK\n:\n\n"),
    "other fields": PLAIN.replace(b"data: {", b"event: message\nid: 7\nretry: 9\nid\ndata: {"),
    "blank lines": b"\n\n\n" + PLAIN.replace(b"\n\n", b"\n\n\n\n"),
    "empty data": PLAIN.replace(b"data: {", b"data:\n\ndata: \n\ndata\n\ndata: {"),
    "data over several lines": PLAIN.replace(b'"a":', b'"a":\ndata: '),
    "data that begins with an empty line": PLAIN.replace(b"data: {", b"data\ndata: {"),
    "no blank line at the end": PLAIN.removesuffix(b"\n"),
    "no end of the last line": PLAIN.removesuffix(b"\n\n"),
    "more after the end": PLAIN + b'data: {"b":2}\n\n<html>\n\ndata: [DONE]\n\n',
}


@pytest.mark.parametrize("framing", FRAMINGS)
def test_every_framing_gives_the_same_values(framing: str) -> None:
    assert list(decode([FRAMINGS[framing]])) == VALUES


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_cut_at_any_byte_changes_nothing(framing: str) -> None:
    data = FRAMINGS[framing]
    for place in range(len(data) + 1):
        assert list(decode([data[:place], data[place:]])) == VALUES, place
    assert list(decode([data[i : i + 1] for i in range(len(data))])) == VALUES


@pytest.mark.parametrize("framing", FRAMINGS)
def test_empty_chunks_change_nothing(framing: str) -> None:
    pieces = [FRAMINGS[framing][i : i + 1] for i in range(len(FRAMINGS[framing]))]
    assert list(decode([b"", *(part for piece in pieces for part in (piece, b""))])) == VALUES


def test_an_event_is_told_with_its_last_byte() -> None:
    for end in (b"\n\n", b"\r\n\r\n", b"\r\r"):
        decoder = Decoder()
        event = b'data: {"a":1}' + end
        told = [list(decoder.values(event[i : i + 1])) for i in range(len(event))]
        last = -2 if end == b"\r\n\r\n" else -1  # the newline after the return adds nothing
        assert told[last] == [{"a": 1}]
        assert sum(map(len, told)) == 1


def test_events_that_come_together_are_told_together() -> None:
    decoder = Decoder()
    block = b"".join(b'data: {"n":%d}\n\n' % n for n in range(1000))
    assert [value["n"] for value in decoder.values(block)] == list(range(1000))  # type: ignore[index]  # objects


def test_the_words_of_the_end_may_stand_in_a_text() -> None:
    body = b'data: {"a":"[DONE]"}\n\ndata: {"a":"\\n[DONE]"}\n\n'
    assert list(decode([body])) == [{"a": "[DONE]"}, {"a": "\n[DONE]"}]


def test_what_only_begins_like_the_end_is_none() -> None:
    with pytest.raises(ProtocolError, match=r"no JSON: '\[DONE\]x'"):
        list(decode([b'data: {"a":1}\n\ndata: [DONE]x\n\n']))


def test_the_separators_of_unicode_end_no_line() -> None:
    text = "a\u0085b\u2028c\u2029d"
    assert list(decode([f'data: {{"a":"{text}"}}\n\n'.encode()])) == [{"a": text}]


def test_bytes_that_are_no_utf8_are_replaced() -> None:
    assert list(decode([b'data: {"a":"\xff"}\n\n'])) == [{"a": "\ufffd"}]


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_stream_that_ends_anywhere_is_a_cut_or_has_no_end(framing: str) -> None:
    data = FRAMINGS[framing]
    cuts = 0
    for place in range(4, data.index(b"[DONE]") + len(b"[DONE]")):
        decoder = Decoder()
        seen = list(decoder.values(data[:place]))
        try:
            seen += decoder.close()
        except StreamCutError:
            cuts += 1
        assert seen == VALUES[: len(seen)]
        assert END not in seen
    assert cuts > 20


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (b"<!DOCTYPE html>", "<!DOCTYPE html>"),
        (b"Internal Server Error", "Internal Server Error"),
    ],
)
def test_a_line_that_is_no_event_is_told(line: bytes, shown: str) -> None:
    decoder = Decoder()
    values = decoder.values(b'data: {"a":1}\n\n' + line + b"\n\n")
    assert next(iter(values)) == {"a": 1}
    with pytest.raises(ProtocolError, match="no event") as caught:
        list(values)
    assert shown in caught.value.message
    with pytest.raises(ProtocolError, match="no event"):
        list(decode([line]))


def test_json_outside_of_events_is_a_value() -> None:
    stream = b'data: {"a":1}\n\n{"b":2}\n\n{\n"c":\n\n3}\ndata: [DONE]\n\n'
    for size in (1, 3, 7, len(stream)):
        pieces = [stream[place : place + size] for place in range(0, len(stream), size)]
        assert list(decode(pieces)) == [{"a": 1}, {"b": 2}, {"c": 3}, END]
    with pytest.raises(ProtocolError, match="no JSON"):
        list(decode([b'{"a":\n1\n\n']))


def test_data_that_is_no_json_is_told() -> None:
    values = Decoder().values(b'data: {"a":1}\n\ndata: {oops}\n\n')
    assert next(values) == {"a": 1}
    with pytest.raises(ProtocolError, match="no JSON"):
        next(values)


def test_an_error_that_is_no_event_is_an_error() -> None:
    assert list(decode([b'data: {"a":1}\n\n{"error":"out of memory"}\n'])) == [
        {"a": 1},
        {"error": "out of memory"},
    ]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ('{"error":{"message":"busy"}}', {"error": {"message": "busy"}}),
        ('{"message":"busy"}', {"error": {"message": "busy"}}),
        ("busy", {"error": "busy"}),
        ('"busy"', {"error": "busy"}),
    ],
)
def test_an_event_named_error_is_an_error_in_any_shape(data: str, told: object) -> None:
    assert list(decode([f"event: error\ndata: {data}\n\n".encode()])) == [told]
    assert list(decode([f"data: {data}\nevent: error\n\n".encode()])) == [told]


def test_a_megabyte_in_small_pieces_is_read() -> None:
    text = "x" * (1 << 20)
    data = f"data: {json.dumps({'a': text})}\n\n".encode()
    assert list(decode(data[i : i + 100] for i in range(0, len(data), 100))) == [{"a": text}]


@pytest.mark.parametrize("piece", [b"x" * 100, b"data: x\n"])
def test_an_event_without_end_is_bounded(monkeypatch: pytest.MonkeyPatch, piece: bytes) -> None:
    monkeypatch.setattr(sse, "LONGEST_LINE", 1000)
    with pytest.raises(ServerError, match="more than 1000 bytes"):
        list(decode(piece for _ in range(1000)))
    whole = b"data: " + b"1" * 100 + b"\n\n"
    assert len(list(decode(whole for _ in range(100)))) == 100
