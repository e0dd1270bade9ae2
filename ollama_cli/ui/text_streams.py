"""Streams that other programs hand to a reporter: what they can show is found out here."""

import os
from typing import Any, TextIO, cast

from ollama_cli.ui.streams import OutStream, find_abilities


def as_stream(file: OutStream | TextIO | None) -> OutStream:
    """Return a stream for a text file, which itself stays as it is; without one, nothing is shown.

    `NO_COLOR`, `FORCE_COLOR` and `TERM` decide as with the commands. What the file has no character
    for is written as `?`: a name from a server must not end a pull.
    """
    if isinstance(file, OutStream):
        return file
    stream = find_abilities(file, os.environ)
    if getattr(file, "errors", None) == "strict":
        stream.file = cast("TextIO", _Lenient(stream.file))
    return stream


class _Lenient:
    """A text file that writes what it cannot encode as `?`; all else is the file's own."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, text: str) -> int:
        try:
            return self._file.write(text)
        except UnicodeEncodeError:
            encoding = self._file.encoding
            return self._file.write(text.encode(encoding, "replace").decode(encoding))
