"""Answers as a server sends them, also step by step while a test looks on."""

import json
import threading

from hostile import LAST_CHUNK, NDJSON, PATIENCE, Peer, chunk, head

DONE = {"model": "m", "message": {"content": ""}, "response": "", "done": True}
ASK = ("chat", "hi", "-m", "m", "--no-stdin")
CHUNKED = head(200, {**NDJSON, "Transfer-Encoding": "chunked"})


def said(text: str, **more: str) -> dict[str, object]:
    return {"message": {"content": text, **more}, "response": text}


class Steps:
    """A server that sends one part of an answer each time it is told to go on."""

    def __init__(self, *parts: object) -> None:
        self._parts = parts
        self._turns = threading.Semaphore(0)

    def go_on(self) -> None:
        self._turns.release()

    def __call__(self, peer: Peer) -> None:
        for number, part in enumerate(self._parts):
            assert self._turns.acquire(timeout=PATIENCE), "nobody let it go on"
            before = CHUNKED if number == 0 else b""
            peer.send(before + chunk(json.dumps(part).encode() + b"\n"))
        if DONE in self._parts:
            peer.send(LAST_CHUNK)
        else:
            peer.gone()
