"""What stands between fences, by the rules of CommonMark."""

import pytest
from pygments.lexers import get_all_lexers

from ollama_cli.ui.markdown.fences import closed_blocks

# The cases on which a regular expression fails: most tools that extract code use one.
CASES = {
    "```\na\n```": "a\n",
    "```py\na\n```\n": "a\n",
    "```c++\na\n```": "a\n",
    '```python title="a"\na\n```': "a\n",
    "~~~\na\n~~~": "a\n",
    "~~~ py\n```\na\n```\n~~~": "```\na\n```\n",
    "````\n```\na\n```\n`````": "```\na\n```\n",
    "- one\n\n  ```\n  a\n    b\n  ```\n- two": "a\n  b\n",
    "1. ```\n   a\n\n   b\n   ```": "a\n\nb\n",
    "> ```\n> a\n> ```\nb": "a\n",
    "```py\r\na\r\nb\r\n```\r\n": "a\nb\n",
    "```py   \na\n```   ": "a\n",
    "   ```\n   a\n   ```": "a\n",
    "text\n```\na\n```\ntext": "a\n",
    "```\n```": "",
    "```\n\n\n```": "\n\n",
    "```\n  ```": "",
    # Not closed: it was cut, or the block that holds it ends before.
    "```": None,
    "```\n": None,
    "```py\na": None,
    "```py\na\n": None,
    "```py\na\n``": None,
    "````\na\n```": None,
    "```\na\n~~~": None,
    "```\na\n```py": None,
    "```\na\n    ```": None,
    "> ```\n> a\n\n```": None,
    "- ```\n  a\n\nb\n": None,
    # No fences at all.
    "    ```\n    a\n    ```": None,
    "`` ` a ` ``": None,
    "```a`b\nc": None,
    "<pre>\n```\na\n```\n</pre>": None,
    "<!--\n```\na\n```\n-->": None,
    "\\```\na": None,
    "": None,
}


@pytest.mark.parametrize("text", CASES)
def test_what_is_closed_is_found(text: str) -> None:
    found = [block.text for block in closed_blocks([text])]
    assert (found[0] if found else None) == CASES[text]


def test_no_beginning_of_a_block_is_a_block() -> None:
    text = 'x\n\n~~~~ py\n~~~\ndef f(): """```"""\n~~~~'
    for end in range(len(text)):
        assert list(closed_blocks([text[:end]])) == []
    assert [block.text for block in closed_blocks([text])] == ['~~~\ndef f(): """```"""\n']


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        *(("py", "python"), ("Python", "py"), ("sh", "bash"), ("bash", "shell"), ("js", "JS")),
        *(("ts", "typescript"), ("c++", "cpp"), ("mermaid", "mermaid"), ("python3 x", "python")),
        pytest.param(
            *("yml", "yaml"),
            marks=pytest.mark.skipif(
                all("yml" not in names for _, names, *_ in get_all_lexers()),
                reason="the lowest Pygments has no such name",
            ),
        ),
    ],
)
def test_a_language_has_several_names(named: str, asked: str) -> None:
    texts = ["```\nnone\n```", f"```rust\nother\n```\n```{named}\nthis\n```\n```\nnone\n```"]
    assert [block.text for block in closed_blocks(texts, asked)] == ["this\n"]


def test_each_text_stands_alone() -> None:
    texts = ["```\nnever closed", "```a\nb\n```", "and\n```c\nd\n```"]
    assert list(closed_blocks(texts)) == [("a", "b\n"), ("c", "d\n")]
