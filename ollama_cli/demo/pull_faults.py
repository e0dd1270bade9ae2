"""The fault of one pull: when it is due, and what happens then."""

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
"""The bytes between two lines of a pull with the fault `trickle`."""

_NO_FAULT: Final = Fault("nothing")
_FULL: Final = 100
_MANIFEST: Final = "pull model manifest: "
_MANIFEST_ERRORS: Final = {
    "offline": f'{_MANIFEST}Get "https://registry.ollama.ai/v2/{{place}}": dial tcp: lookup '
    "registry.ollama.ai on 127.0.0.53:53: dial udp 127.0.0.53:53: connect: network is unreachable",
    "denied": f"{_MANIFEST}unauthorized: access denied",
    "outdated": f"{_MANIFEST}412: \n\nThe model you are attempting to pull requires a newer "
    "version of Ollama.\n\nPlease download the latest version at:\n\n\thttps://ollama.com/download\n\n",
}
"""The errors of a server that cannot get the manifest; `place` is its path."""


class PullFault:
    """The fault of one pull, or none."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._fault = request.fault or _NO_FAULT
        self._limit = sys.maxsize
        self._time = float("inf")
        self.trickles = False

    @property
    def kind(self) -> str:
        """Return the name of the fault."""
        return self._fault.kind

    def refuse_manifest(self, place: str) -> None:
        """Refuse before the first layer, if that is the fault."""
        if text := _MANIFEST_ERRORS.get(self.kind):
            raise RefusalError(FAILED, text.format(place=place))

    def start(self, done: int, total: int) -> None:
        """Compute when the fault is due, from the bytes that are present and in total."""
        if self._fault.percent is not None:
            self._limit = int(total * self._fault.percent / _FULL)
        elif self._fault.step is not None:
            self._limit = done + self._fault.step
        elif self._fault.seconds is not None:
            self._time = time.monotonic() + self._fault.seconds

    def bytes_left(self, done: int) -> int:
        """Return the bytes that may arrive before the fault is due, at least one."""
        return max(self._limit - done, 1)

    def is_due(self, done: int) -> bool:
        """Return whether the fault is due; only once if the pull goes on."""
        due = done >= self._limit or time.monotonic() >= self._time
        if due:
            self._limit, self._time = sys.maxsize, float("inf")
        return due

    def apply(self, blob: Blob) -> None:
        """Apply the fault: most faults end the pull."""
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
                raise disk_full(blob)
            case "html":
                raise PageError(PAGE)
            case "rollback":
                blob.restart()
            case "trickle":
                self.trickles = True


def disk_full(blob: Blob, reason: str = "no space left on device") -> RefusalError:
    """Return the error of the server for a layer that cannot be written."""
    return RefusalError(FAILED, f"write {blob.layer.digest}: {reason}")
