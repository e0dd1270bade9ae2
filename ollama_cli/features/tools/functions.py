"""The functions of a Python file as tools, which run in a process of their own."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ollama_cli.errors import ConfigError, UnreachableError
from ollama_cli.features.tools.offers import Offer, Outcome, failure, wire_name
from ollama_cli.system.missing import no_such_file
from ollama_cli.system.workers import Worker

SUFFIX: Final = ".py"
_RUNNER: Final = str(Path(__file__).with_name("runner.py"))
_START: Final = 15.0
_LAST: Final = 5
_MOST_DEATHS: Final = 1


class FunctionFile:
    """The public functions of one file, run by one process; one that dies is started again, once.

    A call takes at most `seconds`.
    """

    def __init__(self, path: str, environ: Mapping[str, str], *, seconds: float | None) -> None:
        self._path = path
        self._environ = environ
        self._seconds = seconds
        self._deaths = 0
        self._told: list[str] = []
        self._worker: Worker | None = None
        self.server = Path(path).stem
        self.offers: list[Offer] = []

    def start(self) -> None:
        """Start the process: UnreachableError if it cannot run, ConfigError without any tool."""
        found = self._start()
        self.offers = [
            Offer(wire_name(name), self.server, name, each["description"], each["parameters"])
            for name, each in found.items()
        ]
        if not self.offers:
            raise ConfigError(
                f"{self._path} has no tools",
                hint="a tool is a public function with annotations and a docstring",
            )

    def call(self, offer: Offer, arguments: Mapping[str, Any]) -> Outcome:
        """Call a function; if its process dies or is silent for too long, the call has failed."""
        if self._worker is None:
            if self._deaths > _MOST_DEATHS:
                return failure(f"{self._path} has ended, and is not started again")
            try:
                self._start()
            except UnreachableError as error:
                return failure(error.message)
        request = {"name": offer.tool, "arguments": dict(arguments)}
        reply = None
        try:
            reply = self._ask(request, self._seconds)
        except TimeoutError:
            self._deaths += 1
            return failure(f"{offer.name} gave no answer within {self._seconds:g} s")
        finally:
            if reply is None:  # also where Ctrl-C stopped it: nobody waits for it any more
                self.close()
        if reply is None:
            self._deaths += 1
            last = "".join(f"\n{line}" for line in self._told[-_LAST:])
            return failure(f"{self._path} ended in the middle of the call{last}")
        return Outcome(bool(reply["ok"]), reply["text"], reply.get("size"))

    def told(self) -> list[str]:
        """Return the lines of its stderr since this was asked last."""
        told = self._told + (self._worker.told() if self._worker else [])
        self._told = []
        return told

    def close(self) -> None:
        """End the process."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.stop()
            self._told += worker.told()

    def _start(self) -> Mapping[str, Any]:
        """Start the process; return its tools by name."""
        words = [sys.executable, "-P", "-X", "utf8", _RUNNER, self._path]
        try:
            self._worker = Worker(words, self._environ)
            reply = self._ask(None, _START)
        except (OSError, TimeoutError) as error:
            self.close()
            reason = "it says nothing" if isinstance(error, TimeoutError) else str(error.strerror)
            raise UnreachableError(f"{self._path} does not start", reason=reason) from error
        except BaseException:
            self.close()
            raise
        if reply is None or "error" in reply:
            self.close()
            reason = str(reply["error"]) if reply else "it ended"
            raise UnreachableError(f"{self._path} does not start", reason=reason)
        found: Mapping[str, Any] = reply["tools"]
        return found

    def _ask(self, request: object, seconds: float | None) -> dict[str, Any] | None:
        """Send a request, if there is one, and wait for a reply; None if the process has ended."""
        assert self._worker is not None  # noqa: S101  it was started
        sent = b"" if request is None else json.dumps(request).encode() + b"\n"
        line = self._worker.ask(sent, seconds)
        reply: dict[str, Any] | None = None if line is None else json.loads(line)
        return reply


def check_file(path: str) -> None:
    """Raise NotFoundError if a file is not there."""
    if not Path(path).is_file():
        raise no_such_file(path)
