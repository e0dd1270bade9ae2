"""How Markdown is read: what is a block, and which marks count; and the code that a text holds."""

from typing import Final, NamedTuple

from markdown_it import MarkdownIt

from ollama_cli.ui.markdown.marks import read_as_meant

# The parser takes a carriage return for a line break; on the terminal one alone is no such.
_RETURN: Final = "\ue00d"
CODE: Final = ("fence", "code_block")
_SIGNS: Final = ("```", "~~~", "    ", "\t")  # without any of them there is no code


class CodeBlock(NamedTuple):
    """Code between fences, or indented: the language if it is named, and the lines."""

    language: str
    text: str


def new_parser() -> MarkdownIt:
    """Make a parser of CommonMark with tables, but without HTML and references."""
    parser = MarkdownIt("commonmark", {"html": False})
    parser.enable(["table", "strikethrough"]).disable("reference")
    read_as_meant(parser)
    return parser


def code_blocks(text: str) -> list[CodeBlock]:
    """Return what is set as code in a text, in order of appearance; the last may lack its end."""
    if not any(sign in text for sign in _SIGNS):
        return []
    lines = text.replace("\r\n", "\n").replace("\r", _RETURN)
    return [
        CodeBlock(first_word(token.info), token.content.removesuffix("\n").replace(_RETURN, "\r"))
        for token in new_parser().parse(lines)
        if token.type in CODE
    ]


def first_word(text: str) -> str:
    """Return the first word of a text, empty if there is none."""
    return next(iter(text.split()), "")
