"""`env`: the variables by which other tools find the server, in every shell and for one command."""

import shutil
import signal
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest
from clients import stranger
from hostile import Script, by_path, document
from shell import PROGRAM, bash, call, ended, run, start
from terminals import CTRL_C, Terminal

HOST = "http://192.168.1.20:11434"
PRINT = "echo $OLLAMA_HOST $OPENAI_BASE_URL $OPENAI_API_KEY"
TOLD = f"{HOST} {HOST}/v1 ollama\n"
CHILD = "import os; print(os.environ['OLLAMA_HOST'], os.environ['OPENAI_BASE_URL'])"


def test_what_is_printed_for_a_shell() -> None:
    result = call("env", "--shell", "bash", env={"OLLAMA_HOST": "192.168.1.20"})
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        f"export OLLAMA_HOST={HOST}",
        f"export OPENAI_BASE_URL={HOST}/v1",
        "export OPENAI_API_KEY=ollama",
    ]
    assert "$Env:OLLAMA_HOST = 'http" in call("env", "--shell", "powershell").out


@pytest.mark.parametrize(
    ("address", "host", "openai_url"),
    [
        (f"{HOST}/v1", HOST, f"{HOST}/v1"),
        (f"{HOST}/api/tags", HOST, f"{HOST}/v1"),
        (f"{HOST}/api/v1", None, f"{HOST}/api/v1"),
        (f"{HOST}/openai/v1", None, f"{HOST}/openai/v1"),
        (f"{HOST}/v4/chat/completions", None, f"{HOST}/v4"),
        (f"{HOST}/v1beta/openai", None, f"{HOST}/v1beta/openai"),
    ],
)
def test_where_there_is_no_place_for_the_native_api_its_variable_is_left_out(
    address: str, host: str | None, openai_url: str
) -> None:
    told = call("env", "--shell", "bash", "--host", address).out
    assert f"export OPENAI_BASE_URL={openai_url}\n" in told
    assert ("OLLAMA_HOST" in told) is (host is not None)
    assert host is None or f"export OLLAMA_HOST={host}\n" in told
    only = call("env", "--shell", "bash", "--host", address, "--api", "openai").out
    assert only.startswith("export OPENAI_BASE_URL=")


