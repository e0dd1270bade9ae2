"""Markdown cut into blocks while it comes: what is complete can be shown and left alone.

A block ends where no later line can change it. A list is cut into its items and code into its
lines, so that neither is kept back until its end. Where it is unclear whether a line begins a new
block, it does not: a block too large is shown later, but never wrong.
"""

import io
import re
from typing import Final, NamedTuple

_TAB: Final = 4
_DEEP: Final = 4  # columns from which a line is code, unless it goes on with something
_BLANK: Final = " \t\n"  # what Markdown takes for blank: a no-break space, say, is a letter
_BLANKS: Final = re.compile(r"[ \t]*")
_FENCE: Final = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$")
_INNER_FENCE: Final = re.compile(r"(?:(?:[-+*>]|\d{1,9}[.)])[ \t]+|>)*(`{3,}(?=[^`]*$)|~{3,})")
_HEADING: Final = re.compile(r"#{1,6}(?:[ \t]|$)")
_UNDERLINE: Final = re.compile(r"(?:=+|-+)[ \t]*$")
_RULE: Final = re.compile(r"([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_MARKER: Final = re.compile(r"([-+*]|(\d{1,9})([.)]))([ \t]+(?=\S)|[ \t]*$)")
_NO_PARAGRAPH: Final = re.compile(r"(?:(?:[-+*]|\d{1,9}[.)])(?:[ \t]+|$))*(?:#{1,6}(?:[ \t].*)?)?$")
# The beginning of a line that tells what the line is, however it goes on.
_CERTAIN: Final = re.compile(
    r" {0,3}(?:[-+*] +[^-+*_`~\s]|\d{1,9}[.)] +[^`~\s]|#{1,6} +\S|[^-+*_\d\s#>`~=])"
)
_LONGEST_BEGINNING: Final = 24
_WIDEST_GAP: Final = 4


class _List(NamedTuple):
    """A list up to one of its items: the mark of all, and that item's number where it has one."""

    mark: str
    number: int | None
    content: int  # the column at which the text of its last item begins
    is_first: bool


class _Shape(NamedTuple):
    """A line that begins at the column `indent`; `underlines` what is a heading then."""

    kind: str
    indent: int
    marker: re.Match[str] | None = None
    underlines: bool = False


class Block(NamedTuple):
    """A complete piece of an answer; the sources of all blocks together are the text.

    `kind` is text (one block or some), item (of a list, with its `number` where it has one), open
    (the line that opens code), code (one line of it) or close (its end). A `joined` block follows
    the one before without a blank line.
    """

    kind: str
    source: str
    number: int | None = None
    joined: bool = False
    indent: int = 0

    @property
    def line(self) -> str:
        """Give a line of code: without what its fence is indented by, and without its end."""
        line = self.source.rstrip("\n")
        if not self.indent:
            return line
        text = line.lstrip(" \t")
        return line[: len(line) - len(text)].expandtabs(_TAB)[self.indent :] + text

    @property
    def language(self) -> str:
        """Give what stands behind the marks of the line that opens code."""
        return self.source.strip(_BLANK).lstrip(self.source.lstrip(_BLANK)[0]).strip()


