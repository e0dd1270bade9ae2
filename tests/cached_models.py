"""Models whose answers are cached: each answer is another one, so that a second one shows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hostile import Peer, Script, Server, by_path, document, lines
from shell import Result, call

Line = dict[str, Any]
END: Line = {
    "model": "m",
    "response": "",
    "message": {"role": "assistant", "content": ""},
    "done": True,
    "done_reason": "stop",
    "prompt_eval_count": 7,
    "eval_count": 5,
    "eval_duration": 90_000_000,
}


def numbered(number: int) -> Script:
    """Answer with a number, in two lines, by both routes."""
    text = ["answer ", f"{number}"]
    said = [{"response": t, "message": {"content": t}, "done": False} for t in text]
    return lines(*said, END)


class World:
    """A server of one model; what it tells of itself may be changed in between.

    `answers` are the scripts of its answers by their number, from 1 on.
    """

    def __init__(self, home: Path, answers: Callable[[int], Script] = numbered) -> None:
        self.home = home
        self.answers = answers
        self.asked: list[Any] = []
        self.version = "0.32.15"
        self.model: Line = {"name": "m:latest", "digest": "a" * 64}
        self.before: Callable[[], object] = lambda: None
        self.running: list[Line] = [{"name": "m:latest", "context_length": 4096}]

    def server(self) -> Server:
        told: dict[str, Callable[[], object]] = {
            "/api/version": lambda: {"version": self.version},
            "/api/tags": lambda: {"models": [self.model]},
            "/api/ps": lambda: {"models": self.running},
            "/api/show": lambda: {"capabilities": ["completion", "tools"], "parameters": ""},
        }

        def tell(peer: Peer) -> None:
            document(told[peer.request.path]())(peer)  # as it is by now

        routes: dict[str, Script] = dict.fromkeys(told, tell)
        routes |= dict.fromkeys(("/api/generate", "/api/chat"), self._answer)
        return Server(by_path(routes))

    def _answer(self, peer: Peer) -> None:
        self.asked.append(peer.request.json)
        number = len(self.asked)
        self.before()
        self.answers(number)(peer)

    def ask(self, url: str, *args: str, command: str = "generate", **more: Any) -> Result:
        """Ask as a shell does: `hi` of the model, with further words."""
        given = args if args and not args[0].startswith("-") else ("hi", *args)
        return call(command, *given, "-m", "m", "--host", url, at=self.home, **more)
