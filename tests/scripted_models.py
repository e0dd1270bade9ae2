"""Models that call tools by a script, natively or by `/v1`: each answer is one round."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hostile import Peer, Script, Server, by_path, document, lines
from shell import call

DONE = {
    "model": "m",
    "message": {"role": "assistant", "content": ""},
    "done": True,
    "done_reason": "stop",
    "prompt_eval_count": 10,
    "eval_count": 3,
}
TOOLS = '''
"""Tools for tests."""

import os
from pathlib import Path

MARK = Path(__file__).with_name("ran")


def add(a: int, b: int) -> int:
    """Add two numbers."""
    with MARK.open("a") as file:
        file.write(f"{a}+{b} ")
    return a + b


def fail(why: str) -> str:
    """Fail."""
    raise ValueError(why)


def die() -> str:
    """End the process."""
    os._exit(3)


def _private(a: int) -> int:
    """Not a tool."""
    return a


def bare(a):
    """No annotations: not a tool."""
    return a
'''


def asks(name: str, arguments: Any = None, call_id: str | None = "c1") -> dict[str, Any]:
    """A call, as it stands in a line."""
    function = {"name": name, "arguments": {} if arguments is None else arguments}
    return {"function": function} | ({"id": call_id} if call_id else {})


def calls(*made: dict[str, Any], text: str = "", at_end: bool = False, **end: Any) -> Script:
    """One answer with calls in a line of their own, or in the last one."""
    said = [{"message": {"content": text}, "done": False}] if text else []
    message = {"role": "assistant", "content": "", "tool_calls": list(made)}
    if at_end:
        return lines(*said, {**DONE, "message": message, **end})
    return lines(*said, {"message": message, "done": False}, {**DONE, **end})


def says(text: str, **end: Any) -> Script:
    """One answer without calls."""
    return lines({"message": {"content": text}, "done": False}, {**DONE, **end})


class Model:
    """The answers of a model, one after the other; the last one comes again and again."""

    def __init__(self, *answers: Script) -> None:
        self.answers = answers
        self.asked: list[Any] = []

    def __call__(self, peer: Peer) -> None:
        self.asked.append(peer.request.json)
        self.answers[min(len(self.asked), len(self.answers)) - 1](peer)

    @property
    def results(self) -> list[str]:
        """The results that the model was told in its last request."""
        told = self.asked[-1]["messages"]
        return [each["content"] for each in told if each["role"] == "tool"]


class World:
    """A model behind a server, and a file of tools in a folder."""

    def __init__(self, model: Model, server: Server, folder: Path) -> None:
        self.model = model
        self.server = server
        self.file = folder / "tools.py"
        self.file.write_text(TOOLS)
        self.config = folder / "config.toml"

    @property
    def ran(self) -> str:
        """What `add` has done."""
        mark = self.file.with_name("ran")
        return mark.read_text() if mark.exists() else ""

    def run(self, *args: str, command: str = "chat", approve: str = "always", **more: Any) -> Any:
        env = {"OLLAMA_CLI_CONFIG": str(self.config), **more.pop("env", {})}
        usual = ("hi", "-m", "m", "--host", self.server.url, "--tools-approve", approve)
        tools = () if "--tools" in args else ("--tools", str(self.file))
        return call(command, *usual, *tools, *args, env=env, **more)


@contextmanager
def world(
    folder: Path, *answers: Script, capabilities: Sequence[str] = ("completion", "tools")
) -> Iterator[World]:
    model = Model(*answers)
    routes: dict[str, Script] = {
        "/api/chat": model,
        "/v1/chat/completions": model,
        "/api/show": document({"capabilities": list(capabilities), "details": {}}),
        "/api/tags": document(
            {
                "models": [
                    {"name": "m:latest", "capabilities": list(capabilities)},
                    {"name": "able:latest", "capabilities": ["completion", "tools"]},
                ]
            }
        ),
        "/api/ps": document({"models": []}),
        "/v1/models": document({"object": "list", "data": [{"id": "m"}]}),
    }
    with Server(by_path(routes)) as server:
        yield World(model, server, folder)


def chunks(*values: object) -> Script:
    """A stream of `/v1`."""
    body = "".join(f"data: {json.dumps(each)}\n\n" for each in values) + "data: [DONE]\n\n"
    data = body.encode()
    headers = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    return lambda peer: peer.send(headers, data)
