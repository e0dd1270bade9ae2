"""Where characters begin as people see them."""

import pytest

from ollama_cli.ui.line import graphemes

FAMILY, FLAG, HEART = "👨‍👩‍👧", "🇩🇪", "❤️"


@pytest.mark.parametrize(
    "character",
    ["a", "世", "e\u0301", FAMILY, FLAG, HEART, "👍🏽", "각", "가\u11a8", "\u0d15\u0d3f"],
)
def test_a_character_is_stepped_over_as_a_whole(character: str) -> None:
    line = f"a{character}{character}b"
    end = 1 + len(character)
    assert graphemes.after(line, 1) == len(character)
    assert graphemes.before(line, end) == len(character)
    assert graphemes.before(line, end + 1) in {1, len(character)}
    for inside in range(2, end):
        assert graphemes.before(line, inside) == inside - 1
        assert graphemes.after(line, inside) == end - inside


def test_at_the_ends_there_is_nothing() -> None:
    for line in ("", "a", FLAG):
        assert graphemes.before(line, 0) == 0
        assert graphemes.after(line, len(line)) == 0
