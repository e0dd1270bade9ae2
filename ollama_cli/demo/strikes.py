"""One fault at work in the middle of one pull: when it is due, and what happens then."""

import sys
import time
from typing import Final

from ollama_cli.demo.documents import FAILED, PageError, RefusalError
from ollama_cli.demo.layers import Blob
from ollama_cli.demo.machine import Request
from ollama_cli.demo.peer import CutError, ResetError
from ollama_cli.demo.script import Fault

RETRIES: Final = "max retries exceeded: EOF"
PAGE: Final = (
    b"<!DOCTYPE html>\n<html><head><title>Welcome to this network</title></head>\n"
    b"<body><h1>Sign in</h1><p>A gateway answers in place of the server.</p></body></html>\n"
)
TRICKLE: Final = 1000
"""The bytes between two lines of a pull that trickles."""

_NOTHING: Final = Fault("nothing")
_FULL: Final = 100
_MANIFEST: Final = "pull model manifest: "
_AT_MANIFEST: Final = {
    "offline": f'{_MANIFEST}Get "https://registry.ollama.ai/v2/{{place}}": dial tcp: lookup '
    "registry.ollama.ai on 127.0.0.53:53: dial udp 127.0.0.53:53: connect: network is unreachable",
    "denied": f"{_MANIFEST}unauthorized: access denied",
    "outdated": f"{_MANIFEST}412: \n\nThe model you are attempting to pull requires a newer "
    "version of Ollama.\n\nPlease download the latest version at:\n\n\thttps://ollama.com/download\n\n",
}
"""What the server says that cannot have the manifest; `place` is where it looked."""


class Strike:
    """The fault of one pull, which may have none."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._fault = request.fault or _NOTHING
        self._limit = sys.maxsize
        self._time = float("inf")
        self.trickles = False

    @property
    def kind(self) -> str:
        """Name the fault."""
        return self._fault.kind

    def at_manifest(self, place: str) -> None:
        """Refuse before the first layer, where that is the fault."""
        if text := _AT_MANIFEST.get(self.kind):
            raise RefusalError(FAILED, text.format(place=place))

    def begin(self, done: int, total: int) -> None:
        """Settle where the fault is due, now that it is known how much is there and to come."""
        if self._fault.percent is not None:
            self._limit = int(total * self._fault.percent / _FULL)
        elif self._fault.step is not None:
            self._limit = done + self._fault.step
        elif self._fault.seconds is not None:
            self._time = time.monotonic() + self._fault.seconds

    def room(self, done: int) -> int:
        """Count the bytes that may still arrive before the fault is due, at least one."""
        return max(self._limit - done, 1)

    def is_due(self, done: int) -> bool:
        """Tell whether it is time, once for a fault that lets the pull go on."""
        due = done >= self._limit or time.monotonic() >= self._time
        if due:
            self._limit, self._time = sys.maxsize, float("inf")
        return due

    def happen(self, blob: Blob) -> None:
        """Do the harm: mostly the pull ends here."""
        match self.kind:
            case "stall":
                self._request.peer.linger()
            case "cut":
                raise CutError
            case "reset":
                raise ResetError
            case "forget":
                self._request.machine.library.forget()
                raise CutError
            case "error":
                raise RefusalError(FAILED, RETRIES)
            case "disk-full":
                raise full(blob)
            case "html":
                raise PageError(PAGE)
            case "rollback":
                blob.restart()
            case "trickle":
                self.trickles = True


def full(blob: Blob, reason: str = "no space left on device") -> RefusalError:
    """Say that a layer could not be written, in the words of the server."""
    return RefusalError(FAILED, f"write {blob.layer.digest}: {reason}")
