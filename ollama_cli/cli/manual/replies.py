"""What the program says when it is asked for itself: its version, its help."""

from collections.abc import Mapping

from ollama_cli import __version__
from ollama_cli.cli.options import PROGRAM, Asked
from ollama_cli.features.context import Context, Flags


def flags_of(values: Mapping[str, str]) -> Flags:
    """Return how to show text, by the options of a line that was not read to its end."""
    return Flags(
        color=values.get("color", "auto"),
        verbose="verbose" in values,
        no_input="no_input" in values,
        debug="debug" in values,
        no_pager="no_pager" in values,
    )


def reply(context: Context, asked: Asked) -> None:
    """Write what is asked for."""
    if asked.what == "version":
        _show_version(context)
        return
    from ollama_cli.cli.manual import screens  # noqa: PLC0415  not for the version: 5 ms

    width = screens.width_of(context.out, context.environ)
    if asked.what == "short help":
        screens.show_first(context.out, width)
    else:
        screens.show_page(context.out, asked.words, width)


def _show_version(context: Context) -> None:
    context.out.line(f"{PROGRAM} {__version__}")
    if not context.flags.verbose:
        return
    from ollama_cli.cli import versions  # noqa: PLC0415  bug reports alone: 10 ms

    about = versions.about()
    context.out.line(f"Python {about.python} ({about.platform})")
    for name, version in about.libraries.items():
        context.out.line(f"{name} {version}")
