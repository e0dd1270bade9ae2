"""Messages as people read them: whole words on a terminal, the bytes as they are in a pipe."""

import io

from ollama_cli.ui.conversations import show_text
from ollama_cli.ui.streams import OutStream

WORDS = "Two forces shape every tide"


def shown(text: str, **traits: bool) -> str:
    file = io.StringIO()
    show_text(OutStream(file, fixed_width=12, **traits), "heading", text)
    return file.getvalue()


def test_on_a_terminal_words_stay_whole_and_nothing_controls_it() -> None:
    text = shown(f"{WORDS}\x1b[2J", is_terminal=True, motion=True)
    assert text.startswith("heading\nTwo forces\nshape every\ntide")
    assert "\x1b" not in text


def test_in_a_pipe_lines_stay_whole() -> None:
    assert shown(WORDS) == f"heading\n{WORDS}\n\n"
