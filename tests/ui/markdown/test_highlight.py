"""Lines of code are coloured one by one, as if all were there."""

import re

import pytest
from pygments.lexers import get_all_lexers

from ollama_cli.ui.markdown.highlight import Highlighter

CODE = {
    "python": 'def f(x):\n    """a text\n    of two lines"""\n    return x  # why',
    "html": "<a href='x'>\n<!-- two\nlines -->\n</a>",
    "c": "/* two\nlines */\nint main(void) { return 0; }",
    "ruby": "x = <<~END\n  text\nEND\nputs x",
    "yaml": "a: |\n  text\n  more\nb: 1",
    "bash": "cat <<EOF\ntext $x\nEOF\necho 'a\nb'",
    "json": '{"a": [1,\n2]}',
    "console": "$ ls -l\nfile",
    "markdown": "# a\n```python\nx = 1\n```",
    "diff": "+ a\n- b",
}
SEQUENCES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("language", CODE)
def test_the_text_is_not_changed(language: str) -> None:
    highlighter = Highlighter(language)
    shown = [highlighter.line(line) for line in CODE[language].split("\n")]
    assert SEQUENCES.sub("", "\n".join(shown)) == CODE[language]
    assert any("\x1b[" in line for line in shown)


def test_a_text_that_spans_lines_is_known_on_each() -> None:
    highlighter = Highlighter("python")
    shown = [highlighter.line(line) for line in CODE["python"].split("\n")]
    alone = [Highlighter("python").line(line) for line in CODE["python"].split("\n")]
    assert shown[2] != alone[2]
    assert shown[3] == alone[3]


@pytest.mark.parametrize("language", sorted(a[0] for _, a, *_ in get_all_lexers() if a)[::20])
def test_no_language_stumbles(language: str) -> None:
    highlighter = Highlighter(language)
    for line in "\n".join(CODE.values()).split("\n"):
        assert SEQUENCES.sub("", highlighter.line(line)) == line


@pytest.mark.parametrize("language", ["", "no-such-language", "\x1b[2J"])
def test_an_unknown_language_has_no_colour(language: str) -> None:
    assert Highlighter(language).line("def f(): pass") == "def f(): pass"


def test_a_line_without_end_has_no_colour() -> None:
    line = "x = 1;" * 1000
    assert Highlighter("python").line(line) == line


def luminance(number: int) -> float:
    """How bright a colour of the palette of 256 is, by the rule for readable pages."""
    number -= 16
    levels = [number // 36, number // 6 % 6, number % 6]
    parts = [0 if level == 0 else 55 + 40 * level for level in levels]
    if number >= 216:
        parts = [8 + 10 * (number - 216)] * 3
    red, green, blue = (
        part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_each_colour_can_be_read_on_white_and_on_black() -> None:
    used = {
        code
        for language, text in CODE.items()
        for line in text.split("\n")
        for code in re.findall(r"\x1b\[([0-9;]+)m", Highlighter(language).line(line))
    } - {"0", "1"}
    assert len(used) > 6
    for code in used:
        number = re.fullmatch(r"(?:[134];)*38;5;(\d+)", code)
        assert number, code
        bright = luminance(int(number[1])) + 0.05
        assert bright / 0.05 >= 4, code
        assert 1.05 / bright >= 4, code
