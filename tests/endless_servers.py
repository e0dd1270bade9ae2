"""Servers that never come to the end of an answer, and note when the client closed it."""

from collections.abc import Iterator
from contextlib import contextmanager

from hostile import CHUNKED, Peer, Script, Server, by_path, chunk, document


class Endless:
    """A server in the middle of an answer; `gone` tells whether the client closed it."""

    def __init__(self, *first: bytes) -> None:
        self._first = first
        self.asked = 0
        self.gone: list[bool] = []

    def __call__(self, peer: Peer) -> None:
        peer.send(*self._first)
        self.asked += 1
        self.gone.append(peer.gone())

    def was_asked(self, times: int) -> bool:
        return self.asked == times

    def was_left(self, times: int) -> bool:
        return len(self.gone) == times


BEGUN = CHUNKED + chunk(b'{"response":"x"}\n')


@contextmanager
def endless(*first: bytes) -> Iterator[tuple[Server, Endless]]:
    script = Endless(*first)
    routes: dict[str, Script] = dict.fromkeys(("/api/generate", "/api/embed", "/api/pull"), script)
    with Server(by_path({**routes, "/api/show": document({"details": {}})})) as server:
        yield server, script
