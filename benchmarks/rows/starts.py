"""S1 to S6: how soon a command is there, and what it loads."""

from typing import Final

from benchmarks.measuring import Claim, Race
from benchmarks.peers import LIBRARY, LLM, OURS
from benchmarks.rows.commands import BARE, Commands, at_most, exactly

_UNWANTED: Final = {
    "--version": "modules from elsewhere",
    "--help": "requests, rich, pydantic, platformdirs, asyncio",
    "health": "rich, pydantic, httpx, asyncio, tomllib",
}


def races(make: Commands) -> list[Race]:
    """List the races of start-up."""
    health = {OURS: make.ours("health"), BARE: make.reference("bare_health")}
    peers = {LIBRARY: make.library("ollama_list"), LLM: make.llm("models")}
    return [
        Race(
            {OURS: make.ours("--version"), "python": make.code("pass")},
            [Claim("S1", "--version / python -c pass", "wall", at_most(1.15), "python")],
            rounds=25,
        ),
        Race(
            {OURS: make.ours("--help"), "python": make.code("import typer")},
            [Claim("S2", "--help / import typer", "wall", at_most(1), "python")],
            rounds=21,
        ),
        Race(
            {**health, **peers},
            [
                Claim("S3", "health / bare requests", "wall", at_most(1.1), BARE),
                Claim("S4", "health / ollama.list()", "wall", at_most(0.6), LIBRARY),
                Claim("S4", "health / llm models", "wall", at_most(0.2), LLM),
                Claim("S5", "peak of health / bare requests", "mib", at_most(1.15), BARE),
            ],
            rounds=17,
        ),
        Race(
            {name: make.inside("probes.loaded", name) for name in _UNWANTED},
            [
                Claim("S6", f"{name} loads: {what}", "unwanted", exactly(0), ours=name, by="number")
                for name, what in _UNWANTED.items()
            ],
            rounds=1,
        ),
    ]
