"""The options of one answer, and of the session that it belongs to."""

from typing import Final, NamedTuple


class AnswerOptions(NamedTuple):
    """The options of `chat`, `generate` and `run`; None means not given.

    `extract` is the language of the block to extract, "" for any.
    """

    stream: bool = True
    render: str | None = None
    show_thinking: bool = False
    system: str | None = None
    file: list[str] | None = None
    image: list[str] | None = None
    format: str | None = None
    schema: str | None = None
    schema_multi: str | None = None
    no_schema_prompt: bool = False
    repair: int | None = None
    option: list[str] | None = None
    temperature: float | None = None
    seed: int | None = None
    num_ctx: str | None = None
    max_tokens: int | None = None
    top_p: float | None = None
    stop: list[str] | None = None
    truncate: bool | None = None
    strict: bool = False
    extract: str | None = None
    extract_last: bool = False
    think: str | None = None
    keep_alive: str | None = None
    stats: bool = False
    auto_pull: bool | None = None
    no_stdin: bool = False
    hide_thinking: bool = False
    wrap: bool = True
    cache: str | None = None
    no_cache: bool = False
    logprobs: int | None = None
    show_prompt: bool = False
    curl: bool = False

    @property
    def only_shows(self) -> bool:
        """Return whether what would be sent is shown, and no answer is wanted."""
        return self.show_prompt or self.curl


class Sitting(NamedTuple):
    """The options of `chat` about its session: which one, and whether it is saved.

    `interactive`: it goes on at the terminal after the first answer. `continues` means the session
    used last, `session` is the id or title of another.
    """

    interactive: bool = False
    continues: bool = False
    session: str | None = None
    save: bool = False
    private: bool = False
    preload: bool = True


USUAL: Final = Sitting()
