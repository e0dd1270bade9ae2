"""One pull for an agent: as `models pull` does it, with its progress told to the agent."""

from typing import Any

from ollama_cli.features.context import Context
from ollama_cli.features.mcp_server.desk import Progress
from ollama_cli.features.pull.download import Downloads
from ollama_cli.types.pull_events import PullEvent
from ollama_cli.ui.progress.reporter import SilentReporter
from ollama_cli.ui.progress.stats import PullStats


class Told(SilentReporter):
    """A reporter that tells how many bytes have come, of how many."""

    def __init__(self, stats: PullStats, progress: Progress) -> None:
        self._stats = stats
        self._progress = progress

    def report(self, event: PullEvent) -> None:  # noqa: ARG002  the numbers have it already
        """Tell the numbers of now."""
        snapshot = self._stats.snapshot(with_layers=False)
        self._progress(snapshot.completed, snapshot.total)


def pull_model(context: Context, name: str, progress: Progress) -> dict[str, Any]:
    """Pull one model; returns its record in `models pull -o json`, raises the final error."""
    downloads = Downloads(context, [name], mode="none")
    summary = downloads.pull(name, insecure=False, show=lambda stats: Told(stats, progress))
    return summary.as_dict()
