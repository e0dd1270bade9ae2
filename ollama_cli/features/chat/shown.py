"""What would be sent, shown instead: as a command for curl, or as the model would see it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ollama_cli.config.credentials import secret_headers
from ollama_cli.errors import UsageError
from ollama_cli.features.chat.counting import Counter
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.chat.room import Question, context_in_force
from ollama_cli.features.context import Context
from ollama_cli.features.pull.auto import call_with_pull
from ollama_cli.features.servers.keyless import keyless
from ollama_cli.types.requests import ChatRequest, EmbedRequest, GenerateRequest
from ollama_cli.types.written import SecretHeader, Trust
from ollama_cli.ui import curl, export

_DOCUMENTS: Final = ("text", "json", "jsonl")
_WORDS: Final = ("rendered",)


def check(context: Context, options: AnswerOptions) -> None:
    """Raise UsageError for options that exclude each other."""
    if options.curl and options.show_prompt:
        raise UsageError("--curl and --show-prompt are two ways to look: give one of them")
    if options.curl:
        begin_curl(context)
    if options.show_prompt and context.output not in _DOCUMENTS:
        raise UsageError(f"--show-prompt has no -o {context.output}", hint="take -o json")


def begin_curl(context: Context) -> None:
    """Have nothing sent from now on; UsageError for a format that a command does not have."""
    if context.output != "text":
        raise UsageError(
            f"--curl prints a command, which has no -o {context.output}", hint="leave one out"
        )
    context.servers.writer = keyless(context.settings, context.servers.seen)


def show_request(
    context: Context, question: Question, options: AnswerOptions, command: str
) -> None:
    """Show the request of a command, or the prompt that the server makes of it."""
    if options.curl:
        show_curl(context, question.request)
    else:
        _show_prompt(context, question, command)


def show_curl(
    context: Context, request: GenerateRequest | ChatRequest | EmbedRequest, *texts: Sequence[str]
) -> None:
    """Write the exact request as a command, and one for each batch of `texts` to embed.

    Nothing is sent: that was begun by `begin_curl`. Raises what `secret_headers` raises.
    """
    settings = context.settings
    secrets = []
    if not context.flags.demo:
        secrets = secret_headers(settings, context.layers, context.variables)
    entry = settings.entry
    trust = Trust(
        ca_file=(entry.ca_file if entry else None) or settings.ca_file,
        client_cert=entry.client_cert if entry else None,
        insecure=entry.insecure if entry else False,
    )
    client = context.servers.provider()
    kept, left_out = client.fitted(request)
    if left_out:
        names = ", ".join(left_out)
        context.prompter.warn(f"this server is not told {names}: its API has no words for it")
    for batch in texts or [()]:
        written = client.written(kept, batch)
        shown = curl.command(written, secrets, trust, for_terminal=context.out.is_terminal)
        export.show_plain(context.out, shown)
    for each in secrets:
        if each.origin:
            context.prompter.note(f"before it runs, put {_words(each)} into {each.variable}")


def _words(secret: SecretHeader) -> str:
    what = "the key" if secret.is_key else f"the value of {secret.name}"
    return f"{what if secret.name else 'user:password'} (of {secret.origin})"


def _show_prompt(context: Context, question: Question, command: str) -> None:
    client = context.servers.native("--show-prompt")
    request = question.request
    shown = call_with_pull(context, request.model, lambda: client.rendered(request))
    context.prompter.note("the server shows the prompt as an experiment: other versions may not")
    if isinstance(request, ChatRequest) and _were_dropped(context, request, shown):
        context.prompter.warn("older messages were dropped: they do not fit into the context")
    if context.output == "text":
        export.show_plain(context.out, shown)
        return
    record = {
        "model": request.model,
        "rendered": shown,
        "tokens": _tokens(context, question, shown),
    }
    export.show_record(context.out, context.output, f"{command}-prompt", record, answer=_WORDS)


def _were_dropped(context: Context, request: ChatRequest, shown: str) -> bool:
    """Return whether the server left questions out, asked for it or too old to be forbidden to."""
    if _lacks_one(request.messages, shown):
        return True
    if not request.truncate:
        return False
    return context.servers.ollama().rendered(replace(request, truncate=False)) != shown


def _lacks_one(messages: Sequence[Mapping[str, Any]], shown: str) -> bool:
    end = len(shown)
    for message in reversed(messages):
        text = str(message.get("content") or "").strip()
        if message.get("role") == "user" and text:
            end = shown.rfind(text, 0, end)
            if end < 0:
                return True
    return False


def _tokens(context: Context, question: Question, shown: str) -> int | None:
    """Count the prompt; None with pictures, whose tokens nobody can count in a text."""
    request = question.request
    pictures = (
        request.images
        if isinstance(request, GenerateRequest)
        else [each for each in request.messages if each.get("images")]
    )
    if pictures:
        return None
    holds = context_in_force(context, request.model)
    room = question.num_ctx or holds
    count = Counter(context, request.model, num_ctx=room).text(shown)
    if holds is not None and count.tokens > holds:
        words = f"the prompt has {count.tokens:,} tokens, and the context holds {holds:,}"
        context.prompter.warn(words)
    return count.tokens
