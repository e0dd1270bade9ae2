"""Embeddings of the demo: hashed words and parts of words, L2-normalised.

No model is trained. Texts that share words, or parts of words, have similar vectors; the vectors
hold no other meaning. The hash is BLAKE2, so every process gives the same vectors.
"""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

DIMENSIONS: Final = 256
_WORD: Final = re.compile(r"\w+")
_PREFIX_LENGTH: Final = 5
_PREFIX_WEIGHT: Final = 0.8
_TRIGRAM_WEIGHT: Final = 0.3
_COMMON_WEIGHT: Final = 0.15
_DIGITS: Final = 8
_RANGES: Final = ((0, 2), (2, 2), (4, 4), (8, 8), (16, 16), (32, 32), (64, 64), (128, 128))
"""The start and the size of each range of dimensions."""

_COMMON: Final = re.compile(
    r"an?|and|are|as|at|be|but|by|can|do|does|for|from|has|have|he|her|his|how|i"
    r"|in|is|its?|my|no|not|of|on|or|she|so|that|the|then|they|this|to|was|we|were|what|when|which|while|with|your?"
)


def count_tokens(text: str) -> int:
    """Return the number of words of a text, the tokens of the embedding model."""
    return len(_WORD.findall(text))


def truncate(text: str, tokens: int) -> str:
    """Return the first words of a text."""
    return " ".join(_WORD.findall(text)[:tokens])


def embed(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """Return a vector of length 1; with fewer dimensions, the first ones normalised again."""
    vector = [0.0] * DIMENSIONS
    for feature, weight in _features(text).items():
        for place, share in _places(feature):
            vector[place] += share * weight
    return _normalised(vector[:dimensions])


def _places(feature: str) -> Iterator[tuple[int, float]]:
    """Hash a feature to one place in each range; larger ranges weigh more.

    Every feature has a part in the first dimensions, so that a shortened vector is still useful.
    """
    hashed = hashlib.blake2b(feature.encode("utf-8", "replace"), digest_size=2 * len(_RANGES))
    numbers = memoryview(hashed.digest())
    for turn, (start, size) in enumerate(_RANGES):
        number = int.from_bytes(numbers[2 * turn : 2 * turn + 2], "big")
        share = math.sqrt(size / DIMENSIONS)
        yield start + number // 2 % size, share if number % 2 else -share


def _features(text: str) -> dict[str, float]:
    """Return the weights of words, their prefixes and their trigrams.

    The square root limits the weight of repeated words; common words such as "the" say little
    about a topic.
    """
    counts: Counter[tuple[str, float]] = Counter()
    for word, count in Counter(_WORD.findall(text.lower())).items():
        if _COMMON.fullmatch(word):
            counts[f"w:{word}", _COMMON_WEIGHT] = count
            continue
        counts[f"w:{word}", 1.0] = count
        counts[f"b:{word[:_PREFIX_LENGTH]}", _PREFIX_WEIGHT] += count
        padded = f"^{word}$"
        for start in range(len(padded) - 2):
            counts[f"t:{padded[start : start + 3]}", _TRIGRAM_WEIGHT] += count
    weights = {feature: weight * math.sqrt(n) for (feature, weight), n in counts.items()}
    return weights or {"": 1.0}


def _normalised(vector: list[float]) -> list[float]:
    length = math.hypot(*vector)
    if length == 0:
        return vector
    return [round(value / length, _DIGITS) for value in vector]
