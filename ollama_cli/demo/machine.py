"""The state behind the routes: models, memory and speed; and one request to it."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from ollama_cli.demo import fields
from ollama_cli.demo.fields import Fields
from ollama_cli.demo.language import Language, corpus
from ollama_cli.demo.library import Library, Memory
from ollama_cli.demo.peer import Peer
from ollama_cli.demo.script import Fault

SECOND_NS: Final = 1_000_000_000


class Machine:
    """The state of the server; the word model is trained on first use.

    `num_predict` is the limit that models are said to have, if there is one.
    """

    def __init__(self, tokens_per_second: float, bytes_per_second: float, most_models: int) -> None:
        self.library = Library(most_models)
        self.memory = Memory()
        self.tokens_per_second = tokens_per_second
        self.bytes_per_second = bytes_per_second
        self.num_predict: int | None = None

    @cached_property
    def language(self) -> Language:
        """Return the word model, trained on first use."""
        return Language(corpus())


@dataclass(frozen=True)
class Request:
    """One request: its path and body, the machine, and the client as a `Peer`.

    `range` is the `Range` header, `fault` the fault of the answer.
    """

    machine: Machine
    peer: Peer
    path: str
    body: bytes
    range: str = ""
    fault: Fault | None = None

    def read(self, struct: str) -> Fields:
        """Decode the body as the named structure of the protocol."""
        return fields.decode(self.body, struct)


def timestamp(ns: int | None = None) -> str:
    """Format a time as Go does: up to nine decimals of a second, no zeros at the end."""
    seconds, rest = divmod(time.time_ns() if ns is None else ns, SECOND_NS)
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{rest:09d}".rstrip("0")
    return f"{whole}.{fraction}Z" if fraction else f"{whole}Z"
