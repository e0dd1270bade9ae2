"""The text of a config file, changed in one place; what cannot be changed so gives no text."""

import re
from typing import Final

# Of a table: up to the next one, and the comments above that.
_REST: Final = r"[^\n]*(?:\n(?!(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*\[)[^\n]*)*(?:\n|\Z)"


def with_line(text: str, section: str, name: str, line: str) -> str:
    """Put a line in the place of the setting, of its commented default, or below the header.

    A section that is not there is added at the end.
    """
    section_text = re.search(
        rf"^\[{section}\][^\n]*\n(?:(?!\[)[^\n]*(?:\n|$))*", text, re.MULTILINE
    )
    if section_text is None:
        return with_table(text, f"[{section}]\n{line}") if line else ""
    body = section_text[0]
    for pattern in (rf"^{name}\s*=[^\n]*(?:\n|$)", rf"^# {name} =[^\n]*(?:\n|$)", r"\n"):
        place = re.search(pattern, body, re.MULTILINE)
        if place:
            before = body[: place.end() if pattern == r"\n" else place.start()]
            return text.replace(body, before + line + body[place.end() :], 1)
    return ""


def with_table(text: str, table: str) -> str:
    """Add a table at the end, after a blank line."""
    return f"{text.rstrip()}\n\n{table}" if text.strip() else table


def without_table(text: str, header: str) -> str:
    """Take out a table and the tables below it, such as `[hosts.a]` and `[hosts.a.headers]`."""
    name = re.escape(header.removesuffix("]"))
    return re.sub(rf"^{name}(?:\]|\.){_REST}", "", text, flags=re.MULTILINE).lstrip("\n")
