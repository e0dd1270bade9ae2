"""The options about tools of `chat` and `generate`."""

from typing import Final, Literal, NamedTuple, TypeAlias

from ollama_cli.errors import UsageError

Mode: TypeAlias = Literal["ask", "never", "always"]


class ToolOptions(NamedTuple):
    """Which tools a model may call, who allows it, and how often; None means not given."""

    tools: list[str] | None = None
    approve: Mode = "ask"
    max_rounds: int = 8
    max_calls: int = 32
    output: str = "32kB"
    mcp_config: str | None = None

    @property
    def names(self) -> list[str]:
        """Return the sources that were named, each once."""
        words = [each.strip() for text in self.tools or [] for each in text.split(",")]
        return list(dict.fromkeys(filter(None, words)))

    @property
    def largest(self) -> int:
        """Return how many bytes of a result a model is told; UsageError for what is no size."""
        from ollama_cli.types.measures import read_size  # noqa: PLC0415  tools alone: 1 ms

        try:
            return int(read_size(self.output))
        except UsageError as error:
            raise UsageError(f"--tool-output: {error.message}") from error

    def check(self, output: str, **others: object) -> None:
        """Raise UsageError for what tools exclude: the format `raw`, or one of some other options.

        Those are given by their names; None and False mean not given.
        """
        if not self.names:
            return
        if output == "raw":
            raise UsageError("-o raw hands on what is not read, and so runs no tools")
        for name, value in others.items():
            if value is not None and value is not False:
                flag = f"--{name.replace('_', '-')}"
                raise UsageError(f"--tools and {flag} exclude each other: leave one out")


NONE: Final = ToolOptions()
