"""Answers from the cache: a question that was answered before is not asked again.

Nothing is kept before `keep` is called: an answer that was interrupted, failed or was not valid is
never in it. The cache is only nice to have: that it cannot be used never ends a command.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ollama_cli.errors import ConfigError, OllamaCliError, UnreachableError
from ollama_cli.features.cache.keys import key_of
from ollama_cli.features.cache.store import AnswerCache, Kept, open_cache
from ollama_cli.features.context import Context
from ollama_cli.types.answers import Answer
from ollama_cli.types.measures import read_age
from ollama_cli.types.model_names import same_model
from ollama_cli.types.requests import ChatRequest, GenerateRequest

if TYPE_CHECKING:
    from ollama_cli.services.stream import EventStream
    from ollama_cli.types.answer_events import ChatEvent

Request = GenerateRequest | ChatRequest
_OPTION: Final = "--cache"
_DIGESTLESS: Final = "this server does not tell which model it has by a digest"
_REMOTE: Final = "the model runs elsewhere, and may be another one tomorrow"


class _Facts(NamedTuple):
    """What an answer depends on beside its question."""

    digest: str
    version: str


class _Round:
    """One question, asked or found: under which key, and what came of it."""

    def __init__(
        self, key: bytes, model: str, facts: _Facts, stream: "EventStream[ChatEvent]"
    ) -> None:
        self.key = key
        self.model = model
        self.facts = facts
        self.stream = stream
        self.answer: Answer | None = None

    def kept(self) -> Kept | None:
        """Return what is to be kept of it; None unless its end came, and hangs on it alone.

        Where the context was full, or the prompt was cut, another setting of the server would have
        changed the answer, and the key does not know of that.
        """
        lines, answer = self.stream.lines, self.answer
        if lines is None or answer is None or answer.prompt_truncated:
            return None
        if answer.cut not in {None, "max_tokens"}:
            return None
        return Kept(lines, answer.context_length)


class Cached:
    """The cache as one answer uses it, which may have several rounds.

    `hit` is what the last round replays; None if it was asked.
    """

    def __init__(self, context: Context, cache: AnswerCache, age: timedelta | None) -> None:
        self._context = context
        self._cache = cache
        self._age = age
        self._rounds: list[_Round] = []
        self._owed: list[bytes] = []
        self._last: bytes | None = None
        self._told: set[str] = set()
        self.hit: Kept | None = None

    def open(self, request: Request, asked: Mapping[str, Any]) -> "EventStream[ChatEvent]":
        """Make the stream of the answer: from the cache, else from the server, to be kept.

        `asked` are fields of the request as the user asked for them. Raises UnreachableError.
        """
        self.hit = self._last = None
        client = self._context.servers.provider()
        facts = self._facts(request.model)
        if facts is None:
            return client.answer(request)
        native = self._context.servers.ollama()
        route, body = native.question(replace(request, **asked))
        self._last = key = key_of(route, body, digest=facts.digest, version=facts.version)
        with self._failing():
            self.hit = self._cache.get(key, self._age)
        if self.hit is not None:
            if self._context.flags.verbose:
                self._context.prompter.note("the answer is from the cache")
            return native.replayed(request, self.hit.lines)
        stream = client.answer(replace(request, records=True))
        self._rounds.append(_Round(key, request.model, facts, stream))
        return stream

    def again(self, request: Request) -> "Iterator[ChatEvent]":
        """Yield the events of what was passed on unread; none if it is kept, or has no end."""
        lines = self._rounds[-1].stream.lines if self._rounds and self.hit is None else None
        if lines is not None:
            yield from self._context.servers.ollama().replayed(request, lines)

    def judge(self, answer: Answer) -> None:
        """Take what came of the last round."""
        if self.hit is None and self._rounds:
            self._rounds[-1].answer = answer

    def reject(self) -> None:
        """Never keep what came of the last round: the next one is the answer to its question, too.

        If it was from the cache, it is removed there.
        """
        if self._last is None:
            return
        self._owed.append(self._last)
        if self.hit is None:
            self._rounds.pop()
        else:
            with self._failing():
                self._cache.drop(self._last)

    def keep(self) -> None:
        """Keep all rounds that were asked, each whole; those that were rejected get the last one.

        None is kept if the model or the server was replaced meanwhile: nobody knows which answered.
        """
        found: dict[bytes, Kept] = {}
        last = self.hit
        for each in self._rounds:
            kept = each.kept()
            if kept is not None:
                found[each.key] = kept
            if self.hit is None:
                last = kept
        if last is not None:
            found |= dict.fromkeys(self._owed, last)
        if found and self._is_unchanged():
            with self._failing():
                self._cache.put(found)

    def _is_unchanged(self) -> bool:
        try:
            return all(self._facts(each.model) == each.facts for each in self._rounds[-1:])
        except UnreachableError:
            return False

    def _facts(self, model: str) -> _Facts | None:
        """Ask what an answer depends on; None if that cannot be known: it is not cached then."""
        found, reason = None, _DIGESTLESS
        if self._context.settings.first_api == "native":
            client = self._context.servers.ollama()
            try:
                version, models = client.version(), client.list_models()
            except UnreachableError:
                raise
            except OllamaCliError:  # what the question says of this server is what matters
                models = []
            else:
                reason = ""  # a model that is missing may be pulled now
            for each in models:
                if same_model(each.name, model):
                    reason = _REMOTE if each.is_remote else "" if each.digest else _DIGESTLESS
                    found = None if reason else _Facts(each.digest, version)
        if reason and self._context.settings.origins["cache"] == _OPTION:
            self._warn(f"the answer is not cached: {reason}")
        return found

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Warn of a cache that cannot be used; the answer is what was asked for."""
        try:
            yield
        except ConfigError as error:
            self._warn(f"{error.message}; {error.hint}" if error.hint else error.message)

    def _warn(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._context.prompter.warn(text)


def begin(context: Context) -> Cached | None:
    """Return the cache as the settings want it; None if they want none, or there is no place."""
    wanted = context.settings.cache
    if not wanted:
        return None
    try:
        cache = context.opened.enter_context(closing(open_cache()))
    except ConfigError as error:
        context.prompter.warn(f"{error.message}; {error.hint}")
        return None
    return Cached(context, cache, None if wanted is True else read_age(wanted))
