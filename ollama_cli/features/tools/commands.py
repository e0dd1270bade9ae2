"""Programs of the config file as tools: `cmd:NAME`, run without a shell."""

import json
import os
import re
import shutil
from collections.abc import Mapping
from typing import Any, Final

from ollama_cli.config.tools import Command
from ollama_cli.errors import UnreachableError
from ollama_cli.features.tools.offers import Offer, Outcome, failure
from ollama_cli.system import workers

SERVER: Final = "cmd"
_PLACE: Final = re.compile(r"\{([^{}]+)\}")
_LAST: Final = 5


class Program:
    """One program as a tool.

    A call takes at most `seconds`, and keeps `largest` bytes of what it writes.
    """

    def __init__(
        self, command: Command, environ: Mapping[str, str], *, seconds: float | None, largest: int
    ) -> None:
        self.server = SERVER
        self._command = command
        self._environ = environ
        self._seconds = seconds
        self._largest = largest
        self._told: list[str] = []
        name, text, schema = command.name, command.description, command.parameters
        self.offers = [Offer(name, SERVER, name, text, schema)]

    def start(self) -> None:
        """Look for the program: UnreachableError if it is not there."""
        word = self._command.argv[0]
        if shutil.which(word, path=self._environ.get("PATH", os.defpath)) is None:
            raise UnreachableError(
                f"the tool cmd:{self._command.name} does not start: there is no program {word!r}"
            )

    def call(self, offer: Offer, arguments: Mapping[str, Any]) -> Outcome:
        """Run it: arguments stand in their places, or come as JSON on stdin if there are none."""
        words, data = filled(self._command, arguments)
        try:
            ended = workers.run(
                words, data, self._environ, seconds=self._seconds, largest=self._largest
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            return failure(f"{offer.name} cannot be run: {reason}")
        self._told += ended.errors
        if ended.code is None:
            return failure(f"{offer.name} gave no answer within {self._seconds:g} s")
        text = ended.output.decode("utf-8", "replace")
        if ended.code != 0:
            parts = [
                f"{offer.name} ended with exit code {ended.code}",
                text,
                *ended.errors[-_LAST:],
            ]
            return failure("\n".join(filter(str.strip, parts)))
        is_whole = ended.written <= len(ended.output)
        return Outcome(ok=True, text=text, size=None if is_whole else ended.written)

    def told(self) -> list[str]:
        """Return the lines of its stderr since this was asked last."""
        told, self._told = self._told, []
        return told

    def close(self) -> None:
        """Do nothing: each call has ended what it started."""


def filled(command: Command, arguments: Mapping[str, Any]) -> tuple[list[str], bytes]:
    """Return the words of a command and its input: `{name}` is replaced inside one word.

    What is not given is empty there. Only names of the schema are places.
    """
    names = set(command.parameters.get("properties", {}))
    has_places = any(names & set(_PLACE.findall(word)) for word in command.argv)

    def value(found: re.Match[str]) -> str:
        name = found[1]
        return _text(arguments.get(name, "")) if name in names else found[0]

    words = [_PLACE.sub(value, word) for word in command.argv]
    return words, b"" if has_places else json.dumps(arguments).encode()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
