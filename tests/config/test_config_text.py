"""Tables are added to and taken from the text of a config file, and all else stays."""

import pytest

from ollama_cli.config.file import with_line, with_table, without_table

TEXT = """\
# mine
[ollama]
model = "m" # the best

[hosts.a]
# of a
url = "h"

[hosts.a.headers]
X = "1"
# about b
[hosts.ab]
url = "g"
"""


def test_a_table_goes_with_all_below_it_and_nothing_else() -> None:
    left = TEXT[: TEXT.index("[hosts.a]")] + "\n" + TEXT[TEXT.index("# about b") :]
    assert without_table(TEXT, "[hosts.a]") == left
    assert without_table(left, "[hosts.ab]") == left[: left.index("[hosts.ab]")]
    assert without_table(TEXT, "[hosts.c]") == TEXT


def test_a_table_is_added_at_the_end() -> None:
    assert with_table("a = 1\n\n\n", "[b]\nc = 1\n") == "a = 1\n\n[b]\nc = 1\n"
    assert with_table("\n", "[b]\n") == "[b]\n"


@pytest.mark.parametrize("text", ["# mine\n[hosts.a]\nurl = 'h'\n", ""])
def test_a_section_that_is_not_there_is_added(text: str) -> None:
    made = with_line(text, "ollama", "model", 'model = "m"\n')
    assert made == (f"{text}\n" if text else "") + '[ollama]\nmodel = "m"\n'
    assert with_line(text, "ollama", "model", "") == ""
