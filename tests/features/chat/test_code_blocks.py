"""Blocks of code are numbered through a session, and no number ever means two."""

import itertools

import pytest

from ollama_cli.errors import UsageError
from ollama_cli.features.chat.blocks import CodeBlocks

ANSWER = "look:\n```sh\nls {}\n```\nor\n```\nfind {}\n```\n"


def test_numbers_go_on_from_answer_to_answer() -> None:
    blocks = CodeBlocks([ANSWER.format(1, 2), "no code"])
    assert list(itertools.islice(blocks.numbers(), 3)) == [3, 4, 5]
    blocks.add(ANSWER.format(3, 4))
    assert [blocks.block(number).text for number in range(1, 5)] == [
        "ls 1",
        "find 2",
        "ls 3",
        "find 4",
    ]
    assert blocks.block(1).language == "sh"
    assert next(blocks.numbers()) == 5


def test_an_answer_that_was_stopped_in_its_code_counts() -> None:
    blocks = CodeBlocks()
    blocks.add("```py\nx = ")
    assert blocks.block(1).text == "x = "


@pytest.mark.parametrize("number", [-1, 0, 3, 10**30])
def test_a_number_that_no_block_has_is_told_with_those_there_are(number: int) -> None:
    blocks = CodeBlocks([ANSWER])
    with pytest.raises(UsageError) as caught:
        blocks.block(number)
    assert caught.value.message == f"there is no code block {number}"
    assert caught.value.hint == "there are blocks 1 to 2"


def test_one_block_is_told_as_one_and_none_as_none() -> None:
    with pytest.raises(UsageError) as caught:
        CodeBlocks(["```\nx\n```"]).block(2)
    assert caught.value.hint == "there is only block 1"
    with pytest.raises(UsageError, match="there is no code in this conversation"):
        CodeBlocks(["text"]).block(1)
