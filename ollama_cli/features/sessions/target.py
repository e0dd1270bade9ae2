"""The file that a user names for an answer, for code, or for a whole session.

The name is always what the user typed: none that a model wrote is ever used.
"""

import os
import stat
from pathlib import Path
from typing import Final, Literal, TypeAlias

from ollama_cli.errors import OutputError, UsageError
from ollama_cli.system import files
from ollama_cli.system.missing import room_hint
from ollama_cli.types.text import well_formed
from ollama_cli.types.units import format_bytes

Format: TypeAlias = Literal["md", "json", "jsonl"]
_FORMATS: Final[dict[str, Format]] = {
    "": "md",
    ".md": "md",
    ".markdown": "md",
    ".txt": "md",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_NEW_MODE: Final = 0o666  # the umask is taken from it
_RIGHTS: Final = 0o777


class Target:
    """A file to write; UsageError if the name is none that a file can have.

    `~` is the home folder. Every method raises OutputError if the system refuses.
    """

    def __init__(self, name: str) -> None:
        if not name.strip() or "\0" in name:
            raise UsageError("a file must be named", hint="for example: notes.md")
        try:
            self.path = Path(name).expanduser()
        except RuntimeError as error:  # ~nobody
            raise UsageError(f"{name}: there is no such home folder") from error

    @property
    def format(self) -> Format:
        """Return the format that the ending asks for; UsageError for an unknown ending."""
        suffix = self.path.suffix.lower()
        if suffix not in _FORMATS:
            raise UsageError(
                f"{suffix} is no format of a conversation",
                hint="end the name in .md, .json, .jsonl",
            )
        return _FORMATS[suffix]

    @property
    def exists(self) -> bool:
        """Return whether there is something by that name, which a user should be asked about."""
        return self._mode() is not None

    def write(self, content: str | bytes, *, replaces: bool = False) -> str:
        """Write the file whole or not at all, and return a sentence of what was written where.

        UsageError if something stands there and it does not replace that, if that is a folder, or
        if the folder to write in is missing. A file that is replaced keeps its mode.
        """
        mode = self._mode()
        if mode is not None and stat.S_ISDIR(mode):
            raise UsageError(f"{self.path} is a folder", hint="name a file in it")
        if mode is not None and not replaces:
            raise UsageError(f"{self.path} exists already")
        if not self.path.parent.is_dir():
            raise UsageError(f"there is no folder {self.path.parent}", hint="make it first")
        data = content if isinstance(content, bytes) else well_formed(content).encode()
        try:
            files.write_whole(self.path, data, mode=_NEW_MODE)
            if mode is not None and stat.S_ISREG(mode):
                self.path.chmod(mode & _RIGHTS)
        except (OSError, RuntimeError) as error:  # also a link to itself
            raise self._error(error) from error
        return f"wrote {format_bytes(len(data))} to {self.path}"

    def _mode(self) -> int | None:
        """Return the mode of what stands there, behind all links; None if there is nothing."""
        try:
            if os.path.lexists(self.path):
                return self.path.stat().st_mode if self.path.exists() else stat.S_IFLNK
        except OSError as error:
            raise self._error(error) from error
        return None

    def _error(self, error: Exception) -> OutputError:
        reason = getattr(error, "strerror", None) or str(error)
        return OutputError(f"cannot write {self.path}: {reason}", hint=room_hint(error))
