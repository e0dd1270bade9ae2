"""The process: arguments in, an exit code out; the only package that imports Typer."""
