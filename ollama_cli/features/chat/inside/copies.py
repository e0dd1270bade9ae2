"""What is carried elsewhere: `/copy`, `/save`, `/export`."""

from dataclasses import replace

from ollama_cli.errors import UsageError
from ollama_cli.features.chat.conversation import GO_ON, Conversation, Next
from ollama_cli.features.chat.inside.branches import read_count
from ollama_cli.features.chat.tree import ASSISTANT, Node
from ollama_cli.features.sessions import formats
from ollama_cli.features.sessions.target import Target
from ollama_cli.types.sessions import Message, Session
from ollama_cli.types.text import visible
from ollama_cli.ui import clipboard
from ollama_cli.ui.wrap import wrapped


def copy(talk: Conversation, argument: str) -> Next:
    """Send the last answer, a block of code or all that was said to the clipboard."""
    if argument == "all":
        text = formats.as_markdown(*_whole(talk))
    elif argument:
        text = talk.code.block(read_count(argument, usual=1, word="copy")).text
    else:
        text = _last_answer(talk)
    context = talk.context
    context.prompter.note(clipboard.send(text, context.out, context.environ))
    return GO_ON


def save(talk: Conversation, argument: str) -> Next:
    """Write the last answer, or a block of code, to a file."""
    first, _, rest = argument.partition(" ")
    if first.isdigit() and rest.strip():
        text, name = talk.code.block(read_count(first, usual=1, word="save")).text, rest.strip()
        text = text if text.endswith("\n") else f"{text}\n"
    else:
        text, name = _last_answer(talk), argument
    _write(talk, Target(name), text)
    return GO_ON


def export(talk: Conversation, argument: str) -> Next:
    """Write the session to a file, in the format of its ending; without one, show it."""
    session, messages = _whole(talk)
    if not argument:
        text = visible(formats.as_markdown(session, messages))
        talk.context.out.line(wrapped(text, talk.context.out))
        return GO_ON
    target = Target(argument)
    _write(talk, target, formats.text_in(target.format, session, messages, talk.recorder.blob))
    return GO_ON


def _write(talk: Conversation, target: Target, text: str) -> None:
    replaces = target.exists
    question = f"{target.path} is there already: overwrite it?"
    if replaces and not talk.context.prompter.confirm(question, flag="another name"):
        talk.context.prompter.note("nothing is written")
        return
    talk.context.prompter.note(target.write(text, replaces=replaces))


def _last_answer(talk: Conversation) -> str:
    found = [n for n in talk.tree.path if n.message.role == ASSISTANT and n.message.content]
    if not found:
        raise UsageError("there is no answer yet")
    return found[-1].message.content


def _whole(talk: Conversation) -> tuple[Session, list[Message]]:
    """Return the session as it is now; messages are numbered anew where no store knows some."""
    nodes = talk.tree.nodes
    if not nodes:
        raise UsageError("nothing was said yet")
    is_known = all(node.message.id is not None for node in nodes)
    numbers: dict[Node | None, int | None] = {None: None}
    for number, node in enumerate(nodes, 1):
        numbers[node] = node.message.id if is_known else number
    messages = [
        replace(node.message, id=numbers[node], parent=numbers[node.parent]) for node in nodes
    ]
    return replace(talk.recorder.session, head=numbers[talk.tree.head]), messages
