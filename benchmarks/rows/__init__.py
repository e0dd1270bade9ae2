"""The table of what is claimed: each row with its programs and its bound."""

from benchmarks.measuring import Race
from benchmarks.rows import agents, batches, conversations, parts, relays, starts, streams
from benchmarks.rows.commands import Commands, Sizes

__all__ = ["Commands", "Sizes", "races"]


def races(make: Commands, sizes: Sizes) -> list[Race]:
    """List all races, in the order of their rows."""
    return [
        *starts.races(make),
        *streams.races(make, sizes),
        *parts.races(make, sizes),
        *relays.races(make, sizes),
        *parts.terminal_races(make, sizes),
        *batches.races(make, sizes),
        *conversations.races(make, sizes),
        *agents.races(make, sizes),
    ]
