"""An agent that speaks the Model Context Protocol by a raw pipe with `ollama-cli mcp serve`."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from shell import PATIENCE, start

NEWEST_HANDSHAKE = "2025-11-25"


class Agent:
    """A process that serves us; `lines` are all that it wrote."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.lines: list[bytes] = []
        self._count = 0
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout
        self._rest = b""

    def send(self, message: Mapping[str, Any]) -> None:
        self.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")

    def write(self, data: bytes) -> None:
        while data:  # an unbuffered pipe may take a part only
            data = data[self._in.write(data) or 0 :]

    def ask(self, method: str, **params: Any) -> int:
        """Send a request, and return its id."""
        self._count += 1
        self.send({"id": self._count, "method": method, "params": params})
        return self._count

    def begin_call(self, tool: str, token: str | None = None, /, **arguments: Any) -> int:
        meta = {"_meta": {"progressToken": token}} if token else {}
        return self.ask("tools/call", name=tool, arguments=arguments, **meta)

    def read(self) -> Any:
        """Read the next message: each line is one, and nothing else comes."""
        while b"\n" not in self._rest:
            piece = self._out.read(1 << 16)
            assert piece, f"the wire has ended: {self._rest!r}"
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        self.lines.append(line)
        message = json.loads(line)
        assert message["jsonrpc"] == "2.0"
        return message

    def result(self, number: int) -> Any:
        """Read up to the answer of a request, and return its result."""
        return self.answer(number)["result"]

    def answer(self, number: int) -> Any:
        while (message := self.read()).get("id") != number:
            assert "id" not in message, message
        return message

    def call(self, tool: str, /, **arguments: Any) -> Any:
        return self.result(self.begin_call(tool, **arguments))

    def failure(self, tool: str, /, **arguments: Any) -> list[str]:
        """Call a tool in vain; the lines of what it says."""
        result = self.call(tool, **arguments)
        assert result["isError"] is True
        assert "structuredContent" not in result
        (content,) = result["content"]
        lines: list[str] = content["text"].splitlines()
        assert [line.partition(": ")[0] for line in lines] == ["error", "hint"]
        return lines

    def shake_hands(self, version: str = NEWEST_HANDSHAKE) -> Any:
        info = {"name": "tests", "version": "1"}
        number = self.ask("initialize", protocolVersion=version, capabilities={}, clientInfo=info)
        result = self.result(number)
        self.send({"method": "notifications/initialized"})
        return result

    def tools(self) -> dict[str, Any]:
        return {tool["name"]: tool for tool in self.result(self.ask("tools/list"))["tools"]}

    def end(self) -> int:
        """End the input; the exit code."""
        self._in.close()
        return self.code()

    def code(self) -> int:
        """Wait for the end; nothing but messages must have been written to it."""
        code = self.process.wait(PATIENCE)
        rest = self._rest + self._out.read()
        assert all(json.loads(line)["jsonrpc"] for line in rest.splitlines()), rest
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)
        for stream in (self._in, self._out, self.process.stderr):
            if stream:
                stream.close()


@contextmanager
def serving(
    host: str, *options: object, env: Mapping[str, str] | None = None, shakes: bool = True
) -> Iterator[Agent]:
    """Start `mcp serve` for a server, and shake hands."""
    words = ("--host", host, "mcp", "serve", *options)
    process = start(*words, env=env, stdin=subprocess.PIPE)
    with Agent(process) as agent:
        if shakes:
            agent.shake_hands()
        yield agent
