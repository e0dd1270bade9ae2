"""Answer the scripts of the shells: the words that fit at the cursor, one per line."""

import binascii
import sys
from collections.abc import Mapping, Sequence
from typing import Final

from ollama_cli.cli.completion.candidates import Candidate, candidates
from ollama_cli.cli.completion.line import read_line, split
from ollama_cli.types.text import one_line
from ollama_cli.ui.streams import open_stream

FILES: Final = ":files"  # asks the script to let the shell complete file names


def answer(shell: str, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
    """Write the words that fit at the cursor; nothing for an unknown shell.

    bash passes the line up to the cursor, and the end of that line that it will replace; zsh and
    fish pass the words up to the cursor, the program's name first; PowerShell passes these in
    base 64, with zero bytes between them.
    """
    if shell == "powershell" and arguments:
        arguments = binascii.a2b_base64(arguments[0]).decode("utf-8", "replace").split("\0")
    match shell, *arguments:
        case "bash", text, replaced:
            *words, current = split(text)
            line = read_line(words[1:], current)
        case "zsh" | "fish" | "powershell", _, *words, current:
            line = read_line(words, current)
            replaced = line.typed if shell == "zsh" else current
        case _:
            return
    found = candidates(line, environ)
    cut = len(current) - len(replaced) if current.endswith(replaced) else 0
    rows = [FILES] if found is None else [_row(each, shell, line.prefix, cut) for each in found]
    open_stream(sys.stdout, environ).write("".join(f"{row}\n" for row in rows))


def _row(candidate: Candidate, shell: str, prefix: str, cut: int) -> str:
    text = (prefix + candidate.text)[cut:]
    return text if shell == "bash" or not candidate.help else f"{text}\t{one_line(candidate.help)}"
