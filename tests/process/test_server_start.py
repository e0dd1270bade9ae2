"""A server of this machine is started where that is wanted, and outlives the command."""

import os
import signal
import stat
import time
from pathlib import Path

import pytest
from dead_ports import closed_port
from installed_servers import SERVES, free_address, installed, is_up
from lives import is_alive
from shell import call, ended, run, start
from terminals import CTRL_C, CTRL_D, Terminal

SLEEPS = "exec sleep 30"


@pytest.mark.parametrize(
    ("args", "out"),
    [
        (("models", "list", "-o", "name"), "demo"),
        (
            ("chat", "hi", "-m", "demo", "--max-tokens", "3", "-o", "json"),
            '{"schema": "ollama-cli/chat/1"',
        ),
        (("show", "demo", "--get", "details.family"), "demo\n"),
        (("embed", "hi", "-m", "demo-embed"), "["),
        (("models", "has", "demo"), "demo:latest\n"),
    ],
)
def test_it_is_started_and_the_command_goes_on(
    tmp_path: Path, args: tuple[str, ...], out: str
) -> None:
    address = free_address()
    with installed(tmp_path) as program:
        result = run(*args, "--host", address, env=program.env, at=tmp_path)
        assert result.code == 0, result.err
        assert result.out.startswith(out)
        log = tmp_path / "ollama-cli" / "log" / f"ollama-serve-{address.rpartition(':')[2]}.log"
        told = f"note: starting `ollama serve` at http://{address}; it stays when this is done"
        assert result.err.startswith(f"{told}, and its log is {log}\n")
        assert f"listening on http://{address}" in log.read_text()
        assert stat.S_IMODE(log.stat().st_mode) == 0o600
        assert [word for word, _ in program.starts] == ["serve"]
        again = call(*args, "--host", address, env=program.env, at=tmp_path)
        assert (again.code, "starting" in again.err) == (0, False)
        assert len(program.starts) == 1
        assert is_up(address)


def test_a_prompt_from_a_pipe_outlives_the_start(tmp_path: Path) -> None:
    args = ("generate", "-m", "demo", "--max-tokens", "3", "--host", free_address())
    with installed(tmp_path) as program:
        result = run(*args, env=program.env, stdin="once upon a time")
        assert result.code == 0, result.err
        assert result.out


def test_a_missing_model_is_pulled_from_a_server_that_was_started(tmp_path: Path) -> None:
    args = ("embed", "hi", "-m", "nomic-embed-text", "--auto-pull", "--host", free_address())
    with installed(tmp_path) as program:
        result = run(*args, env=program.env)
        assert result.code == 0, result.err
        assert "pulled nomic-embed-text" in result.err


@pytest.mark.parametrize(
    ("wish", "args"),
    [
        ("never", ["models", "list"]),
        ("ask", ["models", "list"]),
        ("ask", ["chat", "hi", "-m", "m"]),
        ("always", ["health"]),
        ("always", ["models", "ps"]),
        ("always", ["models", "stop", "m"]),
    ],
)
def test_what_shall_start_nothing_starts_nothing(
    tmp_path: Path, wish: str, args: list[str]
) -> None:
    with installed(tmp_path, wish=wish) as program:
        result = call(*args, "--host", free_address(), env=program.env)
        assert result.code == 3
        assert "no running Ollama server detected at" in result.err
        assert program.starts == []


@pytest.mark.parametrize(
    "host", ["https://127.0.0.1:{}", "http://127.0.0.1:{}/prefix", "http://me:secret@127.0.0.1:{}"]
)
def test_only_an_address_that_it_could_serve_has_it_started(tmp_path: Path, host: str) -> None:
    with installed(tmp_path) as program:
        address = host.format(free_address().rpartition(":")[2])
        assert call("ls", "--host", address, env=program.env).code == 3
        assert program.starts == []


def test_the_demo_needs_no_other_server(tmp_path: Path) -> None:
    with installed(tmp_path) as program:
        assert call("--demo", "ls", env=program.env).code == 0
        assert program.starts == []


