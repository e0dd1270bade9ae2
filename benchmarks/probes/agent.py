"""One call, by MCP and by HTTP in turn: `python -m benchmarks.probes.agent MODEL COUNT`."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.probes import tell
from ollama_cli import OllamaClient


class _Agent:
    """An agent of `mcp serve` on a pipe."""

    def __init__(self, program: str) -> None:
        pipe, words = subprocess.PIPE, ["mcp", "serve", "--rate", "1000000"]
        self._process = subprocess.Popen(  # noqa: S603  our own program
            [program, *words], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
        )
        self._count = 0
        info = {"name": "benchmarks", "version": "1"}
        asked = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": info}
        self.ask("initialize", asked)
        self._send({"method": "notifications/initialized"})

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        self._count += 1
        self._send({"id": self._count, "method": method, "params": params})
        assert self._process.stdout is not None  # noqa: S101  it is a pipe
        return json.loads(self._process.stdout.readline())["result"]

    def close(self) -> None:
        assert self._process.stdin is not None  # noqa: S101  likewise
        self._process.stdin.close()
        self._process.wait()

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None  # noqa: S101  likewise
        self._process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self._process.stdin.flush()


def main() -> None:
    """Have a prompt answered so often both ways, each in turn."""
    model, count, program = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    agent = _Agent(program)
    call = {"name": "ai_ollama_generate", "arguments": {"model": model, "prompt": "hi"}}
    with OllamaClient(os.environ["OLLAMA_HOST"]) as client:

        def directly() -> None:
            list(client.generate(model, "hi", options={"num_predict": 4096}))

        def by_agent() -> None:
            result = agent.ask("tools/call", call)
            assert result["isError"] is False, result  # noqa: S101  else nothing is measured

        directly()
        by_agent()
        direct, by_call = zip(
            *[(_timed(directly), _timed(by_agent)) for _ in range(count)], strict=True
        )
    agent.close()
    added = median(mine - other for mine, other in zip(by_call, direct, strict=True))
    tell(direct=median(direct), by_call=median(by_call), added=added)


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
