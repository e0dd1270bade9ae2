"""Names of prompts are offered where a prompt file may stand; what has a slash is a file."""

from pathlib import Path

import pytest
from completions import completed


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / ".local/share/ollama-cli/prompts"
    folder.mkdir(parents=True)
    for name in ("review", "translate", "$(evil)"):
        (folder / f"{name}.prompt.yml").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("chat -p ", ["review", "translate"]),
        ("generate --prompt-file=r", ["--prompt-file=review"]),
        ("chat -pt", ["-ptranslate"]),
        ("prompts show ", ["review", "translate"]),
        ("prompts edit re", ["review"]),
        ("prompts path tr", ["translate"]),
        ("prompts check review tr", ["translate"]),
        ("prompts rm review t", ["translate"]),
        ("prompts rm ./", []),
        ("prompts show ./", [":files"]),
        ("chat -p ./re", [":files"]),
        ("chat --var ", []),
        ("prompts ", ["list", "show", "path", "edit", "rm", "check"]),
    ],
)
def test_names_of_prompts(line: str, found: list[str], home: Path) -> None:
    assert completed(f"ollama-cli {line}", home) == found


def test_a_folder_that_cannot_be_read_offers_none(tmp_path: Path) -> None:
    env = {"OLLAMA_CLI_DATA_DIR": "~nobody-at-all/x"}
    assert completed("ollama-cli chat -p ", tmp_path, env) == []
