"""Real shells on a terminal: TAB is pressed, and what stands on the line then is what is meant."""

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hostile import Server, document
from shell import PROGRAM, call
from terminals import Terminal

TAB = "\t"
HOSTILE = [
    "$(touch${IFS}pwned)",
    "`touch pwned`",
    "b;touch pwned",
    "b'\"",
    "b b",
    "b\nb",
    "b\\",
    "b*",
]
NAMES = ["tiny:1b", "tiny:2b-q4", "hf.co/user/big:Q4_K_M", *HOSTILE]
TAGS = document({"models": [{"name": name} for name in NAMES]})
INTERACTIVE = {
    "bash": ("--norc", "--noprofile", "-i"),
    "zsh": ("-f", "-i"),
    "fish": ("--no-config", "-i"),
}
# What stands on the line is shown word by word instead of being run.
SHOW = "\x01printf '<%s>' \r"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(TAGS) as found:
        yield found


def path_of(shell: str) -> str:
    found = shutil.which(shell)
    if found is None and shell != "bash":
        pytest.skip(f"{shell} is not on this machine")
    assert found, "bash is not on this machine"
    return found


def at_a_shell(shell: str, server: Server, home: Path) -> Terminal:
    """Start a shell, in an empty home, which has loaded what `--show-completion` prints."""
    script = home / "script"
    script.write_text(call(f"--show-completion={shell}", at=home).out)
    search = f"{Path(PROGRAM).parent}{os.pathsep}{os.environ['PATH']}"
    env = {"PATH": search, "PS1": "> ", "OLLAMA_HOST": server.url, "INPUTRC": os.devnull}
    terminal = Terminal(
        *INTERACTIVE[shell], program=path_of(shell), columns=150, env=_plain(env), at=home
    )
    terminal.expect(">", "#", "$")  # the prompt of bash and zsh, of fish as root, of fish
    terminal.send(f"source {script}; printf 'lo%s\\n' aded\r")
    terminal.expect("loaded")
    return terminal


def _plain(env: Mapping[str, str]) -> Mapping[str, str]:
    return {**env, "HISTFILE": os.devnull, "fish_history": ""}


@pytest.fixture(scope="module", params=INTERACTIVE)
def session(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Terminal]:
    """One shell for many lines."""
    home = tmp_path_factory.mktemp("home")
    for name in ("report of May.txt", "notes-a.txt", "notes-b.txt", "two words.a", "two words.b"):
        (home / name).touch()
    with Server(TAGS) as found, at_a_shell(request.param, found, home) as terminal:
        yield terminal


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ollama-cli mod", "<ollama-cli><models>"),
        ("ollama-cli models show tiny:1", "<ollama-cli><models><show><tiny:1b>"),
        ("ollama-cli models show tiny:2b-", "<ollama-cli><models><show><tiny:2b-q4>"),
        ("ollama-cli run hf", "<ollama-cli><run><hf.co/user/big:Q4_K_M>"),
        ("ollama-cli chat -m hf.co/user/big:", "<ollama-cli><chat><-m><hf.co/user/big:Q4_K_M>"),
        ("ollama-cli chat --model=hf", "<ollama-cli><chat><--model=hf.co/user/big:Q4_K_M>"),
        ("ollama-cli chat --model=tiny:1", "<ollama-cli><chat><--model=tiny:1b>"),
        ("ollama-cli --color al", "<ollama-cli><--color><always>"),
        ("ollama-cli --color=al", "<ollama-cli><--color=always>"),
        ("ollama-cli chat --sys", "<ollama-cli><chat><--system>"),
        ("ollama-cli chat -f rep", "<ollama-cli><chat><-f><report of May.txt>"),
        ("ollama-cli chat --file=rep", "<ollama-cli><chat><--file=report of May.txt>"),
        ("ollama-cli chat -s @rep", "<ollama-cli><chat><-s><@report of May.txt>"),
        (f"ollama-cli chat -s @no{TAB}a", "<ollama-cli><chat><-s><@notes-a.txt>"),
        (f"ollama-cli chat -s @tw{TAB}a", "<ollama-cli><chat><-s><@two words.a>"),
        ("ollama-cli chat --system=@rep", "<ollama-cli><chat><--system=@report of May.txt>"),
        (f"ollama-cli chat -O num_c{TAB}8", "<ollama-cli><chat><-O><num_ctx=8>"),
        ("ollama-cli config set auto_pull al", "<ollama-cli><config><set><auto_pull><always>"),
        ("ollama-cli models has tiny:1b rep", "<ollama-cli><models><has><tiny:1b><rep>"),
    ],
)
def test_what_is_typed_becomes_what_is_meant(session: Terminal, typed: str, meant: str) -> None:
    assert meant not in session.shown
    session.send(typed + TAB + SHOW)
    session.expect(meant)


