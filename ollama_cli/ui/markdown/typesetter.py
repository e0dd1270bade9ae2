"""The style in which Markdown is shown: few colours, aligned to the left.

HTML and reference definitions are shown as text, and the address of a link follows its text, so
that little of what a model wrote is hidden. Titles of links are not shown.
"""

import io
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it.token import Token
from rich import box
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text

from ollama_cli.types.text import visible
from ollama_cli.ui.markdown.highlight import BLUE, TEAL, Highlighter
from ollama_cli.ui.markdown.parser import CODE, first_word, new_parser

_NARROWEST: Final = 8
_NARROWEST_COLUMN: Final = 5
_RULE_WIDTH: Final = 24
_MAX_DEPTH: Final = 18
_PLAIN: Final = Style()
_STYLES: Final = {
    "h1": Style(bold=True, underline=True, color="magenta"),
    "h2": Style(bold=True, color="magenta"),
    "h3": Style(bold=True),
    "strong": Style(bold=True),
    "em": Style(italic=True),
    "s": Style(strike=True),
    "code": Style(color=TEAL),
    "link": Style(color=BLUE),
    "mark": Style(color="bright_black"),
}
Line = list[Segment]


class Typesetter:
    """Set Markdown in lines; without `colour` only styles such as bold and italic are left.

    Each block of code takes one of `numbers`, which stands before its first line. What is
    `accessible` has words and lists where lines are drawn else.
    """

    def __init__(
        self,
        *,
        colour: bool = True,
        unicode: bool = True,
        numbers: Iterator[int] | None = None,
        accessible: bool = False,
    ) -> None:
        self._colour = colour
        self._accessible = accessible
        self._numbers = numbers
        self._styles = {
            name: style if colour else style.without_color for name, style in _STYLES.items()
        }
        self._dash, self._bullet, self._bar = "-->" if accessible else "─•▌" if unicode else "-*|"
        self._box = box.SIMPLE if unicode else box.ASCII
        self._parser = new_parser()
        self._console = Console(
            file=io.StringIO(),
            color_system="standard",
            force_terminal=True,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
            _environ={},
        )

    def render(self, source: str, width: int, number: int | None = None) -> str:
        """Set a text, or some blocks of it; its first list begins at `number`.

        Each line ends with a line break; an empty line separates blocks.
        """
        tokens = self._parser.parse(source)
        if any(token.level > _MAX_DEPTH for token in tokens):  # the parser drops deeper ones
            return source.strip("\n") + "\n"
        if number is not None and tokens and tokens[0].type == "ordered_list_open":
            tokens[0].attrs["start"] = number
        lines = self._blocks(tokens, max(_NARROWEST, width), outermost=True)
        return "".join(_ansi(line) + "\n" for line in lines)

    def code_begins(self, language: str, width: int) -> str:
        """Set the line above code: its number if it has one, a rule, the language if it is known.

        To be called once for each block of code, as it takes the next number.
        """
        number = f"{next(self._numbers)} " if self._numbers else ""
        name = visible(first_word(language))
        if self._accessible:
            return _ansi([self._mark(f"code {number}{name}".rstrip() + ":")]) + "\n"
        line = f"{self._dash * 3} {name} " if name else ""
        return self._rule(f"{number}{line}", width)

    def code_ends(self, width: int) -> str:
        """Set the line below code."""
        if self._accessible:
            return _ansi([self._mark("end of code")]) + "\n"
        return self._rule("", width)

    def highlighter(self, language: str) -> Highlighter:
        """Return the highlighter of a language, or without `colour` one that changes nothing."""
        return Highlighter(first_word(language) if self._colour else "")

    def _rule(self, beginning: str, width: int) -> str:
        return _ansi([self._mark(beginning.ljust(min(width, _RULE_WIDTH), self._dash))]) + "\n"

    def _mark(self, text: str) -> Segment:
        return Segment(text, self._styles["mark"])

    def _blocks(self, tokens: Sequence[Token], width: int, *, outermost: bool) -> list[Line]:
        """Set blocks with empty lines between them; inside an item only between paragraphs."""
        lines: list[Line] = []
        before = ""
        for group in _groups(tokens):
            kind = group[0].type
            apart = outermost or (kind == before == "paragraph_open")
            if before and apart:
                lines.append([])
            lines += self._block(group, width, outermost=outermost)
            before = kind
        return lines

    def _block(self, group: Sequence[Token], width: int, *, outermost: bool) -> list[Line]:
        first, inner = group[0], group[1:-1]
        match first.type:
            case "paragraph_open" | "heading_open":
                other = self._styles["h3"] if first.tag.startswith("h") else _PLAIN
                style = self._styles.get(first.tag, other)
                return self._wrapped(self._inline(inner[0], style), width)
            case "bullet_list_open" | "ordered_list_open":
                return self._list(first, inner, width)
            case "blockquote_open":
                room = max(_NARROWEST, width - 2)
                quoted = self._blocks(inner, room, outermost=True)
                return [[self._mark(f"{self._bar} "), *line] for line in quoted]
            case "table_open":
                return self._table(inner, width)
            case kind if kind in CODE:
                return self._code(first, width, whole=outermost)
            case _:
                return [[self._mark(self._dash * min(width, _RULE_WIDTH))]]

    def _list(self, opening: Token, tokens: Sequence[Token], width: int) -> list[Line]:
        number = int(opening.attrs.get("start", 1))
        lines: list[Line] = []
        for index, group in enumerate(_groups(tokens)):
            # Room for two digits: the length of the list is not known yet.
            is_numbered = opening.type == "ordered_list_open"
            sign = f"{number + index:>2}. " if is_numbered else f" {self._bullet} "
            room = max(_NARROWEST, width - len(sign))
            item = self._blocks(group[1:-1], room, outermost=False) or [[]]
            for row, line in enumerate(item):
                lines.append([Segment(" " * len(sign)) if row else self._mark(sign), *line])
        return lines

    def _code(self, token: Token, width: int, *, whole: bool) -> list[Line]:
        """Set code; if `whole`, the terminal wraps its lines, else they are wrapped here."""
        highlighter = self.highlighter(token.info)
        lines: list[Line] = [[Segment(self.code_begins(token.info, width).rstrip("\n"))]]
        for text in token.content.removesuffix("\n").split("\n") if token.content else []:
            shown = highlighter.line(text)
            if whole:
                lines.append([Segment(shown)])
            else:
                lines += self._wrapped(Text.from_ansi(shown), width)
        return [*lines, [Segment(self.code_ends(width).rstrip("\n"))]]

    def _table(self, tokens: Sequence[Token], width: int) -> list[Line]:
        cells = [
            (cell[0], self._inline(cell[1], _PLAIN))
            for part in _groups(tokens)
            for row in _groups(part[1:-1])
            for cell in _groups(row[1:-1])
        ]
        count = sum(cell.type == "th_open" for cell, _ in cells)
        rows = [[text for _, text in cells[i : i + count]] for i in range(0, len(cells), count)]
        if self._accessible or count * _NARROWEST_COLUMN > width:
            return self._records(rows, width)
        table = Table(box=self._box, pad_edge=False, show_edge=False, header_style="bold")
        table.border_style = self._styles["mark"]
        for cell, text in cells[:count]:
            align = str(cell.attrs.get("style", ""))
            side = next((side for side in ("right", "center") if side in align), "left")
            table.add_column(text, justify=side, overflow="fold")  # type: ignore[arg-type]  # a side
        for row in rows[1:]:
            table.add_row(*row)
        options = self._console.options.update(width=width)
        segments = self._console.render(table, options)
        return [line for line in Segment.split_lines(segments) if any(s.text.strip() for s in line)]

    def _records(self, rows: Sequence[Sequence[Text]], width: int) -> list[Line]:
        """Set a table that has too many columns for the width: each cell on its own line."""
        lines: list[Line] = []
        for row in rows[1:] or [[Text()] * len(rows[0])]:
            for name, text in zip(rows[0], row, strict=True):
                joined = Text.assemble((name.plain, self._styles["strong"]), ": ", text)
                lines += self._wrapped(joined, width)
            lines.append([])
        return lines[:-1]

    def _wrapped(self, text: Text, width: int) -> list[Line]:
        rows = text.wrap(self._console, width, overflow="fold")
        return [list(row.render(self._console)) for row in rows]

    def _inline(self, token: Token, style: Style) -> Text:
        text = Text(end="")
        styles, links = [style], [""]
        for child in token.children or []:
            match child.type:
                case "text" | "text_special":
                    text.append(visible(child.content), styles[-1])
                case "code_inline":
                    is_seen = self._colour and not self._accessible
                    shown = child.content if is_seen else f"`{child.content}`"
                    text.append(visible(shown), styles[-1] + self._styles["code"])
                case "softbreak" | "hardbreak":  # models mean the lines that they write
                    text.append("\n")
                case "link_open":
                    links.append(str(child.attrs.get("href", "")))
                    links[0] = str(len(text))
                case "link_close":
                    self._add_address(text, links.pop(), int(links[0]))
                case "image":
                    begin = len(text)
                    text.append(visible(child.content), styles[-1])
                    self._add_address(text, str(child.attrs.get("src", "")), begin)
                case _ if child.nesting > 0:
                    styles.append(styles[-1] + self._styles.get(child.tag, _PLAIN))
                case _ if child.nesting < 0:
                    styles.pop()
        return text

    def _add_address(self, text: Text, address: str, begin: int) -> None:
        shown = visible(address)
        if text.plain[begin:] in {shown, shown.removeprefix("mailto:")}:
            text.stylize(self._styles["link"], begin)
        else:
            text.append(f" ({shown})" if text.plain[begin:] else shown, self._styles["link"])


def _groups(tokens: Sequence[Token]) -> list[Sequence[Token]]:
    """Split tokens into groups, each from an opening token to its closing one."""
    groups: list[Sequence[Token]] = []
    begin = depth = 0
    for index, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            groups.append(tokens[begin : index + 1])
            begin = index + 1
    return groups


def _ansi(line: Line) -> str:
    parts = [
        style.render(text, color_system=ColorSystem.EIGHT_BIT) if style else text
        for text, style, _ in line
    ]
    return "".join(parts)
