"""Colour code line by line: each line is read once, however long the code becomes."""

from collections.abc import Iterator
from typing import Any, Final

from pygments.lexer import Lexer, RegexLexer
from pygments.lexers import get_lexer_by_name
from pygments.token import (
    Comment,
    Error,
    Generic,
    Keyword,
    Name,
    Number,
    Operator,
    String,
    Token,
    Whitespace,
    _TokenType,
)
from pygments.util import ClassNotFound
from rich.color import ColorSystem
from rich.style import Style
from rich.syntax import ANSISyntaxTheme

# Of fixed colours, as bright as half of white: each can be read on white and on black. The sixteen
# that a terminal names its own cannot: of those none is sure to be either.
GREEN, BLUE, TEAL, BROWN, PURPLE, RED, GREY = (
    f"color({number})" for number in (28, 27, 31, 130, 133, 161, 243)
)
_THEME: Final = ANSISyntaxTheme(
    {
        Token: Style(),
        Comment: Style(color=GREY, italic=True),
        Comment.Preproc: Style(color=TEAL),
        Keyword: Style(color=BLUE),
        Keyword.Type: Style(color=TEAL),
        Operator.Word: Style(color=PURPLE),
        Name.Attribute: Style(color=TEAL),
        Name.Builtin: Style(color=TEAL),
        Name.Class: Style(color=GREEN, underline=True),
        Name.Constant: Style(color=RED),
        Name.Decorator: Style(color=PURPLE, bold=True),
        Name.Exception: Style(color=TEAL),
        Name.Function: Style(color=GREEN),
        Name.Namespace: Style(color=TEAL, underline=True),
        Name.Tag: Style(color=BLUE),
        Name.Variable: Style(color=RED),
        Number: Style(color=PURPLE),
        String: Style(color=BROWN),
        Generic.Deleted: Style(color=RED),
        Generic.Error: Style(color=RED),
        Generic.Heading: Style(bold=True),
        Generic.Inserted: Style(color=GREEN),
        Generic.Prompt: Style(bold=True),
        Generic.Subheading: Style(color=PURPLE, bold=True),
        Error: Style(color=RED, underline=True),
    }
)
_LONGEST: Final = 2000  # the patterns of some languages are slow on long lines
_ROOT: Final = "root"


class Highlighter:
    """Colour one line of code after another, by the rules of its language.

    The states of the lexer are kept between lines: if it has one for strings or comments, they may
    span lines. An unknown language, and a line of over 2000 characters, stay as they are.
    """

    def __init__(self, language: str) -> None:
        self._lexer = _lexer(language)
        self._states = [_ROOT]

    def line(self, text: str) -> str:
        """Return a line, without a line break, with the sequences that colour it."""
        if self._lexer is None or len(text) > _LONGEST:
            return text
        parts: list[str] = []
        for _, kind, piece in self._tokens(self._lexer, text + "\n"):
            shown = piece.rstrip("\n")
            style = _THEME.get_style_for_token(kind)
            plain = not shown.strip() or not style
            parts.append(
                shown if plain else style.render(shown, color_system=ColorSystem.EIGHT_BIT)
            )
        return "".join(parts)

    def _tokens(self, lexer: Lexer, text: str) -> Iterator[tuple[int, Any, str]]:
        own = type(lexer).get_tokens_unprocessed
        if isinstance(lexer, RegexLexer) and own is RegexLexer.get_tokens_unprocessed:
            yield from self._by_rules(lexer, text)
        else:  # it does more than apply rules: each line is read alone
            yield from lexer.get_tokens_unprocessed(text)

    def _by_rules(self, lexer: RegexLexer, text: str) -> Iterator[tuple[int, Any, str]]:
        """Apply the rules of the top state; pygments itself drops its states at the end."""
        rules: dict[str, Any] = lexer._tokens  # noqa: SLF001  there is no public way
        position = 0
        while position < len(text):
            for match_at, action, change in rules[self._states[-1]]:
                found = match_at(text, position)
                if found is None:
                    continue
                if isinstance(action, _TokenType):
                    yield position, action, found.group()
                elif action is not None:
                    yield from action(lexer, found)
                position = found.end()
                self._change_state(change)
                break
            else:
                if text[position] == "\n":
                    self._states = [_ROOT]
                yield position, Whitespace if text[position] == "\n" else Error, text[position]
                position += 1

    def _change_state(self, change: Any) -> None:
        """Change the state as a rule says: one name, several, or a number of states to leave."""
        for step in change if isinstance(change, tuple) else (change,):
            match step:
                case None:
                    pass
                case int():
                    del self._states[max(1, len(self._states) + step) :]
                case "#pop":
                    del self._states[max(1, len(self._states) - 1) :]
                case "#push":
                    self._states.append(self._states[-1])
                case _:
                    self._states.append(step)


def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language) if language else None
    except ClassNotFound:
        return None
