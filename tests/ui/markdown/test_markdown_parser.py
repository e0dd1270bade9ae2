"""The code that a text holds is what the screen shows as code, numbered in the same order."""

import itertools
import random
import re

import pytest
from documents_in_markdown import SAMPLES, pieces
from screens import Screen

from ollama_cli.ui.markdown.page import MarkdownPage
from ollama_cli.ui.markdown.parser import code_blocks
from ollama_cli.ui.markdown.typesetter import Typesetter

NUMBERED = re.compile(r"(?:^|\s|▌)(\d{3,}) ──")


def numbers_on_screen(text: str, seed: int) -> list[int]:
    screen = Screen(100, 60)
    page = MarkdownPage(screen, numbers=itertools.count(100))
    for piece in pieces(text, seed):
        page.add(piece)
    page.end(complete=True)
    return [int(number) for line in screen.lines for number in NUMBERED.findall(line)]


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("no code, `x` alone", []),
        ("indented:\n\n    code\n      x\n\nand\n\n\ttab", [("", "code\n  x"), ("", "tab")]),
        ("```python title=x\nx = 1\n\ny\n```\n", [("python", "x = 1\n\ny")]),
        ("~~~\n```\n~~~ \n\n```\n```", [("", "```"), ("", "")]),
        ("1. one\n\n   ```sh\n   ls\n     -l\n   ```\n2. two", [("sh", "ls\n  -l")]),
        ("> ```\n> quoted\n> ```", [("", "quoted")]),
        ("```py\nhalf", [("py", "half")]),
        ("```\r\na\r\nb\r\n```\r\n", [("", "a\nb")]),
        ("```\n10 %\r20 %\n\x1b[31m\x00\n```", [("", "10 %\r20 %\n\x1b[31m\ufffd")]),
        ("<pre>\n```\nx\n```\n</pre>", [("", "x")]),
        ("| ``` | b |\n|---|---|\n", []),
        ("text\n```\nx\n\n\n```", [("", "x\n\n")]),
    ],
)
def test_code_is_found_as_it_was_written(text: str, blocks: list[tuple[str, str]]) -> None:
    assert [tuple(block) for block in code_blocks(text)] == blocks


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("seed", range(3))
def test_each_block_has_its_number_on_the_screen(name: str, seed: int) -> None:
    count = len(code_blocks(SAMPLES[name]))
    assert numbers_on_screen(SAMPLES[name], seed) == list(range(100, 100 + count))


@pytest.mark.parametrize("seed", range(60))
def test_lines_in_any_order_are_numbered_as_they_are_copied(seed: int) -> None:
    rng = random.Random(seed)
    lines = [line for text in SAMPLES.values() for line in text.replace("\r", "").split("\n")]
    fences = [line for line in lines if "```" in line or "~~~" in line] * 10
    text = "\n".join(rng.choice([*lines, *fences, *[""] * 40]) for _ in range(rng.randint(2, 9)))
    count = len(code_blocks(text))
    assert numbers_on_screen(text, seed) == list(range(100, 100 + count))


def test_a_number_is_as_dim_as_the_rule_that_it_stands_in() -> None:
    shown = Typesetter(numbers=itertools.count(7)).render("```py\nx\n```", 80)
    assert shown.startswith(f"\x1b[90m7 ─── py {'─' * 15}\x1b[0m\n")
    assert shown.endswith(f"\x1b[90m{'─' * 24}\x1b[0m\n")
    assert Typesetter(unicode=False, colour=False, numbers=itertools.count(8)).render(
        "```\n```", 80
    ) == ("8 " + "-" * 22 + "\n" + "-" * 24 + "\n")


def test_without_numbers_there_are_none() -> None:
    assert Typesetter(colour=False).render("```\n```", 80) == ("─" * 24 + "\n") * 2


def test_code_that_was_too_tall_for_the_screen_keeps_its_number_for_itself() -> None:
    screen = Screen(80, 24)
    page = MarkdownPage(screen, numbers=itertools.count(1))
    page.add("```py")
    screen.resize(70, 24)  # its first line stays as it came
    page.add("\nx\n```\n\n```sh\nls\n```\n")
    page.end(complete=True)
    assert screen.lines[0] == "```py"
    assert screen.lines[3].startswith("2 ─── sh ")
