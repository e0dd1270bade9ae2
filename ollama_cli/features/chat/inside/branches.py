"""Ways back and aside: `/edit`, `/retry`, `/undo`, `/branch`, `/drop`."""

from datetime import UTC, datetime
from typing import Final

from ollama_cli.errors import UsageError
from ollama_cli.features.chat.conversation import GO_ON, Conversation, Next
from ollama_cli.features.chat.inside.models import usable
from ollama_cli.features.chat.tree import Branch, Node, Tree
from ollama_cli.features.chat.window import sent_exchanges
from ollama_cli.types.numbers import whole
from ollama_cli.types.units import format_ago
from ollama_cli.ui import tables

_WORDS: Final = 60


def edit(talk: Conversation, argument: str) -> Next:
    """Let a question wait in the line; what is sent of it begins a branch."""
    asked = talk.tree.exchanges
    if not asked:
        raise UsageError("nothing was asked yet")
    number = read_count(argument, usual=len(asked), word="edit")
    if number > len(asked):
        raise UsageError(f"there is no question {number}", hint=_which(len(asked)))
    talk.edited = asked[number - 1].question
    message = talk.edited.message
    talk.attached = list(message.attachments)
    talk.context.prompter.note(
        f"question {number}: Enter sends it on a new branch, an empty line leaves all as it is"
    )
    return Next(text=message.content)


def retry(talk: Conversation, argument: str) -> Next:
    """Ask the last question again, of another model if one is named: for this once."""
    asked = talk.tree.exchanges
    if not asked:
        raise UsageError("nothing was asked yet")
    model = usable(talk, argument) if argument else None
    if argument and model is None:
        return GO_ON
    question = asked[-1].question
    return talk.answer(question, model=model, typed=question.message.content)


def undo(talk: Conversation, argument: str) -> Next:
    """Go back by some exchanges; they stay on their branch."""
    count = read_count(argument, usual=1, word="undo")
    talk.recorder.learn(talk.tree)
    before = talk.tree.branches
    left = talk.tree.undo(count)
    if not left:
        raise UsageError("this is the start already")
    moved(talk)
    what = "1 exchange" if len(left) == 1 else f"{len(left)} exchanges"
    numbers = [n for n, each in enumerate(before, 1) if _is_on(left[0].question, each)]
    talk.context.prompter.note(f"back by {what}; `/branch {numbers[-1]}` has them still")
    return GO_ON


def branch(talk: Conversation, argument: str) -> Next:
    """List all branches, or go to the end of one."""
    talk.recorder.learn(talk.tree)
    found = talk.tree.branches
    if not found:
        raise UsageError("nothing was asked yet")
    if not argument:
        _list(talk, found)
        return GO_ON
    number = read_count(argument, usual=0, word="branch")
    if number > len(found):
        raise UsageError(f"there is no branch {number}", hint=_which(len(found)))
    talk.tree.head = found[number - 1].end
    moved(talk)
    last = talk.tree.exchanges[-1:]
    words = first_words(last[0].question) if last else ""
    talk.context.prompter.note(f"branch {number}, which ends with: {words}")
    return GO_ON


def drop(talk: Conversation, argument: str) -> Next:
    """Leave out the oldest exchanges, on a new branch."""
    if not argument:
        raise UsageError("/drop takes how many of the oldest exchanges are left out")
    count = read_count(argument, usual=0, word="drop")
    talk.recorder.learn(talk.tree)
    old, there = _number_of_head(talk.tree), len(sent_exchanges(talk.tree))
    if not talk.tree.drop(count):
        what = "is 1 exchange" if there == 1 else f"are {there} exchanges"
        raise UsageError(f"there {what}, and one at least is left", hint="or begin anew: /new")
    moved(talk)
    what = "exchange is" if count == 1 else f"{count} exchanges are"
    talk.context.prompter.note(f"the oldest {what} left out; `/branch {old}` has all of them")
    return GO_ON


def moved(talk: Conversation) -> None:
    """Write down that the head has moved, and forget what was about another branch."""
    talk.edited = None
    talk.look_back()
    talk.recorder.save(talk.tree)


def read_count(text: str, *, usual: int, word: str) -> int:
    """Read a number of one or more; UsageError for anything else."""
    number = whole(text) if text else usual
    if number is None or number < 1:
        raise UsageError(f"/{word} takes a number from 1 on, not {text!r}")
    return number


def first_words(node: Node) -> str:
    """Return the first words of a message."""
    text = " ".join(node.message.content[: 8 * _WORDS].split())
    return text if len(text) <= _WORDS else f"{text[:_WORDS]}…"


def _list(talk: Conversation, found: list[Branch]) -> None:
    here = _number_of_head(talk.tree)
    rows = []
    for number, (start, end) in enumerate(found, 1):
        age = format_ago(end.message.created_at, datetime.now(UTC))
        mark = "*" if number == here else ""
        count = _exchanges_to(end)
        rows.append([mark, str(number), str(count), age, _named(start)])
    header = ("", "BRANCH", "QUESTIONS", "LAST", "BEGINS WITH")
    tables.show_wrapped(talk.context.out, header, rows)


def _named(start: Node) -> str:
    """Return what a branch begins with: for another answer, whose it is."""
    if start.is_question or start.message.state == "summary":
        kind = "(summary) " if start.message.state == "summary" else ""
        return kind + first_words(start)
    return f"({start.message.model or 'an answer'}) {first_words(start)}"


def _exchanges_to(node: Node | None) -> int:
    count = 0
    while node is not None:
        count += node.is_question
        node = node.parent
    return count


def _number_of_head(tree: Tree) -> int:
    """Return the number of the branch that the head is on, the oldest of several; 0 for none."""
    if tree.head is None:
        return 0
    found = tree.branches
    return next(n for n, each in enumerate(found, 1) if _is_on(tree.head, each))


def _is_on(node: Node, found: Branch) -> bool:
    end: Node | None = found.end
    while end is not None and end is not node:
        end = end.parent
    return end is node


def _which(count: int) -> str:
    """Return in words which numbers there are."""
    return f"there are 1 to {count}" if count > 1 else "there is only 1"
