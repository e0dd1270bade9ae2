"""The tree of a conversation: branches have numbers that stay, and nothing is taken out."""

from typing import Any

import pytest

from ollama_cli.features.chat.tree import Tree
from ollama_cli.types.sessions import Message


def tree(*texts: str) -> Tree:
    """Questions, and answers in capitals."""
    found = Tree()
    add(found, *texts)
    return found


def add(found: Tree, *texts: str) -> None:
    for text in texts:
        found.add(Message("assistant" if text.isupper() else "user", text))


def texts(nodes: Any) -> list[str]:
    return [node.message.content for node in nodes]


def ends(found: Tree) -> list[str]:
    return [end.message.content for _, end in found.branches]


def test_a_straight_talk_has_one_branch() -> None:
    found = tree("a", "A", "b", "B")
    assert texts(found.path) == ["a", "A", "b", "B"]
    assert ends(found) == ["B"]
    assert ends(Tree()) == []


def test_what_is_undone_stays_on_its_branch() -> None:
    found = tree("a", "A", "b", "B", "c", "C")
    assert texts(each.question for each in found.undo(2)) == ["b", "c"]
    assert texts(found.path) == ["a", "A"]
    add(found, "d", "D")
    assert ends(found) == ["C", "D"]
    assert texts(each.question for each in found.undo(9)) == ["a", "d"]
    assert found.head is None
    assert found.undo(1) == []
    add(found, "e", "E")
    assert ends(found) == ["C", "D", "E"]


def test_numbers_of_branches_stay_as_branches_grow() -> None:
    found = tree("a", "A", "b", "B")
    found.undo(1)
    add(found, "c", "C")
    found.head = found.branches[0].end
    add(found, "d", "D")
    assert ends(found) == ["D", "C"]
    found.undo(1)
    add(found, "e", "E")
    assert ends(found) == ["D", "C", "E"]


@pytest.mark.parametrize(("count", "left"), [(1, ["b", "B", "c", "C"]), (2, ["c", "C"])])
def test_the_oldest_are_left_out_on_a_branch(count: int, left: list[str]) -> None:
    found = tree("a", "A", "b", "B", "c", "C")
    assert found.drop(count) == count
    assert texts(found.path) == left
    assert ends(found) == ["C", "C"]


@pytest.mark.parametrize("count", [0, 3, 4, -1])
def test_one_exchange_is_left_at_least(count: int) -> None:
    found = tree("a", "A", "b", "B", "c", "C")
    assert found.drop(count) == 0
    assert ends(found) == ["C"]


def test_what_failed_is_not_sent_and_a_summary_stands_for_what_came_before() -> None:
    found = tree("a", "A", "b")
    found.path[-1].change(state="failed")
    add(found, "c", "C")
    assert texts(found.history) == ["a", "A", "c", "C"]
    assert texts(each.question for each in found.exchanges) == ["a", "b", "c"]
    found.add(Message("system", "sum", state="summary"))
    add(found, "d")
    assert texts(found.history) == ["sum", "d"]


def test_a_tree_is_the_same_after_it_was_stored() -> None:
    messages = [
        Message("user", "a", id=3),
        Message("assistant", "A", id=4, parent=3),
        Message("assistant", "B", id=5, parent=3),
        Message("user", "c", id=9, parent=4),
    ]
    found = Tree(messages, head=5)
    assert texts(found.path) == ["a", "B"]
    assert ends(found) == ["c", "B"]
    assert Tree(messages, head=None).head is None
    assert Tree(messages, head=77).head is None
