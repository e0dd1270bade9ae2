"""The page for other programs: its blocks run, one after another, against the demo server."""

import ast
import importlib.util
import io
import os
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from pages import page
from shell import PROGRAM

import ollama_cli
from ollama_cli.demo.server import DemoServer

BLOCKS = [block for block in page("docs/library.md").blocks if block.language == "python"]


def test_every_block_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err, names = io.StringIO(), io.StringIO(), {"__name__": "page"}
    monkeypatch.setenv("PATH", f"{Path(PROGRAM).parent}{os.pathsep}{os.environ['PATH']}")
    with (
        DemoServer(tokens_per_second=0, bytes_per_second=0) as server,
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        for block in BLOCKS:
            needed = block.said.get("needs")
            if needed is None or importlib.util.find_spec(needed) is not None:
                told = f"line {block.place} of library.md"
                exec(compile(block.text, told, "exec"), names)  # noqa: S102
    said = out.getvalue()
    assert "4 model 'llama3:8b' is not installed" in said
    assert "2 256\n" in said
    assert "100%\n" in said
    assert "OpenAIClient {'options': {'temperature': 0}} ('num_ctx',)" in said
    assert "model 'no-such-model:latest' not found" in said


def test_every_public_name_is_used_in_a_block() -> None:
    nodes = [node for block in BLOCKS for node in ast.walk(ast.parse(block.text))]
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    assert sorted(set(ollama_cli.__all__) - {"__version__"} - used) == []
