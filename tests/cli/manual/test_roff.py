"""The writer of roff: no text of ours becomes a request, and every character is shown as it is."""

import pytest

from ollama_cli.cli.manual import roff


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", "plain"),
        (".TH is no request", r"\&.TH is no request"),
        ("'br neither", r"\(aqbr neither"),
        ("C:\\fBad", r"C:\efBad"),
        ("--host", r"\-\-host"),
        ("a ~ b ^ c `d`", r"a \(ti b \(ha c \(gad\(ga"),
        ("naïve …🐈", r"na\[u00EF]ve \[u2026]\[u1F408]"),
    ],
)
def test_a_text_is_escaped(text: str, written: str) -> None:
    assert roff.escaped(text) == written


def test_sentences_begin_on_lines_of_their_own_and_lines_are_short() -> None:
    text = f"First one. Is it? Yes: `a b` and 0.5 {'word ' * 40}end."
    lines = list(roff.paragraphs([text, ".Second"]))
    assert lines[:2] == ["First one.", "Is it?"]
    assert lines[2].startswith(r"Yes: \fBa b\fR and 0.5 word")
    assert max(map(len, lines)) <= 80
    assert lines[-2:] == [".PP", r"\&.Second"]
    assert len(list(roff.paragraphs(["x" * 200]))) == 1


def test_the_options_of_a_term_are_bold() -> None:
    assert list(roff.terms([("-m, --model MODEL", "Which one.")])) == [
        ".TP",
        r"\fB\-m\fR, \fB\-\-model\fR MODEL",
        "Which one.",
    ]
    assert list(roff.terms([("well-known", "A word.")]))[1] == r"well\-known"


def test_examples_keep_their_lines() -> None:
    lines = ["ollama-cli a | b", ". ./env", "'x'"]
    assert list(roff.examples(lines)) == [
        *(".nf", r"ollama\-cli a | b", r"\&. ./env", r"\(aqx\(aq", ".fi"),
    ]
