"""Texts for patterns: of those that real servers follow, each is matched by what is made of it."""

import random
import re

import pytest

from ollama_cli.demo.patterns import PatternError, matching


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^$", ""),
        ("^cow$", "cow"),
        ("^[0-9]{4}-[0-9]{2}$", "0000-00"),
        ("^(red|green)$", "red"),
        ("^(|a)b$", "b"),
        (r"^[A-Z][a-z]+\.txt$", "Aa.txt"),
        ("^a*b?c{0}$", "ab"),
        ("^a{2,5}b{,3}c{3,}$", "aabccc"),
        ("^[^a-z0-9]{2}$", "AA"),
        (r"^[\]\\^-]$", "]"),
        (r"^\(\[\{\$\^\|\?\*\+\}\]\)$", "([{$^|?*+}])"),
        ("^((a|b){2}c){2}$", "aacaac"),
        ("^.{3}$", "aaa"),
        ('^"/-#$', '"/-#'),
    ],
)
def test_a_text_that_is_matched(pattern: str, text: str) -> None:
    assert matching(pattern) == text
    assert re.search(pattern, text)


@pytest.mark.parametrize(
    "pattern",
    [
        *("", "^", "$", "a", "^a", "a$", "^($", "^)$", "^[$", "^[]$", "^a)$", "^*$", "^a**$"),
        *("^a+?$", "^a{$", "^a{}$", "^a{,}$", "^a{2,1}$", "^a{x}$", "^a{1}{2}$", "^^a$", "^a$$"),
        *(r"^\d$", r"^\w$", r"^\s$", r"^\b$", r"^\/$", r"^\-$", r"^[\d]$", "^(?:a)$", "^(?=a)a$"),
        *("^é$", "^[z-a]$", "^a{10001}$", "^(a{9999}){2}$", "^a{99999999999999999999}$", "^a\\$"),
        "^" + "(" * 60 + "a" + ")" * 60 + "$",
    ],
)
def test_what_no_server_follows(pattern: str) -> None:
    with pytest.raises(PatternError):
        matching(pattern)


def _random_pattern(rng: random.Random, depth: int) -> str:
    atoms = ["a", "b", ".", "[a-c]", "[^a-c]", "[xyz]", r"\.", r"\$", " ", "0"]
    if depth < 3:
        inner = "|".join(_random_pattern(rng, depth + 1) for _ in range(rng.randint(1, 3)))
        atoms += [f"({inner})"] * 3
    counts = ["", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "{,2}"]
    return "".join(rng.choice(atoms) + rng.choice(counts) for _ in range(rng.randint(0, 4)))


def test_random_patterns_match_what_is_made_of_them() -> None:
    rng = random.Random(16)
    for _ in range(400):
        pattern = f"^{_random_pattern(rng, 0)}$"
        assert re.fullmatch(pattern, matching(pattern)), pattern
