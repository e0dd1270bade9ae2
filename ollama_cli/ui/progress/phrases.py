"""The phrases that bars and lines share."""

from typing import Final

from ollama_cli.errors import InterruptError
from ollama_cli.types.pull_events import Restart
from ollama_cli.types.text import one_line, sentence
from ollama_cli.types.units import format_bytes, format_counter, format_duration, format_rate
from ollama_cli.ui.progress.stats import PullSnapshot

_SHORT_DIGEST: Final = 12
_LONGEST_NAME: Final = 40


def digest_name(digest: str) -> str:
    """Shorten a digest as the server does; other text is only cut to 40 characters."""
    name = one_line(digest.removeprefix("sha256:")) or "layer"
    is_hex = len(name) > _SHORT_DIGEST and all(char in "0123456789abcdef" for char in name)
    return name[: _SHORT_DIGEST if is_hex else _LONGEST_NAME]


def percent(fraction: float) -> str:
    """Format a fraction as whole per cent, rounded down."""
    # 0.29 * 100 is 28.999…, and the percentage that is shown must not fall.
    return f"{int(fraction * 100 + 1e-9)} %"


def counter(snapshot: PullSnapshot) -> str:
    """Format the bytes so far and in all: `1.9/4.7 GB`, `so far` if more layers may appear."""
    return format_counter(snapshot.completed, snapshot.total) + growing(snapshot)


def growing(snapshot: PullSnapshot) -> str:
    """Return ` so far` if the total is only that of the layers seen so far."""
    return " so far" if snapshot.total and not snapshot.total_known else ""


def rate(snapshot: PullSnapshot) -> str:
    """Format the speed, empty if unknown."""
    return "" if snapshot.bytes_per_second is None else format_rate(snapshot.bytes_per_second)


def eta(snapshot: PullSnapshot) -> str:
    """Format the time that is left in whole seconds, empty if unknown or zero."""
    if not snapshot.eta_seconds:
        return ""
    return f"eta {format_duration(max(1.0, float(round(snapshot.eta_seconds))))}"


def progress(model: str, snapshot: PullSnapshot) -> str:
    """Format how far a pull has come on one line, without unknown numbers."""
    parts = [model, percent(snapshot.fraction) if snapshot.total else "", counter(snapshot)]
    return "  ".join(part for part in (*parts, rate(snapshot), eta(snapshot)) if part)


def pulled(model: str, snapshot: PullSnapshot, seconds: float, *, fetched: bool) -> str:
    """Format the last line of a pull that succeeded."""
    size = f"  {format_bytes(snapshot.completed)}" if snapshot.completed else ""
    if size and not fetched:
        return f"{model} is up to date{size}"
    return f"pulled {model}{size} in {format_duration(seconds)}"


def stopped(model: str, snapshot: PullSnapshot | None, exc: BaseException | None) -> str:
    """Format the last line of a pull that ended early, empty if it needs none."""
    is_interrupt = isinstance(exc, KeyboardInterrupt | InterruptError)
    far = ""
    if snapshot is not None and snapshot.total and snapshot.completed:
        far = f" at {percent(snapshot.fraction)} ({counter(snapshot)})"
    if is_interrupt:
        return f"note: pull of {model} interrupted{far}: run the same command again to resume"
    return f"note: pull of {model} stopped{far}" if far and exc is not None else ""


def restarted(model: str, event: Restart, *, is_told: bool = False) -> str:
    """Format the line about a further try; its reason once, if the line before `is_told` it."""
    when = f"trying again in {format_duration(event.pause)}" if event.pause else "trying again"
    count = f" (further try {event.attempt})" if event.attempt > 1 else ""
    reason = "as before" if is_told else sentence(event.reason).rstrip(": ")
    return f"note: pull of {model}: {reason}: {when}{count}"


def lost(model: str, size: int) -> str:
    """Format the line about bytes that the server threw away."""
    return f"note: pull of {model}: the server had dropped {format_bytes(size)}, fetched again now"
