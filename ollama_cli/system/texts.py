"""The text of a file: UTF-8, or UTF-16 with its mark, and nothing that is no text."""

import codecs
from typing import Final, NamedTuple

from ollama_cli.errors import ConfigError

_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_NAMES: Final = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}


class Text(NamedTuple):
    """A decoded text, with the mark and the codec that make the same bytes of it again."""

    text: str
    mark: bytes = b""
    codec: str = "utf-8"

    def encode(self) -> bytes:
        """Return the bytes."""
        return self.mark + self.text.encode(self.codec)


def decode(data: bytes, name: str) -> Text:
    """Decode the bytes of a file; ConfigError, naming the file and the line, if it is no text."""
    mark = next((each for each in _MARKS if data.startswith(each)), b"")
    codec = _MARKS.get(mark, "utf-8")
    body = data[len(mark) :]
    try:
        text = body.decode(codec)
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(codec)
        raise _no_text(name, before, f"is no {_NAMES[codec]}") from error
    before, found, _ = text.partition("\0")
    if found:
        raise _no_text(name, before, "has a NUL character, which no text has")
    return Text(text, mark, codec)


def _no_text(name: str, before: str, problem: str) -> ConfigError:
    line = before.count("\n") + 1
    return ConfigError(f"{name}: line {line} {problem}", hint=f"save it as UTF-8: {name}")
