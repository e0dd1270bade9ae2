"""What the rows run, and how much work they give it."""

from dataclasses import dataclass
from typing import Final

from benchmarks.measuring import Bound
from benchmarks.peers import LIBRARY, REFERENCES, Tools
from benchmarks.processes import Command, Output

BARE: Final = "bare requests"
SOCKET: Final = "bare socket"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much work the rows do: counts of tokens, texts, requests, messages; bytes of a line."""

    tokens: int = 200_000
    few: int = 100
    answer: int = 5_000
    paced: int = 2_000
    line: int = 16 << 20
    texts: int = 1_000
    dims: int = 1_024
    posts: int = 1_000
    posts_each: int = 50
    messages: int = 100_000
    few_messages: int = 10
    calls: int = 200


def at_most(limit: float) -> Bound:
    """Bound from above."""
    return Bound("<=", limit)


def at_least(limit: float) -> Bound:
    """Bound from below."""
    return Bound(">=", limit)


def exactly(limit: float) -> Bound:
    """Bound a count."""
    return Bound("=", limit)


class Commands:
    """Makes commands of the programs that were found; None for one that is not installed."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def ours(self, *words: str, output: Output = "pipe") -> Command:
        """Run the installed script."""
        return Command([self._tools.program, *words], output)

    def code(self, code: str) -> Command:
        """Run a piece of Python."""
        return Command([self._tools.python, "-c", code])

    def reference(self, name: str, *words: object, output: Output = "pipe") -> Command:
        """Run a reference with the Python that runs ours."""
        return Command(
            [self._tools.python, str(REFERENCES / f"{name}.py"), *map(str, words)], output
        )

    def inside(self, module: str, *words: object, output: Output = "pipe") -> Command:
        """Run a module of the benchmarks that tells its own numbers."""
        argv = [self._tools.python, "-m", f"benchmarks.{module}", *map(str, words)]
        return Command(argv, output, tells=True, at_root=True)

    def agent(self, *words: object) -> Command:
        """Run the probe of an agent, which starts the installed script itself."""
        return self.inside("probes.agent", *words, self._tools.program)

    def library(self, name: str, *words: object) -> Command | None:
        """Run a reference that needs the `ollama` package."""
        if not self._tools.has(LIBRARY):
            return None
        return Command([self._tools.peers, str(REFERENCES / f"{name}.py"), *map(str, words)])

    def llm(self, *words: str) -> Command | None:
        """Run `llm`, which speaks to Ollama by a plugin."""
        if not self._tools.has("llm", "llm-ollama"):
            return None
        return Command([self._tools.of_peers("llm"), *words])
