"""Markdown cut into blocks while it comes: what is complete can be shown and left alone.

A block ends where no later line can change it. A list is cut into its items and code into its
lines, so that neither is kept back until its end. Where it is unclear whether a line begins a new
block, it does not: a block too large is shown later, but never wrong.
"""

from typing import NamedTuple

from ollama_cli.output.shapes import (
    CERTAIN,
    DEEP,
    FENCE,
    INNER_FENCE,
    LONGEST_BEGINNING,
    MARKER,
    NO_PARAGRAPH,
    TAB,
    List,
    Shape,
    next_item,
    shape_of,
)


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
        return line[: len(line) - len(text)].expandtabs(TAB)[self.indent :] + text

    @property
    def language(self) -> str:
        """Give what stands behind the marks of the line that opens code."""
        return self.source.strip().lstrip("`~").strip()


class Blocks:
    """Takes a text in pieces, however cut, and gives its blocks as soon as they are complete.

    `pending` counts the characters taken that belong to no complete block.
    """

    def __init__(self) -> None:
        self.pending = 0
        self._found: list[Block] = []
        self._lines: list[str] = []
        self._partial = ""
        self._is_judged = False
        self._kind = ""
        self._is_blank = False
        self._list: List | None = None
        self._fence = ""
        self._fence_indent = 0
        self._inner_fence = ""
        self._is_paragraph = False

    @property
    def rest(self) -> str:
        """Give what belongs to no complete block yet."""
        return "".join(self._lines) + self._partial

    @property
    def continues(self) -> bool:
        """Tell whether what is open goes on with the code or the list before it."""
        in_list = self._list is not None and MARKER.match(self.rest.lstrip())
        return bool(self._fence or in_list)

    def feed(self, text: str) -> list[Block]:
        """Take a piece in and give the blocks that are complete now."""
        self.pending += len(text)
        *lines, self._partial = (self._partial + text).split("\n")
        for line in lines:
            self._take(line + "\n")
            self._is_judged = False
        if not self._is_judged and not self._fence:
            self._judge_partial()
        return self._given()

    def extend(self, text: str) -> bool:
        """Take in a piece without a line break if it can complete no block; tell if it was."""
        if not (self._is_judged or self._fence):
            return False
        self._partial += text
        self.pending += len(text)
        return True

    def close(self) -> list[Block]:
        """Give what is left, complete or not."""
        partial, self._partial = self._partial, ""
        if partial:
            self._take(partial)
        if self._fence:
            self._give("close", joined=True)
        self._finish()
        self._kind, self._list, self._fence, self._is_judged = "", None, "", False
        self._lines, self.pending = [], 0  # empty lines at the end belong to nothing
        return self._given()

    def _given(self) -> list[Block]:
        found, self._found = self._found, []
        return found

    def _judge_partial(self) -> None:
        """End the open block early where an unfinished line begins another one for certain."""
        if len(self._partial) > LONGEST_BEGINNING:
            self._is_judged = True
        elif CERTAIN.match(self._partial):
            self._is_judged = True
            if self._begins(shape_of(self._partial)):
                self._finish()

    def _take(self, line: str) -> None:
        if self._fence:
            self._take_code(line)
            return
        if not line.strip():
            self._take_blank(line)
            return
        shape = shape_of(line)
        if self._begins(shape):
            self._finish()
        self._lines.append(line)
        if not self._kind:
            self._start(shape, line)
        elif self._kind == "text" and shape.underlines:
            self._finish()
        if self._kind == "item":
            self._watch_inner_fence(line)
        self._is_blank = False

    def _take_blank(self, line: str) -> None:
        is_empty_item = self._kind == "item" and MARKER.fullmatch("".join(self._lines).strip())
        self._lines.append(line)
        self._is_blank = True
        if self._kind in {"text", "quote"} or is_empty_item:
            self._finish()

    def _take_code(self, line: str) -> None:
        self._lines.append(line)
        text = line.strip()
        marks = text.rstrip(self._fence[0])
        if not marks and len(text) >= len(self._fence) and shape_of(line).indent < DEEP:
            self._fence = ""
            self._give("close", joined=True)
            return
        self._give("code", joined=True)

    def _begins(self, shape: Shape) -> bool:
        """Tell whether a line of this shape ends the block that is open."""
        kind, marker = shape.kind, shape.marker
        match self._kind:
            case "item":
                return self._leaves_item(shape)
            case "indented":
                return shape.indent < DEEP
            case "text" if shape.underlines:
                return False
            case "text" if kind == "item" and marker:
                # What may interrupt a paragraph: an item with a text, the first of its list.
                return bool(marker[4]) and marker[2] in {None, "1"}
            case "text" | "quote":
                other = "quote" if self._kind == "text" else "item"
                return kind in {"heading", "rule", "fence", other}
        return False

    def _leaves_item(self, shape: Shape) -> bool:
        if self._list is None or shape.indent >= self._list.content:
            return False
        lazy = shape.kind in {"text", "indented"} and not self._is_blank
        return not (lazy and self._is_paragraph)

    def _start(self, shape: Shape, line: str) -> None:
        kind = shape.kind
        if kind == "item" and shape.marker:
            self._list = next_item(self._list, shape, shape.marker)
            self._inner_fence = ""
        else:
            self._list = None
        self._kind = kind
        if kind in {"heading", "rule"}:
            self._kind = "text"
            self._finish()
        elif kind == "fence":
            fence = FENCE.match(line.strip())
            assert fence is not None  # noqa: S101  so its shape was found
            self._fence = fence[1] or fence[3]
            self._fence_indent = shape.indent
            self._kind = ""
            self._give("open")

    def _watch_inner_fence(self, line: str) -> None:
        """Follow the fences inside an item: only after a paragraph may a line go on undented."""
        text = line.strip()
        self._is_paragraph = False
        if self._inner_fence:
            if not text.strip(self._inner_fence[0]) and len(text) >= len(self._inner_fence):
                self._inner_fence = ""
            return
        found = INNER_FENCE.match(text)
        self._inner_fence = found[1] if found else ""
        self._is_paragraph = not found and not NO_PARAGRAPH.match(text)

    def _finish(self) -> None:
        """Give the open block, if there is one."""
        if not self._kind:
            return
        kind, self._kind = self._kind, ""
        if kind == "item" and self._list is not None:
            self._give("item", self._list.number, joined=not self._list.is_first)
        else:
            self._give("text")

    def _give(self, kind: str, number: int | None = None, *, joined: bool = False) -> None:
        indent = self._fence_indent if kind == "code" else 0
        block = Block(kind, "".join(self._lines), number, joined, indent)
        self.pending -= len(block.source)
        self._lines = []
        self._found.append(block)
