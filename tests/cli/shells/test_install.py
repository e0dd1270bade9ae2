"""`--install-completion` and `--show-completion`: our scripts, put where the shells look."""

import re
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import pytest
from shell import bash, call, run

from ollama_cli.cli import shells

BASH = ".local/share/bash-completion/completions/ollama-cli"
INSTALLED = ("bash", "zsh", "fish")  # the start file of PowerShell is where it alone knows
ZSH = ".local/share/zsh/site-functions/_ollama-cli"


def install(shell: str, home: Path, **env: str) -> str:
    result = call("--install-completion", shell, env={"HOME": str(home), **env}, at=home / "conf")
    assert (result.code, result.err) == (0, "")
    return result.out


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "conf").mkdir()
    return tmp_path


def content(home: Path) -> dict[str, str]:
    files = (path for path in home.rglob("*") if path.is_file())
    return {str(path.relative_to(home)): path.read_text() for path in files}


@pytest.mark.parametrize(
    ("shell", "script", "start"),
    [
        ("bash", BASH, ".bashrc"),
        ("zsh", ZSH, ".zshrc"),
        ("fish", "conf/fish/completions/ollama-cli.fish", None),
    ],
)
def test_what_is_written_is_told_and_written_once(
    shell: str, script: str, start: str | None, home: Path
) -> None:
    told = install(shell, home)
    first = content(home)
    shown = call(f"--show-completion={shell}").out
    line = f"source '{home}/{script}'"
    expected = {script: shown}
    if start:
        expected[start] = f"{line}  # completion of ollama-cli\n"
        assert f"added a line to {home}/{start}\n" in told
    assert first == expected
    assert f"wrote {home}/{script}\n" in told
    assert told.endswith(f"new shells have it; in this one: {line}\n")
    again = install(shell, home)
    assert content(home) == first
    assert f"{home}/{script} is there already\n" in again
    assert "added" not in again


def test_a_start_file_keeps_what_it_holds_and_what_it_is(home: Path) -> None:
    (home / "dotfiles").mkdir()
    (home / "dotfiles/bashrc").write_bytes(b"alias l=ls\xff  # no last newline")
    (home / ".bashrc").symlink_to("dotfiles/bashrc")
    install("bash", home)
    assert (home / ".bashrc").is_symlink()
    before, line, end = (home / "dotfiles/bashrc").read_bytes().split(b"\n")
    assert before == b"alias l=ls\xff  # no last newline"
    assert line.startswith(b"source '")
    assert end == b""


def test_an_old_script_is_replaced(home: Path) -> None:
    install("fish", home)
    script = home / "conf/fish/completions/ollama-cli.fish"
    now = script.read_text()
    script.write_text("old")
    assert f"wrote {script}" in install("fish", home)
    assert script.read_text() == now


def test_folders_that_the_user_chose_are_used(home: Path) -> None:
    places = {"XDG_DATA_HOME": str(home / "it's"), "ZDOTDIR": str(home / "zsh")}
    install("zsh", home, **places)
    assert set(content(home)) == {"it's/zsh/site-functions/_ollama-cli", "zsh/.zshrc"}
    line = (home / "zsh/.zshrc").read_text()
    assert bash(f'set -- {line}\necho "$2"').out == f"{home}/it's/zsh/site-functions/_ollama-cli\n"


def test_a_file_that_cannot_be_written_is_an_error_of_one_line(home: Path) -> None:
    (home / ".local").write_text("a file where the folder should be")
    result = call("--install-completion", "bash", env={"HOME": str(home)}, at=home / "conf")
    assert (result.code, result.out) == (10, "")
    assert result.err.startswith(f"error: cannot write {home}/{BASH}: ")


def test_a_start_file_that_cannot_be_written_is_an_error_too(home: Path) -> None:
    (home / ".bashrc").mkdir()
    result = call("--install-completion", "bash", env={"HOME": str(home)}, at=home / "conf")
    assert result.code == 10
    assert result.err.startswith(f"error: cannot write {home}/.bashrc: ")


