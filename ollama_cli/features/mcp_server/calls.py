"""What each tool does: from checked arguments to the JSON of the same command."""

import math
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any, Final, NamedTuple

from ollama_cli.errors import ModelNotFoundError, OtherApiError
from ollama_cli.features.chat import request as parts, tokens
from ollama_cli.features.chat.ending import Heard
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.chat.room import Question
from ollama_cli.features.mcp_server.desk import Desk, Progress, record
from ollama_cli.features.mcp_server.pulling import pull_model
from ollama_cli.features.models import choose
from ollama_cli.services.embeddings import joined
from ollama_cli.types.answer_events import ChatEvent
from ollama_cli.types.answers import Answer
from ollama_cli.types.model_names import find
from ollama_cli.types.models import EMBEDDING
from ollama_cli.types.requests import ChatRequest, EmbedRequest, GenerateRequest
from ollama_cli.types.secrets import hide_in

Arguments = Mapping[str, Any]
# English and code have about so many characters a token where nobody can count them.
_CHARACTERS: Final = 4


class Outcome(NamedTuple):
    """What came of a call: its document, and the text for people if that is not the same JSON."""

    document: dict[str, Any]
    text: str | None = None


def generate(desk: Desk, arguments: Arguments, progress: Progress) -> Outcome:
    """Answer one prompt."""
    name = desk.usable_model(arguments.get("model"))
    asked = GenerateRequest(
        model=name,
        prompt=arguments["prompt"],
        system=arguments.get("system"),
        **_shared(desk, arguments, name),
    )
    return _answered(desk, asked, progress)


def chat(desk: Desk, arguments: Arguments, progress: Progress) -> Outcome:
    """Answer a conversation."""
    name = desk.usable_model(arguments.get("model"))
    asked = ChatRequest(
        model=name, messages=arguments["messages"], **_shared(desk, arguments, name)
    )
    return _answered(desk, asked, progress)


def list_models(desk: Desk, _: Arguments, __: Progress) -> Outcome:
    """List the models that may be used."""
    return Outcome({"models": [record(model) for model in desk.models()]})


def show_model(desk: Desk, arguments: Arguments, _: Progress) -> Outcome:
    """Describe one model."""
    return Outcome(desk.details(desk.model(arguments.get("model"))))


def health(desk: Desk, _: Arguments, __: Progress) -> Outcome:
    """Check the server; one that does not answer is no error."""
    found, _error = desk.context.servers.examine(None, choose.usual(desk.context))
    return Outcome(hide_in(asdict(found)))


def embed(desk: Desk, arguments: Arguments, progress: Progress) -> Outcome:
    """Turn texts into vectors; one that is too long is refused, not cut."""
    name = desk.usable_model(arguments.get("model"), "embed_model", [EMBEDDING])
    texts = arguments["input"]
    provider = desk.context.servers.provider()
    keep_alive = desk.context.settings.keep_alive
    request = EmbedRequest(model=name, truncate=False, keep_alive=keep_alive)
    done = []
    for part in provider.embedded(texts, request):
        done.append(part)
        progress(sum(len(each.vectors) for each in done), len(texts))
    whole = joined(iter(done), name)
    return Outcome(
        {
            "model": whole.model,
            "dimensions": whole.dimensions,
            "embeddings": whole.vectors,
            "usage": asdict(whole.usage),
            "timings": asdict(whole.timings),
            "truncated": False if provider.provider_type == "ollama" else None,
        }
    )


def count_tokens(desk: Desk, arguments: Arguments, _: Progress) -> Outcome:
    """Count the tokens of a text as a model reads it; a server that does not count is no error."""
    name = desk.usable_model(arguments.get("model"))
    text: str = arguments["text"]
    provider = desk.context.servers.provider()
    try:
        if provider.provider_type == "ollama":
            counted = tokens.counter(desk.context, name).text(text)
            return Outcome({"model": name, "tokens": counted.tokens, "exact": counted.exact})
    except OtherApiError:  # the guess below is said to be one
        pass
    return Outcome({"model": name, "tokens": math.ceil(len(text) / _CHARACTERS), "exact": False})


def pull(desk: Desk, arguments: Arguments, progress: Progress) -> Outcome:
    """Download a model to the server."""
    name = desk.model(arguments["model"])
    desk.context.servers.native("pull", asks=False)  # the pull asks by itself
    return Outcome({"models": [pull_model(desk.context, name, progress)]})


def delete(desk: Desk, arguments: Arguments, _: Progress) -> Outcome:
    """Remove a model from the server; no pattern, and no other name than an installed one."""
    asked = desk.model(arguments["model"])
    name = find(asked, [model.name for model in desk.models()])
    if name is None:
        raise ModelNotFoundError.not_installed(asked, "; nothing was removed")
    desk.context.servers.native("rm").delete(name)
    desk.context.servers.forget_installed()
    return Outcome({"model": name, "removed": True})


def _shared(desk: Desk, arguments: Arguments, model: str) -> parts.SharedFields:
    limit = arguments.get("max_tokens", desk.limits.max_tokens)
    options = AnswerOptions(temperature=arguments.get("temperature"), max_tokens=limit)
    shared = parts.shared_fields(desk.context, options)
    parts.settle(desk.context, options, model, shared)
    shared["gather"] = shared["join"] = True
    return shared


def _answered(desk: Desk, asked: GenerateRequest | ChatRequest, progress: Progress) -> Outcome:
    context = desk.context
    question = Question(context, asked, auto=parts.asks_auto(context, AnswerOptions(), asked.model))
    heard = Heard(context, question)
    with ExitStack() as opened:

        def ask() -> Iterable[list[ChatEvent]]:
            return opened.enter_context(question.open()).bursts()

        pieces = 0
        for burst in question.with_room(ask):
            heard.hear(burst)
            pieces += len(burst)
            progress(pieces)
    answer = heard.answer or Answer(model=asked.model)
    return Outcome(_document(answer, asked.model), answer.text)


def _document(answer: Answer, model: str) -> dict[str, Any]:
    return {
        "model": answer.model or model,
        "text": answer.text,
        "thinking": answer.thinking,
        "done_reason": answer.done_reason,
        "complete": answer.complete,
        "cut": answer.cut,
        "usage": asdict(answer.usage),
        "timings": asdict(answer.timings),
        "truncated": answer.prompt_truncated,
    }
