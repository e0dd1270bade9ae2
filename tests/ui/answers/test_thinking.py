"""Thinking takes no more than the screen while it lasts, and one line afterwards."""

import pytest
from documents_in_markdown import PROSE, pieces
from screens import Screen, highest_climbs

from ollama_cli.ui.answers.thinking import ThinkingDisplay


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (60, 15), (20, 4)])
def test_however_long_it_is_it_leaves_one_line(seed: int, columns: int, rows: int) -> None:
    screen, clock = Screen(columns, rows), Clock()
    screen.line("before")
    thoughts = ThinkingDisplay(screen, folds=True, clock=clock)
    for piece in pieces(f"{PROSE}\n\n潮汐 " * 20, seed):
        thoughts.add(piece)
    clock.now += 12.3
    thoughts.end()
    assert screen.lines == ["before", "thought for 12 s"]
    assert max(highest_climbs(screen.raw), default=0) < rows


def test_the_last_words_stay_in_sight_when_the_screen_is_full() -> None:
    screen = Screen(20, 4)
    thoughts = ThinkingDisplay(screen, folds=True)
    thoughts.add("one\ntwo\nthree\nfour")
    assert screen.lines == ["four"]
    thoughts.add(" and more")
    assert screen.lines == ["four and more"]


def test_a_window_that_is_resized_keeps_what_was_shown() -> None:
    screen = Screen(60, 15)
    thoughts = ThinkingDisplay(screen, folds=True)
    thoughts.add("a thought")
    screen.resize(40, 15)
    thoughts.add("another")
    screen.resize(60, 15)
    thoughts.end()
    assert screen.lines == ["a thought", "another", "thought for 1 s"]


def test_each_thinking_has_its_line() -> None:
    screen = Screen()
    thoughts = ThinkingDisplay(screen, folds=True)
    for _ in range(2):
        thoughts.add("hm")
        thoughts.end()
    thoughts.end()
    assert screen.lines == ["thought for 1 s", "thought for 1 s"]


@pytest.mark.parametrize("columns", [1, 2, 3, 10])
@pytest.mark.parametrize("rows", [1, 2, 3])
def test_no_screen_is_too_small(columns: int, rows: int) -> None:
    screen = Screen(columns, rows)
    thoughts = ThinkingDisplay(screen, folds=True)
    for piece in pieces(" word \t潮汐\n\n\nx" * 20, 2):
        thoughts.add(piece)
    thoughts.end()
    assert "".join(screen.lines).replace(" ", "").endswith("thoughtfor1s")


@pytest.mark.parametrize("rows", [1, 2])
def test_on_a_low_screen_it_takes_one_row(rows: int) -> None:
    screen = Screen(20, rows)
    thoughts = ThinkingDisplay(screen, folds=True)
    for piece in pieces(PROSE, 2):
        thoughts.add(piece)
    assert screen.past == []
    thoughts.end()
    assert screen.lines == ["thought for 1 s"]
