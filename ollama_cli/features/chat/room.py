"""The room that a question has: how large the context is, and how it is made larger.

Facts: what servers refuse and how they count was measured on Ollama 0.24.0 and 0.32.15.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ollama_cli.errors import OllamaCliError, TooLongError
from ollama_cli.features.chat.counting import Counter
from ollama_cli.features.chat.structure import Structure, shaped
from ollama_cli.features.context import Context
from ollama_cli.types import model_names
from ollama_cli.types.requests import ChatRequest, GenerateRequest

if TYPE_CHECKING:
    from ollama_cli.features.chat.cached import Cached
    from ollama_cli.services.stream import EventStream
    from ollama_cli.types.answer_events import ChatEvent

T = TypeVar("T")
AUTO: Final = "auto"
_SMALLEST: Final = 4096
_ANSWER: Final = 1024  # tokens that are kept free for an answer of any length
_OF_TEMPLATE: Final = 64  # tokens that a template may add to texts that were counted


class Question:
    """A request to a model, which is sent again with more room if `auto` says so.

    With `auto` it is first sent with the context that the loaded model has: nothing is loaded anew.
    Where there is a `cache`, it is sent only if that has no answer. The answer has a `structure`
    where one is asked for: the request is made for it.
    """

    def __init__(
        self,
        context: Context,
        request: GenerateRequest | ChatRequest,
        *,
        auto: bool = False,
        structure: Structure | None = None,
    ) -> None:
        self._context = context
        self._auto = auto
        self._was_raised = False
        if structure is not None and structure.item is not None and not self._takes_lists():
            structure = structure.in_object()
        self.structure = structure
        self.request = request if structure is None else shaped(request, structure)
        self.cache: Cached | None = None
        if auto and "num_ctx" not in (request.options or {}):
            self._give(context_in_force(context, request.model))

    @property
    def is_native(self) -> bool:
        """Return whether it is asked in Ollama's own API."""
        return self._context.servers.provider().provider_type == "ollama"

    def _takes_lists(self) -> bool:
        """Find out whether an answer may be a bare list, as in Ollama's own API."""
        with suppress(OllamaCliError):  # the request itself tells it
            self._context.servers.provider().settle()
        return self.is_native

    @property
    def named_ctx(self) -> int | None:
        """Return the context that the user asked for, in tokens; None if nobody named a number."""
        return None if self._auto else self.num_ctx

    @property
    def num_ctx(self) -> int | None:
        """Return the context that is asked for, in tokens; None leaves it to the server."""
        found = (self.request.options or {}).get("num_ctx")
        return found if isinstance(found, int) else None

    def go_on(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """Have it asked again with further messages behind its own."""
        request = self.request
        assert isinstance(request, ChatRequest)  # noqa: S101  prompts have no messages
        self.request = replace(request, messages=[*request.messages, *messages])

    def open(self) -> "EventStream[ChatEvent]":
        """Make the stream of the answer; reading its first event sends the request."""
        if self.cache is not None:
            return self.cache.open(self.request, self._as_asked())
        return self._context.servers.provider().answer(self.request)

    def reject(self) -> None:
        """Never keep the last answer in the cache: the next one is this question's."""
        if self.cache is not None:
            self.cache.reject()

    def keep(self) -> None:
        """Keep in the cache what was asked, now that all of it was found to be good."""
        if self.cache is not None:
            self.cache.keep()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep it after a block that finds it to be good; if that refuses it, reject it.

        Else one that is in the cache would be refused for ever, without being asked again.
        """
        try:
            yield
        except OllamaCliError:
            self.reject()
            raise
        self.keep()

    def _as_asked(self) -> Mapping[str, Any]:
        """Return the fields that the server's state has changed, as the user asked for them."""
        return {"options": {**(self.request.options or {}), "num_ctx": AUTO}} if self._auto else {}

    def with_room(self, ask: Callable[[], Iterable[T]]) -> Iterator[T]:
        """Yield what `ask` yields; it is called again with more room if the prompt is too long.

        Raises TooLongError if the model's own context is too small, or the room is not `auto`.
        """
        while True:
            items = iter(ask())
            try:
                first = [next(items)]
            except StopIteration:
                first = []
            except TooLongError as error:
                self._make_room(error)
                continue
            return chain(first, items)

    def _make_room(self, error: TooLongError) -> None:
        context, model = self._context, self.request.model
        if not self._auto or not self.is_native:
            raise error
        try:
            own = context.servers.ollama().capabilities(model).context_length
        except OllamaCliError:  # a question that is only nice to have
            own = None
        if own is None and self._was_raised:  # nobody tells how far it may go on
            raise error.with_facts(hint="shorten the prompt") from error
        needs = error.needs if error.needs is not None else self._count()
        if own is not None and needs > own:
            told = {"needs": error.needs, "holds": own, "hint": "shorten the prompt"}
            raise error.with_facts(**told) from error
        asked = self.num_ctx or error.holds or 0
        target = _SMALLEST
        while target < needs + _OF_TEMPLATE + self._answer_room or target <= asked:
            target *= 2
        target = target if own is None else min(target, own)
        if target <= asked:
            raise error.with_facts(holds=own, hint="shorten the prompt") from error
        context.prompter.note(
            f"the context is raised to {target:,} tokens: {model} is loaded again"
        )
        self._was_raised = True
        self._give(target)

    @property
    def _answer_room(self) -> int:
        limit = (self.request.options or {}).get("num_predict")
        return limit if isinstance(limit, int) and limit > 0 else _ANSWER

    def _give(self, num_ctx: int | None) -> None:
        if num_ctx is not None:
            options = {**(self.request.options or {}), "num_ctx": num_ctx}
            self.request = replace(self.request, options=options)

    def _count(self) -> int:
        """Count the tokens of the texts in pieces, for a server that does not tell their number."""
        request = self.request
        if isinstance(request, GenerateRequest):
            texts = [request.system or "", request.prompt, request.suffix or ""]
        else:
            texts = [str(message.get("content") or "") for message in request.messages]
        counter = Counter(self._context, request.model, num_ctx=self.num_ctx)
        return sum(counter.text(text).tokens for text in texts)


def context_in_force(context: Context, model: str) -> int | None:
    """Return the context of a loaded model in tokens; None if it is not loaded, or not told."""
    try:
        running = context.servers.ollama().running_models()
    except OllamaCliError:  # a question that is only nice to have
        return None
    found = (each for each in running if model_names.same_model(each.name, model))
    return next((each.context_length for each in found), None)


def asked_context(context: Context, question: Question) -> int | None:
    """Return the context that was asked for, by the user or the model's own parameters, in tokens.

    It is at most the model's own, as servers cap it; None if that is not known.
    """
    client, model = context.servers.ollama(), question.request.model
    try:
        asked = question.num_ctx or client.show(model).parameter("num_ctx")
        own = client.capabilities(model).context_length
    except OllamaCliError:  # a question that is only nice to have
        return None
    return None if asked is None or own is None else min(asked, own)
