"""A pull is followed to its end, and every end has its own error."""

from collections.abc import Iterator
from types import TracebackType
from typing import Self

import pytest

from ollama_cli.errors import ProtocolError, PullError, StreamCutError
from ollama_cli.features.pull.follow import follow
from ollama_cli.types.pull_events import ChunkProgress, Error, PullEvent, Status, Success
from ollama_cli.ui.progress.reporter import PullProgressReporter, SilentReporter


class Recorder:
    """Write down what happens to a reporter and to its stream."""

    def __init__(self) -> None:
        self.log: list[object] = []

    def __enter__(self) -> Self:
        self.log.append("enter")
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.log.append(exc_type.__name__ if exc_type else "exit")

    def report(self, event: PullEvent) -> None:
        self.log.append(event)

    def stream(self, *events: PullEvent | BaseException) -> Iterator[PullEvent]:
        try:
            for event in events:
                if isinstance(event, BaseException):
                    raise event
                yield event
        finally:
            self.log.append("closed")


class BrokenReporter(SilentReporter):
    def __enter__(self) -> Self:
        raise OSError("no terminal")


STATUS = Status("pulling manifest")
CHUNK = ChunkProgress("sha256:a", 10, 5)


def test_recorders_are_reporters() -> None:
    assert isinstance(Recorder(), PullProgressReporter)
    assert not isinstance(object(), PullProgressReporter)


def test_every_event_is_shown_and_the_first_success_ends_it() -> None:
    recorder = Recorder()
    follow(recorder.stream(STATUS, CHUNK, Success(), STATUS), recorder)
    assert recorder.log == ["enter", STATUS, CHUNK, Success(), "exit", "closed"]


def test_a_plain_list_of_events_is_followed_too() -> None:
    recorder = Recorder()
    follow([STATUS, Success()], recorder)
    assert recorder.log == ["enter", STATUS, Success(), "exit"]


def test_an_error_is_shown_and_raised() -> None:
    recorder = Recorder()
    error = Error("max retries exceeded: EOF")
    with pytest.raises(PullError) as caught:
        follow(recorder.stream(STATUS, error, Success()), recorder)
    assert caught.value.message == "pull failed: max retries exceeded: EOF"
    assert (caught.value.exit_code, caught.value.code) == (5, "pull_failed")
    assert recorder.log == ["enter", STATUS, error, "PullError", "closed"]


def test_the_servers_text_cannot_drive_the_terminal() -> None:
    with pytest.raises(PullError) as caught:
        follow([Error("bad\x1b[2J\nlayer")], SilentReporter())
    assert caught.value.message == "pull failed: bad\\x1b[2J layer"


@pytest.mark.parametrize("events", [[], [STATUS], [STATUS, CHUNK, Status("writing manifest")]])
def test_an_end_without_success_is_a_failure(events: list[PullEvent]) -> None:
    recorder = Recorder()
    with pytest.raises(ProtocolError, match=r"^the pull stream ended without success") as caught:
        follow(recorder.stream(*events), recorder)
    assert caught.value.exit_code == 5
    assert recorder.log == ["enter", *events, "closed", "ProtocolError"]


@pytest.mark.parametrize("error", [StreamCutError("cut"), KeyboardInterrupt(), ValueError("bug")])
def test_what_the_stream_raises_passes_through(error: BaseException) -> None:
    recorder = Recorder()
    with pytest.raises(type(error)) as caught:
        follow(recorder.stream(STATUS, error), recorder)
    assert caught.value is error
    assert recorder.log[-1] == type(error).__name__


def test_the_stream_is_closed_when_the_reporter_fails() -> None:
    recorder = Recorder()
    stream = recorder.stream(STATUS)
    next(stream)
    with pytest.raises(OSError, match="no terminal"):
        follow(stream, BrokenReporter())
    assert recorder.log == ["closed"]
