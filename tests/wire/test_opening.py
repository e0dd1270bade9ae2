"""The first words of an answer: `<think>` begins thinking there and nowhere else."""

import itertools

import pytest

from ollama_cli.wire.opening import Halves, Opening

SMILE = "\N{GRINNING FACE}"
HIGH, LOW = "\ud83d", "\ude00"
LOST = "\N{REPLACEMENT CHARACTER}"


def told(pieces: list[str]) -> tuple[str, str]:
    """What is thinking and what is text, when it comes in these pieces."""
    opening = Opening()
    found = [*itertools.chain.from_iterable(map(opening.add, pieces)), *opening.close()]
    assert all(text for _, text in found)
    return tuple("".join(t for k, t in found if k == kind) for kind in ("thinking", "text"))  # type: ignore[return-value]  # a pair


@pytest.mark.parametrize(
    ("text", "thinking", "rest"),
    [
        ("<think>Hm</think>Hi", "Hm", "Hi"),
        ("\n <think>\nHm\n</think>\n\nHi\n", "Hm", "Hi\n"),
        ("<think>Hm", "Hm", ""),
        ("<think>Hm</thin", "Hm</thin", ""),
        ("<think>a</b></think>Hi", "a</b>", "Hi"),
        ("<think></think>Hi", "", "Hi"),
        ("Hi <think>Hm</think>", "", "Hi <think>Hm</think>"),
        ("<thinking>Hm", "", "<thinking>Hm"),
        ("<thin", "", "<thin"),
        ("  Hi", "", "  Hi"),
        ("<think>a</think>b<think>c</think>", "a", "b<think>c</think>"),
        ("</think>Hi", "", "</think>Hi"),
        ("<THINK>Hm", "", "<THINK>Hm"),
        (" \n", "", " \n"),
        ("", "", ""),
    ],
)
def test_only_the_very_start_is_thinking(text: str, thinking: str, rest: str) -> None:
    for size in range(1, len(text) + 1):
        pieces = [text[place : place + size] for place in range(0, len(text), size)]
        found = told(pieces)
        assert (found[0].rstrip(), found[1]) == (thinking, rest), size


def test_text_is_not_held_back() -> None:
    opening = Opening()
    assert opening.add("Hi") == [("text", "Hi")]
    assert opening.is_over
    assert opening.add("<think>") == [("text", "<think>")]
    thinking = Opening()
    assert thinking.add("<think>Hm") == [("thinking", "Hm")]


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([f"smile {HIGH}", f"{LOW} end"], f"smile {SMILE} end"),
        ([f"a{HIGH}{LOW}b"], f"a{SMILE}b"),
        ([f"a{HIGH}", "b"], f"a{LOST}b"),
        ([f"a{HIGH}", f"{HIGH}", f"{LOW}"], f"a{LOST}{SMILE}"),
        ([LOW, "b"], f"{LOST}b"),
        ([f"a{HIGH}"], f"a{LOST}"),
        ([f"{HIGH}", "", f"{LOW}"], SMILE),
        (["\N{OLD ITALIC LETTER A}", "é"], "\N{OLD ITALIC LETTER A}é"),
    ],
)
def test_a_half_waits_for_its_other_one(pieces: list[str], text: str) -> None:
    halves = Halves()
    assert "".join([*map(halves.add, pieces), halves.close()]) == text
