"""What a server shows at a few paths, whatever it is."""

import time
from dataclasses import dataclass
from typing import Any, Final, Protocol

from ollama_cli.errors import OllamaCliError, ProtocolError
from ollama_cli.wire import decoding, fields

_SHOWN: Final = 200


class Look(Protocol):
    """Sends one GET and gives status, Server header in lower case, and body, whatever they are."""

    def __call__(self, path: str, *, wait: float) -> tuple[int, str, bytes]:
        """Send it; `wait` bounds it as a whole, in seconds. Raises OllamaCliError."""
        ...


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One answer: its status, its Server header, its JSON object (or an empty one), its text."""

    status: int
    server: str
    document: dict[str, Any]
    text: str

    @property
    def version(self) -> str:
        """Read the version, empty where there is none."""
        return fields.text(self.document.get("version"))

    @property
    def owners(self) -> set[str]:
        """Collect who owns the models of a list."""
        return {fields.text(row.get("owned_by")) for row in fields.items(self.document.get("data"))}

    @property
    def is_of_openai(self) -> bool:
        """Tell whether it is a list of models, or a refusal in the words of that protocol."""
        is_list = isinstance(self.document.get("data"), list)
        return is_list or (self.status in {401, 403} and "error" in self.document)


class Glimpses:
    """What was seen at each path, each asked for once, until the time is over."""

    def __init__(self, look: Look, end: float) -> None:
        self._look = look
        self._end = end
        self._seen: dict[str, Glimpse | None] = {}

    def get(self, path: str) -> Glimpse | None:
        """Give what is to be seen at a path; None where nothing came, or the time is over."""
        left = self._end - time.monotonic()
        if path not in self._seen and left > 0:
            self._seen[path] = self._fetched(path, left)
        return self._seen.get(path)

    def _fetched(self, path: str, wait: float) -> Glimpse | None:
        try:
            status, server, body = self._look(path, wait=wait)
        except OllamaCliError:  # no answer is no evidence
            return None
        try:
            document = fields.mapping(decoding.document(body))
        except ProtocolError:
            document = {}
        return Glimpse(status, server, document, body[:_SHOWN].decode("utf-8", "replace"))
