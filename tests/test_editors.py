"""The page of editors: each piece runs in its editor, where that is installed."""

import json
import shutil
from pathlib import Path
from typing import Final

import pytest
from pages import Page, Reader, page
from test_docs_examples import assert_readable

SAVED: Final = {
    name: block.text for block in page("docs/editors.md").blocks if (name := block.said.get("file"))
}
# Types the commands one after another and writes down what their windows show.
TYPED: Final = """
local function shown(pattern)
  local function seen() return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\\n") end
  vim.wait(20000, function() return seen():find(pattern) ~= nil end)
  io.stdout:write(seen(), "\\n---\\n")
end
vim.cmd("Ollama list")
shown("demo:latest")
vim.cmd("wincmd p | call setline(1, ['x = 1', 'y = 2']) | %Ollama explain demo")
shown("%.")
vim.cmd("Ollama generate demo a haiku")
shown("%.")
local function offered(begun)
  io.stdout:write(table.concat(vim.fn.getcompletion(begun, "cmdline"), " "), "\\n")
end
offered("Ollama ge")
offered("Ollama generate demo-")
offered("Ollama generate demo a")
local served = vim.env.OLLAMA_HOST
vim.env.OLLAMA_HOST = "127.0.0.1:1"
offered("Ollama explain ")
vim.env.OLLAMA_HOST = served
io.stdout:write("---\\n")
vim.cmd("Ollama generate demo -5 + 3 = ?")
shown("%.")
vim.notify = function(text) io.stdout:write(text, "\\n") end
vim.env.PATH, was = "", vim.env.PATH
vim.cmd("Ollama list")
vim.env.PATH = was
vim.notify = function(text) io.stdout:write(text, "\\n") vim.cmd("qa!") end
vim.cmd("Ollama generate nosuch a haiku")
vim.wait(20000, function() return false end)
"""
# An answer that never ends, and who leaves the editor in the middle of it.
ENDLESS: Final = """while printf '{"event": "text", "text": "more "}\\n'; do :; done"""
LEFT: Final = """
vim.cmd("Ollama generate demo a haiku")
vim.wait(20000, function() return vim.api.nvim_buf_get_lines(0, 0, 1, false)[1] ~= "" end)
vim.cmd("qa!")
"""


def typed(
    command: str, folder: Path, files: dict[str, str], tools: dict[str, str] | None = None
) -> Reader:
    """Run one command of a shell where the page and these files were saved."""
    program = command.partition(" ")[0]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    reader = Reader(folder, tools)
    for name, text in (SAVED | files).items():
        (reader.desk / name).write_text(text, encoding="utf-8")
    [ran] = reader.type(Page("an editor", f"```sh\n{command}\n```\n"))
    assert ran.code == 0, ran.screen
    return reader


def test_neovim_lists_answers_and_explains(tmp_path: Path) -> None:
    command = "nvim --clean --headless -c 'luafile ollama.lua' -c 'luafile typed.lua' > said.txt"
    said = (typed(command, tmp_path, {"typed.lua": TYPED}).desk / "said.txt").read_text()
    listed, explained, answered, names, sum_, errors = said.split("\n---\n")
    assert "demo-embed:latest" in listed
    assert explained.strip()
    assert answered.strip()
    assert names == "generate\ndemo-embed:latest\n\n"
    assert sum_.strip()
    assert errors == "there is no ollama-cli in PATH\nmodel 'nosuch' not found\n"


def test_neovim_is_left_in_the_middle_of_an_answer(tmp_path: Path) -> None:
    command = "nvim --clean --headless -c 'luafile ollama.lua' -c 'luafile left.lua' 2> said.txt"
    reader = typed(command, tmp_path, {"left.lua": LEFT}, {"ollama-cli": ENDLESS})
    assert (reader.desk / "said.txt").read_text() == ""


def test_vim_filters_lines(tmp_path: Path) -> None:
    command = "vim -es -u NONE -S ollama.vim -c '%Ollama don'\\''t \"shout\" %' -c wq text.txt"
    text = (typed(command, tmp_path, {"text.txt": "hello\n"}).desk / "text.txt").read_text()
    assert text
    assert text != "hello\n"


def test_emacs_shows_an_answer(tmp_path: Path) -> None:
    command = (
        'emacs --batch -l ollama.el --eval \'(progn (insert "hello") (ollama 1 6 "-shout")'
        ' (set-buffer "*ollama*") (write-file "said.txt"))\''
    )
    assert (typed(command, tmp_path, {}).desk / "said.txt").read_text()


@pytest.mark.parametrize("name", ["vscode.json", "zed.json"])
def test_the_arguments_of_a_task_can_be_read(name: str) -> None:
    known = json.loads(SAVED[name])
    tasks = known["tasks"] if isinstance(known, dict) else known
    for task in tasks:
        assert task["command"] == "ollama-cli"
        assert_readable(task["args"])
