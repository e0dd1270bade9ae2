"""T3, T5, T6, P2, R1 and R2: parts of the program, measured inside a process or on a terminal."""

from benchmarks.measuring import Claim, Race
from benchmarks.peers import OURS
from benchmarks.rows.commands import SOCKET, Commands, Sizes, at_least, at_most


def races(make: Commands, sizes: Sizes) -> list[Race]:
    """List the races of the line source: how fast, how late, how long a line."""
    many = f"events-{sizes.tokens}"
    long, quarter = f"events-1.size-{sizes.line}", f"events-1.size-{sizes.line // 4}"
    pieces = "iter_content"
    return [
        Race(
            {
                OURS: make.inside("probes.lines", many),
                SOCKET: make.inside("references.socket_lines", many),
            },
            [Claim("T3", "lines a second / bare socket", "rate", at_least(0.85), SOCKET)],
            rounds=9,
        ),
        _latency(make, sizes, "chunked", ""),
        _latency(make, sizes, "not chunked", ".close"),
        Race(
            {
                OURS: make.inside("probes.long_line", long),
                "quarter": make.inside("probes.long_line", quarter),
                pieces: make.inside("references.pieces_line", long),
            },
            [
                Claim("T6", "line of 16 MiB / of 4 MiB", "seconds", at_most(6), "quarter"),
                Claim("T6", "line of 16 MiB / iter_content", "seconds", at_most(1.2), pieces),
            ],
            rounds=9,
        ),
    ]


def _latency(make: Commands, sizes: Sizes, name: str, framing: str) -> Race:
    model = f"events-{sizes.paced}.rate-2000{framing}"
    late = f"latency p99, {name}"
    return Race(
        {
            OURS: make.inside("probes.latency", model),
            SOCKET: make.inside("references.socket_lines", model, "latency"),
        },
        [
            Claim("T5", f"latency p50, {name} / bare socket", "p50", at_most(1.5), SOCKET),
            Claim("T5", late, "p99", at_most(0.005), by="number"),
        ],
        rounds=7,
    )


def terminal_races(make: Commands, sizes: Sizes) -> list[Race]:
    """List the races on a terminal."""
    many, answer = f"events-{sizes.tokens}", f"events-{sizes.answer}.markdown"
    tokens, events = f"{sizes.tokens:,} tokens", f"{sizes.tokens:,} events"
    markdown = f"Markdown, {sizes.answer:,} tokens"
    loop, each, once = "empty loop", "flush each", "one-shot"
    return [
        Race(
            {
                OURS: make.inside("probes.progress", many, "bars", output="terminal"),
                loop: make.inside("probes.progress", many, "silent", output="terminal"),
            },
            [Claim("P2", f"bars, {events} / {loop}", "cpu_inside", at_most(2.5), loop)],
            rounds=9,
        ),
        Race(
            {
                OURS: make.inside("probes.text", many, output="terminal"),
                each: make.inside("references.flush_each", many, output="terminal"),
            },
            [Claim("R1", f"{tokens} shown / {each}", "cpu_inside", at_most(0.1), each)],
            rounds=9,
        ),
        Race(
            {
                OURS: make.inside("probes.markdown", answer, "streamed", output="terminal"),
                once: make.inside("probes.markdown", answer, "once", output="terminal"),
            },
            [
                Claim("R2", f"{markdown}, CPU / {once}", "cpu_inside", at_most(1.6), once),
                Claim("R2", f"{markdown}, bytes / {once}", "rendered", at_most(1.3), once),
            ],
            rounds=9,
        ),
    ]
