"""What a bridge says where the library is not there that it leads to."""

import json

import pytest
from shell import python

ABSENT = "import sys; sys.modules['{}'] = None\n"
TRIED = """
try:
    import ollama_cli.integrations.{}
except ImportError as error:
    print(error)
"""


@pytest.mark.parametrize("library", ["pydantic_ai", "openai"])
def test_the_line_that_installs_it_is_told(library: str) -> None:
    found = python(ABSENT.format(library) + TRIED.format("pydantic_ai"))
    line = "pip install 'ollama-command-line[pydantic-ai]'"
    assert found.out == f"Pydantic AI is not installed: `{line}`\n"


def test_no_command_and_no_public_name_loads_it() -> None:
    code = (
        "import sys, ollama_cli, ollama_cli.cli.main, json\n"
        "for name in ollama_cli.__all__: getattr(ollama_cli, name)\n"
        "print(json.dumps([name for name in ('pydantic_ai', 'openai') if name in sys.modules]))"
    )
    assert json.loads(python(code).out) == []
