"""What is asked of the store, and written to it, within one of its transactions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NoReturn

from ollama_cli.errors import NotFoundError
from ollama_cli.features.sessions import rows
from ollama_cli.system.lives import Life
from ollama_cli.system.sqlite import Transaction
from ollama_cli.types.sessions import Attachment, Message
from ollama_cli.types.text import well_formed
from ollama_cli.types.times import timestamp

LIST_HINT: Final = "which there are: `ollama-cli sessions list`"
# A chosen id of a message is kept up to here: the store counts on from the largest.
_LARGEST_ID: Final = 10**9


def exists(base: Transaction, session_id: str) -> bool:
    """Return whether there is a session of an id."""
    return bool(base.execute("SELECT 1 FROM sessions WHERE id = ?", (session_id,)).rows)


def are_free(base: Transaction, numbers: Sequence[int]) -> bool:
    """Return whether messages may have these ids."""
    if len(set(numbers)) != len(numbers):
        return False
    query = "SELECT 1 FROM messages WHERE id = ?"
    return all(
        0 < number <= _LARGEST_ID and not base.execute(query, (number,)).rows for number in numbers
    )


def check_message(base: Transaction, session_id: str, number: int) -> None:
    """Raise NotFoundError for a message that the session does not hold."""
    query = "SELECT 1 FROM messages WHERE id = ? AND session = ?"
    if not base.execute(query, (number, session_id)).rows:
        miss_message(session_id, number)


def add_blobs(base: Transaction, blobs: Mapping[str, bytes]) -> None:
    """Store the bytes of attachments, by their SHA-256, unless they are there."""
    for sha256, data in blobs.items():
        base.execute(rows.INSERT_BLOB, (sha256, len(data), data))


def add_message(base: Transaction, session_id: str, message: Message) -> int:
    """Store a message of a session, with the links to its attachments; return its id."""
    if message.parent is not None:
        check_message(base, session_id, message.parent)
    dated = replace(message, created_at=message.created_at or timestamp())
    number = base.execute(rows.INSERT_MESSAGE, rows.message_row(session_id, dated)).last
    for position, each in enumerate(message.attachments):
        values = (number, position, each.sha256, well_formed(each.name), each.media_type)
        base.execute(rows.INSERT_ATTACHMENT, values)
    return number


def messages(base: Transaction, session_id: str) -> list[Message]:
    """List the messages of a session; ValueError or TypeError for rows not written here."""
    attached: dict[int, list[Attachment]] = {}
    query = """
        SELECT message, sha256, name, media_type, size
        FROM messages JOIN attachments ON message = id JOIN blobs USING (sha256)
        WHERE session = ? ORDER BY message, position
    """
    for row in base.execute(query, (session_id,)).rows:
        found = Attachment(row["sha256"], row["name"], row["media_type"], row["size"])
        attached.setdefault(row["message"], []).append(found)
    query = "SELECT * FROM messages WHERE session = ? ORDER BY id"
    return [
        rows.message_of(row, attached.get(row["id"], ()))
        for row in base.execute(query, (session_id,)).rows
    ]


def keep_drafts(base: Transaction, session_id: str) -> None:
    """Make messages of the drafts whose processes died."""
    query = "SELECT rowid, * FROM drafts WHERE session = ?"
    for row in base.execute(query, (session_id,)).rows:
        if Life(row["pid"], row["born"]).is_running:
            continue
        base.execute("DELETE FROM drafts WHERE rowid = ?", (row["rowid"],))
        if row["content"] or row["thinking"]:
            number = add_message(base, session_id, _partial(row))
            query = "UPDATE sessions SET head = ? WHERE id = ? AND head = ?"
            base.execute(query, (number, session_id, row["parent"]))


def miss(session_id: str) -> NoReturn:
    """Raise NotFoundError: there is no such session."""
    raise NotFoundError(f"there is no session {session_id!r}", hint=LIST_HINT)


def miss_message(session_id: str, number: int) -> NoReturn:
    """Raise NotFoundError: the session has no such message."""
    raise NotFoundError(
        f"session {session_id} has no message {number}",
        hint=f"which it has: `ollama-cli sessions show {session_id} --all-branches`",
    )


def _partial(draft: Any) -> Message:
    names = ("content", "thinking", "model", "created_at", "parent")
    values = {name: draft[name] for name in names}
    options = rows.loaded(draft["options"])
    return Message(role="assistant", state="partial", options=options, **values)
