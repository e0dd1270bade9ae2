"""A1: what a call by the Model Context Protocol costs beside the same one by HTTP."""

from importlib.util import find_spec

from benchmarks.measuring import Claim, Race
from benchmarks.peers import OURS
from benchmarks.rows.commands import Commands, Sizes, at_most

_MOST = 0.010


def races(make: Commands, sizes: Sizes) -> list[Race]:
    """List the race of an agent's call; without the extra `mcp` its side is not there."""
    probe = make.agent("events-1", sizes.calls) if find_spec("mcp") else None
    added = Claim("A1", "a call by MCP - by HTTP", "added", at_most(_MOST), by="number")
    return [Race({OURS: probe}, [added], rounds=5)]