@pytest.mark.parametrize("shell", INTERACTIVE)
def test_a_name_that_a_shell_would_run_is_not_offered(
    shell: str, server: Server, tmp_path: Path
) -> None:
    with at_a_shell(shell, server, tmp_path) as terminal:
        terminal.send(f"ollama-cli run b{TAB}{TAB}{TAB}{SHOW}")
        terminal.expect("<ollama-cli><run><b>")
        terminal.send(f"ollama-cli run '$'{TAB}{TAB}{SHOW}")
        terminal.expect("<ollama-cli><run><$>")
    assert not (tmp_path / "pwned").exists()
    assert len(server.requests) == 1


@pytest.mark.parametrize("shell", INTERACTIVE)
def test_what_fits_is_listed(shell: str, server: Server, tmp_path: Path) -> None:
    with at_a_shell(shell, server, tmp_path) as terminal:
        terminal.send(f"ollama-cli models stop tiny:{TAB}{TAB}")
        terminal.expect("2b-q4")
        assert "1b" in terminal.shown


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_what_commands_do_is_told_beside_them(shell: str, server: Server, tmp_path: Path) -> None:
    with at_a_shell(shell, server, tmp_path) as terminal:
        terminal.send(f"ollama-cli {TAB}{TAB}")
        terminal.expect("Turn texts into vectors")


@pytest.mark.parametrize("shell", INTERACTIVE)
def test_a_dead_server_leaves_the_line_as_it_is(shell: str, tmp_path: Path) -> None:
    with Server(TAGS) as gone:
        pass
    with at_a_shell(shell, gone, tmp_path) as terminal:
        terminal.send(f"ollama-cli run ti{TAB}{SHOW}")
        terminal.expect("<ollama-cli><run><ti>")
        assert "rror" not in terminal.shown


def test_a_quoted_word_and_a_command_before_it_do_no_harm(server: Server, tmp_path: Path) -> None:
    with at_a_shell("bash", server, tmp_path) as terminal:
        terminal.send(f"true && A=1 ollama-cli run 'tiny:1{TAB}\x01printf '<%s>' a \r")
        terminal.expect("ollama-cli run 'tiny:1b'")


def test_a_program_named_by_its_path_is_asked_itself(server: Server, tmp_path: Path) -> None:
    (tmp_path / "ollama-cli").symlink_to(PROGRAM)
    with at_a_shell("bash", server, tmp_path) as terminal:
        terminal.send(f"~/ollama-cli run tiny:1{TAB}{SHOW}")
        terminal.expect(f"<{tmp_path}/ollama-cli><run><tiny:1b>", "<run><tiny:1b>")


def test_zsh_loads_the_script_from_its_functions_folder(server: Server, tmp_path: Path) -> None:
    zsh = path_of("zsh")
    env = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    assert call("--install-completion=zsh", env=env).code == 0
    (tmp_path / ".zshrc").write_text(
        f"fpath=({tmp_path}/zsh/site-functions $fpath); autoload -Uz compinit; compinit -u\n"
        f"PS1='> '; OLLAMA_HOST={server.url}; export OLLAMA_HOST\n"
        f"PATH={Path(PROGRAM).parent}:$PATH\n"
    )
    with Terminal("-i", program=zsh, columns=120, at=tmp_path) as terminal:
        terminal.expect(">")
        terminal.send(f"ollama-cli run tiny:1{TAB}{SHOW}")
        terminal.expect("<ollama-cli><run><tiny:1b>")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_what_is_installed_is_there_in_the_next_shell(
    shell: str, server: Server, tmp_path: Path
) -> None:
    path = path_of(shell)
    env = {"HOME": str(tmp_path)}
    assert call(f"--install-completion={shell}", env=env).code == 0
    search = f"{Path(PROGRAM).parent}{os.pathsep}{os.environ['PATH']}"
    env = {"PATH": search, "OLLAMA_HOST": server.url, "HISTFILE": os.devnull}
    with Terminal("-i", program=path, columns=120, env=env, at=tmp_path) as terminal:
        terminal.expect("$", "#", "%", ">")
        terminal.send(f"ollama-cli run tiny:1{TAB}{SHOW}")
        terminal.expect("<ollama-cli><run><tiny:1b>")
