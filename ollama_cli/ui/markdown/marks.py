r"""Which marks of an answer are Markdown and which are its text, where both are possible.

CommonMark takes `2*3*4`, `__init__.py` and `a\.b` for marks, and does not know bold beside the
punctuation of a script without spaces (`**「重要」**です`). A model that writes so means the text,
or the bold: a mark that is shown does little harm, one that vanishes changes what was said.
"""

import re
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Final, NamedTuple, TypeAlias
from unicodedata import category

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, emphasis, strikethrough

_Rule: TypeAlias = Callable[[StateInline, bool], bool]
# A backslash before any other character is text: that of a path, or of a regular expression.
_ESCAPED: Final = frozenset("\\`*_{}[]()#+-!~<>|")
_LONGEST_NUMBER: Final = 9
# Scripts that put no spaces between words, with their punctuation; Korean puts none before endings.
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\ufe30-\ufe4f\uff00-\uffef\U0001b000-\U0001b2ff\U00020000-\U0003ffff]"
)
_QUOTES: Final = frozenset("\"'`“”\u2018\u2019„«»")
_OPENING: Final = frozenset("([{<:|>*_~-\u2013—…¿¡") | _QUOTES
_BRACKETS: Final = frozenset("([{")
_CLOSING: Final = frozenset(")]},.;:!?")
_ENDING: Final = frozenset(")]},.;:!?>*_~|-\u2013—…") | _QUOTES
# Beside these a single `*` is part of a path, a pattern or a formula, and so is `_`.
_NEVER_BEFORE: Final = frozenset("./\\)]}%&=+^$@#?;,")
_NEVER_ENDS: Final = frozenset("([{/\\=-@$#&+<")
_NEVER_BEHIND: Final = frozenset("/\\[{=@&$+%#^")
_NEVER_BEGINS: Final = frozenset(".,:;/?!)]}|=>")
# Names that languages themselves have given; any other word between `__` is bold.
_DUNDER: Final = re.compile(r"__[A-Za-z]+(?:_[A-Za-z]+)*__")
_OTHER_DUNDERS: Final = (
    "aenter", "aexit", "aiter", "all", "anext", "author", "await", "bytes", "copy", "deepcopy",
    "del", "delete", "enter", "exit", "fspath", "future", "get", "getattr", "main", "missing",
    "next", "path", "set", "slots", "version",
    "proto", "CLASS", "COUNTER", "DATA", "DATE", "DIR", "END", "FILE", "FUNCTION", "LINE",
    "METHOD", "NAMESPACE", "PACKAGE", "SUB", "TIME", "TRAIT", "VA_ARGS",
)  # fmt: skip
_DUNDERS: Final = frozenset(
    name for kind in (type, int, dict, FunctionType, ModuleType) for name in dir(kind)
) | {f"__{name}__" for name in _OTHER_DUNDERS}


def read_as_meant(parser: MarkdownIt) -> None:
    """Have a parser leave as text what only looks like marks."""
    rules = parser.inline.ruler
    rules.at("escape", _escape)
    rules.at("emphasis", _judged(emphasis.tokenize))
    rules.at("strikethrough", _judged(strikethrough.tokenize))
    rules.before("emphasis", "dunder", _dunder)


