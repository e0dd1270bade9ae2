"""Code in colour, line by line: each line is looked at once, however long the code becomes."""

from collections.abc import Iterator
from typing import Any, Final

from pygments.lexer import Lexer, RegexLexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Error, Whitespace, _TokenType
from pygments.util import ClassNotFound
from rich.color import ColorSystem
from rich.syntax import Syntax

_THEME: Final = "ansi_dark"  # the terminal's own sixteen colours
_LONGEST: Final = 2000  # the patterns of some languages are slow on long lines
_ROOT: Final = "root"


class Highlighter:
    """Gives one line of code after another in the colours of its language.

    The states of a lexer are kept from line to line: where it has one for a text or a comment, that
    may span lines. An unknown language, and a line of over 2000 characters, stay as they are.
    """

    def __init__(self, language: str) -> None:
        self._lexer = _lexer(language)
        self._states = [_ROOT]
        self._theme = Syntax.get_theme(_THEME)

    def line(self, text: str) -> str:
        """Give a line, which has no line break, with the sequences that colour it."""
        if self._lexer is None or len(text) > _LONGEST:
            return text
        parts: list[str] = []
        for _, kind, piece in self._tokens(self._lexer, text + "\n"):
            shown = piece.rstrip("\n")
            style = self._theme.get_style_for_token(kind)
            plain = not shown.strip() or not style
            parts.append(shown if plain else style.render(shown, color_system=ColorSystem.STANDARD))
        return "".join(parts)

    def _tokens(self, lexer: Lexer, text: str) -> Iterator[tuple[int, Any, str]]:
        own = type(lexer).get_tokens_unprocessed
        if isinstance(lexer, RegexLexer) and own is RegexLexer.get_tokens_unprocessed:
            yield from self._by_rules(lexer, text)
        else:  # it does more than to apply rules: each line stands for itself
            yield from lexer.get_tokens_unprocessed(text)

    def _by_rules(self, lexer: RegexLexer, text: str) -> Iterator[tuple[int, Any, str]]:
        """Apply the rules of the state on top; pygments itself forgets its states at the end."""
        rules: dict[str, Any] = lexer._tokens  # noqa: SLF001  there is no other way to them
        at = 0
        while at < len(text):
            for match_at, action, change in rules[self._states[-1]]:
                found = match_at(text, at)
                if found is None:
                    continue
                if isinstance(action, _TokenType):
                    yield at, action, found.group()
                elif action is not None:
                    yield from action(lexer, found)
                at = found.end()
                self._change(change)
                break
            else:
                if text[at] == "\n":
                    self._states = [_ROOT]
                yield at, Whitespace if text[at] == "\n" else Error, text[at]
                at += 1

    def _change(self, change: Any) -> None:
        """Go to another state as a rule says: a name, some, a number of states to leave."""
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
