"""Words stay whole at the edge of a terminal, however the text is cut into pieces."""

import random

import pyte
import pytest
from rounds import rounds

from ollama_cli.ui.wrap import WordWrap

WIDTH = 20
TEXT = (
    "The quick brown fox jumps over the lazy dog, 汉字 and 🎯 too, then "
    "supercalifragilisticexpialidocious words\nend. A b c d e f g h i j k l m n o p q r s t u v\n"
)


def screen_of(pieces: list[str], width: int = WIDTH) -> list[str]:
    screen = pyte.Screen(width, 40)
    stream = pyte.Stream(screen)
    wrap = WordWrap()
    for piece in pieces:
        stream.feed(wrap.wrap(piece, width).replace("\n", "\r\n"))
    lines = [line.rstrip() for line in screen.display]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def test_no_word_is_cut_that_fits_a_line() -> None:
    lines = screen_of([TEXT])
    assert lines[0] == "The quick brown fox"
    assert lines[1] == "jumps over the lazy"
    words = " ".join(lines).split()
    for word in TEXT.split():
        if len(word) < WIDTH and word.isascii():
            assert word in words


@pytest.mark.parametrize("seed", range(30))
def test_the_pieces_do_not_matter(seed: int) -> None:
    rng = random.Random(seed)
    pieces, rest = [], TEXT
    while rest:
        size = rng.choice([1, 1, 2, 3, 7])
        pieces.append(rest[:size])
        rest = rest[size:]
    assert screen_of(pieces) == screen_of([TEXT])


def test_nothing_is_lost() -> None:
    squeezed = "".join("".join(screen_of([TEXT])).split())
    assert squeezed == "".join(TEXT.split())


def test_each_piece_is_shown_at_once_and_taken_back_at_the_edge() -> None:
    wrap = WordWrap()
    assert wrap.wrap("hel", WIDTH) == "hel"
    assert wrap.wrap("lo twelve ", WIDTH) == "lo twelve "
    assert wrap.wrap("lett", WIDTH) == "lett"
    assert wrap.wrap("ers", WIDTH) == "\x1b[4D\x1b[K\nletters"


@pytest.mark.parametrize(
    "text",
    [
        "one two three \u0926\u0941\u0932\u0941\u0926\u0941\u0932\u0941 four",
        "hello world 👩\u200d🚀👩\u200d🚀👩\u200d🚀👩\u200d🚀 x",
        "one two thr \u2764\ufe0f\u2764\ufe0f\u2764\ufe0f\u2764\ufe0f four",
        "one two thre \U0001f44d\U0001f3fd\U0001f44d\U0001f3fd four",
    ],
)
@pytest.mark.parametrize("width", [16, 20, 24])
def test_what_stands_before_a_word_of_unclear_width_is_kept(text: str, width: int) -> None:
    lines = " ".join(screen_of(list(text), width)).split()
    before = [word for word in text.split() if word.isascii()]
    assert [word for word in lines if word.isascii()] == before


CODE = "x = some_function(first, second, third)"


@pytest.mark.parametrize("text", [f"```python\n{CODE}\n```\n", f"    {CODE}\n", f"~~~\n{CODE}\n"])
def test_code_is_left_to_the_terminal(text: str) -> None:
    assert WordWrap().wrap(text, WIDTH) == text


def test_after_a_fence_words_are_kept_whole_again() -> None:
    text = "```\ncode\n```\nThe quick brown fox jumps\n"
    assert "fox\njumps" in "\n".join(screen_of([text]))


@pytest.mark.parametrize("width", [0, 1, 2, 3])
def test_no_width_is_too_narrow(width: int) -> None:
    assert WordWrap().wrap("ab cd 汉字\n", width).count("\n") >= 1


@pytest.mark.parametrize("seed", rounds(60, 200))
def test_a_piece_is_put_as_its_characters_one_by_one(seed: int) -> None:
    rng = random.Random(seed)
    words = [
        "a",
        "of",
        "tide",
        "rivers",
        "x" * 17,
        "y" * 45,
        " ",
        "\n",
        "ü",
        "“so”",
        "汉字",
        "\t",
        "e\u0301",
    ]
    text = " ".join(rng.choices(words, [9, 9, 9, 9, 2, 1, 2, 3, 2, 2, 1, 1, 1], k=60))
    pieces, rest = [], text
    while rest:
        size = rng.choice([1, 5, 30, 400])
        pieces.append(rest[:size])
        rest = rest[size:]
    assert screen_of(pieces) == screen_of(list(text))


@pytest.mark.parametrize("piece", ["x", "é", "汉"])
def test_an_endless_word_of_code_is_not_kept(piece: str) -> None:
    wrap = WordWrap()
    shown = wrap.wrap("```\n", WIDTH) + "".join(wrap.wrap(piece, WIDTH) for _ in range(500))
    assert shown == "```\n" + piece * 500
    assert len(wrap._word) < WIDTH
