"""For a screen reader nothing that was shown changes, nothing is drawn, and turns have a name."""

import itertools
import re

import pytest
from documents_in_markdown import SAMPLES, pieces
from screens import Screen

from ollama_cli.types.answer_events import Text, Thinking
from ollama_cli.ui.answers.text import Manner, TextWriter
from ollama_cli.ui.answers.thinking import ThinkingDisplay

SPOKEN = Manner(accessible=True, speaker="model")
# Whatever moves the cursor or clears something; colours do neither.
MOVES = re.compile(r"\r|\x08|\x1b\[[0-9;]*[A-LPSTX]|\x1b[78M]")
DRAWN = re.compile("[\u2022\u2190-\u28ff]")
MARKDOWN = """\
# Title

some `code` and **bold**

| a | b |
|---|---|
| 1 | 2 |
| 3 | 4 |

- one
- two

> said

---

```py
x = 1
```
"""
READ_ALOUD = """\
model:
Title

some `code` and bold

a: 1
b: 2

a: 3
b: 4

 - one
 - two

> said

------------------------

code 1 py:
x = 1
end of code
"""


def shown(manner: Manner, *texts: str, screen: Screen | None = None) -> str:
    screen = screen or Screen()
    with TextWriter(screen, screen, manner) as writer:
        for text in texts:
            writer.show_burst([Text(text)])
    return screen.raw


def test_markdown_is_set_in_words_and_lists() -> None:
    manner = SPOKEN._replace(markdown=True, numbers=itertools.count(1))
    raw = shown(manner, *pieces(MARKDOWN, 2))
    assert re.sub(r"\x1b\[[0-9;]*m", "", raw) == READ_ALOUD


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("markdown", [True, False])
def test_nothing_is_taken_back_and_nothing_drawn(name: str, markdown: bool) -> None:
    raw = shown(SPOKEN._replace(markdown=markdown), *pieces(SAMPLES[name], 1))
    assert not MOVES.search(raw.replace("\r\n", "\n"))
    assert set(DRAWN.findall(raw)) <= set(DRAWN.findall(SAMPLES[name]))


def test_what_is_plain_comes_line_by_line() -> None:
    screen = Screen(20, 10)
    with TextWriter(screen, screen, SPOKEN) as writer:
        writer.show(Text("one line that is lon"))
        assert screen.raw == "model:\n"
        writer.show(Text("ger than the terminal\nand"))
        assert screen.raw == "model:\none line that is longer than the terminal\n"
    assert screen.writes[-2:] == ["and", "\n"]


def test_a_block_is_shown_when_it_is_complete() -> None:
    screen = Screen()
    with TextWriter(screen, screen, SPOKEN._replace(markdown=True)) as writer:
        writer.show(Text("some **wor"))
        assert screen.raw == "model:\n"
        writer.show(Text("ds**\n\nnext"))
        assert screen.lines == ["model:", "some words"]
    assert screen.lines == ["model:", "some words", "next"]


def test_an_answer_alone_has_no_speaker_and_a_pipe_none_in_any_case() -> None:
    assert shown(SPOKEN._replace(speaker=""), "a") == "a\n"
    pipe = Screen()
    pipe.is_terminal = pipe.motion = False
    assert shown(SPOKEN, "a", "b\r", screen=pipe) == "ab\r\n"
    assert pipe.writes == ["a", "b\r", "\n"]


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_thinking_is_told_of_now_and_then_and_at_its_end() -> None:
    screen, clock = Screen(), Clock()
    thoughts = ThinkingDisplay(screen, folds=True, spoken=True, clock=clock)
    for _ in range(13):
        thoughts.add("hm\n")
        clock.now += 5
    thoughts.end()
    assert screen.raw == "thinking: 30 s\nthinking: 1m0s\nthought for 1m5s\n\n"


def test_thinking_that_is_kept_comes_line_by_line() -> None:
    screen = Screen()
    thoughts = ThinkingDisplay(screen, folds=False, spoken=True)
    thoughts.add("so it ")
    assert screen.raw == ""
    thoughts.add("is\nor\x1b")
    assert screen.raw == "so it is\n"
    thoughts.end()
    assert screen.raw == "so it is\nor\\x1b\n\n"


def test_thinking_belongs_to_the_turn() -> None:
    screen = Screen()
    with TextWriter(screen, screen, SPOKEN) as writer:
        writer.show_burst([Thinking("hm"), Text("yes")])
    assert screen.lines == ["model:", "thought for 1 s", "yes"]


def test_without_the_setting_all_is_as_it_was() -> None:
    assert "─" in shown(Manner(markdown=True), MARKDOWN)
    assert MOVES.search(shown(Manner(markdown=True), *pieces(MARKDOWN, 2)))
