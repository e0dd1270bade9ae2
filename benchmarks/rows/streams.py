"""T1, T2, T4, T7 and P1: whole processes that read a stream to its end."""

from benchmarks.measuring import Claim, Race
from benchmarks.peers import LIBRARY, LLM, OURS
from benchmarks.rows.commands import BARE, SOCKET, Commands, Sizes, at_most


def races(make: Commands, sizes: Sizes) -> list[Race]:
    """List the races of streams."""
    many, few, answer = (f"events-{size}" for size in (sizes.tokens, sizes.few, sizes.answer))
    tokens, events = f"{sizes.tokens:,} tokens", f"{sizes.tokens:,} events"
    growth = f"peak, {tokens} - {sizes.few}"
    return [
        Race(
            {
                OURS: make.ours("generate", "-m", many, "hi"),
                BARE: make.reference("bare_generate", many),
                LIBRARY: make.library("ollama_generate", many),
                SOCKET: make.reference("socket_generate", many),
                "few": make.ours("generate", "-m", few, "hi"),
            },
            [
                Claim("T1", f"{tokens} / bare requests", "wall", at_most(0.45), BARE),
                Claim("T2", f"{tokens} / ollama-python", "wall", at_most(0.2), LIBRARY),
                Claim("T2", f"{tokens} / bare socket", "wall", at_most(1.3), SOCKET),
                Claim("T7", growth, "mib", at_most(2), "few", by="difference"),
            ],
            rounds=7,
        ),
        Race(
            {
                OURS: make.ours("generate", "-m", answer, "hi"),
                BARE: make.reference("bare_generate", answer),
                LIBRARY: make.library("ollama_generate", answer),
                LLM: make.llm("-n", "-m", f"ollama/{answer}:latest", "hi"),
            },
            [
                Claim("T4", "first byte / bare requests", "first", at_most(1.25), BARE),
                Claim("T4", "first byte / ollama-python", "first", at_most(0.65), LIBRARY),
                Claim("T4", "first byte / llm", "first", at_most(0.25), LLM),
            ],
            rounds=15,
        ),
        Race(
            {
                OURS: make.ours("models", "pull", many),
                "jsonl": make.ours("models", "pull", many, "-o", "jsonl"),
                BARE: make.reference("bare_pull", many),
            },
            [
                Claim("P1", f"pull, {events} / bare requests", "wall", at_most(0.55), BARE),
                Claim("P1", "pull -o jsonl / bare requests", "cpu", at_most(2.5), BARE, "jsonl"),
            ],
            rounds=7,
        ),
    ]
