"""How long texts are: for people, for machines and for a model."""

from collections.abc import Sequence

from ollama_cli.types.values import dataclass


@dataclass(frozen=True)
class TextCount:
    """One text by its `name`: tokens, characters (code points) and bytes (UTF-8).

    Tokens that were added up from pieces are not `exact`. The model that counted reads as many
    tokens at once as `context_length` says, None if unknown.
    """

    name: str
    tokens: int
    characters: int
    bytes: int
    exact: bool = True
    context_length: int | None = None

    @property
    def percent(self) -> float | None:
        """Return how much of the context it takes; None if that is unknown."""
        return round(100 * self.tokens / self.context_length, 4) if self.context_length else None

    def record(self) -> dict[str, object]:
        """Return the count as a record for output to programs."""
        return {
            "name": self.name,
            "tokens": self.tokens,
            "characters": self.characters,
            "bytes": self.bytes,
            "percent": self.percent,
            "exact": self.exact,
        }


def total(counts: Sequence[TextCount]) -> TextCount:
    """Add counts of one model up; the sum is exact if all of them are."""
    return TextCount(
        name="total",
        tokens=sum(each.tokens for each in counts),
        characters=sum(each.characters for each in counts),
        bytes=sum(each.bytes for each in counts),
        exact=all(each.exact for each in counts),
        context_length=counts[0].context_length if counts else None,
    )
