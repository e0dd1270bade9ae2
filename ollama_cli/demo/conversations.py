"""The routes that write: generate and chat, streaming or not."""

from collections.abc import Iterator
from typing import Any

from ollama_cli.demo import asking
from ollama_cli.demo.answer import Answer, Task
from ollama_cli.demo.asking import Call
from ollama_cli.demo.catalogue import SYSTEM
from ollama_cli.demo.documents import BAD_REQUEST, Document, Event, RefusalError, Stream, document
from ollama_cli.demo.fields import Fields
from ollama_cli.demo.language import tokenize
from ollama_cli.demo.library import Installed
from ollama_cli.demo.machine import Request, timestamp


def generate(request: Request) -> Document | Stream:
    """Continue a prompt; an empty one loads or unloads the model."""
    wanted = request.read("GenerateRequest")
    prompt, raw = wanted.text("prompt"), wanted.flag("raw", default=False)
    installed = asking.installed_as_typed(request.machine, wanted.text("model"))
    if not prompt and asking.unloads(wanted):
        return _moved(request, wanted, installed, {"response": ""})
    if raw and (wanted.text("system") or wanted.text("template") or wanted.items("context")):
        message = "raw mode does not support template, system, or context"
        raise RefusalError(BAD_REQUEST, message)
    task = generate_task(request, wanted, installed)
    if task is None:
        return document(_head(wanted.text("model")) | {"response": ""} | _done("load"))
    events = _generate_events(Answer(task, request), with_context=not raw)
    if wanted.flag("stream", default=True):
        return Stream(started(events))
    return document(_joined(events))


def generate_task(request: Request, wanted: Fields, installed: Installed) -> Task | None:
    """Check a generate request and load the model; None where there is nothing to continue."""
    asked = asking.call(wanted, installed, "generate")
    if wanted.text("suffix"):
        raise asking.lacks(installed, "insert")
    asking.check_images(wanted.texts("images", "api.ImageData"))
    loaded = asking.load(request.machine, asked)
    prompt = wanted.text("prompt")
    if not prompt:
        return None
    tokens = _prompt(request, wanted, prompt, raw=wanted.flag("raw", default=False))
    return asking.settle(asked, tokens, prompt, loaded=loaded, first=False)


def chat(request: Request) -> Document | Stream:
    """Answer a conversation; an empty one loads or unloads the model."""
    wanted = request.read("ChatRequest")
    messages = wanted.objects("messages")
    for message in messages:
        message.text("content")
    if not wanted.text("model"):
        raise RefusalError(BAD_REQUEST, "model is required")
    installed = asking.installed_as_typed(request.machine, wanted.text("model"))
    empty = {"message": {"role": "assistant", "content": ""}}
    if not messages and asking.unloads(wanted):
        return _moved(request, wanted, installed, empty)
    task = chat_task(request, wanted, installed)
    if task is None:
        return document(_head(wanted.text("model")) | empty | _done("load"))
    events = chat_events(Answer(task, request))
    if wanted.flag("stream", default=True):
        return Stream(started(events))
    return document(_joined(events))


def chat_task(request: Request, wanted: Fields, installed: Installed) -> Task | None:
    """Check a chat request and load the model; None where there is nothing to answer."""
    asked = asking.call(wanted, installed, "chat")
    if wanted.items("tools"):
        raise asking.lacks(installed, "tools")
    messages = wanted.objects("messages")
    for message in messages:
        asking.check_images(message.texts("images", "api.ImageData"))
    loaded = asking.load(request.machine, asked)
    if not messages:
        return None
    tokens = _conversation(messages, asked)
    first = all(message.text("role").lower() != "assistant" for message in messages)
    subject = messages[-1].text("content")
    return asking.settle(asked, tokens, subject, loaded=loaded, first=first)


def chat_events(answer: Answer) -> Iterator[dict[str, Any]]:
    """Tell an answer as chat does."""
    typed = answer.task.typed
    for piece in answer:
        message = {"role": "assistant", "content": piece}
        yield _head(typed) | {"message": message, "done": False}
    last = {"message": {"role": "assistant", "content": ""}}
    yield _head(typed) | last | _done(answer.reason) | _without_zeros(answer.figures)


def _generate_events(answer: Answer, *, with_context: bool) -> Iterator[dict[str, Any]]:
    typed = answer.task.typed
    for piece in answer:
        yield _head(typed) | {"response": piece, "done": False}
    context = {"context": answer.context} if with_context else {}
    figures = _without_zeros(answer.figures)
    yield _head(typed) | {"response": ""} | _done(answer.reason) | context | figures


def started(events: Iterator[Event]) -> Iterator[Event]:
    """Draw the first event at once, so that a refusal still has its own status."""
    first = next(events)

    def all_events() -> Iterator[Event]:
        yield first
        yield from events

    return all_events()


def _joined(events: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """Join the pieces into the last event, as `stream: false` wants it."""
    *pieces, last = events
    if "message" in last:
        text = "".join(piece["message"]["content"] for piece in pieces)
        return last | {"message": last["message"] | {"content": text}}
    return last | {"response": "".join(piece["response"] for piece in pieces)}


def _prompt(request: Request, wanted: Fields, prompt: str, *, raw: bool) -> list[str]:
    if raw:
        return tokenize(prompt)
    history = request.machine.language.words(wanted.items("context"))
    system = wanted.text("system") or SYSTEM
    return [*history, *tokenize(f"{system}\n{prompt}\n")]


def _conversation(messages: list[Fields], asked: Call) -> list[str]:
    """Write the messages as one prompt; the oldest are dropped where the context is too small."""
    written = [
        (message.text("role").lower(), tokenize(message.text("content") + "\n"))
        for message in messages
    ]
    if written[0][0] != "system":
        written.insert(0, ("system", tokenize(SYSTEM + "\n")))
    window = asked.options.context(asked.installed.model.context_length)
    excess = sum(len(tokens) for _, tokens in written) - window if asked.truncates else 0
    *older, (_, kept) = written
    prompt: list[str] = []
    for role, tokens in older:
        if excess > 0 and role != "system":
            excess -= len(tokens)
        else:
            prompt += tokens
    return prompt + kept


def _moved(
    request: Request, wanted: Fields, installed: Installed, empty: dict[str, Any]
) -> Document:
    request.machine.memory.unload(installed)
    return document(_head(wanted.text("model")) | empty | _done("unload"))


def _head(typed: str) -> dict[str, Any]:
    return {"model": typed, "created_at": timestamp()}


def _done(reason: str) -> dict[str, Any]:
    return {"done": True, "done_reason": reason}


def _without_zeros(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if value}
