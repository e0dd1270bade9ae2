"""Load the model of a conversation while its first question is typed."""

from typing import TYPE_CHECKING, Final, Self

from ollama_cli.errors import ModelNotFoundError, OllamaCliError, RefusedError
from ollama_cli.features.context import Context
from ollama_cli.types import model_names
from ollama_cli.types.requests import ChatRequest

if TYPE_CHECKING:
    from ollama_cli.services.loading import Loading

_AT_ONCE: Final = 0.15  # seconds that nobody minds before a conversation


class Preload:
    """What goes on behind the first question; leaving the block ends it."""

    def __init__(self, loading: "Loading | None" = None) -> None:
        self._loading = loading

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_over(self) -> bool:
        """Return whether nothing goes on any more, or never did."""
        return self._loading is None or self._loading.is_over

    def missing(self) -> ModelNotFoundError | None:
        """Return the error that says that the model is not there, if that is told at once."""
        return self._loading.missing(_AT_ONCE) if self._loading else None

    def close(self) -> None:
        """Wait no longer for the model; a second call does nothing."""
        if self._loading is not None:
            self._loading.close()

    def words_beside(self, error: OllamaCliError) -> str | None:
        """Return why the model could not be loaded, to be told beside the first answer's error.

        None if the loading did not fail, or as the answer did; and for every answer after it.
        """
        failure = self._loading.error if self._loading else None
        self.close()
        self._loading = None
        if failure is None or _tell_the_same(failure, error):
            return None
        return f"the model could not be loaded before: {failure.message}"


def _tell_the_same(one: OllamaCliError, other: OllamaCliError) -> bool:
    """Return whether two errors are alike, or say both that the model is not there."""
    are_missing = isinstance(one, ModelNotFoundError) and isinstance(other, ModelNotFoundError)
    return are_missing or one.message == other.message


def begin(context: Context, request: ChatRequest) -> Preload:
    """Begin to load the model of a conversation, with the options that its requests will have.

    Not where a model runs elsewhere or is forbidden, where `/v1` is spoken, where the model shall
    be unloaded at once, and where each request is logged, which would be in the way of the typing.
    """
    settings, model = context.settings, request.model
    is_forgotten = request.keep_alive is not None and not _lasts(request.keep_alive)
    if context.flags.verbose or is_forgotten or model_names.is_cloud(model):
        return Preload()
    if settings.first_api != "native" or settings.may_be_webui or not _is_allowed(context, model):
        return Preload()
    seen = context.servers.seen
    if seen.api == "openai" or seen.kind not in {None, "ollama"}:
        return Preload()
    from ollama_cli.services.loading import Loading  # noqa: PLC0415  conversations alone: 1 ms

    loading = Loading(
        context.servers.ollama(),
        model,
        options=request.options,
        keep_alive=request.keep_alive,
        is_native=settings.api == "native" or seen.api == "native",
    )
    return Preload(loading)


def _is_allowed(context: Context, model: str) -> bool:
    try:
        context.permit(model)
    except RefusedError:  # the question itself is refused with these words
        return False
    return True


def _lasts(keep_alive: str | float) -> bool:
    """Return whether a model stays loaded at all: an empty request with 0 unloads it."""
    return any(digit in "123456789" for digit in str(keep_alive))
