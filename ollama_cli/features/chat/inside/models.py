"""Models: `/model`, `/show`, `/list`, `/pull`, and which of them may be used."""

from datetime import UTC, datetime
from functools import partial
from typing import Final

from ollama_cli.errors import ModelNotFoundError, NotFoundError, OllamaCliError, UsageError
from ollama_cli.features.chat.conversation import GO_ON, Conversation, Next
from ollama_cli.features.chat.inside.tuning import told
from ollama_cli.features.chat.request import defaults
from ollama_cli.features.context import Context
from ollama_cli.features.explain import explain
from ollama_cli.features.models import capabilities
from ollama_cli.features.pull import auto
from ollama_cli.types import model_names
from ollama_cli.types.models import CHAT
from ollama_cli.types.text import visible
from ollama_cli.types.units import format_ago, format_bytes
from ollama_cli.ui import model_details, tables
from ollama_cli.ui.sentences import show_error

PARTS: Final = ("info", "license", "modelfile", "parameters", "system", "template")
_NAMES: Final = 30  # columns of the names in what servers list


def model(talk: Conversation, argument: str) -> Next:
    """Go on with another model; without a name, list what there is."""
    if not argument:
        return show_list(talk, argument)
    name = usable(talk, argument)
    if name is None:
        return GO_ON
    _go_on_with(talk, name)
    talk.look_back()
    talk.context.prompter.note(f"going on with {name}; all that was said stays")
    return GO_ON


def _go_on_with(talk: Conversation, name: str) -> None:
    """Ask another model from now on, with what the settings say for it in place of the old one."""
    options = dict(talk.request.options or {})
    before, after = (defaults(talk.context, each) for each in (talk.request.model, name))
    if before == after:
        talk.set_request(model=name)
        return
    kept = {key: value for key, value in options.items() if before.get(key) != value}
    talk.set_request(model=name, options={**after, **kept})


def usable(talk: Conversation, name: str) -> str | None:
    """Return the name of a model that may be used and is there; pull it if the user consents.

    Raises RefusedError for one that policy forbids, UsageError for one that cannot call the tools
    that are there. Where it is missing that is told, and None is returned: nothing has changed.
    """
    context = talk.context
    needs = [CHAT, *capabilities.needs((), think=None, tools=talk.tools is not None)]
    name = context.permit(name)
    try:
        auto.call_with_pull(context, name, partial(_require, context, name))
        capabilities.check(context, name, needs)
    except ModelNotFoundError as error:
        show_error(context.err, explain(error, context))
        return None
    return name


def show(talk: Conversation, argument: str) -> Next:
    """Show what the model is, or one part of it."""
    part = argument or "info"
    if part not in PARTS:
        raise UsageError(f"/show has no {part!r}", hint=f"it has {', '.join(PARTS)}")
    context = talk.context
    shown = context.servers.native("show").show(talk.request.model)
    if part == "info":
        model_details.show_details(context.out, shown, verbose=False)
        return GO_ON
    text = visible(getattr(shown, part).strip("\n"))
    if part == "system" and talk.system is not None:
        text = visible(talk.system)
    ours = dict(talk.request.options or {}) if part == "parameters" else {}
    if not text and not ours:
        raise NotFoundError(f"{talk.request.model} has no {part}")
    if text:
        context.out.line(text)
    if ours:
        context.out.line("set here:")
    for key, value in ours.items():
        context.out.line(f"{key:<{_NAMES}} {visible(told(value))}")
    return GO_ON


def show_list(talk: Conversation, argument: str) -> Next:
    """List the installed models."""
    context = talk.context
    found = context.servers.installed(in_full=True)
    wanted = argument.lower()
    rows = []
    for each in found:
        if wanted in each.name.lower():
            mark = "*" if model_names.same_model(each.name, talk.request.model) else ""
            size = "-" if each.is_remote or each.size is None else format_bytes(each.size)
            rows.append([mark, each.name, size, format_ago(each.modified_at, datetime.now(UTC))])
    if not rows:
        raise NotFoundError("no model matches" if found else "no model is installed")
    tables.show_table(context.out, ("", "NAME", "SIZE", "MODIFIED"), rows)
    return GO_ON


def pull(talk: Conversation, argument: str) -> Next:
    """Pull a model, with progress."""
    if not argument:
        raise UsageError("/pull takes the name of a model")
    from ollama_cli.features.pull.download import Downloads  # noqa: PLC0415  hardly ever: 8 ms

    name = talk.context.permit(argument)
    Downloads(talk.context, [name]).pull(name, insecure=talk.context.pulls_insecure)
    return GO_ON


def _require(context: Context, name: str) -> None:
    """Raise ModelNotFoundError for a model that the server does not list; cloud models are none."""
    if model_names.is_cloud(name):
        return
    try:
        installed = [each.name for each in context.servers.installed()]
    except ModelNotFoundError:
        raise
    except OllamaCliError:  # a server that does not list may know it all the same
        return
    if model_names.find(name, installed) is None:
        raise ModelNotFoundError.not_installed(name)
