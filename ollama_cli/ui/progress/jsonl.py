"""Show a pull to programs: one JSON object per event, flushed as it comes."""

import json
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self, TextIO

from ollama_cli.errors import InterruptError, OllamaCliError
from ollama_cli.types.pull_events import (
    ChunkProgress,
    Error,
    Expected,
    PullEvent,
    Restart,
    Status,
    Success,
)
from ollama_cli.types.secrets import hide_in, holds_secret, redact
from ollama_cli.types.text import one_line, sentence
from ollama_cli.ui.progress import phrases
from ollama_cli.ui.progress.stats import PullSnapshot, PullStats
from ollama_cli.ui.streams import OutStream
from ollama_cli.ui.text_streams import as_stream

SCHEMA: Final = "ollama-cli/models-pull/1"


class JsonLinesReporter:
    """Write the events of a pull to `stream`; sizes are bytes, times seconds on `clock`.

    `fraction` is the progress shown to people, which never falls; `completed` and `total` are
    exact. Restarts are also written to `notes`, an interrupt only there. Any other failure becomes
    an `error` line, so that the last line says how the pull ended.
    `stats`, if given, already counts each reported event; else the reporter counts them.
    """

    def __init__(
        self,
        stream: OutStream | TextIO,
        model: str = "",
        clock: Callable[[], float] = time.monotonic,
        *,
        notes: OutStream | None = None,
        stats: PullStats | None = None,
    ) -> None:
        self._stream = as_stream(stream)
        self._notes = notes
        self._lost = 0
        self._status: str | None = None
        self._model = model
        self._clock = clock
        self._stats = stats or PullStats()
        self._owns_stats = stats is None
        self._started = clock()
        self._is_first = True
        self._has_layers = False
        self._last_fields = self._fields(PullSnapshot(0, None, 0.0, None, None, ()))
        self._reported: Error | None = None

    def __enter__(self) -> Self:
        """Start the clock."""
        self._started = self._clock()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Write the `error` line of a failure, with the latest numbers; an interrupt is a note."""
        known = self._last_fields | {"event": "error"}
        if isinstance(exc, OllamaCliError):
            self._write(known | exc.as_dict())
        elif self._reported:
            self._write(known | {"message": sentence(self._reported.message)})
        elif isinstance(exc, KeyboardInterrupt | InterruptError):
            snapshot = self._stats.snapshot(with_layers=False)
            self._note(phrases.stopped(one_line(self._model), snapshot, exc))

    def report(self, event: PullEvent) -> None:
        """Write one line."""
        now = self._clock()
        if self._owns_stats:
            self._stats.add(event, now)
        self._has_layers = self._has_layers or isinstance(event, ChunkProgress | Expected)
        # Without layers: in a model with many, they would be most of the work.
        snapshot = self._stats.snapshot(with_layers=False)
        fields = self._last_fields = self._fields(snapshot)
        match event:
            case Status(text):
                if text == self._status:  # real servers repeat it with each line of progress
                    return
                self._status = text
                fields = fields | {"event": "status", "status": redact(text)}
            case ChunkProgress(digest):
                fields = fields | {"event": "progress", "digest": digest} | self._layer(digest)
            case Restart(attempt, reason, pause):
                reason = sentence(reason)
                fields = fields | {"event": "restart", "attempt": attempt, "reason": reason}
                fields["pause"] = pause
                self._status = None
                self._note(phrases.restarted(one_line(self._model), event))
            case Expected():
                return
            case Success():
                fields = fields | {"event": "success", "status": "success"}
                fields["seconds"] = round(max(0.0, now - self._started), 3)
            case Error():
                self._reported = event
                return
        if snapshot.lost > self._lost:
            self._note(phrases.lost(one_line(self._model), snapshot.lost - self._lost))
            self._lost = snapshot.lost
        self._write(fields)

    def _note(self, text: str) -> None:
        if self._notes:
            self._notes.line(text)

    def _fields(self, snapshot: PullSnapshot) -> dict[str, Any]:
        speed, eta = snapshot.bytes_per_second, snapshot.eta_seconds
        is_known = snapshot.total is not None or snapshot.fraction > 0
        return {
            "event": None,
            "model": self._model,
            "status": None,
            "digest": None,
            "layer_total": None,
            "layer_completed": None,
            "total": snapshot.total,
            "completed": snapshot.completed if self._has_layers else None,
            "total_known": snapshot.total_known,
            "lost": snapshot.lost,
            "fraction": round(snapshot.fraction, 6) if is_known else None,
            "bytes_per_second": None if speed is None else round(speed, 1),
            "eta_seconds": None if eta is None else round(eta, 1),
        }

    def _layer(self, digest: str) -> dict[str, Any]:
        layer = self._stats.layer(digest)
        if layer is None:
            return {}
        return {"layer_total": layer.total, "layer_completed": layer.completed}

    def _write(self, fields: dict[str, Any]) -> None:
        schema = {"schema": SCHEMA} if self._is_first else {}
        self._is_first = False
        fields = schema | fields
        if self._stream.choice is not None:
            self._stream.choice.show_lines(self._stream, [fields], answer=())
            return
        line = json.dumps(fields)
        if holds_secret(line):
            line = json.dumps(hide_in(fields))
        # ASCII only: no character from the server can control a terminal that shows the line.
        self._stream.write_as_is(line.replace("\x7f", "\\u007f") + "\n")
