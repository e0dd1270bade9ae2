"""Streams that other programs hand to a reporter: what they can show is found out here."""

import os
from typing import TextIO

from ollama_cli.ui.streams import OutStream, find_abilities


def as_stream(file: OutStream | TextIO) -> OutStream:
    """Return a stream for a text file, which itself stays as it is.

    `NO_COLOR`, `FORCE_COLOR` and `TERM` decide as with the commands.
    """
    if isinstance(file, OutStream):
        return file
    return find_abilities(file, os.environ)
