"""How likely the word model held each token, in the words of the protocol."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

# What a grammar forces upon a real model is about as likely as this to it.
_FORCED: Final = -39.9


class Drawn(NamedTuple):
    """A token, and the weights of all that could have been drawn; none if it was forced."""

    token: str
    weights: Mapping[str, float]


def certain(tokens: Iterable[str]) -> Iterator[Drawn]:
    """Yield tokens that no other could have stood for."""
    return (Drawn(token, {token: 1.0}) for token in tokens)


def forced(tokens: Iterable[str]) -> Iterator[Drawn]:
    """Yield tokens that a format forces."""
    return (Drawn(token, {}) for token in tokens)


def told(drawn: Sequence[Drawn], top: int) -> list[dict[str, Any]]:
    """Return the `logprobs` of tokens, each with so many of the likeliest."""
    return [_entry(each, top) for each in drawn]


def _entry(drawn: Drawn, top: int) -> dict[str, Any]:
    whole = sum(drawn.weights.values())
    weight = drawn.weights.get(drawn.token, 0.0)
    logprob = math.log(weight / whole) if weight > 0 else _FORCED
    entry = _named(drawn.token, logprob)
    if top:
        best = sorted(drawn.weights.items(), key=lambda pair: (-pair[1], pair[0]))[:top]
        entry["top_logprobs"] = [_named(token, math.log(each / whole)) for token, each in best]
    return entry


def _named(token: str, logprob: float) -> dict[str, Any]:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode())}
