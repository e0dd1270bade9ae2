"""The page for other programs: its blocks run, one after another, against the demo server."""

import io
import re
from contextlib import redirect_stdout

import pytest
from documentation import ROOT

from ollama_cli.demo.server import DemoServer

PAGE = (ROOT / "docs/library.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_block_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(BLOCKS) == PAGE.count("```python\n")
    said, names = io.StringIO(), {"__name__": "page"}
    with DemoServer(tokens_per_second=0, bytes_per_second=0) as server, redirect_stdout(said):
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        for number, block in enumerate(BLOCKS):
            exec(compile(block, f"block {number} of library.md", "exec"), names)  # noqa: S102
    assert "4 model 'llama3:8b' is not installed" in said.getvalue()
    assert "2 256\n" in said.getvalue()
    assert "100%\n" in said.getvalue()
