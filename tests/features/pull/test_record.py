"""The record of a pull: what its events and its end say, and no end that it lacks."""

from pathlib import Path

import pytest
from runtimes import told, with_models

from ollama_cli.errors import InterruptError, ServerError
from ollama_cli.features.pull.history import History, Pull
from ollama_cli.features.pull.record import Record
from ollama_cli.system import paths
from ollama_cli.types.pull_events import ChunkProgress, PullEvent, Restart, Status, Success
from ollama_cli.ui.progress.stats import PullStats

A, B = "sha256:a", "sha256:b"


@pytest.fixture(autouse=True)
def file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "history.sqlite3"
    monkeypatch.setattr(paths, "history_path", lambda: path)
    return path


def kept() -> Pull:
    path = paths.history_path()
    assert path is not None
    (pull,) = History(path).pulls()
    return pull


@pytest.mark.parametrize(
    ("events", "fetched", "restarts"),
    [
        ([], 0, 0),
        ([Status("pulling manifest"), Success()], 0, 0),
        ([ChunkProgress(A, 10), ChunkProgress(A, 10, 4), ChunkProgress(A, 10, 10)], 10, 0),
        ([ChunkProgress(A, 10, 10), ChunkProgress(B, 5, 5)], 0, 0),
        ([ChunkProgress(A, 10, 7), ChunkProgress(A, 10, 10)], 3, 0),
        ([ChunkProgress(A, 10, done) for done in (4, 9, 6, 10)], 9, 0),
        ([ChunkProgress(A, 9, 0), ChunkProgress(B, 9), ChunkProgress(A, 9, 9)], 9, 0),
        (
            [
                ChunkProgress(A, 10, 0),
                ChunkProgress(A, 10, 6),
                Restart(1, "stalled"),
                ChunkProgress(A, 10, 4),
                ChunkProgress(A, 10, 10),
                Restart(2, "cut"),
            ],
            12,
            2,
        ),
        (
            [
                ChunkProgress(A, 10, 2),
                ChunkProgress(A, 10, 5),
                Restart(1, "cut"),
                ChunkProgress(A, 10, 8),
                ChunkProgress(A, 10, 10),
            ],
            8,
            1,
        ),
    ],
)
def test_what_this_pull_fetched_is_counted(
    events: list[PullEvent], fetched: int, restarts: int
) -> None:
    stats = PullStats()
    with Record(with_models(), "m", stats):
        for event in events:
            stats.add(event, 0.0)
    assert (kept().bytes, kept().restarts, kept().result) == (fetched, restarts, "success")


@pytest.mark.parametrize(
    ("error", "result", "message"),
    [
        (ServerError("no Basic bWU6czNjcmV0\n"), "error", "no Basic ***"),
        (KeyboardInterrupt(), "interrupted", None),
        (InterruptError(15), "interrupted", None),
        (BrokenPipeError(), "interrupted", None),
        (ZeroDivisionError("a bug"), "error", "ZeroDivisionError: a bug"),
    ],
)
def test_how_it_ended(error: BaseException, result: str, message: str | None) -> None:
    with pytest.raises(type(error)), Record(with_models(), "m", PullStats()):
        raise error
    assert (kept().result, kept().error) == (result, message)


def test_an_end_that_cannot_be_written_is_a_warning(file: Path) -> None:
    cli = with_models()
    with Record(cli, "m", PullStats()):
        file.write_bytes(b"no database\n")
    assert told(cli).startswith("warning: cannot use the history of pulls ")


def test_whatever_goes_wrong_with_it_is_one_warning(file: Path) -> None:
    cli = with_models()
    file.mkdir()
    with Record(cli, "m", PullStats()):
        pass
    file.rmdir()
    with Record(cli, "m", PullStats()):
        file.write_bytes(b"no database\n")
    assert told(cli).count("warning: ") == 1


def test_nobody_without_a_home_is_kept_from_pulling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "history_path", lambda: None)
    cli = with_models()
    with Record(cli, "m", PullStats()):
        pass
    assert told(cli) == ""
