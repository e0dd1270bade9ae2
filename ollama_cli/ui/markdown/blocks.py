"""Cut Markdown into blocks while it arrives, so that each block is shown once it is complete.

A block ends where no later line can change it. A list is cut into its items and code into its
lines, so that both can be shown before their end. If it is unclear whether a line begins a new
block, it does not: a block that is too large is shown later, but it is never wrong.
"""

import io
import re
from typing import Final, NamedTuple

_TAB: Final = 4
_CODE_INDENT: Final = 4  # columns of indent that make a line code, unless it continues a block
_BLANK: Final = " \t\n"  # all that is blank in Markdown: a no-break space, say, is not
_BLANKS: Final = re.compile(r"[ \t]*")
_FENCE: Final = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$")
_INNER_FENCE: Final = re.compile(r"(?:(?:[-+*>]|\d{1,9}[.)])[ \t]+|>)*(`{3,}(?=[^`]*$)|~{3,})")
_HEADING: Final = re.compile(r"#{1,6}(?:[ \t]|$)")
_UNDERLINE: Final = re.compile(r"(?:=+|-+)[ \t]*$")
_RULE: Final = re.compile(r"([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_MARKER: Final = re.compile(r"([-+*]|(\d{1,9})([.)]))([ \t]+(?=\S)|[ \t]*$)")
_NO_PARAGRAPH: Final = re.compile(r"(?:(?:[-+*]|\d{1,9}[.)])(?:[ \t]+|$))*(?:#{1,6}(?:[ \t].*)?)?$")
# A beginning of a line that decides what the line is, whatever follows.
_CERTAIN: Final = re.compile(
    r" {0,3}(?:[-+*] +[^-+*_`~\s]|\d{1,9}[.)] +[^`~\s]|#{1,6} +\S|[^-+*_\d\s#>`~=])"
)
_LONGEST_BEGINNING: Final = 24
_WIDEST_GAP: Final = 4


class _List(NamedTuple):
    """A list up to its latest item: the mark of all items, that item's number if it has one."""

    mark: str
    number: int | None
    content: int  # the column where the text of its latest item begins
    is_first: bool


class _Shape(NamedTuple):
    """The form of a line: it begins at column `indent`; `underlines`: it may end a heading."""

    kind: str
    indent: int
    marker: re.Match[str] | None = None
    underlines: bool = False


class Block(NamedTuple):
    """A complete piece of an answer; the sources of all blocks together are the text.

    `kind` is text (one block or several), item (of a list, with its `number` if it has one), open
    (the line that opens code), code (one line of it) or close (its end). A `joined` block follows
    the one before it without a blank line.
    """

    kind: str
    source: str
    number: int | None = None
    joined: bool = False
    indent: int = 0

    @property
    def line(self) -> str:
        """Return a line of code without the indent of its fence and without its line break."""
        line = self.source.rstrip("\n")
        if not self.indent:
            return line
        text = line.lstrip(" \t")
        return line[: len(line) - len(text)].expandtabs(_TAB)[self.indent :] + text

    @property
    def language(self) -> str:
        """Return the text after the fence in the line that opens code."""
        return self.source.strip(_BLANK).lstrip(self.source.lstrip(_BLANK)[0]).strip()