class Blocks:
    """Takes a text in pieces, however cut, and gives its blocks as soon as they are complete.

    `pending` counts the characters taken that belong to no complete block.
    """

    def __init__(self) -> None:
        self.pending = 0
        self._found: list[Block] = []
        self._lines: list[str] = []
        self._begin_line()
        self._kind = ""
        self._is_blank = False
        self._is_empty_item = False
        self._list: _List | None = None
        self._fence = ""
        self._fence_indent = 0
        self._inner_fence = ""
        self._is_paragraph = False

    @property
    def rest(self) -> str:
        """Give what belongs to no complete block yet."""
        return "".join(self._lines) + self._partial.getvalue()

    @property
    def is_blank(self) -> bool:
        """Tell whether what belongs to no complete block is nothing but empty lines."""
        return not (self._kind or self._has_text)

    @property
    def continues(self) -> bool:
        """Tell whether what is open goes on with the code or the list before it."""
        in_list = self._list is not None and _MARKER.match(self.rest.lstrip())
        return bool(self._fence or in_list)

    def feed(self, text: str) -> list[Block]:
        """Take a piece in and give the blocks that are complete now."""
        self.pending += len(text)
        first, *others = text.split("\n")
        self._add(first)
        for line in others:
            self._take(self._partial.getvalue() + "\n")
            self._begin_line()
            self._add(line)
        if not self._is_judged and not self._fence:
            self._judge_partial()
        return self._given()

    def extend(self, text: str) -> bool:
        """Take in a piece without a line break if it can complete no block; tell if it was."""
        if not (self._is_judged or self._fence):
            return False
        self._add(text)
        self.pending += len(text)
        return True

    def close(self) -> list[Block]:
        """Give what is left, complete or not."""
        if partial := self._partial.getvalue():
            self._take(partial)
            self._begin_line()
        if self._fence:
            self._give("close", joined=True)
        self._finish()
        self._kind, self._list, self._fence = "", None, ""
        self._lines, self.pending = [], 0  # empty lines at the end belong to nothing
        return self._given()

    def _given(self) -> list[Block]:
        found, self._found = self._found, []
        return found

    def _begin_line(self) -> None:
        self._partial = io.StringIO()  # a text that grows by addition is copied each time
        self._has_text = False
        self._is_judged = False

    def _add(self, text: str) -> None:
        self._partial.write(text)
        self._has_text = self._has_text or bool(text.strip(_BLANK))

    def _judge_partial(self) -> None:
        """End the open block early where an unfinished line begins another one for certain."""
        partial = self._partial.getvalue()
        is_certain = _CERTAIN.match(partial) is not None
        self._is_judged = is_certain or len(partial) > _LONGEST_BEGINNING
        if is_certain and self._begins(_shape_of(partial)):
            self._finish()

    def _take(self, line: str) -> None:
        if self._fence:
            self._take_code(line)
            return
        if not line.strip(_BLANK):
            self._take_blank(line)
            return
        shape = _shape_of(line)
        if self._begins(shape):
            self._finish()
        self._lines.append(line)
        self._is_empty_item = False
        if not self._kind:
            self._start(shape, line)
        elif self._kind == "text" and shape.underlines:
            self._finish()
        if self._kind == "item":
            self._watch_inner_fence(line)
        self._is_blank = False

    def _take_blank(self, line: str) -> None:
        self._lines.append(line)
        self._is_blank = True
        if self._kind in {"text", "quote"} or self._is_empty_item:
            self._finish()

    def _take_code(self, line: str) -> None:
        self._lines.append(line)
        text = line.strip(_BLANK)
        marks = text.rstrip(self._fence[0])
        if not marks and len(text) >= len(self._fence) and _shape_of(line).indent < _DEEP:
            self._fence = ""
        self._give("code" if self._fence else "close", joined=True)

    def _begins(self, shape: _Shape) -> bool:
        """Tell whether a line of this shape ends the block that is open."""
        kind, marker = shape.kind, shape.marker
        match self._kind:
            case "item":
                return self._leaves_item(shape)
            case "indented":
                return shape.indent < _DEEP
            case "text" if shape.underlines:
                return False
            case "text" if kind == "item" and marker:
                # What may interrupt a paragraph: an item with a text, the first of its list.
                return bool(marker[4]) and marker[2] in {None, "1"}
            case "text" | "quote":
                other = "quote" if self._kind == "text" else "item"
                return kind in {"heading", "rule", "fence", other}
        return False

    def _leaves_item(self, shape: _Shape) -> bool:
        if self._list is None or shape.indent >= self._list.content:
            return False
        lazy = shape.kind in {"text", "indented"} and not self._is_blank
        return not (lazy and self._is_paragraph)

    def _start(self, shape: _Shape, line: str) -> None:
        kind = shape.kind
        if kind == "item" and shape.marker:
            self._list = _next_item(self._list, shape, shape.marker)
            self._is_empty_item = shape.marker.end() == len(shape.marker.string)
            self._inner_fence = ""
        else:
            self._list = None
        self._kind = kind
        if kind in {"heading", "rule"}:
            self._kind = "text"
            self._finish()
        elif kind == "fence":
            fence = _FENCE.match(line.strip(_BLANK))
            assert fence is not None  # noqa: S101  so its shape was found
            self._fence = fence[1] or fence[3]
            self._fence_indent = shape.indent
            self._kind = ""
            self._give("open")

    def _watch_inner_fence(self, line: str) -> None:
        """Follow the fences inside an item: only after a paragraph may a line go on undented."""
        text = line.strip(_BLANK)
        self._is_paragraph = False
        if self._inner_fence:
            if not text.strip(self._inner_fence[0]) and len(text) >= len(self._inner_fence):
                self._inner_fence = ""
            return
        found = _INNER_FENCE.match(text)
        self._inner_fence = found[1] if found else ""
        self._is_paragraph = not found and not _NO_PARAGRAPH.match(text)

    def _finish(self) -> None:
        """Give the open block, if there is one."""
        kind, self._kind = self._kind, ""
        if kind == "item" and self._list:
            self._give("item", self._list.number, joined=not self._list.is_first)
        elif kind:
            self._give("text")

    def _give(self, kind: str, number: int | None = None, *, joined: bool = False) -> None:
        indent = self._fence_indent if kind == "code" else 0
        block = Block(kind, "".join(self._lines), number, joined, indent)
        self.pending -= len(block.source)
        self._lines = []
        self._found.append(block)


def _shape_of(line: str) -> _Shape:
    """Tell what a line looks like, whatever stands before it."""
    lead = _BLANKS.match(line)
    indent = len(lead[0].expandtabs(_TAB)) if lead else 0
    text = line.strip(_BLANK)
    if indent >= _DEEP:
        return _Shape("indented", indent)
    if _FENCE.match(text):
        return _Shape("fence", indent)
    if _HEADING.match(text):
        return _Shape("heading", indent)
    underlines = _UNDERLINE.match(text) is not None
    if _RULE.match(text):
        return _Shape("rule", indent, underlines=underlines)
    if marker := _MARKER.match(text):
        return _Shape("item", indent, marker, underlines)
    return _Shape("quote" if text.startswith(">") else "text", indent, underlines=underlines)


def _next_item(before: _List | None, shape: _Shape, marker: re.Match[str]) -> _List:
    """Go on with a list, or begin another one, at the item that a line begins."""
    mark = marker[3] or marker[1]
    gap = len(marker[4].expandtabs(_TAB))
    wide = gap if 0 < gap <= _WIDEST_GAP else 1
    width = len(marker[1]) + wide
    same = before is not None and before.mark == mark
    number = int(marker[2]) if marker[2] else None
    if before is not None and same and before.number is not None:
        number = before.number + 1
    return _List(mark, number, shape.indent + width, is_first=not same)
