"""The store of sessions: one SQLite file, to which a conversation is written as it goes on.

A question is stored before it is sent, an answer when it ends, each in one commit that has reached
the disk; in between the answer is a draft, which is cheap to write. The draft of a process that
died becomes a message.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from ollama_cli.errors import ConfigError, NotFoundError, UsageError
from ollama_cli.features.sessions import rows, statements, titles
from ollama_cli.features.sessions.schema import ERASE, FORM
from ollama_cli.system.lives import Life
from ollama_cli.system.sqlite import Store, Transaction
from ollama_cli.types.sessions import Message, Session, State
from ollama_cli.types.text import one_line, well_formed
from ollama_cli.types.times import timestamp

_MOST_NAMED: Final = 5
_COLUMNS: Final = frozenset({"title", "model", "system", "options", "head"})


class Kept(NamedTuple):
    """A message that was stored: its `id`.

    `has_moved` means that the session's head was no longer the expected one, as another window
    wrote to it: the message stands on a branch of its own, and is the head now.
    """

    id: int
    has_moved: bool


class SessionStore:
    """The sessions in a file, which is made when the first one begins.

    Every method raises ConfigError if the file cannot be used, and NotFoundError for a session or
    a message that is not in it.
    """

    def __init__(self, path: Path) -> None:
        self.database = Store(path, FORM)
        self._is_tidy = False

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def begin(
        self,
        *,
        model: str | None = None,
        system: str | None = None,
        options: Mapping[str, Any] | None = None,
        title: str = "",
        session_id: str | None = None,
        created_at: str | None = None,
        forked_from: str | None = None,
    ) -> Session:
        """Store a new session; one without a title gets the first words of its first question."""
        now = timestamp()
        session = Session(
            id=session_id or titles.new_id(),
            title=titles.cleaned(title),
            created_at=created_at or now,
            updated_at=created_at or now,
            model=model,
            system=system,
            options=options or {},
            forked_from=forked_from,
        )
        return self.add(session, [], {})

    def add(
        self, session: Session, messages: Sequence[Message], blobs: Mapping[str, bytes]
    ) -> Session:
        """Store a session with its messages, in one commit; return it as it was stored.

        A parent stands before its children. The ids of messages are kept if all of them are free,
        that of the session if it is well-formed and free; else they are new.
        """
        self.database.create()
        with self.database.writing() as base:
            while not titles.is_id(session.id) or statements.exists(base, session.id):
                session = replace(session, id=titles.new_id())
            base.execute(rows.INSERT_SESSION, rows.session_row(session))
            chosen = [each.id for each in messages if each.id is not None]
            keeps = len(chosen) == len(messages) and statements.are_free(base, chosen)
            statements.add_blobs(base, blobs)
            numbers: dict[int | None, int | None] = {None: None}
            for each in messages:
                place = replace(each, id=each.id if keeps else None, parent=numbers[each.parent])
                numbers[each.id] = statements.add_message(base, session.id, place)
            session = replace(session, head=numbers.get(session.head))
            base.execute("UPDATE sessions SET head = ? WHERE id = ?", (session.head, session.id))
        return session

    def session(self, session_id: str) -> Session:
        """Return the session of an id."""
        with self.reading() as base:
            return self._session(base, session_id)

    def find(self, text: str) -> Session:
        """Return the session that a user means by an id, the beginning of one, or a title.

        UsageError if it may be several ones, or is too short.
        """
        with self.reading() as base:
            found = self._matches(base, text) if base else []
        if len(found) > 1 and found[0].id != text.lower():
            named = ", ".join(f"{each.id} ({each.title})" for each in found[:_MOST_NAMED])
            more = ", …" if len(found) > _MOST_NAMED else ""
            raise UsageError(
                f"{text!r} means {len(found)} sessions: {one_line(named)}{more}",
                hint="write more of the id",
            )
        if not found and titles.is_prefix(text.lower()) and len(text) < titles.SHORTEST:
            raise UsageError(
                f"{text!r} is too short for an id: write {titles.SHORTEST} digits or more",
                hint=statements.LIST_HINT,
            )
        return found[0] if found else statements.miss(text)

    def latest(self) -> Session | None:
        """Return the session that was used last; None if there is none."""
        with self.reading() as base:
            query = "SELECT * FROM sessions ORDER BY updated_at DESC, rowid DESC LIMIT 1"
            found = base.execute(query).rows if base else []
            return self._session_of(found[0]) if found else None

    def change(self, session_id: str, **fields: Any) -> None:
        """Change `title`, `model`, `system`, `options` or `head` of a session: those given."""
        if unknown := fields.keys() - _COLUMNS:
            raise TypeError(f"a session has no {', '.join(sorted(unknown))}")
        values = {name: rows.stored(value) for name, value in fields.items()}
        if fields.keys() - {"title"}:
            values["updated_at"] = timestamp()
        with self._changing(session_id) as base:
            if fields.get("head") is not None:
                statements.check_message(base, session_id, fields["head"])
            names = ", ".join(f"{name} = ?" for name in values)
            query = f"UPDATE sessions SET {names} WHERE id = ?"  # noqa: S608  names of our columns
            base.execute(query, (*values.values(), session_id))

    def messages(self, session_id: str) -> list[Message]:
        """List all messages of a session, the oldest first.

        What a process that died had drafted is a `partial` message from now on.
        """
        with self.reading() as base:
            self._session(base, session_id)
            assert base is not None  # noqa: S101  it holds a session
            query = "SELECT pid, born FROM drafts WHERE session = ?"
            drafts = [Life(*row) for row in base.execute(query, (session_id,)).rows]
        if any(not life.is_running for life in drafts):
            with self._damage(), self._changing(session_id) as base:
                statements.keep_drafts(base, session_id)
        with self.reading() as base, self._damage():
            return statements.messages(base, session_id) if base else []

    def ask(
        self,
        session_id: str,
        question: Message,
        blobs: Mapping[str, bytes],
        *,
        expected_head: int | None,
    ) -> Kept:
        """Store a question behind its `parent`, before it is sent, and make it the head."""
        with self._changing(session_id) as base:
            session = self._session(base, session_id)
            statements.add_blobs(base, blobs)
            number = statements.add_message(base, session_id, question)
            title = session.title or titles.first_words(question.content)
            query = "UPDATE sessions SET head = ?, title = ?, updated_at = ? WHERE id = ?"
            base.execute(query, (number, title, timestamp(), session_id))
        return Kept(number, session.head != expected_head)

    def draft(
        self,
        session_id: str,
        parent: int,
        content: str,
        thinking: str,
        *,
        model: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """Store as much as there is of the answer to the message `parent`.

        `model` and `options` are those of the session unless they are given.
        """
        values = (
            *(parent, *Life.own(), timestamp(), model),
            None if options is None else rows.dumped(options),
            *(well_formed(content), well_formed(thinking), parent, session_id),
        )
        with self._changing(session_id, is_synced=False) as base:
            done = base.execute(
                """
                INSERT INTO drafts
                (parent, pid, born, created_at, model, options, content, thinking, session)
                SELECT ?, ?, ?, ?, coalesce(?, sessions.model), coalesce(?, sessions.options),
                  ?, ?, sessions.id
                FROM messages JOIN sessions ON sessions.id = messages.session
                WHERE messages.id = ? AND sessions.id = ?
                ON CONFLICT (parent, pid, born) DO UPDATE
                SET content = excluded.content, thinking = excluded.thinking
                """,
                values,
            )
            if not done.changed:
                statements.miss_message(session_id, parent)

    def answer(self, session_id: str, answer: Message, *, expected_head: int | None) -> Kept:
        """Store an answer behind its `parent` in place of its draft, and make it the head."""
        return self.append(session_id, [answer], answer.parent, expected_head=expected_head)[-1]

    def append(
        self,
        session_id: str,
        messages: Sequence[Message],
        parent: int | None,
        *,
        expected_head: int | None,
    ) -> list[Kept]:
        """Store messages one behind the other, the first behind `parent`; the last is the head."""
        with self._changing(session_id) as base:
            head, numbers = self._session(base, session_id).head, []
            for each in messages:
                query = "DELETE FROM drafts WHERE parent = ? AND pid = ? AND born = ?"
                base.execute(query, (parent, *Life.own()))
                parent = statements.add_message(
                    base, session_id, replace(each, id=None, parent=parent)
                )
                numbers.append(parent)
            query = "UPDATE sessions SET head = ?, updated_at = ? WHERE id = ?"
            base.execute(query, (parent, timestamp(), session_id))
        return [Kept(number, head != expected_head) for number in numbers]

    def set_state(self, message_id: int, state: State) -> None:
        """Change the state of a message, such as that of a question which got no answer."""
        with self.writing() as base:
            query = "UPDATE messages SET state = ? WHERE id = ?"
            if not base.execute(query, (state, message_id)).changed:
                raise NotFoundError(f"there is no message {message_id}")

    def fork(self, session_id: str, at: int | None = None, title: str | None = None) -> Session:
        """Copy the branch that ends at a message, or at the head, into a new session."""
        origin = self.session(session_id)
        known = {each.id: each for each in self.messages(session_id)}
        end = origin.head if at is None else at
        if at is not None and at not in known:
            statements.miss_message(session_id, at)
        chain: list[Message] = []
        while end in known and known[end] not in chain:
            chain.insert(0, known[end])
            end = known[end].parent
        copied = replace(
            origin,
            id="",
            title=origin.title if title is None else titles.cleaned(title),
            created_at=timestamp(),
            updated_at=timestamp(),
            head=chain[-1].id if chain else None,
            forked_from=origin.id,
        )
        return self.add(copied, chain, {})

    def blob(self, sha256: str) -> bytes:
        """Return the bytes of an attachment."""
        with self.reading() as base:
            query = "SELECT data FROM blobs WHERE sha256 = ?"
            found = base.execute(query, (sha256,)).rows if base else []
        if not found:
            raise NotFoundError(f"there is no attachment {sha256}")
        return bytes(found[0][0])

    def questions(self, limit: int) -> list[str]:
        """List the texts of the last questions of all sessions, the newest first, each once."""
        query = "SELECT content FROM messages WHERE role = 'user' ORDER BY id DESC LIMIT ?"
        with self.reading() as base:
            found = base.execute(query, (2 * limit,)).rows if base else []
        return list(dict.fromkeys(text for (text,) in found))[:limit]

    def erase(self, *, patience: float | None = None) -> bool:
        """Take what was removed out of the files, too.

        Return False while another process reads them, for longer than `patience` seconds: the next
        start does it then.
        """
        if not self.database.compact(patience=patience):
            return False
        with self.database.writing() as base:
            base.execute("DELETE FROM upkeep WHERE task = ?", (ERASE,))
        return True

    def _tidy(self) -> None:
        """Do, once in a run, what another one had to leave."""
        if self._is_tidy:
            return
        self._is_tidy = True
        with self.database.reading() as base:
            left = (
                base.execute("SELECT 1 FROM upkeep WHERE task = ?", (ERASE,)).rows if base else []
            )
        if left:
            with suppress(ConfigError):  # the next start tries again
                self.erase(patience=0)

    @contextmanager
    def reading(self) -> Iterator[Transaction | None]:
        """Open a transaction that reads; None if there is nothing yet."""
        if not self.database.exists:
            yield None
            return
        self._tidy()
        with self.database.reading() as base:
            yield base

    @contextmanager
    def writing(self, *, is_synced: bool = True) -> Iterator[Transaction]:
        """Open a transaction that writes; NotFoundError if there is nothing yet."""
        if not self.database.exists:
            raise NotFoundError("there are no sessions")
        self._tidy()
        with self.database.writing(is_synced=is_synced) as base:
            yield base

    @contextmanager
    def _changing(self, session_id: str, *, is_synced: bool = True) -> Iterator[Transaction]:
        with self.writing(is_synced=is_synced) as base:
            if not statements.exists(base, session_id):
                statements.miss(session_id)
            yield base

    def _session(self, base: Transaction | None, session_id: str) -> Session:
        query = "SELECT * FROM sessions WHERE id = ?"
        found = base.execute(query, (session_id,)).rows if base else []
        return self._session_of(found[0]) if found else statements.miss(session_id)

    def _session_of(self, row: Mapping[str, Any]) -> Session:
        with self._damage():
            return rows.session_of(row)

    @contextmanager
    def _damage(self) -> Iterator[None]:
        """Refuse the file for rows that were not written here: SQLite does not check them all."""
        try:
            yield
        except (ValueError, TypeError, RecursionError) as error:
            self.database.refuse("it is damaged", error)

    def _matches(self, base: Transaction, text: str) -> list[Session]:
        """List the sessions that a text may mean; that of a whole id is the first."""
        lower = text.lower()
        begin = lower if titles.is_prefix(lower) and len(text) >= titles.SHORTEST else None
        found = base.execute(
            "SELECT * FROM sessions WHERE id >= ?1 AND id < ?1 || 'g' OR title = ?2 "
            "ORDER BY id = ?1 DESC, updated_at DESC",
            (begin, well_formed(text)),
        ).rows
        return [self._session_of(row) for row in found]