class Blocks:
    """Take a text in pieces of any size, and return its blocks as soon as they are complete.

    `pending` is the number of characters that belong to no complete block yet.
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
        """Return the text that belongs to no complete block yet."""
        return "".join(self._lines) + self._partial.getvalue()

    @property
    def is_blank(self) -> bool:
        """Return whether `rest` holds only empty lines."""
        return not (self._kind or self._has_text)

    @property
    def continues(self) -> bool:
        """Return whether `rest` continues the code or the list before it."""
        in_list = self._list is not None and _MARKER.match(self.rest.lstrip())
        return bool(self._fence or in_list)

    @property
    def fence(self) -> str:
        """Return the marks that would close the code that is open, empty if none is."""
        return self._fence

    def feed(self, text: str) -> list[Block]:
        """Take a piece, and return the blocks that are complete now."""
        self.pending += len(text)
        first, *others = text.split("\n")
        self._add(first)
        for line in others:
            self._take(self._partial.getvalue() + "\n")
            self._begin_line()
            self._add(line)
        if not self._is_decided and not self._fence:
            self._check_partial()
        return self._take_found()

    def extend(self, text: str) -> bool:
        """Take a piece (no line break) if it can complete no block; return whether it was taken."""
        if not (self._is_decided or self._fence):
            return False
        self._add(text)
        self.pending += len(text)
        return True

    def close(self) -> list[Block]:
        """Return the blocks that are left, complete or not."""
        if partial := self._partial.getvalue():
            self._take(partial)
            self._begin_line()
        if self._fence:
            self._emit("close", joined=True)
        self._finish()
        self._kind, self._list, self._fence = "", None, ""
        self._lines, self.pending = [], 0  # empty lines at the end belong to nothing
        return self._take_found()

    def _take_found(self) -> list[Block]:
        found, self._found = self._found, []
        return found

    def _begin_line(self) -> None:
        self._partial = io.StringIO()  # `+=` on a string would copy it each time
        self._has_text = False
        self._is_decided = False

    def _add(self, text: str) -> None:
        self._partial.write(text)
        self._has_text = self._has_text or bool(text.strip(_BLANK))

    def _check_partial(self) -> None:
        """End the open block early if an unfinished line surely begins another one."""
        partial = self._partial.getvalue()
        is_certain = _CERTAIN.match(partial) is not None
        self._is_decided = is_certain or len(partial) > _LONGEST_BEGINNING
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
            self._track_inner_fence(line)
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
        if not marks and len(text) >= len(self._fence) and _shape_of(line).indent < _CODE_INDENT:
            self._fence = ""
        self._emit("code" if self._fence else "close", joined=True)

    def _begins(self, shape: _Shape) -> bool:
        """Return whether a line of this shape ends the open block."""
        kind, marker = shape.kind, shape.marker
        match self._kind:
            case "item":
                return self._ends_item(shape)
            case "indented":
                return shape.indent < _CODE_INDENT
            case "text" if shape.underlines:
                return False
            case "text" if kind == "item" and marker:
                # Only an item with a text, the first of its list, may interrupt a paragraph.
                return bool(marker[4]) and marker[2] in {None, "1"}
            case "text" | "quote":
                other = "quote" if self._kind == "text" else "item"
                return kind in {"heading", "rule", "fence", other}
        return False

    def _ends_item(self, shape: _Shape) -> bool:
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
            assert fence is not None  # noqa: S101  the shape of the line says so
            self._fence = fence[1] or fence[3]
            self._fence_indent = shape.indent
            self._kind = ""
            self._emit("open")

    def _track_inner_fence(self, line: str) -> None:
        """Track fences inside an item: only a paragraph may continue in an unindented line."""
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
        """End the open block, if there is one."""
        kind, self._kind = self._kind, ""
        if kind == "item" and self._list:
            self._emit("item", self._list.number, joined=not self._list.is_first)
        elif kind:
            self._emit("text")

    def _emit(self, kind: str, number: int | None = None, *, joined: bool = False) -> None:
        indent = self._fence_indent if kind == "code" else 0
        block = Block(kind, "".join(self._lines), number, joined, indent)
        self.pending -= len(block.source)
        self._lines = []
        self._found.append(block)


def _shape_of(line: str) -> _Shape:
    """Classify a line by itself, without the lines before it."""
    lead = _BLANKS.match(line)
    indent = len(lead[0].expandtabs(_TAB)) if lead else 0
    text = line.strip(_BLANK)
    if indent >= _CODE_INDENT:
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
    """Continue a list, or begin another one, with the item that a line begins."""
    mark = marker[3] or marker[1]
    gap = len(marker[4].expandtabs(_TAB))
    wide = gap if 0 < gap <= _WIDEST_GAP else 1
    width = len(marker[1]) + wide
    same = before is not None and before.mark == mark
    number = int(marker[2]) if marker[2] else None
    if before is not None and same and before.number is not None:
        number = before.number + 1
    return _List(mark, number, shape.indent + width, is_first=not same)
