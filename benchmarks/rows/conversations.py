"""C1 to C3: what many conversations cost, beside a few messages."""

from typing import Final

from benchmarks.measuring import Claim, Race
from benchmarks.peers import OURS
from benchmarks.rows.commands import Commands, Sizes, at_most

# A word of every third message, one of a few, and the best of those with both.
_WORDS: Final = ("word30", "word9000", "word30 word2000")
_MOST: Final = 0.05


def races(make: Commands, sizes: Sizes) -> list[Race]:
    """List the races of the store of sessions."""
    works = [("C1", f"search {words}", f"search {words}") for words in _WORDS]
    works += [("C2", "go on with the last", "open"), ("C3", "list", "list")]
    return [_race(make, sizes, *work) for work in works]


def _race(make: Commands, sizes: Sizes, row: str, name: str, work: str) -> Race:
    few = f"{sizes.few_messages} messages"
    return Race(
        {
            OURS: make.inside("probes.sessions", sizes.messages, *work.split()),
            few: make.inside("probes.sessions", sizes.few_messages, *work.split()),
        },
        [
            Claim(
                row,
                f"{name}, {sizes.messages:,} messages - {sizes.few_messages}",
                "seconds",
                at_most(_MOST),
                few,
                by="difference",
            )
        ],
        rounds=9,
    )
