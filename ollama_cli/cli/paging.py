"""Which commands are shown page by page, and in which pager: as gh does it."""

from typing import TYPE_CHECKING, Final

from ollama_cli.cli.table import Entry
from ollama_cli.errors import OllamaCliError
from ollama_cli.features.context import Context, Flags
from ollama_cli.ui.streams import OutStream

if TYPE_CHECKING:
    from ollama_cli.ui.pager import PagedStream

PAGED: Final = frozenset(
    {
        *("models.list", "models.ps", "models.show", "models.outdated", "models.history"),
        *("sessions.list", "sessions.show", "sessions.search", "sessions.export"),
        *("config.show", "hosts.list", "mcp.tools", "mcp.config", "help"),
        *("prompts.list", "prompts.show"),
    }
)
"""The modules of commands that print a table or a document; never what a model says."""

_OWN: Final = "OLLAMA_CLI_PAGER"
_SHARED: Final = "PAGER"


def paged(out: OutStream, flags: Flags, entry: Entry) -> "PagedStream | None":
    """Return a stream that collects what a command prints; None if it is not to be paged.

    Where keys are not to be asked for, or nothing can move on the screen, there is no pager.
    """
    may_page = out.motion and out.is_foreground and not (flags.no_pager or flags.no_input)
    if entry.module not in PAGED or not may_page:
        return None
    from ollama_cli.ui.pager import PagedStream  # noqa: PLC0415  terminals alone: 10 ms

    return PagedStream(out)


def show(context: Context, out: "PagedStream") -> None:
    """Show what a command has printed, in a pager if it is long."""
    command = _pager(context) if out.is_long else ""
    if command == "":
        out.show()
    elif complaint := out.page(command, context.environ):
        context.prompter.warn(complaint)


def _pager(context: Context) -> str | None:
    """Return the command of the pager: empty for none, None for the usual one.

    The variable of ours wins over the setting, that over the variable of all programs; each may be
    empty. For a screen reader there is one only if it was named for us.
    """
    environ = context.environ
    try:
        settings = context.settings
    except OllamaCliError:  # `help` is shown also where they cannot be read
        return ""
    if _OWN in environ:
        return environ[_OWN].strip()
    if settings.pager is not None:
        return settings.pager
    if settings.accessible:  # a screen reader has pages of its own
        return ""
    return environ[_SHARED].strip() if _SHARED in environ else None
