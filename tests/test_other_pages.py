"""The README, and pages to look things up in: every line of shell that they show works."""

import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest
from documentation import PAGES, ROOT
from pages import SHELL, Block, page
from shell import call
from typists import Typist

from ollama_cli.demo.server import DemoServer

# Lines that no test can type, and why.
NOT_TYPED: Final = {
    "docker ": "tests/test_container.py reads what is run there",
    "git diff | docker ": "the same",
    "ollama-cli env | source": "only fish reads that",
    "ollama-cli env | Out-String": "only PowerShell reads that",
    "ollama-cli tap --listen": "it runs until it is stopped",
    "ollama-cli tap -o jsonl": "the same",
    **({} if find_spec("mcp") else {"ollama-cli mcp tools -- ": "needs the extra mcp"}),
    **({} if find_spec("mcp") else {"ollama-cli mcp call add": "the same"}),
    "ollama-cli prompts edit": "opens an editor",
    "ollama-cli chat --tools": "is a conversation",
    "ollama-cli chat  ": "the same",
    "ollama-cli chat -c  ": "the same",
    "git diff | ollama-cli chat -I": "the same",
    "ollama-cli --install-completion": "which shell a test stands in is not known",
    'ollama-cli generate "which files': "needs the extra mcp and a server of yours",
    'ollama-cli sessions import "$(llm': "needs llm",
    'ollama-cli sessions import "$HOME/Library': "needs Ollama's application",
    "ollama-cli sessions import --from-model": "needs a model that `/save` made",
}
# Lines that end with another code than 0 here, and why.
ENDS: Final = {'ollama-cli chat "a shell function': 9}  # the model of the demo writes no code
RUN_AS_A_WHOLE: Final = ("tutorial.md", "cookbook.md", "editors.md", "reference.md")
SESSION: Final = "3f2000000001"
DESK: Final = {
    "report.txt": "Sales rose.\n",
    "notes.txt": "a river\na boat\n",
    "notes.md": "# Notes\n",
    "letter.txt": "Dear all, please send ten apples.\n",
    "text.txt": "A fine text.\n",
    "letter.json": '{"type": "object", "properties": {"wish": {"type": "string"}}}',
    "app.py": "import os; print(os.environ['OLLAMA_HOST'])\n",
}
TOOLS: Final = {"git": "echo + a line", "python": 'exec python3 "$@"'}


def typed(block: Block) -> bool:
    return block.language in SHELL and "run" not in block.said and "file" not in block.said


def skipped(block: Block) -> list[str]:
    return [
        line.partition("  #")[0].rstrip()
        for line in block.text.splitlines()
        if line.startswith(tuple(NOT_TYPED))
    ]


def others() -> Iterator[str]:
    for path in PAGES:
        name = str(path.relative_to(ROOT))
        if path.name not in RUN_AS_A_WHOLE and any(map(typed, page(name).blocks)):
            yield name


def prepare(typist: Typist) -> None:
    """Have models, and a session whose id begins as the pages say."""

    def ask(*words: str) -> str:
        done = call(*words, env=typist.variables, cwd=typist.desk, at=typist.home)
        assert done.code == 0, done.err
        return done.out

    ask("models", "pull", "-q", "llama3.2", "nomic-embed-text")
    ask("chat", "-q", "--save", "why is the sky blue?")
    own = ask("sessions", "list", "-o", "name").strip()
    exported = ask("sessions", "export", own, "--format", "jsonl")
    (typist.desk / "talks.jsonl").write_text(exported.replace(own, SESSION), encoding="utf-8")
    ask("sessions", "rm", own, "--yes")
    ask("sessions", "import", "talks.jsonl")
    [prompt] = [each.text for each in page("docs/prompts.md").blocks if each.language == "yaml"]
    (typist.desk / "review.prompt.yml").write_text(prompt, encoding="utf-8")
    named = Path(ask("prompts", "path").strip())
    named.mkdir(parents=True)
    text = "messages: [{role: user, content: 'Say in {{to}}: {{input}}'}]\n"
    (named / "translate.prompt.yml").write_text(text, encoding="utf-8")


@pytest.fixture
def typist(tmp_path: Path) -> Iterator[Typist]:
    with DemoServer(tokens_per_second=0, bytes_per_second=0) as server:
        places = {name: tmp_path / name for name in ("home", "desk", "tools")}
        for place in places.values():
            place.mkdir()
        for name, text in DESK.items():
            (places["desk"] / name).write_text(text, encoding="utf-8")
        for name, script in TOOLS.items():
            (places["tools"] / name).write_text(f"#!/bin/sh\n{script}\n")
            (places["tools"] / name).chmod(0o755)
        usual = {
            "CONFIG": ".config",
            "DATA": ".local/share",
            "STATE": ".local/state",
            "CACHE": ".cache",
        }
        known = {f"XDG_{name}_HOME": str(places["home"] / path) for name, path in usual.items()}
        known |= {"OLLAMA_HOST": server.url, "PATH": str(places["tools"])}
        ports = ("11434", "1234", "8080")
        stand_ins = {f"http://127.0.0.1:{port}": server.url for port in ports}
        here = Typist(places["home"], places["desk"], known, stand_ins)
        prepare(here)
        yield here


@pytest.mark.parametrize("name", list(others()))
def test_every_line_of_a_page_works(name: str, typist: Typist) -> None:
    for block in page(name).blocks:
        if file := block.said.get("file"):
            (typist.desk / file).write_text(block.text, encoding="utf-8")
    for block in page(name).blocks:
        if typed(block):
            expected = int(block.said.get("exit", 0))
            for line, done in typist.type(block, skipped(block)):
                code = next((ENDS[start] for start in ENDS if line.startswith(start)), expected)
                assert done.code == code, f"{line}\n{done.code}\n{done.out}\n{done.err}"


@pytest.mark.skipif(sys.platform != "linux", reason="the folders are those of Linux")
def test_all_that_is_written_lies_in_the_folders_that_are_named(typist: Typist) -> None:
    call("generate", "hi", "--cache", env=typist.variables, cwd=typist.desk, at=typist.home)
    call("--install-completion", "bash", env=typist.variables, at=typist.home)
    call("config", "set", "model", "demo", env=typist.variables, at=typist.home)
    removal = page("docs/install.md").blocks[-1]
    named = re.findall(r"~/(\S+)", removal.text)
    written = files(typist.home) - {".bashrc"}
    folders = {name for name in named if any(path.startswith(f"{name}/") for path in written)}
    assert len(folders) == 4
    assert [path for path in written if not path.startswith(tuple(named))] == []
    [(_, done)] = typist.type(Block(removal.language, removal.text.replace("\n", " && ", 1), {}))
    assert done.code == 0
    assert files(typist.home) == {".bashrc"}
    assert files(typist.desk) == {*DESK, "talks.jsonl", "review.prompt.yml"}


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_what_is_not_typed_is_shown_somewhere() -> None:
    blocks = [block for path in PAGES for block in page(str(path.relative_to(ROOT))).blocks]
    shown = [line for each in blocks if each.language in SHELL for line in each.text.splitlines()]
    assert [line for line in NOT_TYPED if not any(x.startswith(line) for x in shown)] == []
