"""Messages as people read them: whole words on a terminal, the bytes as they are in a pipe."""

import io

from ollama_cli.ui.conversations import show_found, show_text
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


def test_what_was_found_is_marked_and_no_word_is_broken() -> None:
    def found(**traits: bool) -> list[str]:
        file = io.StringIO()
        out = OutStream(file, fixed_width=14, **traits)
        show_found(out, f"{WORDS}\x01", [(4, 10), (17, 22)])
        return file.getvalue().splitlines()

    whole = "  Two [forces] shape [every] tide\\x01"
    assert found() == [whole]
    rows = ["  Two [forces]", "  shape", "  [every]", "  tide\\x01"]
    assert found(is_terminal=True) == rows
    bold = [row.replace("[", "\x1b[1m[").replace("]", "]\x1b[22m") for row in rows]
    assert found(is_terminal=True, colour=True) == bold
