"""Texts are read as they are embedded; until the first answer, they can be read again."""

from collections.abc import Iterator

import pytest

from ollama_cli.services.embeddings import MOST_INPUTS, Replayed, in_batches


def numbered(read: list[int], many: int = 1000) -> Iterator[str]:
    for number in range(many):
        read.append(number)
        yield str(number)


def test_no_more_is_read_than_a_batch_and_the_text_behind_it() -> None:
    read: list[int] = []
    texts = Replayed(numbered(read))
    first = next(in_batches(texts))
    assert len(read) == MOST_INPUTS + 1
    batches = in_batches(texts)  # another client is asked
    assert next(batches) == first
    assert len(read) == MOST_INPUTS + 1
    assert [text for batch in batches for text in batch] == [str(n) for n in range(64, 1000)]


def test_texts_that_were_given_away_are_not_missed_in_silence() -> None:
    texts = Replayed(numbered([]))
    batches = in_batches(texts)
    assert [len(next(batches)) for _ in range(2)] == [64, 64]
    with pytest.raises(RuntimeError, match="forgotten"):
        next(iter(texts))