@pytest.mark.parametrize(
    ("pages", "path"), [({"/api/models": document({"data": []})}, "/api"), ({}, "/v1")]
)
def test_a_bare_api_may_be_all_of_open_webui(pages: dict[str, Script], path: str) -> None:
    with stranger(by_path(pages)) as server:
        told = call("env", "--shell", "bash", "--host", f"{server.url}/api").out
    assert f"export OPENAI_BASE_URL={server.url}{path}\n" in told
    assert ("OLLAMA_HOST" in told) is (path == "/v1")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_reads_it(shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell} here")
    load = "{} | source" if shell == "fish" else 'eval "$({})"'
    command = f"'{PROGRAM}' --host '{HOST}/a $(b)' env --shell {shell}"
    broken = bash(f"{command} >/dev/null")
    assert broken.code == 2, "an address with a blank is none"
    command = f"'{PROGRAM}' --host {HOST} env --shell {shell}"
    result = bash(
        f"exec {program} -c '{load.format(command).replace(chr(39), chr(39) * 2)}; {PRINT}'"
    )
    assert (result.code, result.out, result.err) == (0, TOLD, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_that_runs_is_found(shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell} here")
    load = f"{PROGRAM} env | source" if shell == "fish" else f'eval "$({PROGRAM} env)"'
    with Terminal("-c", f"{load}; {PRINT}", program=program, env={"OLLAMA_HOST": HOST}) as terminal:
        assert terminal.end() == 0
        assert TOLD.strip() in terminal.shown.replace("\n", "")


def test_a_password_of_the_address_stays_here() -> None:
    result = call("env", "--shell", "fish", env={"OLLAMA_HOST": "http://me:hunter2@box:80"})
    assert "hunter2" not in result.out + result.err
    assert result.out.splitlines()[0] == "set -gx OLLAMA_HOST 'http://box:80'"
    assert result.err.startswith("warning: the user and the password of the address are left out")


def test_the_key_of_the_server_goes_to_the_tool(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[hosts.box]\nurl = "{HOST}"\napi_key_env = "BOX_KEY"\n')
    env = {"OLLAMA_CLI_CONFIG": str(config), "BOX_KEY": "it's", "OPENAI_API_KEY": "of-openai"}
    result = call("--host", "box", "env", "--shell", "fish", env=env)
    assert result.out.splitlines()[0] == f"set -gx OLLAMA_HOST '{HOST}'"
    assert result.out.splitlines()[2] == "set -gx OPENAI_API_KEY 'it\\'s'"
    other = call("--host", "http://10.0.0.7", "env", "--shell", "fish", env=env)
    assert other.out.splitlines()[2] == "set -gx OPENAI_API_KEY 'ollama'"


@pytest.mark.parametrize(
    ("words", "url", "key"),
    [
        (("--host", "https://api.anthropic.com"), "https://api.anthropic.com:443", "of-anthropic"),
        (("--host", HOST, "--api", "anthropic"), HOST, "ollama"),
        (("--host", HOST, "--api", "anthropic", "--api-key-env", "KEY"), HOST, "mine"),
    ],
)
def test_where_messages_are_spoken_the_variables_are_those_of_anthropic(
    words: tuple[str, ...], url: str, key: str
) -> None:
    env = {"ANTHROPIC_API_KEY": "of-anthropic", "KEY": "mine"}
    assert call(*words, "env", "--shell", "bash", env=env).out.splitlines() == [
        f"export ANTHROPIC_BASE_URL={url}",
        f"export ANTHROPIC_API_KEY={key}",
    ]


@pytest.mark.parametrize(
    ("header", "key"),
    [('authorization = "Bearer sesame"', "sesame"), ('Authorization = "Basic bWU6cHc="', "ollama")],
)
def test_only_a_key_of_a_header_is_one(header: str, key: str, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[hosts.box]\nurl = "{HOST}"\nheaders = {{ {header} }}\n')
    config.chmod(0o600)
    result = call("--host", "box", "env", "--shell", "bash", env={"OLLAMA_CLI_CONFIG": str(config)})
    assert result.out.splitlines()[2] == f"export OPENAI_API_KEY={key}"


def test_no_tool_is_sent_to_a_public_host_where_that_is_ruled_out() -> None:
    result = call("--local-only", "--host", "https://ollama.com", "env", "--", "true")
    assert (result.code, result.out) == (13, "")
    assert result.err.startswith("error: https://ollama.com:443 is a public host, and local_only")


def test_a_command_is_run_with_them() -> None:
    result = run("env", "--", sys.executable, "-c", CHILD, env={"OLLAMA_HOST": HOST})
    assert (result.code, result.out, result.err) == (0, f"{HOST} {HOST}/v1\n", "")


def test_the_arguments_of_a_command_are_its_own() -> None:
    result = run("env", "--", "printf", "%s|", "--host", "-q", "--", "a b", "")
    assert (result.code, result.out) == (0, "--host|-q|--|a b||")


@pytest.mark.parametrize("code", [0, 3, 127, 255])
def test_the_exit_code_of_a_command_is_passed_on(code: int) -> None:
    assert run("env", "--", "sh", "-c", f"exit {code}").code == code


def test_standard_input_is_left_to_the_command() -> None:
    assert run("env", "--", "cat", stdin="from a pipe\n").out == "from a pipe\n"


def test_there_is_no_such_command(tmp_path: Path) -> None:
    result = run("env", "--", "no-such-command")
    assert (result.code, result.out) == (127, "")
    assert result.err.startswith("error: no such command: no-such-command\n")
    assert run("env", "--", tmp_path / "nothing").code == 127
    assert run("env", "--", "").err.startswith("error: no such command: ''\n")


def test_a_command_that_cannot_be_run(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("echo hi\n")
    result = run("env", "--", plain)
    assert (result.code, result.err) == (126, f"error: cannot run {plain}: permission denied\n")
    plain.chmod(0o755)
    assert run("env", "--", plain).code == 126  # neither a program nor a script with its `#!`
    assert run("env", "--", tmp_path).code == 126


def test_a_signal_ends_the_command_itself() -> None:
    process = start("env", "--", "sh", "-c", "echo ready; exec sleep 30")
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGTERM)
    assert ended(process).code == -signal.SIGTERM


def test_a_pipe_that_closes_ends_the_command_in_silence() -> None:
    result = bash("ollama-cli env -- yes | head -n 1; echo ${PIPESTATUS[0]}")
    assert (result.out, result.err) == ("y\n141\n", "")


def test_the_terminal_is_left_to_the_command() -> None:
    script = "import sys; print(sys.stdin.isatty(), sys.stdout.isatty()); input()"
    with Terminal("env", "--", sys.executable, "-c", script) as terminal:
        terminal.expect("True True")
        terminal.send(CTRL_C)
        assert terminal.end() in {-signal.SIGINT, 130}
        assert "KeyboardInterrupt" in terminal.shown  # the command's own, not ours


@pytest.mark.parametrize("args", [("env",), ("env", "--", "true")])
def test_the_demo_server_would_be_gone(args: tuple[str, ...]) -> None:
    result = call("--demo", *args)
    assert (result.code, result.out) == (2, "")
    assert "hint: run one that stays: `ollama-cli demo serve`" in result.err


@pytest.mark.parametrize(("env", "told"), [({"SHELL": "/bin/tcsh"}, "'tcsh'"), ({}, "cannot tell")])
def test_a_shell_that_is_not_known(
    env: Mapping[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shellingham.detect_shell", nobody)
    result = call("env", env=env)
    assert (result.code, result.out) == (2, "")
    assert told in result.err
    assert "hint: name one: --shell bash|zsh|fish|powershell" in result.err


def nobody() -> None:
    raise import_module("shellingham").ShellDetectionFailure
