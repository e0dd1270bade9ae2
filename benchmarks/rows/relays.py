"""T8: what `tap` adds to the way of a line, direct and relayed by turns."""

from benchmarks.measuring import Claim, Race
from benchmarks.rows.commands import Commands, Sizes, at_most

_MOST = at_most(0.0002)


def races(make: Commands, sizes: Sizes) -> list[Race]:
    """List the race of the relay."""
    model = f"events-{sizes.paced}.rate-2000"
    return [
        Race(
            {
                "tap": make.inside("probes.relayed", model, "tap"),
                "direct": make.inside("probes.relayed", model),
            },
            [Claim("T8", "line by tap - direct", "p50", _MOST, "direct", "tap", by="difference")],
            rounds=5,
        )
    ]
