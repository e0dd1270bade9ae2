"""The entry points: `ollama-cli` and `python -m ollama_cli`."""

import atexit
import gc
import os
import sys

from ollama_cli import __version__

_FIRST_SIGNAL = 128  # `Final` would load typing
_CONVERSATIONS = frozenset({"chat", "run"})
_HELP = frozenset({"-h", "--help"})


def main() -> None:
    """Run the command line of this process and exit with its code."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"]):
        try:
            sys.stdout.write(f"ollama-cli {__version__}\n")
            sys.stdout.flush()
        except (AttributeError, OSError):  # closed or full: the door below tells it
            pass
        else:
            return
    # Start-up allocates and frees nothing: collections in it, and at exit, would be for nothing.
    gc.disable()
    try:
        from ollama_cli.system import signals  # noqa: PLC0415  `--version` loads none of it: 5 ms

        code = signals.watched(lambda: _run(arguments))
    except KeyboardInterrupt:  # before they are watched
        code = 130
    gc.freeze()
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    if not _CONVERSATIONS.isdisjoint(arguments) and _HELP.isdisjoint(arguments):
        from ollama_cli.config.terminal import term  # noqa: PLC0415  conversations alone: 1 ms
        from ollama_cli.ui.line import early  # noqa: PLC0415  conversations alone: 2 ms

        return early.quietly(arguments, term(), lambda: _command(arguments))
    return _command(arguments)


def _command(arguments: list[str]) -> int:
    from ollama_cli.cli.main import main as run  # noqa: PLC0415  `--version` loads none of it: 60 ms

    return run(arguments)


def script() -> None:
    """Run `main` as the installed program does: when it ends, the process ends at once.

    Taking an interpreter down frees every object that was loaded, one by one: 4 ms, for nothing.
    What others want done at exit is done before.
    """
    code: str | int | None = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    try:
        atexit._run_exitfuncs()  # noqa: SLF001  the only way to run them earlier
        for stream in (sys.stdout, sys.stderr):
            if stream:
                stream.flush()
    except (OSError, ValueError):  # the interpreter says what it says of such a stream
        if not isinstance(code, int) or code < _FIRST_SIGNAL:
            sys.exit(code)
    os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
