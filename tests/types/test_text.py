"""Texts by which somebody decides show all that they hold."""

import pytest

from ollama_cli.types.text import unhidden


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Tromsø 森 👍", "Tromsø 森 👍"),
        ("a\nrun b?\t\x1b", "a\\x0arun b?\\x09\\x1b"),
        ("a\xa0b\u2028c\u200bd\ufeff\u2003", "a\\xa0b\\u2028c\\u200bd\\ufeff\\u2003"),
        ("\U000e0041\ud800", "\\U000e0041\\ud800"),
    ],
)
def test_what_shows_nothing_is_written_out(text: str, shown: str) -> None:
    assert unhidden(text) == shown
