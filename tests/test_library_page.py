"""What pages show to other programs: their Python runs, in its order, against the demo server."""

import ast
import io
import os
from contextlib import redirect_stderr, redirect_stdout
from importlib.util import find_spec
from pathlib import Path

import pytest
from pages import Block, page
from shell import PROGRAM

import ollama_cli
from ollama_cli.demo.server import DemoServer


def blocks(name: str) -> list[Block]:
    return [block for block in page(name).blocks if block.language == "python"]


def printed(name: str, patch: pytest.MonkeyPatch) -> str:
    """Run the blocks of a page and return what they print on stdout."""
    out, names = io.StringIO(), {"__name__": "page"}
    patch.setenv("PATH", f"{Path(PROGRAM).parent}{os.pathsep}{os.environ['PATH']}")
    with (
        DemoServer(tokens_per_second=0, bytes_per_second=0) as server,
        redirect_stdout(out),
        redirect_stderr(io.StringIO()),
    ):
        patch.setenv("OLLAMA_HOST", server.url)
        for block in blocks(name):
            needed = block.said.get("needs")
            if file := block.said.get("file"):
                Path(file).write_text(block.text, encoding="utf-8")
            elif needed is None or find_spec(needed) is not None:
                exec(compile(block.text, f"line {block.place} of {name}", "exec"), names)  # noqa: S102
    return out.getvalue()


def test_every_block_of_the_library_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    said = printed("docs/library.md", monkeypatch)
    assert "4 model 'llama3:8b' is not installed" in said
    assert "2 256\n" in said
    assert "100%\n" in said
    assert "OpenAIClient {'options': {'temperature': 0}} ('num_ctx',)" in said
    assert "model 'no-such-model:latest' not found" in said


def test_the_block_of_the_readme_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    first, *_, last = printed("README.md", monkeypatch).splitlines()
    assert first.startswith("Text(")
    assert last.startswith("Done(")


def test_the_blocks_for_mcp_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    monkeypatch.chdir(tmp_path)
    assert printed("docs/mcp.md", monkeypatch).splitlines()[-2:] == ["['add']", "{'result': 3}"]


def test_every_public_name_is_used_in_a_block() -> None:
    trees = [ast.parse(block.text) for block in blocks("docs/library.md")]
    used = {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert sorted(set(ollama_cli.__all__) - {"__version__"} - used) == []
