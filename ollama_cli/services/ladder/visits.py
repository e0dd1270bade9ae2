"""One look at a path of a server, whoever answers there."""

from ollama_cli.errors import ProtocolError
from ollama_cli.transport import Transport, within
from ollama_cli.values import Value
from ollama_cli.wire import decoding

_LARGEST = 4 << 20


class Visit(Value):
    """What was found at a path: `url` is where it was found in the end, after redirects."""

    status: int
    url: str
    content_type: str = ""
    challenge: str = ""
    body: bytes = b""

    @property
    def document(self) -> object:
        """Decode the body; None where it is no JSON."""
        try:
            return decoding.document(self.body)
        except ProtocolError:
            return None


def visit(transport: Transport, path: str, seconds: float) -> Visit:
    """Fetch whatever is at a path, within `seconds` in all; no status is an error."""
    with within(seconds, transport.root), transport.send("GET", path, wait=seconds) as reply:
        body = reply.read(_LARGEST)
        return Visit(reply.status, reply.url, reply.content_type, reply.challenge, body)
