"""What a line of Markdown looks like, whatever stands before it."""

import re
from typing import Final, NamedTuple

TAB: Final = 4
DEEP: Final = 4  # columns from which a line is code, unless it goes on with something
BLANK: Final = " \t\n"  # what Markdown takes for blank: a no-break space, say, is a letter
_BLANKS: Final = re.compile(r"[ \t]*")
FENCE: Final = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$")
INNER_FENCE: Final = re.compile(r"(?:(?:[-+*>]|\d{1,9}[.)])[ \t]+|>)*(`{3,}(?=[^`]*$)|~{3,})")
_HEADING: Final = re.compile(r"#{1,6}(?:[ \t]|$)")
_UNDERLINE: Final = re.compile(r"(?:=+|-+)[ \t]*$")
_RULE: Final = re.compile(r"([-*_])[ \t]*(?:\1[ \t]*){2,}$")
MARKER: Final = re.compile(r"([-+*]|(\d{1,9})([.)]))([ \t]+(?=\S)|[ \t]*$)")
NO_PARAGRAPH: Final = re.compile(r"(?:(?:[-+*]|\d{1,9}[.)])(?:[ \t]+|$))*(?:#{1,6}(?:[ \t].*)?)?$")
# The beginning of a line that tells what the line is, however it goes on.
CERTAIN: Final = re.compile(
    r" {0,3}(?:[-+*] +[^-+*_`~\s]|\d{1,9}[.)] +[^`~\s]|#{1,6} +\S|[^-+*_\d\s#>`~=])"
)
LONGEST_BEGINNING: Final = 24
_WIDEST_GAP: Final = 4


class List(NamedTuple):
    """A list up to one of its items: the mark of all, and that item's number where it has one."""

    mark: str
    number: int | None
    content: int  # the column at which the text of its last item begins
    is_first: bool


class Shape(NamedTuple):
    """A line that begins at the column `indent`; `underlines` what is a heading then."""

    kind: str
    indent: int
    marker: re.Match[str] | None = None
    underlines: bool = False


def shape_of(line: str) -> Shape:
    """Tell what a line looks like, whatever stands before it."""
    lead = _BLANKS.match(line)
    indent = len(lead[0].expandtabs(TAB)) if lead else 0
    text = line.strip(BLANK)
    if indent >= DEEP:
        return Shape("indented", indent)
    if FENCE.match(text):
        return Shape("fence", indent)
    if _HEADING.match(text):
        return Shape("heading", indent)
    underlines = _UNDERLINE.match(text) is not None
    if _RULE.match(text):
        return Shape("rule", indent, underlines=underlines)
    if marker := MARKER.match(text):
        return Shape("item", indent, marker, underlines)
    return Shape("quote" if text.startswith(">") else "text", indent, underlines=underlines)


def next_item(before: List | None, shape: Shape, marker: re.Match[str]) -> List:
    """Go on with a list, or begin another one, at the item that a line begins."""
    mark = marker[3] or marker[1]
    gap = len(marker[4].expandtabs(TAB))
    wide = gap if 0 < gap <= _WIDEST_GAP else 1
    width = len(marker[1]) + wide
    same = before is not None and before.mark == mark
    number = int(marker[2]) if marker[2] else None
    if before is not None and same and before.number is not None:
        number = before.number + 1
    return List(mark, number, shape.indent + width, is_first=not same)
