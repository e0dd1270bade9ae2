"""The messages of a prompt file, and what is asked by them."""

from typing import Final, NamedTuple


class Message(NamedTuple):
    """One message; in a file with placeholders."""

    role: str
    content: str


class Asked(NamedTuple):
    """What is asked: a system prompt, messages before the question, and the question.

    `text` is None if there is no question yet. `title` is that of what asks, if it has one.
    """

    system: str | None = None
    before: tuple[Message, ...] = ()
    text: str | None = None
    title: str = ""


NOTHING: Final = Asked()
