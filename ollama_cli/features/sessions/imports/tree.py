"""A tree of messages in the making: what is there already is found again by what it says."""

from dataclasses import replace
from typing import Final

from ollama_cli.features.sessions import titles
from ollama_cli.features.sessions.imports.found import Found, Record
from ollama_cli.types.sessions import Message, Session

MOST_MESSAGES: Final = 1_000_000


class Tree:
    """The messages of one session of a source, numbered from 1; parents come first."""

    def __init__(self, place: str) -> None:
        self._place = Record({}, place)
        self._known: dict[tuple[object, ...], int] = {}
        self._messages: list[Message] = []
        self.blobs: dict[str, bytes] = {}
        self.left_out: set[str] = set()

    def add(self, parent: int | None, message: Message) -> int:
        """Add a message below another one, or find it there; return its number."""
        files = tuple(each.sha256 for each in message.attachments)
        calls = tuple(map(repr, message.tool_calls))
        key = (parent, message.role, message.content, files, calls)
        number = self._known.get(key)
        if number is not None:
            return number
        number = len(self._messages) + 1
        if number > MOST_MESSAGES:
            self._place.refuse(f"it has more than {MOST_MESSAGES:,} messages")
        self._known[key] = number
        self._messages.append(replace(message, id=number, parent=parent))
        return number

    def found(
        self,
        source: str,
        source_id: str,
        *,
        head: int | None,
        title: str | None,
        system: str | None = None,
        created_at: str | None = None,
    ) -> Found:
        """Return the session; times and model are those of its messages."""
        messages = tuple(self._messages)
        times = [each.created_at for each in messages if each.created_at]
        models = [each.model for each in messages if each.model]
        first = created_at or min(times, default="")
        session = Session(
            id="",
            title=titles.cleaned(title or "") or self._first_words(),
            created_at=first,
            updated_at=max([first, *times]),
            head=head,
            model=models[-1] if models else None,
            system=system,
        )
        return Found(source, source_id, session, messages, self.blobs, left_out=len(self.left_out))

    def _first_words(self) -> str:
        questions = (each.content for each in self._messages if each.role == "user")
        return titles.first_words(next(questions, ""))
