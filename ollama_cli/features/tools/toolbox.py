"""All tools of one run: opened before its first request, closed at its end."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self

from ollama_cli.config.tools import read_tools
from ollama_cli.errors import OllamaCliError
from ollama_cli.features.context import Context
from ollama_cli.features.tools.approval import Approval
from ollama_cli.features.tools.offers import Offer, Outcome, Source, refuse_collisions
from ollama_cli.features.tools.options import ToolOptions
from ollama_cli.features.tools.sources import find_sources

_LAST: Final = 5


class Toolbox:
    """Open the tools that the options name; raises what their sources raise.

    `wire` is what a request holds of them.
    """

    def __init__(self, context: Context, options: ToolOptions) -> None:
        self._context = context
        self.options = options
        self.largest = options.largest
        settings = read_tools(context.environ)
        for warning in settings.warnings:
            context.prompter.warn(warning)
        self.approval = Approval(context.prompter, options.approve, settings.allow, settings.deny)
        self._sources = find_sources(context, options, settings)
        try:
            for source in self._sources:
                self._start(source)
            pairs = [(offer, source) for source in self._sources for offer in source.offers]
            refuse_collisions([offer for offer, _ in pairs])
        except BaseException:
            self.close()
            raise
        self._tools = {offer.name: (offer, source) for offer, source in pairs}
        self.wire: list[Mapping[str, Any]] = [offer.as_wire() for offer, _ in pairs]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def names(self) -> list[str]:
        """Return the names that the model knows."""
        return list(self._tools)

    def offer(self, name: str) -> Offer | None:
        """Return the tool that a model calls by this name."""
        found = self._tools.get(name)
        return found[0] if found else None

    def call(self, offer: Offer, arguments: Mapping[str, Any]) -> Outcome:
        """Run a tool."""
        return self._tools[offer.name][1].call(offer, arguments)

    def tell(self, offer: Offer, *, failed: bool) -> None:
        """Show what the source of a tool has told on stderr: with -v, and the end if it failed."""
        self._tell(self._tools[offer.name][1], failed=failed)

    def close(self) -> None:
        """End what was started, the last first."""
        while self._sources:
            source = self._sources.pop()
            source.close()
            self._tell(source)

    def _start(self, source: Source) -> None:
        try:
            source.start()
        except OllamaCliError:
            source.close()
            self._tell(source, failed=True)
            raise

    def _tell(self, source: Source, *, failed: bool = False) -> None:
        told = source.told()
        shown = told if self._context.flags.verbose else told[-_LAST:] if failed else []
        for line in shown:
            self._context.prompter.report(f"{source.server}: {line}")
