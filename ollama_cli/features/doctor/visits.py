"""One look at a path of a server, whoever answers there."""

from dataclasses import dataclass
from http import HTTPStatus

from ollama_cli.transport import Transport, within

_LARGEST = 4 << 20


@dataclass(frozen=True, slots=True)
class Visit:
    """What was found at a path: `url` is where it was found in the end, after redirects."""

    status: int
    url: str
    server: str = ""
    content_type: str = ""
    challenge: str = ""
    body: bytes = b""

    @property
    def is_html(self) -> bool:
        """Tell whether it is a page for people."""
        return "html" in self.content_type

    @property
    def is_refused(self) -> bool:
        """Tell whether the server wants to know who asks, or refuses to answer."""
        return self.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


def visit(transport: Transport, path: str, seconds: float) -> Visit:
    """Fetch whatever is at a path, within `seconds` in all; no status is an error."""
    with within(seconds, transport.root), transport.send("GET", path, wait=seconds) as reply:
        body = reply.read(_LARGEST)
        return Visit(
            reply.status, reply.url, reply.server, reply.content_type, reply.challenge, body
        )
