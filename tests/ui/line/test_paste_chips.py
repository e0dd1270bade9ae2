"""A long paste is one character of the line, shown by its size and sent in full."""

import pytest

from ollama_cli.ui.line.chips import Chips


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("x" * 512, None),
        ("x" * 513, "[paste 1: 1 line, 513 chars]"),
        ("x\n" * 7 + "x", None),
        ("x\n" * 8 + "x", "[paste 1: 9 lines, 17 chars]"),
        ("x\n" * 4000, "[paste 1: 4001 lines, 8000 chars]"),
        ("👍🏽" * 300, "[paste 1: 1 line, 600 chars]"),  # code points
        (chr(0x10F000), "[paste 1: 1 line, 1 char]"),  # what is a chip of ours elsewhere
    ],
)
def test_what_is_long_is_a_chip(text: str, label: str | None) -> None:
    chips = Chips()
    put = chips.put(text)
    if label is None:
        assert put == text
    else:
        assert len(put) == 1
        assert chips.label(put) == label
    assert chips.whole(f"a{put}b{put}") == f"a{text}b{text}"


def test_numbers_begin_again_with_each_question() -> None:
    chips, text = Chips(), "x" * 600
    first, second = chips.put(text), chips.put(text)
    assert chips.label(first).startswith("[paste 1:")
    assert chips.label(second).startswith("[paste 2:")
    chips.clear()
    assert not chips.has(first)
    assert chips.label(chips.put(text)).startswith("[paste 1:")


def test_a_paste_that_an_editor_left_alone_is_a_chip_again() -> None:
    chips, text = Chips(), "x\n" * 600
    line = f"look: {chips.put(text)} and {chips.put('y' * 600)}"
    assert chips.folded(chips.whole(line)) == line
    assert chips.folded(f"{text}!") == f"{line[6]}!"
    assert chips.folded(f"{text[:-2]}!") == f"{text[:-2]}!"
