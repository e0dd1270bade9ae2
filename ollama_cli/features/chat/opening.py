"""A session that is begun or goes on: for one answer, or for a conversation."""

import base64
import os
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ollama_cli.errors import ConfigError, ModelNotFoundError, OllamaCliError
from ollama_cli.features.chat import answer, preload, sitting
from ollama_cli.features.chat.attachments import IMAGE
from ollama_cli.features.chat.options import AnswerOptions, Sitting
from ollama_cli.features.chat.recorder import Recorder
from ollama_cli.features.chat.saved import show_saved
from ollama_cli.features.chat.tree import USER, Tree
from ollama_cli.features.context import Context
from ollama_cli.features.explain import explain
from ollama_cli.features.prompts.messages import NOTHING, Asked
from ollama_cli.features.pull.auto import pull_missing
from ollama_cli.features.sessions import titles
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.requests import ChatRequest
from ollama_cli.types.sessions import Attachment, Message, Session
from ollama_cli.types.times import timestamp
from ollama_cli.ui.inputs import picture_kind
from ollama_cli.ui.sentences import show_error
from ollama_cli.ui.streams import InStream

if TYPE_CHECKING:
    from ollama_cli.features.chat.structure import Structure
    from ollama_cli.features.tools.toolbox import Toolbox

_MOST_QUESTIONS: Final = 1000


class Opened:
    """A session as it is begun, or as it was left: with its tree, and what it is asked with."""

    def __init__(
        self,
        context: Context,
        request: ChatRequest,
        options: AnswerOptions,
        where: Sitting,
        session: Session | None,
        system: str | None,
        auto: bool,
        tools: "Toolbox | None" = None,
        structure: "Structure | None" = None,
        asked: Asked = NOTHING,
    ) -> None:
        self._tools = tools
        self._structure = structure
        self._context = context
        self._request = request
        self._options = options
        self._where = where
        self._auto = auto
        self._attached: list[Attachment] = []
        store = self._store(must_be=where.save or session is not None)
        is_private = where.private or not (context.settings.save or where.save)
        if session is None:
            self._tree = Tree()
            for each in asked.before:
                said = Message(each.role, each.content, created_at=timestamp())
                self._tree.add(said, is_private=is_private)
            begun = _begun(request, system, asked.title if asked.before else "")
            self._recorder = Recorder(store, context.prompter, begun, is_private=is_private)
        else:
            assert store is not None  # noqa: S101  the session is in it
            self._tree = Tree(store.messages(session.id), session.head)
            self._recorder = Recorder(
                store, context.prompter, session, is_known=True, is_private=is_private
            )
            self._settle(session, system)

    def attach(self, paths: Sequence[str], images: Iterable[str]) -> None:
        """Have images (base64), read from these paths, go along with the question."""
        for path, image in zip(paths, images, strict=True):
            data = base64.b64decode(image)
            kind = (picture_kind(data) or "").lower()
            self._attached.append(self._recorder.attach(Path(path).name, f"{IMAGE}{kind}", data))

    def answer(self, text: str) -> None:
        """Answer one question; raises what `show_answer` raises."""
        recorder = self._recorder
        recorder.is_private |= not sitting.saves_one(self._context, self._where)
        attached = tuple(self._attached)
        question = Message(USER, text, created_at=timestamp(), attachments=attached)
        self._tree.add(question, is_private=recorder.is_private)
        asked, given = show_saved(
            self._context,
            self._request,
            self._options,
            recorder,
            self._tree,
            auto=self._auto,
            tools=self._tools,
            structure=self._structure,
        )
        answer.warn_of_small_context(self._context, asked, given)

    def converse(self, text: str | None) -> None:
        """Hold a conversation; a question that is given already is answered first."""
        from ollama_cli.features.chat import commands, repl  # noqa: PLC0415  conversations alone: 20 ms
        from ollama_cli.features.chat.conversation import Conversation  # noqa: PLC0415  likewise: 2 ms
        from ollama_cli.ui.line import choose  # noqa: PLC0415  likewise: 2 ms

        context, where = self._context, self._where
        recorder = self._recorder
        self._take_keys()
        talk = Conversation(
            context,
            self._request,
            self._options,
            recorder,
            tree=self._tree,
            auto=self._auto,
            tools=self._tools,
        )
        talk.attached = self._attached
        context.servers.ensure_running()  # before the first question
        self._apply_retention()
        loads = where.preload and text is None
        line = choose.choose(
            context.out,
            context.prompter,
            context.environ,
            keys=context.settings.keys,
            accessible=context.settings.accessible,
            history=self._questions,
            complete=lambda begun: commands.candidates(talk, begun),
        )
        with closing(line):
            if loads:
                talk.ahead = self._load()
            with talk.ahead:
                repl.run(talk, line, text)

    def _load(self) -> preload.Preload:
        """Begin to load the model; one that is not there is pulled before the first question."""
        ahead = preload.begin(self._context, self._request)
        if missing := ahead.missing():
            self._pull(missing)
            ahead = preload.begin(self._context, self._request)
        return ahead

    def _pull(self, missing: ModelNotFoundError) -> None:
        """Pull the model before the first question; what was said before can be read without it."""
        try:
            pull_missing(self._context, self._request.model, missing)
        except OllamaCliError as error:  # also what ends a pull
            if not self._tree.nodes:
                self._context.is_conversation = False
                raise
            show_error(self._context.err, explain(error, self._context))

    def _store(self, *, must_be: bool) -> SessionStore | None:
        try:
            return self._context.sessions
        except ConfigError:  # no home folder: there is no place to save to
            if must_be:
                raise
            return None

    def _settle(self, session: Session, system: str | None) -> None:
        """Keep what flags have changed in the session."""
        wanted = {"model": self._request.model, "options": dict(self._request.options or {})}
        wanted |= {} if system is None else {"system": system}
        changed = {name: each for name, each in wanted.items() if each != getattr(session, name)}
        self._recorder.change(**changed)

    def _apply_retention(self) -> None:
        """Remove what is older than the settings keep; a store that fails is told of later."""
        store, keep = self._recorder.store, self._context.settings.keep_sessions
        if store is None or keep is None or self._recorder.is_private:
            return
        from ollama_cli.features.sessions import retention  # noqa: PLC0415  hardly ever: 5 ms

        with suppress(ConfigError):
            if words := retention.apply(store, keep, spared=self._recorder.session.id):
                self._context.prompter.note(words)

    def _take_keys(self) -> None:
        """Take keys, and answers to questions, from the terminal where stdin is none."""
        context = self._context
        if context.stdin.is_terminal:
            return
        from ollama_cli.ui.line.quiet import open_quiet  # noqa: PLC0415  -I alone: 1 ms

        quiet = open_quiet(context.environ.get("TERM", ""), wants_terminal=True)
        assert quiet is not None  # noqa: S101  has_keys has seen it
        context.stdin = InStream(os.fdopen(quiet.keys, "rb", closefd=False), is_terminal=True)
        context.prompter.stdin = context.stdin

    def _questions(self) -> Sequence[str]:
        """Return earlier questions, for the line; none where they cannot be read."""
        with suppress(OllamaCliError):
            store = self._recorder.store
            return store.questions(_MOST_QUESTIONS) if store else ()
        return ()


def _begun(request: ChatRequest, system: str | None, title: str) -> Session:
    now = timestamp()
    options = dict(request.options or {})
    session = Session(titles.new_id(), title, now, now, model=request.model, system=system)
    return replace(session, options=options)
