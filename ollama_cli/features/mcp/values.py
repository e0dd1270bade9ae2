"""What MCP servers offer, and what a call of it brought."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from ollama_cli.types.values import dataclass


@dataclass(frozen=True)
class Tool:
    """One tool of a server; `server` is empty for one that was given as a command.

    `input_schema` is a JSON Schema of its arguments. `read_only` and `destructive` are what the
    server says of itself, None where it says nothing: hints, which approve nothing.
    """

    server: str
    name: str
    description: str = ""
    input_schema: Mapping[str, Any] = field(default_factory=dict)
    read_only: bool | None = None
    destructive: bool | None = None

    @property
    def full_name(self) -> str:
        """Return `SERVER.TOOL`, or the bare name where the server has none."""
        return f"{self.server}.{self.name}" if self.server else self.name


@dataclass(frozen=True)
class Result:
    """What a call brought: all texts of its content, and the content itself.

    `is_error` is what the tool says of the call. `raw` is the result as it came, in JSON's types.
    """

    text: str
    is_error: bool = False
    seconds: float = 0.0
    content: Sequence[Mapping[str, Any]] = ()
    structured_content: Any = None
    raw: Mapping[str, Any] = field(default_factory=dict)
