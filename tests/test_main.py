"""The entry points: the script, `python -m`, and the quick way to the version."""

import sys

import pytest
from shell import PATIENCE, environment, home, python, run

from ollama_cli import __main__, __version__


def test_the_script_and_the_module_are_the_same_program() -> None:
    script = run("help")
    module = python("import runpy; runpy.run_module('ollama_cli', run_name='__main__')", "help")
    assert script.code == module.code == 0
    assert script.out == module.out


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_the_version_at_once(
    flag: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["ollama-cli", flag])
    __main__.main()
    assert capsys.readouterr().out == f"ollama-cli {__version__}\n"
    assert run(flag).out == f"ollama-cli {__version__}\n"


def test_main_leaves_with_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["ollama-cli", "chta"])
    monkeypatch.setattr("ollama_cli.system.signals.watched", lambda work: work())
    monkeypatch.setattr("gc.disable", lambda: None)
    monkeypatch.setattr("gc.freeze", lambda: None)
    with pytest.raises(SystemExit) as caught:
        __main__.main()
    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("words", "ending", "code", "out"),
    [
        (["--version"], "print('bye')", 0, f"ollama-cli {__version__}\nbye\n"),
        (["chta"], "sys.stdout.write('bye')", 2, "bye"),
        (["chta"], "sys.stdout.close()", 2, ""),
        (["chta"], "setattr(sys, 'stdout', None)", 2, ""),
    ],
)
def test_the_script_ends_at_once_but_nothing_is_left_out(
    words: list[str], ending: str, code: int, out: str
) -> None:
    result = python(
        "import atexit, sys; from ollama_cli import __main__\n"
        f"atexit.register(lambda: {ending})\n"
        "class Costly:\n"
        "    def __del__(self): print('torn down', file=sys.stderr)\n"
        "kept = Costly(); sys.argv = ['ollama-cli', *sys.argv[1:]]\n"
        "__main__.script()",
        *words,
    )
    assert (result.code, result.out) == (code, out)
    assert "torn down" not in result.err or "close" in ending


def test_ctrl_c_while_it_starts_is_no_traceback() -> None:
    code = (
        "import sys; from ollama_cli import __main__\n"
        "class Impatient:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'ollama_cli.cli.main': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Impatient()); sys.argv = ['ollama-cli', 'chat']\n"
        "__main__.main()"
    )
    result = python(code)
    assert (result.code, result.out, result.err) == (130, "", "")


def test_nothing_of_the_user_reaches_the_tests() -> None:
    names = environment()
    assert names["HOME"] == names["XDG_CONFIG_HOME"] == str(home())
    told = {name: value for name, value in names.items() if name.startswith("OLLAMA_")}
    # They are there lest a test ask a real registry, or start a real server.
    off = {"OLLAMA_CLI_REGISTRY": "none", "OLLAMA_CLI_AUTO_START": "never", "OLLAMA_CLI_PAGER": ""}
    assert told == off
    assert PATIENCE > 0
