"""The calls of one answer: named, allowed, run, and told to the model, within limits.

What a model can mend is told to it as text: an unknown tool, a bad argument, a refusal, a failure.
"""

import difflib
import json
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Final, NamedTuple, NoReturn, TypeVar

from ollama_cli.errors import ConfigError, ToolLimitError
from ollama_cli.features.tools.offers import Offer, Outcome, failure
from ollama_cli.features.tools.toolbox import Toolbox
from ollama_cli.types import threads
from ollama_cli.types.answer_events import ChatEvent, ToolCall, ToolResult
from ollama_cli.types.answers import Answer
from ollama_cli.types.secrets import start_of
from ollama_cli.types.text import well_formed
from ollama_cli.types.units import format_bytes

T = TypeVar("T")
_SIDE_BY_SIDE: Final = 4
_MOST_ALIKE: Final = 2
_SHOWN: Final = 200


class _Call(NamedTuple):
    """One call: as it came, as it is shown, and the tool if there is one.

    `refusal` is what the model is told of one that is not run.
    """

    asked: ToolCall
    shown: ToolCall
    offer: Offer | None
    refusal: str = ""


class Loop:
    """The rounds of one question: each is an answer with calls, which are then run."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox
        self._rounds = 0
        self._count = 0
        self._seen: Counter[str] = Counter()
        self._calls: list[_Call] = []
        self.messages: list[dict[str, Any]] = []

    def named(self, burst: Sequence[ChatEvent]) -> list[ChatEvent]:
        """Take the calls among some events, and return these with the places of their tools."""
        return [self._named(each) if isinstance(each, ToolCall) else each for each in burst]

    def _named(self, call: ToolCall) -> ToolCall:
        number = self._count + len(self._calls) + 1
        call = call if call.id else replace(call, id=f"call_{number}")
        offer = self._toolbox.offer(call.name)
        shown = call if offer is None else replace(call, name=offer.tool, server=offer.server)
        self._calls.append(_Call(call, shown, offer))
        return shown

    def run(self, answer: Answer) -> Iterator[ToolResult]:
        """Run the calls of an answer; yield each result, in the order of the calls.

        Afterwards `messages` holds the answer and the results as they go to the model. Raises
        ToolLimitError for what a limit forbids, which is not run.
        """
        calls, self._calls = self._calls, []
        self._rounds += 1
        self.messages = [assistant_message(answer, [each.asked for each in calls])]
        most = self._toolbox.options.max_rounds
        if self._rounds > most:
            raise ToolLimitError(
                f"the model called tools in more than {most} answers, without coming to an end",
                hint="allow more with --max-tool-rounds",
            )
        waiting: list[_Call] = []
        for call in calls:
            try:
                self._count_in(call)
            except ToolLimitError:
                yield from self._finish(waiting)
                raise
            if waiting and not (call.offer and call.offer.read_only):
                yield from self._finish(waiting)
                waiting = []
            waiting.append(call._replace(refusal=self._refusal(call)))
        yield from self._finish(waiting)

    def _count_in(self, call: _Call) -> None:
        """Count a call; ToolLimitError if it is one too many."""
        most = self._toolbox.options.max_calls
        if self._count >= most:
            raise ToolLimitError(
                f"the model made more than {most} calls of tools",
                hint="allow more with --max-tool-calls",
            )
        key = f"{call.asked.name} {json.dumps(call.asked.arguments, sort_keys=True)}"
        if self._seen[key] >= _MOST_ALIKE:
            raise ToolLimitError(
                f"the model called {call.asked.name} a third time with the same arguments",
                hint="ask in other words, or another model: this one goes round in circles",
            )
        self._count += 1
        self._seen[key] += 1

    def _refusal(self, call: _Call) -> str:
        """Return what the model is told of a call that is not run; empty for one that is."""
        if call.offer is None:
            return _unknown(call.asked.name, self._toolbox.names)
        if call.asked.unread:
            shown = start_of(call.asked.unread, _SHOWN)
            return f"bad arguments of {call.asked.name}: no JSON object: {shown}"
        problems = _problems(call.asked.arguments, call.offer.parameters)
        if problems:
            return f"bad arguments of {call.asked.name}: {problems}"
        return self._toolbox.approval.refusal(call.offer, call.asked.arguments)

    def _finish(self, calls: Sequence[_Call]) -> Iterator[ToolResult]:
        """Run those calls that are allowed, side by side if they are several."""
        allowed = [each for each in calls if not each.refusal]
        outcomes = side_by_side([partial(self._timed, each) for each in allowed])
        for call in calls:
            seconds, outcome = 0.0, failure(call.refusal)
            if not call.refusal:
                seconds, outcome = next(outcomes)
                assert call.offer is not None  # noqa: S101  without one it is refused
                self._toolbox.tell(call.offer, failed=not outcome.ok)
            text, size = cut(well_formed(outcome.text), self._toolbox.largest, outcome.size)
            self.messages.append(tool_message(call.asked, text))
            is_run = not call.refusal
            yield ToolResult(call.shown, outcome.ok, is_run, seconds, size, text)

    def _timed(self, call: _Call) -> tuple[float, Outcome]:
        assert call.offer is not None  # noqa: S101  likewise
        start = time.monotonic()
        outcome = self._toolbox.call(call.offer, call.asked.arguments)
        return time.monotonic() - start, outcome


def side_by_side(works: Sequence[Callable[[], T]]) -> Generator[T, None, None]:
    """Do several works, at most four at a time; yield what they return, in their order."""
    if len(works) == 1:
        yield works[0]()
        return
    places: SimpleQueue[int] = SimpleQueue()
    done = [SimpleQueue[Callable[[], T]]() for _ in works]
    for place in range(len(works)):
        places.put(place)

    def work() -> None:
        with suppress(Empty):
            while True:
                place = places.get_nowait()
                done[place].put(_done(works[place]))

    for _ in range(min(_SIDE_BY_SIDE, len(works))):
        threads.start(work)
    try:
        for each in done:
            yield each.get()()
    finally:  # where nobody waits any more, what has not begun is left alone
        with suppress(Empty):
            while True:
                places.get_nowait()


def _done(work: Callable[[], T]) -> Callable[[], T]:
    """Do a work now; return what returns or raises what came of it."""
    try:
        found = work()
    except BaseException as error:  # noqa: BLE001  it is raised where the result is asked for
        return partial(_raise, error)
    return lambda: found


def _raise(error: BaseException) -> NoReturn:
    raise error


def cut(text: str, most: int, size: int | None = None) -> tuple[str, int]:
    """Cut a text after so many bytes, with a mark; return it and the size of the whole.

    That is `size` where the text is the beginning of a longer one.
    """
    data = text.encode()
    whole = len(data) if size is None else size
    if len(data) <= most and whole <= len(data):
        return text, whole
    kept = data[:most]
    sizes = f"the first {format_bytes(len(kept))} of {format_bytes(whole)}"
    return f"{kept.decode('utf-8', 'ignore')}\n[cut here: {sizes}]", whole


def _unknown(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    guess = f": did you mean {near[0]}?" if near else ";"
    return f"there is no tool {name!r}{guess} there are: {', '.join(known)}"


def _problems(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Name what is wrong with arguments; a schema that cannot be used leaves that to the tool."""
    from ollama_cli.features.schema.check import check  # noqa: PLC0415  calls of tools alone: 2 ms

    try:
        return "; ".join(map(str, check(arguments, schema)))
    except ConfigError:
        return ""


def assistant_message(answer: Answer, calls: Sequence[ToolCall]) -> dict[str, Any]:
    """Return an answer with calls as it goes back: whole."""
    made = [
        {"id": each.id, "function": {"name": each.name, "arguments": each.arguments}}
        for each in calls
    ]
    message = {"role": "assistant", "content": answer.text, "tool_calls": made}
    if answer.blocks:  # of an API that wants its own words back
        message["blocks"] = list(answer.blocks)
    return message | ({"thinking": answer.thinking} if answer.thinking else {})


def tool_message(call: ToolCall, text: str) -> dict[str, Any]:
    """Return the result of a call as it is sent."""
    return {"role": "tool", "content": text, "tool_name": call.name, "tool_call_id": call.id}
