"""A conversation for tests: strings go in; requests, notes and what is shown come out."""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hostile import Peer, Script, Server, answer, by_path, document, lines

from ollama_cli.features.chat import commands
from ollama_cli.features.chat.conversation import Conversation, Next
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.chat.recorder import Recorder
from ollama_cli.features.chat.tree import Tree
from ollama_cli.features.context import Context, Flags
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.requests import ChatRequest
from ollama_cli.types.sessions import Message, Session
from ollama_cli.ui.streams import InStream, OutStream

ID = "0123456789ab"
NOW = "2026-11-29T12:00:00.000Z"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
MODELS = {
    "m": ["completion"],
    "eyes": ["completion", "vision"],
    "sage": ["completion", "thinking"],
    "vectors": ["embedding"],
}


def said(text: str, *, read: int | None = None, wrote: int | None = None, **more: Any) -> Script:
    """A whole answer; `read` and `wrote` are its tokens."""
    numbers = {"prompt_eval_count": read, "eval_count": wrote, "eval_duration": 10**9}
    end = {name: value for name, value in numbers.items() if value is not None}
    last = {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}
    first = {"message": {"role": "assistant", "content": text}, "done": False}
    return lines(first, {**last, **end, **more})


class Answers:
    """The answers of a server, one after the other; the last one comes again and again."""

    def __init__(self, *scripts: Script | str) -> None:
        self.scripts = [said(each) if isinstance(each, str) else each for each in scripts]
        self.asked: list[Any] = []

    def __call__(self, peer: Peer) -> None:
        self.asked.append(peer.request.json)
        self.scripts[min(len(self.asked), len(self.scripts)) - 1](peer)


def shown_model(peer: Peer) -> None:
    name = peer.request.json["model"]
    known = {"capabilities": MODELS.get(name, []), "license": "free", "parameters": ""}
    info = {"general.architecture": "x", "x.context_length": 131072}
    script = document({**known, "model_info": info, "details": {}})
    (script if name in MODELS else answer(404, json.dumps({"error": "no"}).encode()))(peer)


class Talk:
    """A conversation that is fed with strings."""

    def __init__(self, answers: Answers, conversation: Conversation, store: SessionStore) -> None:
        self.answers = answers
        self.conversation = conversation
        self.store = store
        self.replies: list[str | None] = []
        self.questions: list[tuple[str, str]] = []
        conversation.read = self._read

    def say(self, text: str, *, is_block: bool = False) -> Next:
        for stream in (self.conversation.context.out, self.conversation.context.err):
            assert isinstance(stream.file, io.StringIO)
            stream.file.seek(0)
            stream.file.truncate()
        return commands.take(self.conversation, text, is_block=is_block)

    def told(self, text: str, **more: Any) -> str:
        """Say something; return what is told beside the answers."""
        self.say(text, **more)
        return self.err

    @property
    def out(self) -> str:
        file = self.conversation.context.out.file
        assert isinstance(file, io.StringIO)
        return file.getvalue()

    @property
    def err(self) -> str:
        file = self.conversation.context.err.file
        assert isinstance(file, io.StringIO)
        return file.getvalue()

    @property
    def asked(self) -> list[Any]:
        """The requests that were answered."""
        return self.answers.asked

    @property
    def sent(self) -> list[tuple[str, str]]:
        """The messages of the last request: (role, content)."""
        return [(each["role"], each["content"]) for each in self.asked[-1]["messages"]]

    @property
    def kept(self) -> list[Message]:
        """The messages of the session in the store."""
        return self.store.messages(self.conversation.recorder.session.id)

    @property
    def branch(self) -> list[str]:
        """The texts of the branch that is followed."""
        return [node.message.content for node in self.conversation.tree.path]

    def _read(self, prompt: str, text: str) -> str | None:
        self.questions.append((prompt, text))
        return self.replies.pop(0)


Opens = Callable[..., Any]


@contextmanager
def talking(
    folder: Path,
    *scripts: Script | str,
    size: int | None = 4096,
    models: Sequence[str] = tuple(MODELS),
    model: str = "m",
    settings: dict[str, object] | None = None,
    **more: Any,
) -> Iterator[Talk]:
    """Begin a conversation with a server that answers by scripts; its store is in a folder."""
    answers = Answers(*(scripts or ("yes",)))
    running = [{"name": f"{each}:latest", "context_length": size} for each in models if size]
    routes: dict[str, Script] = {
        "/api/chat": answers,
        "/api/ps": document({"models": running}),
        "/api/show": shown_model,
        "/api/tags": document({"models": [{"name": f"{each}:latest"} for each in models]}),
    }
    with (
        Server(by_path(routes)) as server,
        joined(folder, server.url, model, settings, **more) as talk,
    ):
        talk.answers = answers
        yield talk


@contextmanager
def joined(
    folder: Path, url: str, model: str, settings: dict[str, object] | None = None, **more: Any
) -> Iterator[Talk]:
    """Begin a conversation with any server; its store is in a folder."""
    context = Context(
        Flags(settings={"host": url, **(settings or {})}),
        out=OutStream(io.StringIO()),
        err=OutStream(io.StringIO()),
        stdin=InStream(None),
        environ={"OLLAMA_CLI_REGISTRY": "none"},
    )
    store = SessionStore(folder / "sessions.db")
    recorder = Recorder(store, context.prompter, Session(ID, "", NOW, NOW, model=model))
    request = ChatRequest(model=model, messages=[], options={}, gather=False, join=True)
    conversation = Conversation(context, request, AnswerOptions(), recorder, tree=Tree(), **more)
    try:
        yield Talk(Answers("yes"), conversation, store)
    finally:
        context.close()
        store.close()
