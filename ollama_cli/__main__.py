"""The entry point: `ollama-cli` and `python -m ollama_cli`."""

import gc
import sys

from ollama_cli import __version__


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
        from ollama_cli.cli.main import main as run  # noqa: PLC0415  `--version` loads none of it: 60 ms

        code = run(arguments)
    except KeyboardInterrupt:  # before the door stood, or once more while it closed
        code = 130
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
