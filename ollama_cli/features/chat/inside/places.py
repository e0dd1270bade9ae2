"""Sessions: `/new`, `/open`, `/sessions`, `/title`, `/fork`, `/private`."""

from datetime import UTC, datetime
from typing import Final

from ollama_cli.errors import OllamaCliError, UsageError
from ollama_cli.features.chat.conversation import GO_ON, Conversation, Next
from ollama_cli.features.chat.inside.branches import first_words
from ollama_cli.features.chat.recorder import Recorder
from ollama_cli.features.chat.tree import Tree, copied
from ollama_cli.features.sessions import listing, search, titles
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.sessions import Session
from ollama_cli.types.times import timestamp
from ollama_cli.types.units import format_ago
from ollama_cli.ui import tables

_MOST_LISTED: Final = 20


def new(talk: Conversation, argument: str) -> Next:
    """Begin a new session; the old one stays."""
    old, was_saved = talk.recorder.session, talk.recorder.is_saved
    session = Session(
        titles.new_id(),
        titles.cleaned(argument),
        timestamp(),
        timestamp(),
        model=talk.request.model,
        system=old.system,
        options=dict(talk.request.options or {}),
    )
    _go_to(talk, session, Tree(), is_known=False)
    kept = f"; the old one is kept: /open {old.id}" if was_saved else ""
    name = "a new private conversation" if talk.recorder.is_private else f"session {session.id}"
    talk.context.prompter.note(f"{name}{kept}")
    return GO_ON


def open_(talk: Conversation, argument: str) -> Next:
    """Go on with another session: its model, system prompt and options, too."""
    store = _store(talk)
    if not argument:
        raise UsageError("/open takes an id or a title", hint="which there are: /sessions")
    talk.recorder.save(talk.tree)
    session = store.find(argument)
    model = talk.context.permit(session.model) if session.model else talk.request.model
    tree = Tree(store.messages(session.id), session.head)
    talk.set_request_quietly(model=model, options=dict(session.options))
    _go_to(talk, session, tree, is_known=True)
    last = tree.exchanges[-1:]
    words = f"; it ends with: {first_words(last[0].question)}" if last else ""
    talk.context.prompter.note(f"session {session.id} with {model}, {session.title}{words}")
    return GO_ON


def sessions(talk: Conversation, argument: str) -> Next:
    """List the sessions used last, or those whose title or texts hold some words."""
    store = _store(talk)
    listed = listing.sessions(store)
    if argument:
        hits = {each.session for each in search.search(store, search.parse(argument))}
        words = argument.lower()
        listed = [each for each in listed if each.id in hits or words in each.title.lower()]
    if not listed:
        talk.context.prompter.note("no session matches" if argument else "there is no session yet")
        return GO_ON
    rows = []
    for each in listed[:_MOST_LISTED]:
        mark = "*" if each.id == talk.recorder.session.id else ""
        age = format_ago(each.updated_at, datetime.now(UTC))
        rows.append([mark, each.id, age, each.model or "-", each.title])
    tables.show_wrapped(talk.context.out, ("", "ID", "USED", "MODEL", "TITLE"), rows)
    if len(listed) > _MOST_LISTED:
        more = len(listed) - _MOST_LISTED
        talk.context.prompter.note(f"and {more} more: `ollama-cli sessions list`")
    return GO_ON


def title(talk: Conversation, argument: str) -> Next:
    """Show the title, or give the session another one."""
    if not argument:
        shown = talk.recorder.session.title
        talk.context.prompter.note(f"the title is {shown}" if shown else "there is no title yet")
        return GO_ON
    text = titles.cleaned(argument)
    talk.recorder.change(title=text)
    talk.recorder.save(talk.tree)
    talk.context.prompter.note(f"the title is {text}")
    return GO_ON


def fork(talk: Conversation, argument: str) -> Next:
    """Copy the branch up to here into a new session, and go on there."""
    path = talk.tree.path
    if not path:
        raise UsageError("nothing was asked yet")
    old = talk.recorder.session
    session = Session(
        titles.new_id(),
        titles.cleaned(argument) or old.title,
        timestamp(),
        timestamp(),
        model=talk.request.model,
        system=old.system,
        options=dict(talk.request.options or {}),
        forked_from=old.id if talk.recorder.is_saved else None,
    )
    tree = Tree()
    for node in path:
        tree.add(copied(node.message), is_private=node.is_private)
    was_saved = talk.recorder.is_saved
    _go_to(talk, session, tree, is_known=False)
    talk.recorder.save(tree)
    kept = f"; the other one is kept: /open {old.id}" if was_saved else ""
    talk.context.prompter.note(f"a copy up to here is session {session.id}{kept}")
    return GO_ON


def private(talk: Conversation, argument: str) -> Next:
    """Stop writing down what is said, or begin again."""
    if argument not in {"", "on", "off"}:
        raise UsageError(f"/private is on or off, not {argument!r}")
    recorder = talk.recorder
    if argument != "off":
        recorder.save(talk.tree)
        recorder.is_private = True
    else:
        if not recorder.can_save:
            raise UsageError(
                "this conversation was begun as a private one, and stays so",
                hint="begin another one: `ollama-cli chat`",
            )
        recorder.is_private = False
    if recorder.is_private:
        begun = f"; what was said before is in session {recorder.session.id}"
        told = "private: nothing is saved" + (begun if recorder.is_saved else "")
    else:
        told = f"what is said from here on is saved in session {recorder.session.id}"
    talk.context.prompter.note(told)
    return GO_ON


def _store(talk: Conversation) -> SessionStore:
    store = talk.recorder.store
    if store is None:
        raise UsageError(
            "this conversation is private, and knows of no sessions",
            hint="which there are: /sessions",
        )
    return store


def _go_to(talk: Conversation, session: Session, tree: Tree, *, is_known: bool) -> None:
    old = talk.recorder
    talk.recorder = Recorder(
        old.store,
        talk.context.prompter,
        session,
        is_known=is_known,
        is_private=old.is_private,
        blobs=old.blobs,
        unwritten=frozenset() if is_known else old.unwritten - {"title"},
    )
    talk.recorder.follow(old, talk.tree)
    talk.attached, talk.edited = [], None
    talk.go_to(tree)


def matching(talk: Conversation, begun: str) -> list[str]:
    """Return the ids of sessions that begin so."""
    store = talk.recorder.store
    if store is None:
        return []
    try:
        found = listing.sessions(store)
    except OllamaCliError:  # completion is only nice to have
        return []
    return [each.id for each in found if each.id.startswith(begun)]
