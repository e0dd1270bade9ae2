"""Answers in Markdown, as models write them and as they do not, and ways to cut them."""

import random
from typing import Final

PROSE: Final = (
    "The tide is the rise and fall of the sea, *caused* by the **moon** and the sun, and `code` "
    "stands in between; a line long enough to be wrapped on any terminal that tests use."
)
SAMPLES: Final = {
    "headings": "# One\n\n## Two *sloped*\n### Three\ntext\n\nSetext\n===\n\nand two\n---\n\nend",
    "prose": f"{PROSE}\n\n{PROSE}  \nafter a break\nand a soft one\n\n{PROSE}\n",
    "wide": "潮汐は月と太陽の引力によって起こる海面の" * 6 + "\n\n汉字 mixed 和 words.\n",
    "emoji": "Fin ✅ and 🌊🌊 waves 👩‍🚀 ❤️ 🇫🇷 1️⃣ " * 6 + "\n\n- 🎯 one\n- 👍🏽 two\n",
    "bullets": f"- one\n- two {PROSE}\n  - nested\n    - deeper\n  - again\n- three\n\ntext\n",
    "loose": "1. one\n\n   or\n\n2. two\n\n   ```sh\n   ls\n\n   pwd\n   ```\n\n3. three\n\nend\n",
    "numbers": "".join(f"{n}. item {n}\n" for n in range(8, 13)) + "\nthen\n\n13. on\n",
    "tasks": "* [ ] open\n* [x] done\n+ other list\n",
    "table": f"| a | b | c |\n|:--|:-:|--:|\n| 1 | 潮 | 3 |\n| {PROSE} | `x` | 🌊 |\n\nafter\n",
    "wide table": f"| {' | '.join('abcdefghijklmnopqrstu')} |\n{'|--' * 21}|\n{'| long ' * 21}|\n",
    "fence": 'before\n```python\ndef f(x):\n    """a\n    b"""\n\n    return x  # c\n```\nafter\n',
    "fences in fences": "````md\n# x\n```py\nx = 1\n```\n````\n\n~~~\n```\n~~~\n```\n~~~\n```\n",
    "long code": "```\n" + "x = some_function(first, second, third); " * 6 + "\n```\n",
    "indented fence": "  ```js\n  let a = 1;\n    let b;\n  ```\n",
    "indented code": "text\n\n    code\n\n    more\n\ntext\n",
    "quotes": f"> {PROSE}\n> - in a quote\n>\n> again\n\n> another\nlazy\n\nend\n",
    "rules": "a\n\n---\n\n***\nb\n",
    "html": "<details>\n<b>not</b> lost <br>\n</details>\n\n<!-- a comment -->\n",
    "links": "[a](http://x.example/y) <http://z.example> ![alt](p.png) [ref][1]\n\n[1]: http://r.example\n",
    "lines": f"Name: Ada\nBorn: 1815\n\n> one\n> two {PROSE}\nlazy\n\n- a\n  b\nc\n\nTwo\n===\n",
    "marks in words": "2*3*4, `*a*`\\\nx**2\n\n- __init__.py in C:\\n\\*\n- a\\.b\n\n1\\. item\n",
    "no spaces": '**「重要」**です。**"強調"**だ\n\n1. 他说**“好”**。\n2. **중요**는 2*3\n',
    "cut in a paragraph": "# Title\n\nThe **bold and `co",
    "cut in a list": "1. one\n2. two\n   - ne",
    "cut in a table": "| a | b |\n|---|---|\n| 1 |",
    "cut in a fence": "```python\ndef f():\n    retu",
    "cut in a fence's line": "text\n\n```pyth",
    "odd items": "- \n- ```\n  code\n- # head\ntext\n2. two\n-\n\n  no item\n",
    "blank lines": "\n\n\na\n\n\n\nb\n\n\n",
    "tabs": "-\titem\n\tmore\n\na\tb\n\n```\n\tcode\n```\n",
    "carriage returns": "# a\r\n\r\n```\r\ncode\r\n```\r\n\r\n- b\r\n",
}  # fmt: skip


def long_answer(tokens: int = 5000) -> list[str]:
    """Write an answer of so many tokens: headings, prose, lists, fences and tables."""
    rng = random.Random(7)
    words = " tide", " moon", " **sea**", " `x`", " *it*", ",", ".", " 潮", " 🌊", " and"
    out: list[str] = []
    section = 0
    while len(out) < tokens:
        section += 1
        out += ["##", " Section", f" {section}", "\n\n"]
        out += [rng.choice(words) for _ in range(40)] + ["\n\n"]
        for n in range(1, 4):
            out += [f"{n}", ".", " item", f" {rng.choice(words)}", "\n"]
        out += ["\n", "```", "python", "\n"]
        for n in range(5):
            out += ["def", f" f{n}", "(x", "):", "\n", "    return", " x", " +", f" {n}", "\n"]
        out += ["```", "\n\n", "|", " a", " |", " b", " |", "\n", "|---", "|---", "|", "\n"]
        out += ["|", " 1", " |", " 2", " |", "\n", "\n"]
    return out[:tokens]


def pieces(text: str, seed: int) -> list[str]:
    """Cut a text: 0 leaves it whole, 1 cuts it into characters, others into pieces of any size."""
    if seed == 0:
        return [text]
    if seed == 1:
        return list(text)
    rng = random.Random(seed)
    cut: list[str] = []
    while text:
        size = rng.choice([1, 2, 3, 5, 8, 60])
        cut.append(text[:size])
        text = text[size:]
    return cut