@pytest.mark.parametrize("written", ["=tcsh", " tcsh"])
@pytest.mark.parametrize("option", ["--install-completion", "--show-completion"])
def test_a_shell_that_is_not_known_is_a_usage_error(option: str, written: str, home: Path) -> None:
    result = call(*f"{option}{written}".split(), env={"HOME": str(home)}, at=home / "conf")
    assert result.code == 2
    assert result.err == (
        "error: no completion for the shell 'tcsh'\nhint: name one: bash|zsh|fish|powershell\n"
    )
    assert content(home) == {}


def test_the_shell_that_runs_is_found() -> None:
    assert bash("ollama-cli --show-completion; true").out == run("--show-completion=bash").out


@pytest.mark.parametrize("shell", shells.NAMES)
def test_a_shell_after_the_option_is_its_value(shell: str) -> None:
    script = call("--show-completion", shell, "--host", "a").out
    assert script == call(f"--show-completion={shell}").out
    assert re.search(rf"for {shell}; (written|printed) by", script, re.IGNORECASE)
    assert call("completion", shell).out == script
    assert f"{shells.VARIABLE}" in script


def test_the_login_shell_is_taken_where_none_is_found(monkeypatch: pytest.MonkeyPatch) -> None:

    shellingham = import_module("shellingham")

    def fail() -> NoReturn:
        raise shellingham.ShellDetectionFailure

    monkeypatch.setattr(shellingham, "detect_shell", fail)
    assert "for fish;" in call("--show-completion", env={"SHELL": "/usr/bin/fish"}).out
    result = call("--show-completion", env={"SHELL": ""})
    assert (result.code, result.err.splitlines()[0]) == (2, "error: cannot tell which shell runs")


def test_bash_takes_the_script_without_a_word() -> None:
    result = bash('eval "$(ollama-cli --show-completion=bash)"; complete -p ollama-cli')
    assert (result.err, result.out) == ("", "complete -F _ollama_cli ollama-cli\n")


@pytest.mark.parametrize("shell", INSTALLED)
@pytest.mark.parametrize("place", ["", "here"])
def test_without_a_home_nothing_is_installed(shell: str, place: str, home: Path) -> None:
    result = call("--install-completion", shell, env={"HOME": place}, at=home / "conf")
    assert (result.code, result.out) == (10, "")
    assert result.err == (
        "error: there is no home folder to install it in\nhint: set HOME to a folder of yours\n"
    )
    assert content(home) == {}


@pytest.mark.parametrize("shell", INSTALLED)
def test_a_relative_place_is_none(shell: str, home: Path) -> None:
    variables = dict.fromkeys(("XDG_DATA_HOME", "XDG_CONFIG_HOME", "ZDOTDIR"), "here")
    install(shell, home, **variables)
    assert all(
        name.startswith((".local/", ".config/", ".bashrc", ".zshrc")) for name in content(home)
    )


@pytest.mark.parametrize("name", ["powershell", "pwsh"])
def test_powershell_is_told_the_line_for_its_start_file(name: str, home: Path) -> None:
    result = call("--install-completion", name, env={"HOME": str(home)}, at=home / "conf")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "error: only PowerShell knows where its start file is\n"
        "hint: add to $PROFILE: ollama-cli completion powershell | Out-String | Invoke-Expression\n"
    )
    assert content(home) == {}
    assert call("completion", name).out == call("completion", "powershell").out


def test_powershell_keeps_its_keys_and_is_told_which_words_fit() -> None:
    script = call("completion", "powershell").out
    assert "Register-ArgumentCompleter -Native -CommandName 'ollama-cli'" in script
    assert "PSReadLine" not in script
    assert script.isascii(), "Windows PowerShell reads what a program prints in an older encoding"


def test_without_a_name_the_script_is_that_of_the_shell_that_runs() -> None:
    assert bash("ollama-cli completion; true").out == call("completion", "bash").out


def test_completion_for_a_shell_that_is_not_known() -> None:
    result = call("completion", "tcsh")
    assert (result.code, result.out) == (2, "")
    assert "hint: name one: bash|zsh|fish|powershell\n" in result.err
