"""Room in the context: `/context`, `/compact`."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from ollama_cli.errors import UsageError
from ollama_cli.features.chat import answer, window
from ollama_cli.features.chat.conversation import GO_ON, Conversation, Next, was_stopped
from ollama_cli.features.chat.ending import Heard, warn_of_end
from ollama_cli.features.chat.inside.branches import first_words, moved, read_count
from ollama_cli.features.chat.messages import Sight, wire_messages
from ollama_cli.features.chat.room import Question
from ollama_cli.features.chat.tree import ASSISTANT, SYSTEM, Node
from ollama_cli.features.chat.window import sent_exchanges
from ollama_cli.types.answer_events import Text
from ollama_cli.types.sessions import Message
from ollama_cli.types.text import visible
from ollama_cli.types.times import timestamp
from ollama_cli.ui import tables

_ASK: Final = (
    "Summarise our conversation so far, so that it can go on from your summary alone. Keep facts,"
    " names, numbers, decisions, open questions and any code that is still needed. Write nothing"
    " but the summary."
)


def context(talk: Conversation, argument: str) -> Next:
    """List what would be sent with the next question: role, tokens, first words, attachments."""
    if argument:
        raise UsageError("/context takes nothing")
    rows = []
    if talk.system:
        message = Message(SYSTEM, talk.system)
        rows.append([SYSTEM, f"~{window.estimate(message)}", " ".join(talk.system.split())[:60]])
    for node in talk.tree.history:
        names = " ".join(f"[{each.name}]" for each in node.message.attachments)
        words = " ".join(filter(None, [first_words(node), names]))
        rows.append([_role(node), _tokens(node), words])
    if rows:
        tables.show_wrapped(talk.context.out, ("ROLE", "TOKENS", "BEGINS WITH"), rows)
    talk.context.out.line(_total(talk))
    return GO_ON


def compact(talk: Conversation, argument: str) -> Next:
    """Put a summary in the place of all but the last exchanges, on a new branch, if it is liked."""
    kept = read_count(argument, usual=0, word="compact") if argument else 0
    history = talk.tree.history
    there = sent_exchanges(talk.tree)
    if len(there) <= kept:
        raise UsageError("there is nothing to summarise")
    start = history.index(there[len(there) - kept].question) if kept else len(history)
    text = _summary(talk, history[:start])
    text = text and _accepted(talk, text)
    if not text:
        talk.context.prompter.note("nothing is changed")
        return GO_ON
    old = [n for n, each in enumerate(talk.tree.branches, 1) if each.end in talk.tree.path[-1:]]
    message = Message(
        SYSTEM, text, state="summary", model=talk.request.model, created_at=timestamp()
    )
    is_private = talk.recorder.is_private or any(node.is_private for node in history)
    talk.tree.graft([message], history[start:], is_private=is_private)
    moved(talk)
    way = f"/branch {old[0]}" if old else "/branch"
    talk.context.prompter.note(f"the summary is sent from now on; `{way}` has all that was said")
    return GO_ON


def _summary(talk: Conversation, summed: Sequence[Node]) -> str:
    """Have a summary written and shown; empty if it was stopped, failed or is cut."""
    context, model = talk.context, talk.request.model
    sight = Sight(context, model, talk.told)
    messages = wire_messages([node.message for node in summed], talk.recorder, sight)
    messages.append({"role": "user", "content": _ASK})
    if talk.system:
        messages.insert(0, {"role": SYSTEM, "content": talk.system})
    request = replace(talk.request, messages=messages, format=None, tools=())
    asked = Question(context, request, auto=talk.auto)
    heard, texts = Heard(context, asked), list[str]()
    if was_stopped(partial(_show, talk, asked, heard, texts)):
        return ""
    warn_of_end(context, heard)
    return "".join(texts).strip()


def _show(talk: Conversation, asked: Question, heard: Heard, texts: list[str]) -> None:
    options = talk.options._replace(format=None)
    with (
        answer.bursts(talk.context, asked) as bursts,
        answer.writer(talk.context, options, "chat", asked.request.model) as shown,
    ):
        for burst in bursts:
            shown.show_burst(heard.hear(burst))
            texts += [event.text for event in burst if isinstance(event, Text)]


def _accepted(talk: Conversation, text: str) -> str:
    """Ask whether a summary is taken, or edited first; empty if not."""
    while True:
        reply = (talk.read("take this summary? [y/e/N] ", "") or "").strip().lower()
        if reply in {"y", "yes"}:
            return text
        if reply not in {"e", "edit"}:
            return ""
        edited = talk.read("summary: ", text)
        if edited is None or not edited.strip():
            return ""
        text = edited.strip()
        talk.context.out.line(visible(text))


def _role(node: Node) -> str:
    return "summary" if node.message.state == "summary" else node.message.role


def _tokens(node: Node) -> str:
    written = node.message.usage.completion_tokens
    if node.message.role == ASSISTANT and written is not None:
        return str(written)
    return f"~{window.estimate(node.message)}"


def _total(talk: Conversation) -> str:
    seen, size = talk.window, talk.window.size
    of = f" of {size:,}" if size else ""
    if seen.used is None:
        rough = sum(window.estimate(node.message) for node in talk.tree.history)
        return f"about {rough:,}{of} tokens, estimated; the next answer tells"
    percent = f": {seen.shown}" if seen.percent is not None else ""
    return f"{seen.used:,}{of} tokens after the last answer{percent}"
