"""Streams of a client that is not known before their first item: asking for it shows which one."""

from collections.abc import Callable, Generator, Iterator
from itertools import islice
from typing import Protocol, TypeVar

from ollama_cli.services.provider import Provider
from ollama_cli.services.stream import E, EventStream

T = TypeVar("T")
Read = Callable[[EventStream[E]], Iterator[T]]


class Ask(Protocol):
    """Puts a question to the right client, perhaps after the wrong one."""

    def __call__(self, question: Callable[[Provider], T]) -> T:
        """Ask; raises what the client raises."""
        ...


def begun(ask: Ask, question: Callable[[Provider], Iterator[T]]) -> Generator[T, None, None]:
    """Yield what the right client yields."""

    def begin(client: Provider) -> tuple[list[T], Iterator[T]]:
        items = question(client)
        return list(islice(items, 1)), items

    head, items = ask(begin)
    yield from head
    yield from items


class DeferredStream(EventStream[E]):
    """The stream of the right client; no request is sent before the first event is asked for."""

    def __init__(self, ask: Ask, question: Callable[[Provider], EventStream[E]]) -> None:
        self._ask = ask
        self._question = question
        self._stream: EventStream[E] | None = None
        self._decided_bursts = begun(ask, lambda client: self._open(client).bursts())
        self._decided_events = begun(ask, lambda client: iter(self._open(client)))
        self._decided_bytes = begun(ask, lambda client: self._open(client).raw())

    def __next__(self) -> E:
        return next(self._decided_events)

    def close(self) -> None:
        """Close the connection; closing twice does nothing."""
        self._decided_events.close()
        self._decided_bursts.close()
        self._decided_bytes.close()
        if self._stream is not None:
            self._stream.close()

    def bursts(self) -> Iterator[list[E]]:
        """Yield the events of each network read together: a token that comes alone stands alone."""
        return self._decided_bursts

    def read(self, within: float) -> list[E] | None:
        """Give the events of the next network read, as every stream does."""
        if self._stream is not None:
            return self._stream.read(within)
        return self._ask(lambda client: self._open(client).read(within))

    def raw(self) -> Iterator[bytes]:
        """Yield the server's bytes unchanged, then raise what the events would have raised."""
        return self._decided_bytes

    def _open(self, client: Provider) -> EventStream[E]:
        self._stream = self._question(client)
        return self._stream
