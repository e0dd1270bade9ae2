"""The language model of the demo: counts of which word follows which, from a few kilobytes.

Its text is drawn from learned probabilities, as in a real model, but with only three words of
context. It is no substitute for a model that understands.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Final, TypeVar

from ollama_cli.demo.logprobs import Drawn
from ollama_cli.demo.options import Options

START: Final = ""
_TOKEN: Final = re.compile(r"\n+| ?\w+(?:['\u2019-]\w+)*| ?[^\w\s]|\s")
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")
_SENTENCE_END: Final = frozenset(".!?")
_WEIGHT_3: Final = 12.0
_WEIGHT_2: Final = 3.0
_WEIGHT_1: Final = 0.15
_TOPIC_FACTOR: Final = 3.0
_OPENING_LENGTH: Final = 3
_OFF_TOPIC: Final = 0.002
_COMMON_WORD: Final = 20
_SHORTEST_TOPIC: Final = 4
_NATURAL_LENGTH: Final = 90
_LOWEST_TEMPERATURE: Final = 0.05

Context = tuple[str, ...]
Choice = TypeVar("Choice", str, Context)


def tokenize(text: str) -> list[str]:
    """Split a text into words with their leading space, punctuation and line breaks."""
    return _TOKEN.findall(text)


def corpus() -> str:
    """Return the training text, a file of the package."""
    return Path(__file__).with_name("corpus.txt").read_text(encoding="utf-8")


def specimen() -> str:
    """Return the answer to a prompt with the word Markdown: a text with every kind of block."""
    return Path(__file__).with_name("specimen.md").read_text(encoding="utf-8")


@dataclass
class _Draft:
    """The state of one answer: its tokens so far, its topics, and what was used."""

    history: list[str]
    topics: frozenset[str]
    seen: Counter[Context]
    openings: Counter[Context]

    def last(self, count: int) -> Context:
        return tuple(self.history[-count:])


class Language:
    """A word model with three words of context, trained on construction."""

    def __init__(self, text: str) -> None:
        self._follows: defaultdict[Context, Counter[str]] = defaultdict(Counter)
        self._openings: defaultdict[Context, set[str]] = defaultdict(set)
        for sentence in _SENTENCE.split(text.strip()):
            self._learn(tokenize(sentence))
        self._rarity = Counter(stem for stems in self._openings.values() for stem in stems)
        words = dict.fromkeys(word for counts in self._follows.values() for word in counts)
        self.vocabulary = tuple(words)
        self._ids = {word: number for number, word in enumerate(self.vocabulary)}

    @property
    def parameters(self) -> dict[int, int]:
        """Return the number of learned counts, by the length of their context."""
        counts: Counter[int] = Counter()
        for context, followers in self._follows.items():
            counts[len(context)] += len(followers)
        return dict(sorted(counts.items()))

    @property
    def openings(self) -> int:
        """Return the number of openings of sentences that were learned."""
        return len(self._openings)

    def known(self, prompt: Sequence[str]) -> dict[str, int]:
        """Return the words of a prompt that choose openings, and how many each can choose."""
        return {word: self._rarity[word] for word in sorted(self._topics(prompt))}

    def ids(self, tokens: Sequence[str]) -> list[int]:
        """Return the ids of tokens; all unknown ones share the id after the last."""
        return [self._ids.get(token, len(self.vocabulary)) for token in tokens]

    def words(self, ids: Sequence[object]) -> list[str]:
        """Return the tokens of ids; unknown ids are left out."""
        size = len(self.vocabulary)
        return [self.vocabulary[n] for n in ids if isinstance(n, int) and 0 <= n < size]

    def write(self, prompt: Sequence[str], options: Options) -> Iterator[str]:
        """Yield the tokens of `draw` alone."""
        return (each.token for each in self.draw(prompt, options))

    def draw(self, prompt: Sequence[str], options: Options) -> Iterator[Drawn]:
        """Yield tokens until a sentence ends after a usual length.

        The same prompt, seed and options give the same text; without a seed every text differs.
        The words of the prompt are more likely, so that the answer keeps to its topic.
        """
        rng = random.Random(options.seed if options.seed >= 0 else None)  # noqa: S311  text, no secret
        draft = _Draft([], self._topics(prompt), Counter(), Counter())
        written = 0
        while written < _NATURAL_LENGTH:
            for drawn in self._sentence(draft, options, rng):
                opens = draft.history[-2] == START
                yield _spaced(drawn) if opens and written else drawn
                written += 1

    def phrase(self, prompt: Sequence[str], options: Options) -> str:
        """Return one sentence."""
        text = ""
        for token in self.write(prompt, options):
            text += token
            if token.strip() in _SENTENCE_END:
                break
        return text

    def _learn(self, sentence: list[str]) -> None:
        padded = [START, *sentence]
        for place in range(1, len(padded)):
            for size in range(1, min(place, 3) + 1):
                self._follows[tuple(padded[place - size : place])][padded[place]] += 1
        self._openings[tuple(sentence[:_OPENING_LENGTH])] |= {_stem(word) for word in sentence}

    def _topics(self, prompt: Sequence[str]) -> frozenset[str]:
        """Return the stems of the prompt that are in the corpus but not common there."""
        stems = {_stem(word) for word in prompt if len(word.strip()) >= _SHORTEST_TOPIC}
        return frozenset(stem for stem in stems if 0 < self._rarity[stem] <= _COMMON_WORD)

    def _sentence(self, draft: _Draft, options: Options, rng: random.Random) -> Iterator[Drawn]:
        """Yield one sentence: an opening drawn as one unit, then word by word."""
        draft.history.append(START)
        openings = {opening: self._weigh(opening, draft) for opening in self._openings}
        # top_k and top_p count words, not openings: only the greedy top_k == 1 is kept.
        opening_options = replace(options, top_p=1.0, top_k=int(options.top_k == 1))
        opening = _choose_by_weight(openings, opening_options, rng)
        draft.openings[opening] += 1
        for token in opening:
            scores = self._scores(draft)
            draft.history.append(token)
            yield Drawn(token, scores)
        while draft.history[-1] not in _SENTENCE_END:
            scores = self._scores(draft)
            token = _choose_by_weight(scores, options, rng)
            draft.history.append(token)
            draft.seen[draft.last(3)] += 1
            yield Drawn(token, scores)

    def _weigh(self, opening: Context, draft: _Draft) -> float:
        """Return the weight of an opening: more for the topics, less if it was used before."""
        shared = self._openings[opening] & draft.topics
        weight = _OFF_TOPIC + sum(1 / self._rarity[stem] for stem in shared)
        return weight / (1 + 20 * draft.openings[opening])

    def _scores(self, draft: _Draft) -> dict[str, float]:
        """Mix the counts after three, two and one words; favour topics, avoid repetition."""
        scores: defaultdict[str, float] = defaultdict(float)
        for size, weight in (
            (3, _WEIGHT_3),
            (2, _WEIGHT_2),
            (1, _WEIGHT_1),
        ):
            followers = self._follows.get(draft.last(size))
            if followers:
                total = followers.total()
                for word, count in followers.items():
                    scores[word] += weight * count / total
        for word in scores:
            if _stem(word) in draft.topics:
                scores[word] *= _TOPIC_FACTOR
            scores[word] /= 1 + 4 * draft.seen[(*draft.last(2), word)]
        return scores


def _spaced(drawn: Drawn) -> Drawn:
    """Return a word with a blank before it, beside others with one."""
    return Drawn(f" {drawn.token}", {f" {word}": each for word, each in drawn.weights.items()})


def _stem(word: str) -> str:
    """Return a rough stem, the same for singular and plural."""
    return word.strip().lower().removesuffix("s")


def _choose_by_weight(
    scores: Mapping[Choice, float], options: Options, rng: random.Random
) -> Choice:
    """Draw one choice by temperature, `top_k` and `top_p`; ties have a fixed order."""
    ranked = sorted(scores, key=lambda choice: (-scores[choice], choice))
    if options.temperature < _LOWEST_TEMPERATURE or options.top_k == 1:
        return ranked[0]
    if options.top_k > 0:
        ranked = ranked[: options.top_k]
    best = scores[ranked[0]]
    weights = [(scores[choice] / best) ** (1 / options.temperature) for choice in ranked]
    kept = _nucleus_size(weights, options.top_p)
    return rng.choices(ranked[:kept], weights[:kept])[0]


def _nucleus_size(weights: list[float], top_p: float) -> int:
    """Return how many of the ranked weights reach the share `top_p`."""
    if not 0 < top_p < 1:
        return len(weights)
    reached = list(accumulate(weights))
    return next(n for n, total in enumerate(reached, start=1) if total >= top_p * reached[-1])
