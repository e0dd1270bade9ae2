"""What a terminal answers to others is dropped, wherever it is cut; keys and pastes are not."""

import pytest

from ollama_cli.ui.line.replies import Paste, Replies

KEYS = {"\x1b[A", "\x1b[3~", "\x1b[1;5C", "\x1bOP", "\x1b[Z"}
REPLIES = [
    "\x1b]11;rgb:0000/2b2b/3636\x07",
    "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    "\x1b]4;1;rgb:cdcd/0000/0000\x9c",
    "\x1b]52;c;aGVsbG8=\x07",
    "\x1b[?62;c",
    "\x1b[?64;1;2;6;9;15;18;21;22c",
    "\x1b[>41;354;0c",
    "\x1bP>|XTerm(354)\x1b\\",
    "\x1bP1+r544e=787465726d\x1b\\",
    "\x1bP1$r0m\x1b\\",
    "\x1b_Gi=31;OK\x1b\\",
    "\x1b[?2026;2$y",
    "\x1b[?1u",
    "\x1b[24;80R",
    "\x1b[0n",
    "\x1b[8;24;80t",
    "\x1b[?997;1n",
    "\x1b[I",
    "\x1b[O",
    "\x1b[97;1:3u",  # a key that was released
]


def sorted_out(*pieces: str) -> str:
    """Feed the pieces, with nothing in between, and join what were keys."""
    replies = Replies(KEYS.__contains__)
    found = [each for piece in pieces for each in replies.feed(piece)]
    return "".join(each for each in [*found, replies.flush()] if isinstance(each, str))


@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_is_dropped(reply: str) -> None:
    assert sorted_out(f"a{reply}b{reply}{reply}c") == "abc"


@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_is_dropped_wherever_it_is_cut(reply: str) -> None:
    for cut in range(1, len(reply)):
        assert sorted_out(f"a{reply[:cut]}", f"{reply[cut:]}b") == "ab", cut
    assert sorted_out("a", *reply, "b") == "ab"


@pytest.mark.parametrize("reply", [each for each in REPLIES if len(each) > 5])
def test_a_reply_that_comes_late_is_dropped_too(reply: str) -> None:
    replies = Replies(KEYS.__contains__)
    for cut in range(3, len(reply)):
        assert [*replies.feed(reply[:cut])] == []
        assert replies.flush() == ""
        assert [*replies.feed(f"{reply[cut:]}b")] == ["b"]


@pytest.mark.parametrize("keys", ["héllo 世界", "\x1b[A", "\x1b[3~x", "\x1bb", "\x1bOP", "\x1b"])
def test_keys_pass(keys: str) -> None:
    assert sorted_out(keys) == keys
    assert sorted_out(*keys) == keys


@pytest.mark.parametrize("keys", ["\x1b]hello", "\x1bPlease", "\x1bXyz", "\x1b^a", "\x1b_a"])
def test_alt_and_a_key_that_could_begin_a_reply_pass(keys: str) -> None:
    assert sorted_out(keys) == keys
    assert sorted_out(*keys) == keys


@pytest.mark.parametrize(
    ("sequence", "keys"),
    [
        ("\x1b[13;2u", "\n"),  # Shift-Enter as kitty has it
        ("\x1b[27;2;13~", "\n"),  # and as xterm does
        ("\x1b\r", "\n"),  # Alt-Enter
        ("\x1b\n", "\n"),
        ("\x1b[13;3u", "\n"),
        ("\x1b[13;5u", "\n"),
        ("\x1b[13u", "\r"),
        ("\x1b[99;5u", "\x03"),
        ("\x1b[100;5u", "\x04"),
        ("\x1b[27;5;100~", "\x04"),
        ("\x1b[27u", "\x1b"),
        ("\x1b[9;2u", "\x1b[Z"),
        ("\x1b[127u", "\x7f"),
        ("\x1b[98;3u", "\x1bb"),
        ("\x1b[97;2u", "A"),
        ("\x1b[233u", "é"),
        ("\x1b[57358u", ""),
        ("\x1b[97:65;2:1u", "A"),
    ],
)
def test_keys_of_newer_terminals_are_read(sequence: str, keys: str) -> None:
    assert sorted_out(sequence) == keys
    assert sorted_out(*sequence) == keys


def test_an_unknown_sequence_types_nothing() -> None:
    assert sorted_out("a\x1b[999;999~b\x1b[Mc") == "abc"


@pytest.mark.parametrize(
    "sequence",
    [
        f"[{'9' * 5000}u",
        f"[27;5;{'9' * 5000}~",
        "[55296u",  # half a character
        "[27;1;57343~",
    ],
)
def test_a_key_that_no_keyboard_has_types_nothing(sequence: str) -> None:
    assert sorted_out(f"a\x1b{sequence}b") == "ab"


def test_a_string_that_never_ends_does_not_swallow_keys() -> None:
    assert sorted_out("\x1b]11;rgb:00", "\r", "next\r") == "\rnext\r"
    assert sorted_out("\x1b]11;rgb:00", "\x03", "next") == "\x03next"


@pytest.mark.parametrize(
    "text", ["one", "two\rlines\r\n", "\x1b]11;rgb:0/0/0\x07", "\x1b[I", "x\x1b[201x", "\x1b", ""]
)
def test_a_paste_is_whole_and_as_it_is(text: str) -> None:
    typed = f"a\x1b[200~{text}\x1b[201~b"
    for pieces in ([typed], list(typed), [typed[:9], typed[9:]]):
        replies = Replies(KEYS.__contains__)
        found = [each for piece in pieces for each in replies.feed(piece)]
        assert found == ["a", Paste(text), "b"]


def test_a_large_paste_in_small_pieces() -> None:
    replies = Replies(KEYS.__contains__)
    assert [*replies.feed("\x1b[200~")] == []
    text = "some text\x1b[" * 64
    assert [each for _ in range(4096) for each in replies.feed(text)] == []
    assert [*replies.feed("\x1b[201~")] == [Paste(text * 4096)]


def test_a_ctrl_c_alone_ends_a_paste_whose_end_was_lost() -> None:
    replies = Replies(KEYS.__contains__)
    assert [*replies.feed("\x1b[200~text with \x03 in it\x1b")] == []
    assert [*replies.feed("\x03")] == [Paste("text with \x03 in it\x1b"), "\x03"]
    assert [*replies.feed("a")] == ["a"]
