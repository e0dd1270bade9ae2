"""An answer as a stream: of events, or of the server's bytes to pass on."""

from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from typing import Generic, Protocol, Self, TypeVar

from ollama_cli.errors import OllamaCliError, StreamCutError
from ollama_cli.services.kept import Decoder, KeepingDecoder
from ollama_cli.transport.deadline import Watch

E = TypeVar("E")


class Source(Protocol):
    """The bytes of an answer, that are still to come or were kept."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def chunks(self) -> Iterator[bytes]:
        """Yield bytes as they arrive."""
        ...

    def limit(self, seconds: float) -> None:
        """Bound the wait for the next chunk; 0 waits for ever."""
        ...


class Parser(Protocol[E]):
    """Parses the values of one stream into events."""

    def read(self, values: Iterable[object], events: list[E]) -> None:
        """Add the events of decoded lines to `events`; raises the error that a line reports."""
        ...

    def is_done(self) -> bool:
        """Return whether the end marker has come."""
        ...

    def finish(self) -> Iterable[E]:
        """Return the last events; ProtocolError unless the end came."""
        ...


class EventStream(Generic[E]):
    """An iterator of events; reading the first one sends the request.

    Closing it closes the connection, and the server then stops its work. If it `keeps`, it has the
    server's `lines` at the end.
    """

    def __init__(
        self,
        open_reply: Callable[[], Source],
        decoder: Decoder,
        parser: Parser[E],
        *,
        keeps: bool = False,
    ) -> None:
        self._keeping: KeepingDecoder | None = None
        if keeps:
            decoder = self._keeping = KeepingDecoder(decoder)
        self._is_done = parser.is_done
        self._watch = Watch()
        open_reply = partial(_watched, self._watch, open_reply)
        # The generators do not refer to the stream: if it is not used any more, they are closed.
        self._bursts = _bursts(open_reply, decoder, parser)
        self._events = _events(self._bursts)
        self._bytes = _bytes(open_reply, decoder, parser)
        self._reads = _reads(open_reply, decoder, parser)
        self._is_open = False

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
        self._bursts.close()
        self._bytes.close()
        self._reads.close()

    def abort(self) -> None:
        """Close the connection, from any thread: the one that reads gets an error, not an end.

        Nothing is sent any more, and the server stops its work. After the end it does nothing.
        """
        self._watch.end()

    @property
    def lines(self) -> bytes | None:
        """Return the server's bytes, if they are kept and the end marker is among them."""
        return self._keeping.kept if self._keeping and self._is_done() else None

    def bursts(self) -> Iterator[list[E]]:
        """Yield the events of each network read together; a token that comes alone is not held."""
        return self._bursts

    def read(self, within: float) -> list[E] | None:
        """Return the events of the next network read, perhaps an empty list; None at the end.

        The first call sends the request. Later ones raise TimedOutError after `within` seconds; 0
        waits for ever.
        """
        try:
            if self._is_open:
                return self._reads.send(within)
            self._is_open = True
            return next(self._reads)
        except StopIteration:
            return None

    def raw(self) -> Iterator[bytes]:
        """Yield the server's bytes unchanged, then raise what the events would have raised."""
        return self._bytes


def _watched(watch: Watch, open_reply: Callable[[], Source]) -> Source:
    with watch.entered():
        return open_reply()


def _bursts(
    open_reply: Callable[[], Source], decoder: Decoder, parser: Parser[E]
) -> Generator[list[E], None, None]:
    with open_reply() as reply:
        try:
            for chunk in reply.chunks():
                yield from _burst(decoder.values(chunk), parser)
            yield from _burst(decoder.close(), parser)
        except StreamCutError:
            if not parser.is_done():  # a cut after the end marker has lost nothing
                raise
    if last := [*parser.finish()]:
        yield last


def _reads(
    open_reply: Callable[[], Source], decoder: Decoder, parser: Parser[E]
) -> Generator[list[E], float, None]:
    events: list[E] = []
    with open_reply() as reply:
        chunks = reply.chunks()
        while True:
            reply.limit((yield events))
            chunk = next(chunks, None)
            if chunk is None:
                break
            events = []
            try:
                parser.read(decoder.values(chunk), events)
            except OllamaCliError:
                yield events  # the events before the failure are not lost
                raise
        events = []
        parser.read(decoder.close(), events)
        try:
            last = [*events, *parser.finish()]
        except OllamaCliError:
            yield events
            raise
        yield last


def _burst(values: Iterable[object], parser: Parser[E]) -> Iterator[list[E]]:
    events: list[E] = []
    try:
        parser.read(values, events)
    except OllamaCliError:
        if events:  # the events before the failure are not lost
            yield events
        raise
    if events:
        yield events


def _events(bursts: Generator[list[E], None, None]) -> Generator[E, None, None]:
    try:
        for burst in bursts:
            yield from burst
    finally:
        bursts.close()


def _bytes(
    open_reply: Callable[[], Source], decoder: Decoder, parser: Parser[E]
) -> Generator[bytes, None, None]:
    with open_reply() as reply:
        try:
            for chunk in reply.chunks():
                yield chunk
                parser.read(decoder.values(chunk), [])
        except StreamCutError:
            if not parser.is_done():
                raise
    parser.read(decoder.close(), [])
    parser.finish()
