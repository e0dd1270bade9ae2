"""The tree of a conversation: messages, the branch that is followed, and ways to leave it.

Nothing is ever taken out of a tree. What is undone, asked again or dropped stays on a branch of its
own, which the number of the branch leads back to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from ollama_cli.types.sessions import Message

USER: Final = "user"
ASSISTANT: Final = "assistant"
SYSTEM: Final = "system"
TOOL: Final = "tool"


class Node:
    """A message in its place; `is_private` keeps it out of every store for good."""

    def __init__(self, message: Message, parent: "Node | None", *, is_private: bool) -> None:
        self.message = message
        self.parent = parent
        self.children: list[Node] = []
        self.is_private = is_private

    def change(self, **fields: Any) -> None:
        """Set fields of the message."""
        self.message = replace(self.message, **fields)

    @property
    def is_question(self) -> bool:
        """Return whether the user asked it."""
        return self.message.role == USER and self.message.state != "summary"


class Exchange(NamedTuple):
    """A question, and its answer if there is one."""

    question: Node
    answer: Node | None


class Branch(NamedTuple):
    """A branch: the first node that it does not share with an older one, and its last one."""

    start: Node
    end: Node


class Tree:
    """The messages of one session, oldest first, and the `head`: the last one that is followed.

    A head of None is the start, where nothing was said.
    """

    def __init__(self, messages: Sequence[Message] = (), head: int | None = None) -> None:
        self.nodes: list[Node] = []
        self.head: Node | None = None
        by_id: dict[int | None, Node] = {}
        for message in messages:
            self.head = by_id.get(message.parent)
            by_id[message.id] = self.add(message)
        self.head = by_id.get(head)

    def add(self, message: Message, *, is_private: bool = False) -> Node:
        """Add a message behind the head, which moves to it."""
        node = Node(message, self.head, is_private=is_private)
        if self.head is not None:
            self.head.children.append(node)
        self.nodes.append(node)
        self.head = node
        return node

    def learn(self, messages: Iterable[Message]) -> None:
        """Take in what another window said, the oldest first; the head stays where it is."""
        by_id: dict[int | None, Node] = {node.message.id: node for node in self.nodes}
        head, count = self.head, len(self.nodes)
        for message in messages:
            if message.id not in by_id:
                self.head = None if message.parent is None else by_id[message.parent]
                by_id[message.id] = self.add(message)
        self.head = head
        if len(self.nodes) > count:
            _sort(self.nodes)
            for node in self.nodes:
                _sort(node.children)

    @property
    def path(self) -> list[Node]:
        """Return the messages from the start to the head."""
        return path_to(self.head)

    @property
    def history(self) -> list[Node]:
        """Return the messages that a model is sent: no failed ones, none before a summary."""
        path = self.path
        starts = [place for place, node in enumerate(path) if node.message.state == "summary"]
        rest = path[starts[-1] :] if starts else path
        return [node for node in rest if node.message.state != "failed"]

    @property
    def exchanges(self) -> list[Exchange]:
        """Return the questions of the branch, with their answers."""
        return exchanges(self.path)

    @property
    def branches(self) -> list[Branch]:
        """List all branches, the oldest first; a new one changes no number of those before."""
        roots = [node for node in self.nodes if node.parent is None]
        starts = {id(node) for node in roots}
        starts |= {id(child) for node in self.nodes for child in node.children[1:]}
        return [Branch(node, _end_of(node)) for node in self.nodes if id(node) in starts]

    def undo(self, count: int) -> list[Exchange]:
        """Go back by so many exchanges, at most to the start; return those that were left."""
        left = self.exchanges[-count:] if count > 0 else []
        if left:
            self.head = left[0].question.parent
        return left

    def drop(self, count: int) -> int:
        """Leave out the oldest exchanges, on a branch that copies the rest; return how many."""
        kept = self.history
        found = exchanges(kept)
        if not 0 < count < len(found):
            return 0
        self.graft([], kept[kept.index(found[count].question) :])
        return count

    def graft(
        self, first: Iterable[Message], kept: Sequence[Node], *, is_private: bool = False
    ) -> None:
        """Begin a branch with messages that are new, go on with copies of others."""
        self.head = None
        is_private = is_private or any(node.is_private for node in kept)
        for message in [*first, *(copied(node.message) for node in kept)]:
            self.add(message, is_private=is_private)


def path_to(node: Node | None) -> list[Node]:
    """Return the messages from the start to a node."""
    found = []
    while node is not None:
        found.append(node)
        node = node.parent
    return found[::-1]


def exchanges(nodes: Sequence[Node]) -> list[Exchange]:
    """Pair the questions among some messages in a row with their answers."""
    found: list[Exchange] = []
    for node in nodes:
        if node.is_question:
            found.append(Exchange(node, None))
        elif found and node.message.role == ASSISTANT:
            found[-1] = Exchange(found[-1].question, node)
    return found


def copied(message: Message) -> Message:
    """Return a message that no store knows yet."""
    return replace(message, id=None, parent=None)


def _sort(nodes: list[Node]) -> None:
    """Sort by age; what no store knows stays behind what it followed."""
    before, ages = 0, dict[int, int]()
    for node in nodes:
        before = node.message.id or before
        ages[id(node)] = before
    nodes.sort(key=lambda node: ages[id(node)])


def _end_of(node: Node) -> Node:
    while node.children:
        node = node.children[0]
    return node
