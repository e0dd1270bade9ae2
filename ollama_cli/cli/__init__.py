"""The process: arguments in, an exit code out; the only room that imports Typer."""
