"""What an answer is made from."""

from dataclasses import dataclass
from typing import Any

from ollama_cli.demo.calls import Call
from ollama_cli.demo.library import Installed
from ollama_cli.demo.options import Options


@dataclass(frozen=True)
class Task:
    """The input of an answer, complete before its first token.

    `rendered` is the whole prompt if that is all that is wanted; `logprobs` are wanted of each
    token, and of so many others. `call` is the call of a tool in place of a text, `results` what
    was called before gave.
    """

    typed: str
    installed: Installed
    prompt: list[str]
    subject: list[str]
    options: Options
    format: Any
    introduces: bool
    tokens_left: int | None
    started: int
    loaded: int
    logprobs: int | None = None
    rendered: str | None = None
    thinks: bool = False
    call: Call | None = None
    results: str = ""