def _escape(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  a signature of the parser
    """Take a backslash away from a character that would be a mark without it."""
    text, position = state.src, state.pos
    if text[position] != "\\" or position + 1 >= state.posMax:
        return False
    escaped = text[position + 1]
    if escaped not in _ESCAPED and not (escaped == "." and _ends_number(text, position)):
        return False
    if not silent:
        token = state.push("text_special", "", 0)
        token.content, token.markup, token.info = escaped, f"\\{escaped}", "escape"
    state.pos += 2
    return True


def _ends_number(text: str, position: int) -> bool:
    """Return whether a line begins with digits that end before `position`."""
    begin = text.rfind("\n", max(0, position - _LONGEST_NUMBER - 1), position) + 1
    return position - begin <= _LONGEST_NUMBER and text[begin:position].isdecimal()


def _dunder(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  a signature of the parser
    found = _DUNDER.match(state.src, state.pos, state.posMax)
    if found is None or found[0] not in _DUNDERS:
        return False
    if not silent:
        state.pending += found[0]
    state.pos = found.end()
    return True


def _judged(tokenize: _Rule) -> _Rule:
    """Return a rule for marks whose delimiters open and close as a `_Run` may."""

    def rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  a signature of the parser
        begin, known = state.pos, len(state.delimiters)
        if not tokenize(state, silent):
            return False
        added = state.delimiters[known:]
        if added:
            opens, closes = _run(state, begin).sides
            for each in added:
                each.open, each.close = opens, closes
        return True

    return rule


def _run(state: StateInline, begin: int) -> "_Run":
    text, end = state.src, state.pos
    return _Run(
        mark=text[begin],
        is_strong=text[begin] != "_" and end - begin > 1,
        before=text[max(0, begin - 1) : begin],
        after=text[end : min(end + 1, state.posMax)],
        behind=text[end + 1 : min(end + 2, state.posMax)],
    )


class _Run(NamedTuple):
    """Marks of one kind in a row, the characters beside them, and the one behind those."""

    mark: str
    is_strong: bool
    before: str
    after: str
    behind: str

    @property
    def sides(self) -> tuple[bool, bool]:
        """Tell whether the run may open, and whether it may close."""
        if _is_word(self.before) and _is_word(self.after):
            inside = self.is_strong and _has_unspaced(self.before, self.after)
            return inside, inside
        opens = _flanks(self.after, self.before) and self._may_open
        closes = _flanks(self.before, self.after) and self._may_close
        if not self._is_between_punctuation:
            return opens, closes
        if self.before in _QUOTES and self.after in _QUOTES:
            return False, False
        is_end = self.after in _ENDING and not self._goes_on
        opens = opens and self.before in _OPENING and self.after not in _CLOSING
        return opens, closes and is_end and self.before not in _BRACKETS

    @property
    def _may_open(self) -> bool:
        if self.mark == "_":
            return not _is_word(self.before) and self.before not in _NEVER_BEFORE
        if self.is_strong:
            is_power = self.before in _CLOSING and self.after.isdecimal()
            return self.after != "/" and not is_power
        is_ellipsis = self.after == self.behind == "."
        never = self.before in _NEVER_BEFORE or self.after in _NEVER_BEGINS
        return not never or is_ellipsis

    @property
    def _may_close(self) -> bool:
        if self.is_strong:  # 10**-3 is a power
            return not (self.after == "-" and self.behind.isdecimal())
        if self.mark == "_" and (_is_word(self.after) or self.after == "("):
            return False
        return not self._goes_on and self.before not in _NEVER_ENDS

    @property
    def _goes_on(self) -> bool:
        """Tell whether a path, a pattern or a name goes on behind the run."""
        if self.after == ".":
            return _is_word(self.behind)
        return self.after in _NEVER_BEHIND and not _is_blank(self.behind)

    @property
    def _is_between_punctuation(self) -> bool:
        return _is_punctuation(self.before) and _is_punctuation(self.after)


def _flanks(inner: str, outer: str) -> bool:
    """Return whether a run between these characters marks the side of the inner one."""
    if _is_blank(inner):
        return False
    is_plain = not _is_punctuation(inner) or _has_unspaced(inner)
    return is_plain or not _is_word(outer) or _has_unspaced(outer)


def _is_blank(character: str) -> bool:
    return not character or character.isspace()


def _is_word(character: str) -> bool:
    return bool(character) and category(character)[0] in "LMN"


def _is_punctuation(character: str) -> bool:
    return not (_is_blank(character) or _is_word(character) or _has_unspaced(character))


def _has_unspaced(*characters: str) -> bool:
    return any(map(_UNSPACED.match, characters))
