"""A text is cut where no later line can change what stands before."""

import pytest
from documents_in_markdown import SAMPLES, pieces
from screens import Screen

from ollama_cli.ui.markdown.blocks import Blocks
from ollama_cli.ui.markdown.page import MarkdownPage


def cut(text: str) -> list[tuple[str, str]]:
    """Cut a text that has more to come."""
    return [(block.kind, block.source) for block in Blocks().feed(text)]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("seed", range(4))
def test_the_blocks_are_the_text(name: str, seed: int) -> None:
    blocks = Blocks()
    given = ""
    for piece in pieces(SAMPLES[name], seed):
        given += "".join(block.source for block in blocks.feed(piece))
        assert SAMPLES[name].startswith(given + blocks.rest)
        assert blocks.pending == len(blocks.rest)
    given += "".join(block.source for block in blocks.close())
    assert given.rstrip("\n") == SAMPLES[name].rstrip("\n")
    assert blocks.pending == 0


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("# a\n", [("text", "# a\n")]),
        ("a\nb", []),
        ("a\nb\n\n", [("text", "a\nb\n\n")]),
        ("a\n---\n", [("text", "a\n---\n")]),
        ("a\n- b", [("text", "a\n")]),
        ("a\n-", []),
        ("a\n2. b", []),
        ("- a\n- b", [("item", "- a\n")]),
        ("- a\n\n", []),
        ("- a\n\n  b", []),
        ("- a\n\nb", [("item", "- a\n\n")]),
        ("- a\nb", []),
        ("- a\n  ```\n  x\n  ```\nb", [("item", "- a\n  ```\n  x\n  ```\n")]),
        ("    a\n\n", []),
        ("    a\n\nb\n", [("text", "    a\n\n")]),
        ("> a\nb\n\n", [("text", "> a\nb\n\n")]),
        ("```py\nx", [("open", "```py\n")]),
        ("```\n\n~~~\n", [("open", "```\n"), ("code", "\n"), ("code", "~~~\n")]),
        ("````\n```\n````\n", [("open", "````\n"), ("code", "```\n"), ("close", "````\n")]),
    ],
)
def test_a_block_is_given_as_soon_as_it_is_complete(
    text: str, blocks: list[tuple[str, str]]
) -> None:
    assert cut(text) == blocks


def test_items_keep_the_numbers_of_their_list() -> None:
    blocks = Blocks()
    found = [*blocks.feed("7. a\n1. b\n\n9. c\n- d\n- e\n1. f\n"), *blocks.close()]
    assert [block.number for block in found] == [7, 8, 9, None, None, 1]
    assert [block.joined for block in found] == [False, True, True, False, True, False]


def test_code_loses_what_its_fence_is_indented_by() -> None:
    blocks = Blocks().feed("  ~~~ js x\n  a\n    b\n c\n\td\n")
    assert blocks[0].language == "js x"
    assert [block.line for block in blocks[1:]] == ["a", "  b", "c", "  d"]


@pytest.mark.parametrize("before", ["", "a\n\n", "```\n", "- a\n"])
@pytest.mark.parametrize("piece", ["\n", " ", "\t", "潮 "])
def test_what_is_open_is_not_joined_for_each_piece(
    before: str, piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Blocks] = []

    class Watched(Blocks):
        @property
        def rest(self) -> str:
            asked.append(self)
            return super().rest

    monkeypatch.setattr("ollama_cli.ui.markdown.page.Blocks", Watched)
    page = MarkdownPage(Screen())
    for part in [before, *[piece] * 100]:
        page.add(part)
    assert len(asked) < 10
