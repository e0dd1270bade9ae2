"""Inputs that are too large are refused before anything of them is sent."""

from pathlib import Path

import pytest
from hostile import Server, document
from shell import call, ended, start


@pytest.mark.parametrize("words", ["chat -m m", "embed -m m -f -"])
def test_standard_input_has_the_bound_of_a_file(words: str, tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate((128 << 20) + 1)
    with Server(document({})) as server, (tmp_path / "large").open("rb") as file:
        result = ended(start(*words.split(), stdin=file, env={"OLLAMA_HOST": server.url}))
        assert server.requests == []
    assert (result.code, result.out) == (2, "")
    assert result.err == "error: standard input is larger than 128 MiB\n"


def test_a_key_has_64_kib_at_most(tmp_path: Path) -> None:
    words = ("hosts", "add", "w", "h.example", "--api-key-stdin")
    result = call(*words, stdin="k" * ((64 << 10) + 1), at=tmp_path)
    assert (result.code, result.err) == (2, "error: standard input is larger than 64 KiB\n")
    assert not (tmp_path / "ollama-cli").exists()
    assert call(*words, stdin="k" * (64 << 10), at=tmp_path).code == 0


def test_a_list_of_models_has_1_mib_at_most(tmp_path: Path) -> None:
    with Server(document({"models": []})) as server:
        env = {"OLLAMA_HOST": server.url}
        result = call("models", "ensure", "-", stdin="#" * (1 << 20) + "\n", env=env, at=tmp_path)
        assert server.requests == []
    assert (result.code, result.out) == (2, "")
    assert result.err == "error: standard input is larger than 1 MiB\n"
