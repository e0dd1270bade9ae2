"""The routes generate and chat, with or without a stream."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile
from typing import Any

from ollama_cli.demo import asking, calls
from ollama_cli.demo.answer import Answer, Piece
from ollama_cli.demo.asking import SharedFields
from ollama_cli.demo.catalogue import SYSTEM, TOOLS
from ollama_cli.demo.documents import BAD_REQUEST, Document, Event, RefusalError, Stream, document
from ollama_cli.demo.fields import Fields
from ollama_cli.demo.language import tokenize
from ollama_cli.demo.library import Installed
from ollama_cli.demo.machine import Request, timestamp
from ollama_cli.demo.task import Task


def generate(request: Request) -> Document | Stream:
    """Continue a prompt; an empty one loads or unloads the model."""
    wanted = request.read("GenerateRequest")
    prompt, raw = wanted.text("prompt"), wanted.flag("raw", default=False)
    installed = asking.find_model(request.machine, wanted.text("model"))
    if not prompt and asking.asks_to_unload(wanted):
        return _unload(request, wanted, installed, {"response": ""})
    if raw and (wanted.text("system") or wanted.text("template") or wanted.items("context")):
        message = "raw mode does not support template, system, or context"
        raise RefusalError(BAD_REQUEST, message)
    task = generate_task(request, wanted, installed)
    if task is None:
        return document(_head(wanted.text("model")) | {"response": ""} | _done("load"))
    if task.rendered is not None:
        return _shown(task.typed, {"response": ""}, task.rendered)
    events = _generate_events(Answer(task, request), with_context=not raw)
    if wanted.flag("stream", default=True):
        return Stream(with_first_event(events))
    return document(_joined(events))


def generate_task(request: Request, wanted: Fields, installed: Installed) -> Task | None:
    """Check a generate request and load the model; None for an empty prompt."""
    shared = asking.read_shared_fields(wanted, installed, "generate")
    if wanted.text("suffix"):
        raise asking.unsupported(installed, "insert")
    asking.check_images(wanted.texts("images", "api.ImageData"))
    loaded = asking.load(request.machine, shared)
    prompt = wanted.text("prompt")
    if not prompt:
        return None
    raw = wanted.flag("raw", default=False)
    tokens = _prompt(request, wanted, prompt, raw=raw)
    if raw or shared.format is not None:  # as on the real server; in chat it thinks before a format
        shared = replace(shared, thinks=False)
    return asking.make_task(shared, tokens, prompt, loaded=loaded)


def chat(request: Request) -> Document | Stream:
    """Answer a conversation; an empty one loads or unloads the model."""
    wanted = request.read("ChatRequest")
    messages = wanted.objects("messages")
    for message in messages:
        message.text("content")
    if not wanted.text("model"):
        raise RefusalError(BAD_REQUEST, "model is required")
    installed = asking.find_model(request.machine, wanted.text("model"))
    empty = {"message": {"role": "assistant", "content": ""}}
    if not messages and asking.asks_to_unload(wanted):
        return _unload(request, wanted, installed, empty)
    task = chat_task(request, wanted, installed)
    if task is None:
        return document(_head(wanted.text("model")) | empty | _done("load"))
    if task.rendered is not None:
        return _shown(task.typed, {"message": {"role": "", "content": ""}}, task.rendered)
    events = chat_events(Answer(task, request))
    if wanted.flag("stream", default=True):
        return Stream(with_first_event(events))
    return document(_joined(events))


def chat_task(request: Request, wanted: Fields, installed: Installed) -> Task | None:
    """Check a chat request and load the model; None if there are no messages."""
    shared = asking.read_shared_fields(wanted, installed, "chat")
    tools = wanted.objects("tools", "api.Tool")
    if tools and TOOLS not in installed.model.capabilities:
        raise asking.unsupported(installed, "tools")
    messages = wanted.objects("messages")
    for message in messages:
        asking.check_images(message.texts("images", "api.ImageData"))
    loaded = asking.load(request.machine, shared)
    if not messages:
        return None
    tokens = _conversation(messages, shared)
    first = all(message.text("role").lower() != "assistant" for message in messages)
    results = _results(messages)
    asked = [each.text("content") for each in messages if not _is_result(each)]
    subject = asked[-1] if asked else ""
    may_call = not results and shared.format is None
    return asking.make_task(
        shared,
        tokens,
        subject,
        loaded=loaded,
        first=first,
        call=calls.choose(tools, subject) if may_call else None,
        results=results,
    )


def chat_events(answer: Answer) -> Iterator[dict[str, Any]]:
    """Yield the events of an answer in the format of chat."""
    typed = answer.task.typed
    for piece in answer:
        message = {"role": "assistant", "content": piece.text} | _thinking(piece) | _calls(piece)
        yield _head(typed) | {"message": message, "done": False} | _logprobs(answer)
    last = {"message": {"role": "assistant", "content": ""}}
    yield _head(typed) | last | _done(answer.reason) | _without_zeros(answer.metrics)


def _generate_events(answer: Answer, *, with_context: bool) -> Iterator[dict[str, Any]]:
    typed = answer.task.typed
    if answer.task.thinks:  # the real server's first line holds nothing then
        yield _head(typed) | {"response": "", "done": False}
    for piece in answer:
        text = {"response": piece.text} | _thinking(piece)
        yield _head(typed) | text | {"done": False} | _logprobs(answer)
    context = {"context": answer.context} if with_context else {}
    figures = _without_zeros(answer.metrics)
    yield _head(typed) | {"response": ""} | _done(answer.reason) | context | figures


def with_first_event(events: Iterator[Event]) -> Iterator[Event]:
    """Wait for the first event, so that a refusal before it keeps its own status."""
    first = next(events)

    def all_events() -> Iterator[Event]:
        yield first
        yield from events

    return all_events()


def _joined(events: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """Join the pieces into the last event, for `stream: false`."""
    *pieces, last = events
    if found := [each for piece in pieces for each in piece.get("logprobs", ())]:
        last |= {"logprobs": found}
    if "message" not in last:
        return last | _joined_texts(pieces, "response")
    messages = [piece["message"] for piece in pieces]
    called = [call for message in messages for call in message.get("tool_calls", ())]
    joined = _joined_texts(messages, "content") | ({"tool_calls": called} if called else {})
    return last | {"message": last["message"] | joined}


def _joined_texts(pieces: list[dict[str, Any]], name: str) -> dict[str, str]:
    """Join the texts of the field `name`, and the thinking where there is some."""
    thinking = "".join(piece.get("thinking", "") for piece in pieces)
    text = {name: "".join(piece[name] for piece in pieces)}
    return text | ({"thinking": thinking} if thinking else {})


def _thinking(piece: Piece) -> dict[str, str]:
    return {"thinking": piece.thinking} if piece.thinking else {}


def _calls(piece: Piece) -> dict[str, Any]:
    """Return the `tool_calls` of a message: the call of a piece, the first of its answer."""
    if piece.call is None:
        return {}
    function = {"index": 0, "name": piece.call.name, "arguments": piece.call.arguments}
    return {"tool_calls": [{"id": piece.call.id, "function": function}]}


def _is_result(message: Fields) -> bool:
    return message.text("role").lower() == "tool"


def _results(messages: list[Fields]) -> str:
    """Return what the calls at the end of a conversation gave, a sentence each."""
    last = list(takewhile(_is_result, reversed(messages)))
    said = ((each.text("tool_name") or "the tool", each.text("content")) for each in reversed(last))
    return " ".join(f"{name} says: {content}" for name, content in said)


def _prompt(request: Request, wanted: Fields, prompt: str, *, raw: bool) -> list[str]:
    if raw:
        return tokenize(prompt)
    history = request.machine.language.words(wanted.items("context"))
    system = wanted.text("system") or SYSTEM
    return [*history, *tokenize(f"{system}\n{prompt}\n")]


def _conversation(messages: list[Fields], shared: SharedFields) -> list[str]:
    """Join the messages into one prompt; drops the oldest if the context is too small."""
    written = [
        (message.text("role").lower(), tokenize(message.text("content") + "\n"))
        for message in messages
    ]
    if written[0][0] != "system":
        written.insert(0, ("system", tokenize(SYSTEM + "\n")))
    window = shared.options.context(shared.installed.model.context_length)
    tokens_over = sum(len(tokens) for _, tokens in written) - window if shared.truncates else 0
    *older, (_, kept) = written
    prompt: list[str] = []
    for role, tokens in older:
        if tokens_over > 0 and role != "system":
            tokens_over -= len(tokens)
        else:
            prompt += tokens
    return tokenize("".join([*prompt, *kept]))


def _shown(typed: str, empty: dict[str, Any], rendered: str) -> Document:
    """Return the prompt as the model would see it, as one document even for a stream."""
    shown = {"done": False, "_debug_info": {"rendered_template": rendered}}
    return document(_head(typed) | empty | shown)


def _unload(
    request: Request, wanted: Fields, installed: Installed, empty: dict[str, Any]
) -> Document:
    request.machine.memory.unload(installed)
    return document(_head(wanted.text("model")) | empty | _done("unload"))


def _head(typed: str) -> dict[str, Any]:
    return {"model": typed, "created_at": timestamp()}


def _done(reason: str) -> dict[str, Any]:
    return {"done": True, "done_reason": reason}


def _logprobs(answer: Answer) -> dict[str, Any]:
    found = answer.logprobs()
    return {"logprobs": found} if found else {}


def _without_zeros(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if value}
