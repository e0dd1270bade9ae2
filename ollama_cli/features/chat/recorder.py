"""What is said is written down as it is said, and no trouble with that stops a conversation."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol

from ollama_cli.errors import NotFoundError, OllamaCliError
from ollama_cli.features.chat.tree import ASSISTANT, Node, Tree
from ollama_cli.features.sessions import titles
from ollama_cli.types.sessions import Attachment, Session, State

if TYPE_CHECKING:
    from ollama_cli.features.sessions.store import Kept, SessionStore

_DRAFT_SECONDS: Final = 1.0
_DRAFT_BYTES: Final = 4096
_TEXTS: Final = frozenset({"title", "system"})  # of a session, that somebody typed


class Notes(Protocol):
    """Somebody who tells the user."""

    def note(self, text: str) -> None:
        """Write a note."""
        ...

    def warn(self, text: str, *, about: str = "") -> None:
        """Write a warning, each `about` once."""
        ...


class Recorder:
    """Write one session to a store: all of its tree that is not written yet, each time.

    `session` says how the session begins; it is written with the first question. Without a store,
    and while it is private, nothing is written; what is said meanwhile never is, and no title nor
    system prompt of that time: `unwritten` names those that are of such.
    """

    def __init__(
        self,
        store: "SessionStore | None",
        notes: Notes,
        session: Session,
        *,
        is_known: bool = False,
        is_private: bool = False,
        blobs: Mapping[str, bytes] = MappingProxyType({}),
        unwritten: frozenset[str] = frozenset(),
    ) -> None:
        self.store = store
        self._notes = notes
        self.session = session
        self.is_private = is_private or store is None
        self.unwritten = unwritten | (_TEXTS if self.is_private else frozenset())
        self._is_known = is_known
        self._head = session.head
        self._changes: dict[str, Any] = {}
        self._states: dict[int, State] = {}
        self._has_failed = False
        self._blobs = dict(blobs)
        self._new_blobs = set(blobs)
        self._left: list[tuple[Recorder, Tree]] = []

    @property
    def can_save(self) -> bool:
        """Return whether there is a place to save to."""
        return self.store is not None

    @property
    def is_saved(self) -> bool:
        """Return whether the store knows the session."""
        return self._is_known

    @property
    def blobs(self) -> Mapping[str, bytes]:
        """Return the bytes of all files that were attached or read so far, by their SHA-256."""
        return self._blobs

    @property
    def session_id(self) -> str | None:
        """Return the id of the session if it is, or will be, saved."""
        return None if self.is_private and not self._is_known else self.session.id

    def change(self, **fields: Any) -> None:
        """Change the session: its title, model, system, options."""
        self.session = replace(self.session, **fields)
        if self.is_private:
            self.unwritten |= _TEXTS & fields.keys()
            return
        self.unwritten -= fields.keys()
        if self._is_known:
            self._changes |= fields

    def follow(self, old: "Recorder", tree: Tree) -> None:
        """Go on for another session; what cannot be written of the old one is tried again later."""
        old.save(tree)
        self._left = [*old._left, *([(old, tree)] if old._has_failed else [])]  # noqa: SLF001  its own kind
        old._left = []  # noqa: SLF001  likewise

    def attach(self, name: str, media_type: str, data: bytes) -> Attachment:
        """Return what stands for a file in a message; its bytes are kept for the store."""
        digest = hashlib.sha256(data).hexdigest()
        if digest not in self._blobs:
            self._blobs[digest] = data
            self._new_blobs.add(digest)
        return Attachment(digest, name, media_type, len(data))

    def blob(self, sha256: str) -> bytes:
        """Return the bytes of an attachment; raises what the store raises."""
        if sha256 not in self._blobs:
            if self.store is None:
                raise NotFoundError(f"no such attachment: {sha256[:12]}")
            self._blobs[sha256] = self.store.blob(sha256)
        return self._blobs[sha256]

    def has(self, sha256: str) -> bool:
        """Return whether the bytes of an attachment can be read."""
        with suppress(OllamaCliError):
            self.blob(sha256)
            return True
        return False

    def set_state(self, node: Node, state: State) -> None:
        """Set the state of a message."""
        node.change(state=state)
        if node.message.id is not None:
            self._states[node.message.id] = state

    def save(self, tree: Tree, *, again: bool = True) -> None:
        """Write what is not written yet; a store that fails is told of once.

        Unless it is tried `again`, one that failed is left alone: each try may take seconds.
        """
        if self.store is None or self.is_private or (self._has_failed and not again):
            return
        self._try(self.store, tree)
        if not self._has_failed:
            self._try_left()

    def save_rest(self, tree: Tree) -> None:
        """Try for the last time what could not be written, and say so if that fails."""
        self._try_left()
        if self.store is not None and not self._left and (self._has_failed or not self.is_private):
            self._try(self.store, tree)
        if self._has_failed or self._left:
            self._notes.warn("what could not be saved is lost now", about="lost")

    def _try_left(self) -> None:
        """Try again what could not be written of sessions that were left."""
        while self._left and self.store is not None:
            recorder, tree = self._left[0]
            recorder._try(self.store, tree)  # noqa: SLF001  its own kind
            if recorder._has_failed:  # noqa: SLF001  likewise
                return
            del self._left[0]

    def _try(self, store: "SessionStore", tree: Tree) -> None:
        try:
            try:
                self._save(store, tree)
            except NotFoundError:  # another process removed the session
                self._begin_anew(tree)
                self._save(store, tree)
        except OllamaCliError as error:
            self._fail(error)
            return
        if self._has_failed:
            self._notes.note("saved again, with all that was said meanwhile")
        self._has_failed = False

    def learn(self, tree: Tree) -> None:
        """Take in what another window said in this session, if it can be read."""
        if self.store is not None and self._is_known:
            with suppress(OllamaCliError):  # what is known is enough
                tree.learn(self.store.messages(self.session.id))

    def draft(self, question: Node, model: str, content: str, thinking: str) -> None:
        """Write the beginning of an answer of a model."""
        parent = question.message.id
        if self.store is None or self.is_private or self._has_failed or parent is None:
            return
        try:
            self.store.draft(self.session.id, parent, content, thinking, model=model)
        except NotFoundError:  # another process removed the session: the answer will tell
            return
        except OllamaCliError as error:
            self._fail(error)

    def _save(self, store: "SessionStore", tree: Tree) -> None:
        unsaved = [node for node in tree.nodes if node.message.id is None and not node.is_private]
        if not self._is_known:
            if not unsaved:
                return
            self._begin(store, unsaved)
        for run in _runs(unsaved):
            self._write(store, run)
        while self._states:
            message_id, state = next(iter(self._states.items()))
            store.set_state(message_id, state)
            del self._states[message_id]
        head = _saved_id(tree.head)
        if head is None and tree.head is not None:  # all up to here is private
            head = self._head
        changes = self._changes | ({"head": head} if head != self._head else {})
        if changes:
            store.change(self.session.id, **changes)
            self._changes, self._head = {}, head

    def _begin_anew(self, tree: Tree) -> None:
        """Leave alone what was removed: only what was not written yet will be.

        Files went with it, but for those that were read before.
        """
        self._new_blobs = set(self._blobs)
        for node in tree.nodes:
            files = node.message.attachments
            node.change(attachments=tuple(each for each in files if each.sha256 in self._blobs))
            if node.message.id is not None:
                node.change(id=None)
                node.is_private = True
        self.unwritten |= _TEXTS
        self._is_known, self._head = False, None
        self._changes, self._states = {}, {}
        self._notes.note("this session was removed: only what is said from here on is saved again")

    def _begin(self, store: "SessionStore", unsaved: Sequence[Node]) -> None:
        session = self.session
        questions = (node.message.content for node in unsaved if node.is_question)
        given = "" if "title" in self.unwritten else session.title
        begun = store.begin(
            model=session.model,
            system=None if "system" in self.unwritten else session.system,
            options=session.options,
            title=given or titles.first_words(next(questions, "")),
            session_id=session.id,
            forked_from=session.forked_from,
        )
        self.session = replace(begun, system=session.system)
        self._is_known = True

    def _write(self, store: "SessionStore", run: list[Node]) -> None:
        """Write messages, each behind the one before it, in one commit if none brings a file."""
        digests = {each.sha256 for node in run for each in node.message.attachments}
        new = digests & self._new_blobs
        parent = _saved_id(run[0].parent)
        if new and len(run) > 1:
            for node in run:
                self._write(store, [node])
            return
        kept: list[Kept]
        if new or (len(run) == 1 and run[0].message.role != ASSISTANT):
            question = replace(run[0].message, parent=parent)
            blobs = {digest: self._blobs[digest] for digest in new}
            kept = [store.ask(self.session.id, question, blobs, expected_head=self._head)]
            self._new_blobs -= new
        else:
            messages = [node.message for node in run]
            kept = store.append(self.session.id, messages, parent, expected_head=self._head)
        for node, each in zip(run, kept, strict=True):
            node.change(id=each.id, parent=parent)
            parent = self._head = each.id
        if kept[0].has_moved:
            self._notes.note(
                "another window went on with this session: what is said here is a branch of its own"
            )

    def _fail(self, error: OllamaCliError) -> None:
        if not self._has_failed:
            hint = f" ({error.hint})" if error.hint else ""
            self._notes.warn(f"not saved for now: {error.message}{hint}", about="not saved")
        self._has_failed = True


class Draft:
    """The answer of a model that is coming, written down every second or 4 kB as it grows."""

    def __init__(
        self,
        recorder: Recorder,
        question: Node,
        model: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._recorder = recorder
        self._question = question
        self._model = model
        self._clock = clock
        self._written_at = clock()
        self._size = 0
        self._texts: list[str] = []
        self._thoughts: list[str] = []

    def add(self, text: str = "", thinking: str = "") -> None:
        """Take a piece of the answer, and write all of it down if that is due."""
        if text:
            self._texts.append(text)
        if thinking:
            self._thoughts.append(thinking)
        self._size += len(text) + len(thinking)
        if self._size >= _DRAFT_BYTES or self._clock() - self._written_at >= _DRAFT_SECONDS:
            self.write()

    def write(self) -> None:
        """Write down what there is."""
        self._written_at, self._size = self._clock(), 0
        if self._texts or self._thoughts:
            self._recorder.draft(self._question, self._model, self.text, self.thinking)

    @property
    def text(self) -> str:
        """Return the text so far."""
        return "".join(self._texts)

    @property
    def thinking(self) -> str:
        """Return the thinking so far."""
        return "".join(self._thoughts)


def _saved_id(node: Node | None) -> int | None:
    """Return the id of the nearest message at or above a node that was written."""
    while node is not None and node.message.id is None:
        node = node.parent
    return node.message.id if node else None


def _runs(nodes: Iterable[Node]) -> Iterator[list[Node]]:
    """Group messages of which each stands behind the one before it."""
    run: list[Node] = []
    for node in nodes:
        if run and node.parent is not run[-1]:
            yield run
            run = []
        run.append(node)
    if run:
        yield run
