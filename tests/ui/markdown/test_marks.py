"""Marks that are part of the text stay; marks that are meant set their text in style."""

import re

import pytest
from documents_in_markdown import pieces
from screens import Screen

from ollama_cli.ui.markdown.page import MarkdownPage
from ollama_cli.ui.markdown.typesetter import Typesetter

STYLED = re.compile(r"\x1b\[([0-9;]+)m(.*?)\x1b\[0m")
WEIGHTS = {"1": "bold", "3": "italic", "1;3": "both", "9": "struck"}


def plain(text: str) -> str:
    """What stands on the screen, without the line break at its end."""
    return STYLED.sub(r"\2", Typesetter(colour=False).render(text, 200)).removesuffix("\n")


def styled(text: str) -> list[tuple[str, str]]:
    """The pieces of a text that are set in style."""
    found = STYLED.findall(Typesetter(colour=False).render(text, 200))
    return [(WEIGHTS[style], piece) for style, piece in found]


@pytest.mark.parametrize(
    "text",
    [
        "2*3*4 = 24",
        "2*3*4*5 and a*b, then (a*b)*(c*d)",
        "5 * 3 * 2 and 2*(3+4)*5",
        "x**2 + y**2 = z**2",
        "2**n + (a+b)**2 + 10**-3 and 10**-6",
        "__init__.py and __main__.py",
        "the __init__ of __name__",
        "__FILE__, __LINE__ and __VA_ARGS__ of C, __proto__ of JavaScript",
        "https://x.example/_a_/b*c*d and ~/.config/* or ./*",
        'if __name__ == "__main__":',
        'obj.__class__.__name__, my.__dict__["x"], __init__(self), self._x_.y',
        "snake_case_name and _private_name",
        "$_GET and a/_b_/c",
        r"a\.b",
        r"C:\new_folder\file.txt and C:\Users\me\.ollama",
        r"\d+\.\d+ ^\w+\s*$ \bword\b",
        r"\frac{1}{2} 10\% \, \"x\" \'y\' \& \: \@ \/ \$5",
        r"v1\.2 and 12\. in a line",
        "~approx~ and H~2~O and a~~b~~c",
        "$a_1 * b_2$ and $x_{1}*y_{2}*z$",
        "*.py *.txt",
        "src/*.py and src/*.txt",
        "**/*.py and **/*.txt, src/**/*.ts and test/**/*.ts",
        "*report*.pdf and *.md",
        "*.py or test_*",
        "/usr/*/lib/*/x",
        ".*foo.* and ^.*a.*$",
        "[a-z]*[0-9]* and (a|b)*(c)*",
        "COUNT(*), SUM(*)",
        "/*foo*/ and int *p, *q;",
        "*/5 * * * *",
        "listening on *:80 and 0.0.0.0:*",
        '"*" or "*", {*}',
        "Price* and Total** at *see below",
        "*args, **kwargs",
        "f(*args, **kwargs) or g(*args, **kwargs)",
        "长*宽*高",
        "un**believ**able",
    ],
)
def test_what_only_looks_like_marks_stays(text: str) -> None:
    assert plain(text) == text
    assert styled(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('a **b**. **c**, (**d**) "**e**" **f**: **g**\'s', [("bold", each) for each in "bcdefg"]),
        ("**A:** and *b:* __c__.", [("bold", "A:"), ("italic", "b:"), ("bold", "c")]),
        ('_it_ (_it_) "_it_". *it*!', [("italic", "it")] * 4),
        ("***x*** **_x_** _**x**_ (**_x_**)", [("both", "x")] * 4),
        ("*...sighs* *I see.*", [("italic", "...sighs"), ("italic", "I see.")]),
        ("*well*-known", [("italic", "well")]),
        ("**x**/**x** **x**.md **x**(a) 1.**x** a:**x** 🎉**x**🎉", [("bold", "x")] * 7),
        ("**$5** **.NET**", [("bold", "$5"), ("bold", ".NET")]),
        ("**--flag** **C++** **50%**", [("bold", each) for each in ("--flag", "C++", "50%")]),
        ("~~gone~~", [("struck", "gone")]),
        ("2*3 and *it* and x*y", [("italic", "it")]),
        ("**Apple**s and **pears**", [("bold", "pears")]),
        ("**「重要」**です", [("bold", "「重要」")]),
        ("これは**「重要」**です。", [("bold", "「重要」")]),
        (
            '**"重要"**です、また**\uff08注\uff09**を',
            [("bold", '"重要"'), ("bold", "\uff08注\uff09")],
        ),
        ("这是**重点**内容\uff0c他说**“好”**。", [("bold", "重点"), ("bold", "“好”")]),
        ("**重要\uff1a**请注意**API**的", [("bold", "重要\uff1a"), ("bold", "API")]),
        ('**중요**는 **"중요"**는', [("bold", "중요"), ("bold", '"중요"')]),
        ("*「重要」*です ~~「古い」~~です", [("italic", "「重要」"), ("struck", "「古い」")]),
        ("ภาษา**ไทย**ครับ", [("bold", "ไทย")]),
    ],
)
def test_what_is_meant_is_set(text: str, found: list[tuple[str, str]]) -> None:
    assert styled(text) == found


@pytest.mark.parametrize("mark", list("\\`*_{}[]()#+-!~<>|"))
def test_a_backslash_goes_before_a_mark(mark: str) -> None:
    assert plain(f"a \\{mark} b") == f"a {mark} b"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"1\. no item", "1. no item"),
        ("one\n12\\. no item", "one\n12. no item"),
        (r"1234567890\. a", r"1234567890\. a"),
        (r"\# no \- item \* or \_x\_", "# no - item * or _x_"),
        (r"\(x\) and \[y\] \\ z", r"(x) and [y] \ z"),
        (r"C:\new_folder\*", r"C:\new_folder*"),
        ("C:\\new\\\nC:\\old\\", "C:\\new\\\nC:\\old\\"),
        (r"[a\]b](http://x.example)", "a]b (http://x.example)"),
    ],
)
def test_a_backslash_elsewhere_stays(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("An old silent pond\nA frog jumps\nSplash", "An old silent pond\nA frog jumps\nSplash"),
        ("Name: Ada\nBorn: 1815", "Name: Ada\nBorn: 1815"),
        ("a  \nb\nc", "a\nb\nc"),
        ("- a\n  b\n- c", " • a\n   b\n • c"),
        ("1. a\nb", " 1. a\n    b"),
        ("> a\n> b\nc", "▌ a\n▌ b\n▌ c"),
        ("**a\nb**", "a\nb"),
        ("Two\nlines\n===", "Two\nlines"),
        ("a\n\nb", "a\n\nb"),
    ],
)
def test_a_soft_break_is_a_line_break(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize("seed", range(1, 4))
def test_a_stream_shows_the_same(seed: int) -> None:
    text = "x**2 + 2*3\na\\.b **「A」**で\n\n- __init__.py\n  1\\. b\n\n|a*b*c|\n|-|\n|C:\\x|\n"
    screen = Screen()
    page = MarkdownPage(screen)
    for piece in pieces(text, seed):
        page.add(piece)
    page.end(complete=True)
    assert screen.lines == [line.rstrip() for line in plain(text).splitlines() if line]


def test_many_marks_take_no_time() -> None:
    shown = plain("a*b\\." * 20_000)
    assert shown.count("*") == 20_000
