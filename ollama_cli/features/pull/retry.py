"""Pulls that are begun again when they fail or gain no bytes."""

import random
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Final, NamedTuple, NoReturn, Protocol

from ollama_cli.errors import (
    RESUMES,
    OllamaCliError,
    ProtocolError,
    ServerError,
    StalledError,
    StreamCutError,
    TimedOutError,
    UnreachableError,
)
from ollama_cli.features.pull.pace import Gains, Pace, is_near_end
from ollama_cli.transport.retries import LONGEST_RETRY_AFTER, is_temporary
from ollama_cli.types.pull_events import (
    ChunkProgress,
    Error,
    Phase,
    PullEvent,
    Restart,
    Status,
    Success,
)
from ollama_cli.types.units import format_duration
from ollama_cli.ui.progress.stats import PullStats
from ollama_cli.wire.pull_failures import Again, error_of, failure_of

DEFAULT_RETRIES: Final = 8
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
_JITTER: Final = (0.5, 1.5)
_SERVER_ERROR: Final = HTTPStatus.INTERNAL_SERVER_ERROR
# Before the first byte there is nothing to lose: who waits is told soon.
_EARLY_RETRIES: Final = 2
_EARLY_SECONDS: Final = 10.0
_HELD_BACK: Final = (
    "a proxy may hold the stream back to its end: `ollama-cli models pull --stall-timeout 0` waits"
)
_LATER: Final = "try again later; the server's log may say more"


class Patience(NamedTuple):
    """How long a pull may stand still, in seconds; 0 means no limit.

    `stall` limits the time without a gained byte, `silence` the time without any event, also while
    the server verifies; `retries` limits the further tries in a row without a gained byte. With
    None that is `DEFAULT_RETRIES` once a byte has come, and before it two, of which none begins
    later than 10 s after the first one unless the server was silent.
    """

    stall: float = 30.0
    silence: float = 1800.0
    retries: float | None = None

    @property
    def answer_timeout(self) -> float:
        """Return the limit for the first byte of the answer."""
        return min((each for each in (self.stall, self.silence) if each), default=0.0)


