"""The blocks of code that a text holds between fences, by the rules of CommonMark alone."""

from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt

from ollama_cli.ui.markdown.parser import CodeBlock, first_word


def closed_blocks(texts: Iterable[str], language: str = "") -> Iterator[CodeBlock]:
    """Yield what stands between fences in each text, of a language if one is named.

    What is never closed is left out: the text was cut, or ends where it should not.
    """
    wanted = _names(language)
    for text in texts:
        for token in MarkdownIt("commonmark").disable("inline").parse(text):
            if token.type != "fence" or token.map is None:
                continue
            begins, ends = token.map
            lines = token.content.count("\n") + bool(token.content.rpartition("\n")[2])
            is_closed = ends - begins - 1 > lines
            named = first_word(token.info)
            if is_closed and (not language or wanted & _names(named)):
                yield CodeBlock(named, token.content)


def _names(language: str) -> set[str]:
    """Return the names of a language: as it was written, and those by which it is known else."""
    name = language.casefold()
    if not name:
        return set()
    from pygments.lexers import get_all_lexers  # noqa: PLC0415  where one is named alone: 15 ms

    known = get_all_lexers(plugins=False)
    same = [aliases for _, aliases, _, _ in known if name in aliases]
    return {name, *(alias for aliases in same for alias in aliases)}
