"""A whole conversation for a screen reader: by flag, variable or config, nothing moves."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from answer_servers import ASK, DONE, said
from hostile import Server, lines
from terminals import Terminal

MOVES = re.compile(rb"\r(?!\n)|\x1b\[[0-9;]*[A-LPSTX]|\x1b[78M]")
ANSWER = lines(said("", thinking="hm\n"), said("some **bo"), said("ld**\n\n```py\nx\n```\n"), DONE)
READ_ALOUD = ["thought for 1 s", "some bold", "code py:", "x", "end of code"]


@pytest.mark.parametrize(
    ("flags", "env", "config"),
    [
        (["--accessible"], {}, ""),
        ([], {"ACCESSIBLE": "1"}, ""),
        ([], {}, "accessible = true\n"),
        (["--accessible"], {"ACCESSIBLE": "0"}, ""),
    ],
)
def test_an_answer_is_read_aloud(
    tmp_path: Path, flags: list[str], env: Mapping[str, str], config: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[ollama]\n{config}")
    more = {**env, "OLLAMA_CLI_CONFIG": str(path)}
    with (
        Server(ANSWER) as server,
        Terminal(*ASK, *flags, "--host", server.url, env=more) as terminal,
    ):
        assert terminal.end() == 0
        assert terminal.lines == READ_ALOUD
    assert not MOVES.search(terminal.raw)


def test_a_no_of_the_variable_is_a_no() -> None:
    with (
        Server(ANSWER) as server,
        Terminal(*ASK, "--host", server.url, env={"ACCESSIBLE": "no"}) as terminal,
    ):
        assert terminal.end() == 0
    assert MOVES.search(terminal.raw)


def test_a_pull_tells_its_progress_in_lines() -> None:
    words = ("--demo", "models", "pull", "nomic-embed-text")
    with Terminal(*words, env={"ACCESSIBLE": "1"}) as terminal:
        code = terminal.end()
    assert (code, bool(MOVES.search(terminal.raw))) == (0, False), terminal.shown
