"""How many tokens a text has: counted by the server, with one token of an answer.

Facts, measured on Ollama 0.24.0 and 0.32.15: what was read is told exactly, also where it was still
known; what does not fit is refused, and only the newer one tells its number. Pieces that begin at
white space add up, but each is counted with the marks around a text, if the model has some.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from ollama_cli.errors import ServerError, TooLongError
from ollama_cli.features.context import Context
from ollama_cli.features.models.capabilities import only_embeds
from ollama_cli.types.requests import CountsAs

_SHORTEST: Final = 16
_REFUSED: Final = 400
_ONE: Final = "a"
_TWICE: Final = "a a"


class Count(NamedTuple):
    """A number of tokens; one that was added up from pieces is not `exact`."""

    tokens: int
    exact: bool = True


class Counter:
    """Counts texts as one model reads them, in a context of `num_ctx` tokens.

    With None the server chooses the context, and may load the model anew for it. A model that only
    makes embeddings counts by these.
    """

    def __init__(self, context: Context, model: str, *, num_ctx: int | None = None) -> None:
        self._context = context
        self._model = model
        self._num_ctx = num_ctx
        self._embeds = False

    def text(self, text: str) -> Count:
        """Count a text as it is; raises TooLongError if not even a few words fit."""
        return self._counted(text, self._read) if text else Count(0)

    def message(self, text: str) -> Count:
        """Count a text as the only message of a conversation: with template and system prompt."""
        found = self._counted(text, self._read_as_message)
        if found.exact:
            return found
        around = self._read_as_message(_ONE) - self._read(_ONE)
        return Count(found.tokens + around, exact=False)

    def _counted(self, text: str, read: Callable[[str], int]) -> Count:
        try:
            return Count(read(text))
        except TooLongError as error:
            if error.needs is not None:
                return Count(error.needs)
            if len(text) < _SHORTEST:
                raise
        return Count(self._in_pieces(text), exact=False)

    def _in_pieces(self, text: str) -> int:
        left, tokens, pieces = list(_halves(text)), 0, 0
        while left:
            piece = left.pop()
            try:
                tokens += self._read(piece)
                pieces += 1
            except TooLongError:
                if len(piece) < _SHORTEST:
                    raise
                left += _halves(piece)
        marks = max(2 * self._read(_ONE) - self._read(_TWICE), 0)
        return tokens - marks * (pieces - 1)

    def _read(self, text: str) -> int:
        if not self._embeds:
            try:
                return self._ask(text, "text")
            except ServerError as error:
                if error.http_status != _REFUSED or not only_embeds(self._context, self._model):
                    raise
        self._embeds = True
        return self._ask(text, "embedding")

    def _read_as_message(self, text: str) -> int:
        return self._ask(text, "message")

    def _ask(self, text: str, counts_as: CountsAs) -> int:
        client = self._context.servers.ollama()
        return client.count_tokens(self._model, text, counts_as=counts_as, num_ctx=self._num_ctx)


def _halves(text: str) -> tuple[str, str]:
    """Cut a text before the first blank behind its middle, in the middle if there is none."""
    middle = text.find(" ", len(text) // 2)
    middle = len(text) // 2 if middle < 0 else middle
    return text[:middle], text[middle:]
