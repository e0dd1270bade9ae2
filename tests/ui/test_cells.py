"""Texts by the cells that they take on a terminal, as pyte draws them."""

import random

import pyte
import pytest

from ollama_cli.ui.cells import break_lines, cut, fill, shorten, width

TEXTS = {
    "llama3.2": 8,
    "潮汐モデル": 10,
    "cafe\u0301": 4,
    "e\u0301\u0302x": 2,
    "한국어": 6,
    "\u1100\u1161\u11a8": 2,
    "🦙🦙": 4,
    "ﾊﾝｶｸ": 4,
    "": 0,
}


@pytest.mark.parametrize("text", TEXTS)
def test_the_width_is_what_a_terminal_draws(text: str) -> None:
    screen = pyte.Screen(80, 2)
    pyte.Stream(screen).feed(text)
    assert width(text) == TEXTS[text] == screen.cursor.x


def test_what_only_joins_others_takes_no_cell() -> None:
    assert width("👩\u200d🚀") == 4
    assert width("a\u200bb\u2060") == 2


@pytest.mark.parametrize("text", TEXTS)
def test_filled_texts_end_in_one_column(text: str) -> None:
    assert width(fill(text, 12)) == 12
    assert fill(text, 12).startswith(text)


def test_a_text_is_shortened_in_its_middle() -> None:
    assert shorten("short", 20, "…") == "short"
    assert shorten("hf.co/bartowski/Llama-3.2-GGUF:Q4_K_M", 20, "…") == "hf.co/bart…UF:Q4_K_M"
    assert shorten("hf.co/bartowski/Llama-3.2-GGUF:Q4_K_M", 19, "~") == "hf.co/bar~UF:Q4_K_M"
    assert shorten("潮" * 20, 20, "…") == "潮潮潮潮潮…潮潮潮潮"
    assert shorten("a" * 15 + "e\u0301" * 15, 8, "…") == "aaaa…" + "e\u0301" * 3


def test_a_text_is_cut_at_its_end() -> None:
    assert cut("四角い月", 8, "…") == "四角い月"
    assert cut("四角い月", 7, "…") == "四角い…"
    assert cut("四角い月", 6, "…") == "四角…"
    assert cut("abc", 1, "~") == "~"


@pytest.mark.parametrize("seed", range(20))
def test_no_cut_text_is_wider_than_its_room(seed: int) -> None:
    rng = random.Random(seed)
    text = "".join(rng.choice("ab潮🦙e\u0301\u200d-") for _ in range(rng.randint(0, 60)))
    for room in range(1, 40):
        assert width(cut(text, room, "…")) <= room
        short = shorten(text, room, "…")
        assert width(short) <= room
        assert short == text or "…" in short


ADDRESS = "http://gpu.example.com:11434/a/very/long/path/of/an/address"


@pytest.mark.parametrize("room", [10, 20, 39, 80, 200])
def test_lines_are_broken_between_words(room: int) -> None:
    text = f"hint: start it with `ollama serve`, then see {ADDRESS} (潮汐 as well-known)"
    lines = break_lines(text, room)
    assert " ".join(lines) == text
    assert all(width(line) <= room or " " not in line for line in lines)
    assert any(ADDRESS in line for line in lines)


def test_a_command_stays_whole_where_it_fits() -> None:
    text = "run `ollama-cli models pull llama3.2`, then"
    assert break_lines(text, 36) == ["run", "`ollama-cli models pull llama3.2`,", "then"]
    assert break_lines(text, 20) == ["run `ollama-cli", "models pull", "llama3.2`, then"]
    assert break_lines(text, 20, whole_commands=True)[1] == "`ollama-cli models pull llama3.2`,"
    assert break_lines("an odd ` mark", 6) == ["an odd", "` mark"]


def test_where_no_text_may_be_cut_a_word_is_broken() -> None:
    assert break_lines("ab cdefgh 潮汐潮", 4, whole_words=False) == [
        "ab",
        "cdef",
        "gh",
        "潮汐",
        "潮",
    ]
    assert break_lines("", 4) == []
