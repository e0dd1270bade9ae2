"""Values are quoted so that every shell reads them as they are."""

import shutil
import subprocess

import pytest

from ollama_cli.cli.shells.variables import assignments
from ollama_cli.errors import UsageError

NASTY = [
    "plain",
    "two words",
    "it's",
    '"$HOME" `id` $(id)',
    "a\\b\\'c",
    "\u2019 \u00e4 !*?",
    "",
    "#x;y",
]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "sh"])
@pytest.mark.parametrize("value", NASTY)
def test_a_value_comes_back_as_it_is(shell: str, value: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell} here")
    (line,) = assignments(shell, {"X": value}, {})
    script = f"{line}\nprintf '<%s>' \"$X\""
    done = subprocess.run([program, "-c", script.encode()], capture_output=True, check=True)
    assert done.stdout.decode() == f"<{value}>"


def test_powershell_takes_four_characters_for_a_quote() -> None:
    (line,) = assignments("pwsh", {"X": "a'b\u2019c $x"}, {})
    assert line == "$Env:X = 'a''b\u2019\u2019c $x'"


def test_a_shell_that_is_not_known() -> None:
    with pytest.raises(UsageError, match="the shell 'tcsh' is not known"):
        assignments("tcsh", {}, {})
