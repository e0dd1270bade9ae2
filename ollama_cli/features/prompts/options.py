"""The options about prompt files of `chat` and `generate`."""

from typing import Final, NamedTuple


class PromptOptions(NamedTuple):
    """Which prompt file is used, and the values of its variables; None means not given."""

    prompt_file: str | None = None
    var: list[str] | None = None


NONE: Final = PromptOptions()
