"""What is looked at before a request is made: whether a question was meant as something else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from runtimes import runtime, told

from ollama_cli.demo.server import DemoServer
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.chat.request import usable_model
from ollama_cli.features.context import Flags

NAME = "note: 'DEMO' is the question here; the model of that name: -m DEMO\n"
FILE = "note: '@a b.txt' is the question here; the file: -f 'a b.txt'\n"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with DemoServer(tokens_per_second=0, bytes_per_second=0) as running:
        yield running.url


@pytest.mark.parametrize(
    ("text", "named", "note"),
    [
        ("DEMO", None, NAME),
        ("DEMO", "demo", ""),
        ("tides", None, ""),
        ("demo, please", None, ""),
        (None, None, ""),
        ("@a b.txt", None, FILE),
        ("@a b.txt", "demo", FILE),
        ("a b.txt", None, ""),
        ("@nobody", None, ""),
        ("@a\0b", None, ""),
        ("@" + "ä" * 200, None, ""),
        ("@" + "a" * 5000, None, ""),
    ],
)
def test_a_question_that_names_a_model_or_a_file_is_told_of(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, named: str, note: str
) -> None:
    (tmp_path / "a b.txt").touch()
    monkeypatch.chdir(tmp_path)
    settings = {"host": server, "model": "demo"}
    for flags, is_terminal, wanted in (
        (Flags(settings=settings), True, note),
        (Flags(settings=settings), False, ""),
        (Flags(settings=settings, quiet=True), True, ""),
    ):
        context = runtime(flags, terminal=is_terminal)
        assert usable_model(context, AnswerOptions(), named, [], text) == "demo"
        assert told(context) == wanted