def test_where_it_is_not_installed_the_error_is_the_usual_one(tmp_path: Path) -> None:
    env = {"PATH": str(tmp_path), "OLLAMA_CLI_AUTO_START": "always"}
    address = free_address()
    result = call("ls", "--host", address, env=env)
    assert result.code == 3
    assert f"hint: start it with `OLLAMA_HOST={address} ollama serve` (install: " in result.err


def test_a_strange_folder_cannot_have_it_started(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OLLAMA_CLI_AUTO_START=always\n")
    with installed(tmp_path) as program:
        env = {**program.env, "OLLAMA_CLI_AUTO_START": ""}
        assert call("ls", "--host", free_address(), env=env, cwd=tmp_path).code == 3
        assert program.starts == []


def test_one_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    with installed(tmp_path, "echo first; echo 'Error: no\033[2J room' >&2; exit 1") as program:
        result = run("ls", "--host", free_address(), env=program.env, at=tmp_path)
    assert result.code == 3
    told = result.err.splitlines()
    assert told[1] == "error: `ollama serve` ended before it answered: Error: no\\x1b[2J room"
    assert told[2].startswith(f"hint: read its log: {tmp_path}")


def test_one_that_cannot_have_its_port_is_told_with_its_last_words(tmp_path: Path) -> None:
    with installed(tmp_path) as program:
        args = ("ls", "--json", "--host", f"127.0.0.1:{closed_port()}")
        result = run(*args, env=program.env)
    assert (result.code, result.error["code"]) == (3, "unreachable")
    assert "ended before it answered: " in result.error["message"]
    assert result.out == ""


def test_one_that_says_nothing_is_told_by_its_code(tmp_path: Path) -> None:
    with installed(tmp_path, "exit 7") as program:
        result = run("ls", "--host", free_address(), env=program.env)
    assert "ended before it answered: exit code 7\n" in result.err


def test_a_program_that_cannot_be_run_is_told(tmp_path: Path) -> None:
    with installed(tmp_path) as program:
        (tmp_path / "ollama").write_text("#!/no/such/interpreter\n")
        result = run("ls", "--host", free_address(), env=program.env)
    assert result.code == 1
    assert "error: cannot start " in result.err


def test_an_interrupt_while_it_is_awaited_leaves_it_alive(tmp_path: Path) -> None:
    with installed(tmp_path, SLEEPS) as program:
        process = start("ls", "--host", free_address(), env=program.env)
        while not program.starts:
            time.sleep(0.01)
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert ended(process).code == 130
        [(_, number)] = program.starts
        assert is_alive(number)
        assert os.getsid(number) == number


def test_a_yes_starts_it_and_it_outlives_the_terminal(tmp_path: Path) -> None:
    address = free_address()
    with installed(tmp_path, f"sleep 0.4; {SERVES}", wish="ask") as program:
        args = ("chat", "-m", "demo", "--host", address)
        with Terminal(*args, env=program.env, at=tmp_path, columns=200) as terminal:
            terminal.expect(f"no server answers at http://{address}: start `ollama serve` there?")
            assert program.starts == []
            terminal.send("y\n")
            terminal.expect("waiting for ollama serve")
            terminal.expect(">>>")
            assert "waiting" not in terminal.shown
            terminal.send("/exit\r")
            assert terminal.end() == 0
        assert is_up(address)


@pytest.mark.parametrize(("typed", "code"), [("n\n", 3), ("\n", 3), (CTRL_D, 3), (CTRL_C, 130)])
def test_anything_but_a_yes_starts_nothing(tmp_path: Path, typed: str, code: int) -> None:
    with installed(tmp_path, wish="ask") as program:
        args = ("models", "list", "--host", free_address())
        with Terminal(*args, env=program.env) as terminal:
            terminal.expect("[y/N]")
            terminal.send(typed)
            assert terminal.end() == code
            assert ("error: no running Ollama server" in terminal.shown) is (code == 3)
        assert program.starts == []


@pytest.mark.parametrize("args", [["ls", "--no-input"], ["health"]])
def test_nothing_is_asked_where_nothing_shall_be(tmp_path: Path, args: list[str]) -> None:
    with installed(tmp_path, wish="ask") as program:
        with Terminal(*args, "--host", free_address(), env=program.env) as terminal:
            assert terminal.end() == 3
            assert "[y/N]" not in terminal.shown
        assert program.starts == []
