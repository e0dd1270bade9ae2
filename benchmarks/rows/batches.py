"""E1, B1 and B2: vectors, and many small requests."""

from benchmarks.measuring import Claim, Race
from benchmarks.peers import OURS
from benchmarks.rows.commands import BARE, Commands, Sizes, at_least, at_most, exactly


def races(make: Commands, sizes: Sizes) -> list[Race]:
    """List the races of vectors and of small requests."""
    vectors, shape = f"dims-{sizes.dims}", f"{sizes.texts:,} x {sizes.dims:,}"
    small = "dims-8"
    parsed = f"embed {shape} / .json()"
    return [
        Race(
            {
                OURS: make.inside("probes.embed", vectors, sizes.texts, "parsed"),
                "passed on": make.inside("probes.embed", vectors, sizes.texts, "bytes"),
                BARE: make.inside("references.json_embed", vectors, sizes.texts),
            },
            [
                Claim("E1", parsed, "seconds", at_most(0.85), BARE),
                Claim("E1", f"{parsed}, raw", "seconds", at_most(0.15), BARE, ours="passed on"),
            ],
            rounds=9,
        ),
        Race(
            {
                OURS: make.inside("probes.posts", small, sizes.posts, 1),
                BARE: make.inside("references.session_posts", small, sizes.posts),
            },
            [
                Claim("B1", "small requests a second / Session", "rate", at_least(1.5), BARE),
                Claim("B1", "CPU of one / Session", "cpu_each", at_most(0.65), BARE),
            ],
            rounds=9,
        ),
        _threads(make, sizes),
    ]


def _threads(make: Commands, sizes: Sizes) -> Race:
    slow = "delay-20.dims-8"
    sides = {
        f"W={threads}": make.inside("probes.posts", slow, sizes.posts_each * threads, threads)
        for threads in (1, 8, 32)
    }
    claims = []
    for threads, least in ((8, 7.5), (32, 28.0)):
        ours = f"W={threads}"
        rates = f"20 ms server, requests a second, {ours} / W=1"
        claims += [
            Claim("B2", rates, "rate", at_least(least), "W=1", ours),
            Claim(
                "B2", f"connections, {ours}", "connections", exactly(threads), "", ours, "number"
            ),
            Claim("B2", f"discarded, {ours}", "discarded", exactly(0), "", ours, "number"),
        ]
    return Race(sides, claims, rounds=5)
