"""Prompt files that have a name, and a server that is asked by them."""

from pathlib import Path
from typing import Any

from conversations import Answers, shown_model
from hostile import Server, by_path, document, lines
from shell import Result, call

REVIEW = """\
model: m
modelParameters: {maxTokens: 5, temperature: 0.5}
messages:
  - {role: system, content: "Be {{tone}}."}
  - {role: user, content: "Review: {{input}}"}
ollama: {defaults: {tone: kind}}
"""
SHOTS = """\
name: sums
messages:
  - {role: system, content: Add.}
  - {role: user, content: 1+1}
  - {role: assistant, content: "2"}
  - {role: user, content: "{{input}}"}
"""
END = {"model": "m", "response": "ok", "done": True, "done_reason": "stop"}


class World:
    """A folder with prompt files, where they have names, and a server."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.answers = Answers("ok")
        loaded = document({"models": []})
        others = {"/api/show": shown_model, "/api/ps": loaded, "/api/generate": lines(END)}
        self.server = Server(by_path({"/api/chat": self.answers, **others}))

    def write(self, text: str, name: str = "x") -> str:
        """Write a file that has a name; return the name."""
        path = self.home / f".local/share/ollama-cli/prompts/{name}.prompt.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return name

    def ask(self, text: str, *args: object, command: str = "chat", **more: Any) -> Result:
        name = self.write(text)
        usual = (command, "-p", name, *args, "--host", self.server.url)
        return call(*usual, at=self.home, **more)

    @property
    def sent(self) -> Any:
        asked = [each for each in self.server.requests if each.method == "POST"]
        return [each.json for each in asked if each.path != "/api/show"][-1]

    @property
    def texts(self) -> list[tuple[str, str]]:
        return [(each["role"], each["content"]) for each in self.sent["messages"]]