class PullStream(Protocol):
    """The stream of a pull: one network read at a time, and a close."""

    def read(self, within: float) -> list[PullEvent] | None:
        """Return the events of the next read, maybe none; None at the end."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


def heal(
    open_pull: Callable[[], PullStream],
    patience: Patience,
    stats: PullStats | None = None,
    *,
    model: str = "",
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> Iterator[PullEvent]:
    """Yield the events of a pull up to its success, with a Restart for each further try.

    `open_pull` opens a stream and limits the wait for its answer by `patience.answer_timeout`. Each
    event is added to `stats` before it is yielded. Raises the final error, which names the `model`:
    TimedOutError if the last try ended with a cut, a stall or no success.
    """
    pull = _Pull(patience, stats or PullStats(), clock, model)
    while True:
        try:
            yield from pull.run(open_pull())
        except OllamaCliError as error:
            restart = pull.restart(error)
        else:
            return
        yield restart
        sleep(restart.pause)


class _Pull:
    """One pull with all its tries."""

    def __init__(
        self, patience: Patience, stats: PullStats, clock: Callable[[], float], model: str
    ) -> None:
        self._patience = patience
        self._stats = stats
        self._clock = clock
        self._model = model
        self._began_at = clock()
        self._has_bytes = False
        self._gains = Gains()
        self._attempt = 0
        self._has_answered = self._is_open = False
        self._server_error: str | None = None
        self._after_layers: set[Phase] = set()
        self._pace = Pace(0.0)
        self._advanced_at = 0.0

    def run(self, stream: PullStream) -> Iterator[PullEvent]:
        """Yield the events of one try up to success; raises the error that ends it."""
        self._advanced_at = self._clock()
        self._pace = Pace(self._advanced_at)
        self._after_layers = set()
        self._server_error = None
        self._is_open = False
        try:
            while (events := self._read(stream)) is not None:
                now = self._clock()
                for event in events:
                    self._stats.add(event, now)
                    self._check_progress(event, now)
                    yield event
                    if isinstance(event, Success):
                        return
                self._has_answered = self._has_answered or bool(events)
                self._pace.add(0, now)
                if self._is_trickle():
                    raise StalledError("the pull came down to a trickle")
        finally:
            stream.close()
        raise StreamCutError("the pull stream ended without success")

    def restart(self, error: OllamaCliError) -> Restart:
        """Return the next try after a failure; raises the final error if there is none."""
        if not self._is_worth_another_try(error):
            raise self._named(error)
        backoff = min(_FIRST_PAUSE * 2 ** min(self._attempt, 16), _LONGEST_PAUSE)
        pause = max(backoff * random.uniform(*_JITTER), error.retry_after or 0.0)  # noqa: S311  jitter, no secret
        if not self._may_try_again(error, pause):
            self._give_up(error)
        self._attempt += 1
        restart = Restart(self._attempt, error.message, round(pause, 3))
        self._stats.add(restart, self._clock())
        return restart

    def _may_try_again(self, error: OllamaCliError, pause: float) -> bool:
        """Return whether the patience allows one more try, after a pause in seconds."""
        retries = self._patience.retries
        if retries is not None:
            return self._attempt < retries
        if self._has_bytes:
            return self._attempt < DEFAULT_RETRIES
        # Silence alone may last longer than that, and a lost connection heals by another one.
        is_late = self._clock() + pause > self._began_at + _EARLY_SECONDS
        waits = isinstance(error, StalledError) or bool(error.retry_after)
        return self._attempt < _EARLY_RETRIES and (waits or not is_late)

    def _is_trickle(self) -> bool:
        if self._after_layers or not self._pace.is_slow():
            return False
        return is_near_end(self._stats.reported, self._stats.reported_total)

    def _read(self, stream: PullStream) -> list[PullEvent] | None:
        """Read once, within the time that is left."""
        limit = self._patience.silence if self._after_layers else self._patience.stall
        left = limit - (self._clock() - self._advanced_at)
        if limit and left <= 0:
            raise self._stalled(limit)
        within = min((each for each in (left, self._patience.silence) if each > 0), default=0.0)
        try:
            events = stream.read(within)
        except TimedOutError as error:
            if error.connecting:
                raise
            raise self._stalled(min(limit or within, self._patience.silence or limit)) from error
        self._is_open = True
        return events

    def _stalled(self, seconds: float) -> StalledError:
        waited = format_duration(seconds)
        if not self._is_open:
            return StalledError(f"the server did not answer within {waited}")
        if self._after_layers:
            return StalledError(f"the server was silent for {waited}")
        return StalledError(f"no byte was gained for {waited}")

    def _advance(self, gained: int, now: float) -> None:
        self._attempt = 0
        self._advanced_at = now
        self._pace.add(gained, now)

    def _check_progress(self, event: PullEvent, now: float) -> None:
        """Check whether an event is progress; raises the error of an error event."""
        match event:
            case ChunkProgress():
                self._has_bytes = self._has_bytes or self._stats.reported > 0
                if gained := self._gains.add(self._stats.reported):
                    self._advance(gained, now)
            case Status():
                phase = event.phase
                if phase.is_after_layers and phase not in self._after_layers:
                    self._after_layers.add(phase)
                    self._advanced_at = now
            case Error(message):
                self._server_error = message
                raise error_of(message, self._model)

    def _is_worth_another_try(self, error: OllamaCliError) -> bool:
        if self._server_error is not None:
            return self._allows_retry(failure_of(self._server_error).again)
        status = error.http_status
        match error:
            case StalledError() | StreamCutError():
                return True
            case UnreachableError() | TimedOutError() | ProtocolError():
                return self._has_answered
            case ServerError() if status is not None and (
                is_temporary(status) or status >= _SERVER_ERROR
            ):
                retry_after = error.retry_after or 0.0
                return retry_after <= LONGEST_RETRY_AFTER and self._allows_retry(
                    failure_of(error.message).again
                )
        return False

    def _allows_retry(self, again: Again) -> bool:
        return again is Again.ALWAYS or (again is Again.UNDER_WAY and self._has_bytes)

    def _named(self, error: OllamaCliError) -> OllamaCliError:
        """Name a failure that came as an error answer as if it had come in the stream."""
        text = error.reason if error.address else error.what
        is_answer = type(error) is ServerError and error.http_status is not None
        if not is_answer or failure_of(text).again is Again.ALWAYS:
            return error
        named = error_of(text, self._model)
        return named.with_facts(http_status=error.http_status, retry_after=error.retry_after)

    def _give_up(self, error: OllamaCliError) -> NoReturn:
        """Raise the final error when no try is left; an error text of the server keeps its code."""
        aside = ""
        if self._attempt:
            tries = "try" if self._attempt == 1 else "tries"
            aside = f", and {self._attempt} further {tries} did not help"
        lost = isinstance(error, StalledError | StreamCutError | UnreachableError | TimedOutError)
        found = error.as_kind(TimedOutError) if lost and self._attempt else error
        raise found.with_facts(aside=aside, hint=self._last_hint(error)) from error

    def _last_hint(self, error: OllamaCliError) -> str:
        """Return what to do when no try is left: a pull resumes if a byte of it is there."""
        if self._has_bytes:
            row = failure_of(self._server_error or "")
            return (row.hint if row.again is not Again.ALWAYS else None) or RESUMES
        if isinstance(error, StalledError) and not self._has_answered:
            return _HELD_BACK
        return error.hint or _LATER
