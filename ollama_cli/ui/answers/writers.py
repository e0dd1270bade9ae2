"""Writers of an answer: text for people and pipes, JSON and JSON lines for programs."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, fields
from types import MappingProxyType
from typing import Any, Final, Protocol, Self

from ollama_cli.errors import InterruptError, OllamaCliError
from ollama_cli.types.answer_events import (
    Attempt,
    Done,
    Found,
    Item,
    RunEvent,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from ollama_cli.types.answers import Answer
from ollama_cli.ui import export
from ollama_cli.ui.answers.calls import call_record, result_record
from ollama_cli.ui.answers.text import USUAL, Manner, TextWriter
from ollama_cli.ui.streams import OutStream

# The fields that hold what a model said: no key is hidden there.
_ANSWER: Final = frozenset(
    {"text", "thinking", "tool_calls", "tool_runs", "name", "arguments", "id", "extracted"}
    | {"value", "data", "attempts", "logprobs"}
)

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class AnswerWriter(AbstractContextManager["AnswerWriter", None], Protocol):
    """Show the events of one answer; on exit, complete what is shown."""

    def show(self, event: RunEvent) -> None:
        """Show one event."""
        ...

    def show_burst(self, events: Sequence[RunEvent]) -> None:
        """Show the events of one network read, in as few writes as possible."""
        ...


def choose(
    output: str,
    command: str,
    model: str,
    *,
    out: OutStream,
    err: OutStream,
    manner: Manner = USUAL,
    about: Mapping[str, Any] = _NOTHING,
) -> AnswerWriter:
    """Choose the writer for an output format: text, in a certain `manner`, json or jsonl.

    `about` are further fields of the document, and of the event `start`.
    """
    match output:
        case "json":
            return JsonWriter(out, command, model, about, runs_tools=manner.tools is not None)
        case "jsonl":
            return JsonLinesWriter(out, command, model, about, runs_tools=manner.tools is not None)
        case _:
            return TextWriter(out, err, manner)


class JsonWriter:
    """Write the whole answer as one document; after a failure, the part that came before it."""

    def __init__(
        self,
        out: OutStream,
        command: str,
        model: str,
        about: Mapping[str, Any] = _NOTHING,
        *,
        runs_tools: bool = False,
    ) -> None:
        self._runs: list[dict[str, Any]] | None = [] if runs_tools else None
        self._out = out
        self._command = command
        self._model = model
        self._about = about
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._calls: list[dict[str, object]] = []
        self._answer: Answer | None = None
        self._more: Mapping[str, Any] = _NOTHING

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> None:
        answer = self._answer
        if answer is None and (self._text or self._thinking or self._calls or self._more):
            answer = Answer(
                model=self._model,
                text="".join(self._text),
                thinking="".join(self._thinking),
                tool_calls=tuple(self._calls),
                complete=False,
                cut=getattr(error, "cut", None),
            )
        if answer is not None and (
            kind is None or issubclass(kind, OllamaCliError | KeyboardInterrupt | InterruptError)
        ):
            runs = {} if self._runs is None else {"tool_runs": self._runs}
            document = {**_document(answer), **self._more, **runs, **self._about}
            export.show_document(self._out, self._command, document, answer=_ANSWER)

    def show(self, event: RunEvent) -> None:
        """Collect one event."""
        match event:
            case Text(text):
                self._text.append(text)
            case Thinking(text):
                self._thinking.append(text)
            case ToolCall(name, arguments, call_id):
                self._calls.append({"name": name, "arguments": arguments, "id": call_id})
            case ToolResult() if self._runs is not None:
                self._runs.append(call_record(event))
            case Attempt():  # what came before is no part of the answer
                self._text, self._thinking = [], []
            case Found(found):
                self._more = {**self._more, **found}
            case Done(answer, more):
                self._answer, self._more = answer, {**self._more, **more}

    def show_burst(self, events: Sequence[RunEvent]) -> None:
        """Collect the events of one network read."""
        for event in events:
            self.show(event)


class JsonLinesWriter:
    """Write an object for each event: start, thinking, text, tool_call, then done or error.

    Where tools are run, a call names its server, and a tool_result follows.
    """

    def __init__(
        self,
        out: OutStream,
        command: str,
        model: str,
        about: Mapping[str, Any] = _NOTHING,
        *,
        runs_tools: bool = False,
    ) -> None:
        self._runs_tools = runs_tools
        self._out = out
        self._command = command
        self._model = model
        self._about = about

    def __enter__(self) -> Self:
        head: dict[str, Any] = export.schema(self._command)
        export.show_line(self._out, {**head, "event": "start", "model": self._model, **self._about})
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, OllamaCliError):
            export.show_line(self._out, {"event": "error", **error.as_dict()})

    def show(self, event: RunEvent) -> None:
        """Write one event."""
        self.show_burst([event])

    def show_burst(self, events: Sequence[RunEvent]) -> None:
        """Write the events of one network read, in one write."""
        shown = [self._fields(event) for event in events if not isinstance(event, Found)]
        export.show_all(self._out, shown, answer=_ANSWER)

    def _fields(self, event: RunEvent) -> dict[str, Any]:
        if isinstance(event, ToolCall) and self._runs_tools:
            return {
                "event": "tool_call",
                "id": event.id,
                "server": event.server,
                "name": event.name,
                "arguments": event.arguments,
            }
        return _fields(event)


def _fields(event: RunEvent) -> dict[str, Any]:
    found: dict[str, Any] = {}
    match event:
        case Text(text, logprobs):
            found = {"event": "text", "text": text}
            found |= {"logprobs": [each.as_dict() for each in logprobs]} if logprobs else {}
        case Thinking(text):
            found = {"event": "thinking", "text": text}
        case ToolCall(name, arguments, call_id):
            found = {"event": "tool_call", "name": name, "arguments": arguments, "id": call_id}
        case ToolResult():
            found = {"event": "tool_result", **result_record(event)}
        case Attempt(number, reason):
            found = {"event": "attempt", "attempt": number, "reason": reason}
        case Item(index, value, problems):
            found = {"event": "item", "index": index, "value": value, "valid": event.valid}
            found |= {"errors": list(problems)} if problems else {}
        case Done(answer, more):
            document = _document(answer)
            del document["text"]
            found = {"event": "done", **document, **more}
    return found


def _document(answer: Answer) -> dict[str, Any]:
    # Not asdict, which copies recursively: arguments of a tool may be nested very deep.
    whole = {each.name: getattr(answer, each.name) for each in fields(answer)}
    del whole["blocks"]  # for the server alone
    if answer.cached is None:
        del whole["cached"]  # no cache is in use
    if answer.logprobs is None:  # only who asks for them need know of them
        del whole["logprobs"]
    else:
        whole["logprobs"] = [each.as_dict() for each in answer.logprobs]
    limit = None if answer.limit is None else answer.limit.as_dict()
    numbers = {"usage": asdict(answer.usage), "timings": asdict(answer.timings)}
    return whole | numbers | {"limit": limit}
