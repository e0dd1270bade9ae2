"""Calls side by side, and results that are cut."""

import threading
import time
from functools import partial

import pytest
from waits import until

from ollama_cli.features.tools.loop import cut, side_by_side


def test_four_works_run_side_by_side_and_come_in_their_order() -> None:
    together = threading.Barrier(4)

    def work(number: int) -> int:
        together.wait(30)
        time.sleep(0.001 * (8 - number))
        return number

    assert list(side_by_side([partial(work, n) for n in range(8)])) == list(range(8))


def test_no_more_than_four_run_at_once() -> None:
    running, most, lock = set[int](), list[int](), threading.Lock()

    def work(number: int) -> None:
        with lock:
            running.add(number)
            most.append(len(running))
        time.sleep(0.005)
        with lock:
            running.remove(number)

    list(side_by_side([partial(work, n) for n in range(12)]))
    assert max(most) <= 4


def test_one_work_is_done_where_it_is_asked_for() -> None:
    assert list(side_by_side([threading.current_thread])) == [threading.current_thread()]
    assert list(side_by_side([])) == []


def test_what_a_work_raises_comes_where_its_result_is_asked_for() -> None:
    works = [partial(int, "1"), partial(int, "x"), partial(int, "3")]
    found = side_by_side(works)
    assert next(found) == 1
    with pytest.raises(ValueError, match="invalid literal"):
        next(found)


def test_what_has_not_begun_is_left_alone_where_nobody_waits() -> None:
    begun, ended, gate = list[int](), list[int](), threading.Event()

    def work(number: int) -> None:
        begun.append(number)
        if number:
            gate.wait(30)
        ended.append(number)

    found = side_by_side([partial(work, n) for n in range(20)])
    next(found)
    until(lambda: len(begun) == 5)
    found.close()
    gate.set()
    until(lambda: len(ended) == 5)
    assert len(begun) == 5


def test_the_beginning_of_a_longer_text_has_its_mark() -> None:
    assert cut("abc", 9, 12) == ("abc\n[cut here: the first 3 B of 12 B]", 12)
    assert cut("abc", 2, 12) == ("ab\n[cut here: the first 2 B of 12 B]", 12)


@pytest.mark.parametrize(
    ("text", "most", "found"),
    [
        ("abc", 3, ("abc", 3)),
        ("abcd", 3, ("abc\n[cut here: the first 3 B of 4 B]", 4)),
        ("éé", 3, ("é\n[cut here: the first 3 B of 4 B]", 4)),
        ("", 0, ("", 0)),
    ],
)
def test_a_result_is_cut_between_characters(text: str, most: int, found: tuple[str, int]) -> None:
    assert cut(text, most) == found
