"""A stream under way: events for those who read, bytes for those who pass them on."""

from collections.abc import Callable, Generator, Iterator
from typing import Generic, Protocol, Self, TypeVar

from ollama_cli.transport import Reply
from ollama_cli.wire import ndjson

E = TypeVar("E")


class Parser(Protocol[E]):
    """Reads the lines of one stream."""

    def parse(self, value: object) -> list[E]:
        """Turn one decoded line into its events; raises the error that the line reports."""
        ...

    def finish(self) -> None:
        """Raise ProtocolError unless the end marker came."""
        ...


class EventStream(Generic[E]):
    """An iterator of events; the request is sent when the first one is asked for.

    Closing it closes the connection, and the server then stops its work.
    """

    def __init__(self, open_reply: Callable[[], Reply], parser: Parser[E]) -> None:
        self._open = open_reply
        self._parser = parser
        self._events = self._run()
        self._bytes = self._run_raw()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> E:
        return next(self._events)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; closing twice does nothing."""
        self._events.close()
        self._bytes.close()

    def raw(self) -> Iterator[bytes]:
        """Yield the server's bytes unchanged, then raise what the events would have raised."""
        return self._bytes

    def _run_raw(self) -> Generator[bytes, None, None]:
        decoder = ndjson.Decoder()
        with self._open() as reply:
            for chunk in reply.chunks():
                yield chunk
                self._read(decoder.feed(chunk))
        self._read(decoder.close())
        self._parser.finish()

    def _run(self) -> Generator[E, None, None]:
        with self._open() as reply:
            for value in ndjson.decode(reply.chunks()):
                yield from self._parser.parse(value)
        self._parser.finish()

    def _read(self, values: list[object]) -> None:
        for value in values:
            self._parser.parse(value)
