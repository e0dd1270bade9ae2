"""How `mcp serve` ends, and a call of it: the connection is closed, and no process stays."""

import os
import signal
import subprocess
import sys
from functools import partial

import pytest
from agents import Agent, serving
from endless_servers import BEGUN, Endless, endless
from shell import PATIENCE, PROGRAM, bash, environment, python, run
from waits import until

pytest.importorskip("mcp", reason="the extra mcp is not installed")


def begin(agent: Agent, script: Endless) -> int:
    number = agent.begin_call("ai_ollama_generate", prompt="hi", model="m")
    until(lambda: script.asked)
    return number


@pytest.mark.parametrize("first", [(), (BEGUN,)], ids=["loading", "answering"])
def test_a_cancel_closes_the_connection(first: tuple[bytes, ...]) -> None:
    with endless(*first) as (server, script), serving(server.url) as agent:
        number = begin(agent, script)
        cancelled = {"requestId": number, "reason": "enough"}
        agent.send({"method": "notifications/cancelled", "params": cancelled})
        until(lambda: script.gone)
        assert script.gone == [True]
        assert agent.result(agent.ask("ping")) == {}  # and it is not answered any more
        assert agent.end() == 0


OTHERS: dict[str, dict[str, object]] = {
    "ai_ollama_embed": {"input": ["x"]},
    "ai_ollama_count_tokens": {"text": "x"},
    "ai_ollama_pull": {},
}


def test_other_calls_are_ended_too() -> None:
    with endless() as (server, script), serving(server.url, "--allow-pull") as agent:
        for number, (tool, more) in enumerate(OTHERS.items(), 1):
            asked = agent.begin_call(tool, model="m", **more)
            until(partial(script.was_asked, number))
            agent.send({"method": "notifications/cancelled", "params": {"requestId": asked}})
            until(partial(script.was_left, number))
        assert all(script.gone)
        assert agent.result(agent.ask("ping")) == {}


def test_a_call_has_its_time() -> None:
    with endless(BEGUN) as (server, script), serving(server.url, "--call-timeout", "1") as agent:
        error, hint = agent.failure("ai_ollama_generate", prompt="hi", model="m")
        assert error == "error: ai_ollama_generate took longer than 1 s, and was ended"
        assert "--call-timeout" in hint
        until(lambda: script.gone)
        assert script.gone == [True]


def test_the_end_of_input_ends_the_call() -> None:
    with endless(BEGUN) as (server, script), serving(server.url) as agent:
        begin(agent, script)
        assert agent.end() == 0
        until(lambda: script.gone)
        assert script.gone == [True]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_the_call(number: int, code: int) -> None:
    with endless(BEGUN) as (server, script), serving(server.url) as agent:
        begin(agent, script)
        agent.process.send_signal(number)
        assert agent.code() == code
        until(lambda: script.gone)
        assert script.gone == [True]


def test_a_signal_ends_it_while_nothing_is_asked(demo: str) -> None:
    with serving(demo) as agent:
        agent.process.send_signal(signal.SIGTERM)
        assert agent.code() == 143


# A client that starts the server on a pipe which somebody else holds open, and sleeps.
CLIENT = """
import subprocess, sys, time
subprocess.Popen(sys.argv[1:])
time.sleep(1000)
"""


def test_a_client_that_is_killed_takes_it_along_though_its_pipe_stays_open() -> None:
    with endless(BEGUN) as (server, script):
        client = subprocess.Popen(
            [sys.executable, "-c", CLIENT, PROGRAM, "--host", server.url, "mcp", "serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=environment(),
        )
        with Agent(client) as agent:
            agent.shake_hands()
            begin(agent, script)
            client.send_signal(signal.SIGKILL)
            assert client.wait(PATIENCE) == -signal.SIGKILL
            assert client.stdout is not None
            assert client.stdout.read() == b""  # the one that held the other end has ended
            until(lambda: script.gone)
            assert script.gone == [True]


def test_a_client_that_forgets_it_is_left(demo: str) -> None:
    with serving(demo, "--idle-exit", "0.5") as agent:
        assert agent.code() == 0


def test_a_call_under_way_is_not_idle() -> None:
    with endless(BEGUN) as (server, script):
        options = ("--idle-exit", "0.3", "--call-timeout", "1.5")
        with serving(server.url, *options) as agent:
            number = begin(agent, script)
            assert agent.result(number)["isError"] is True
            assert agent.code() == 0


def test_an_output_that_nobody_reads_any_more_ends_it(demo: str) -> None:
    with serving(demo) as agent:
        assert agent.process.stdout is not None
        out = agent.process.stdout.fileno()
        os.dup2(os.open(os.devnull, os.O_RDONLY), out)
        agent.ask("ping")
        assert agent.process.wait(PATIENCE) == 0


# Prints in a tool, in every way there is, and once more at the end of the process.
POLLUTED = """
import atexit, os, subprocess, sys
import ollama_cli.features.mcp_server.calls as calls
real = calls.asdict
def loud(value):
    print("by print")
    sys.stdout.write("without an end")
    sys.__stdout__.write("by the first stdout")
    os.write(1, b"by the descriptor")
    subprocess.run(["sh", "-c", "echo by a child; cat"], check=True)
    return real(value)
calls.asdict = loud
atexit.register(lambda: print("at exit"))
from ollama_cli.__main__ import script
sys.argv[0] = "ollama-cli"
script()
"""


def altered(program: str, url: str) -> subprocess.Popen[bytes]:
    """Start a server whose inner parts a program of the test has changed."""
    return subprocess.Popen(
        [sys.executable, "-c", program, "--host", url, "mcp", "serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=environment(),
    )


def test_nothing_but_the_protocol_reaches_the_wire(demo: str) -> None:
    process = altered(POLLUTED, demo)
    with Agent(process) as agent:
        agent.shake_hands()
        assert agent.call("ai_ollama_health")["structuredContent"]["connected"] is True
        assert agent.end() == 0
        assert process.stderr is not None
        said = process.stderr.read().decode()
    for words in ("by print", "without an end", "by the descriptor", "by a child", "at exit"):
        assert words in said


BROKEN = """
import sys
import ollama_cli.features.mcp_server.calls as calls
def broken(*_):
    raise ValueError("the inner words")
calls.asdict = broken
from ollama_cli.__main__ import script
script()
"""


def test_a_mistake_of_ours_stays_on_this_side(demo: str) -> None:
    process = altered(BROKEN, demo)
    with Agent(process) as agent:
        agent.shake_hands()
        error, hint = agent.failure("ai_ollama_health")
        assert error == "error: this failed by a mistake of ollama-cli itself"
        assert "stderr" in hint
        assert agent.end() == 0
        assert process.stderr is not None
        assert "ValueError: the inner words" in process.stderr.read().decode()


def test_stderr_is_silent_unless_more_is_asked_for(demo: str) -> None:
    for options, is_silent in (((), True), (("--debug",), False), (("-v",), False)):
        with serving(demo, *options) as agent:
            agent.write(b"no JSON\n")
            agent.answer(agent.ask("no/such/method"))
            agent.failure("ai_ollama_generate", prompt="hi", model="none")
            agent.call("ai_ollama_generate", prompt="hi", max_tokens=2)
            agent.answer(agent.begin_call("no-such-tool"))
            assert agent.end() == 0
            assert agent.process.stderr is not None
            said = agent.process.stderr.read()
            assert (said == b"") is is_silent, said
            assert b"Traceback" not in said


def test_a_closed_stream_is_told() -> None:
    for closed in ("<&-", ">&-"):
        result = bash(f"ollama-cli mcp serve {closed}")
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith("error: standard input or output is closed\nhint: ")


def test_a_public_host_is_refused_at_the_start() -> None:
    for options in ((), ("--listen", "0")):
        result = run("--host", "http://192.0.2.1:11434", "mcp", "serve", *options, stdin="")
        assert (result.code, result.out) == (13, "")
        assert "is a public host" in result.err
        assert "hint: let agents use it: `--allow-remote`" in result.err
    allowed = run("--host", "http://192.0.2.1:11434", "mcp", "serve", "--allow-remote", stdin="")
    assert (allowed.code, allowed.out, allowed.err) == (0, "", "")


def test_without_input_there_is_nobody_to_serve(demo: str) -> None:
    result = run("--host", demo, "mcp", "serve")
    assert (result.code, result.out, result.err) == (0, "", "")


def test_without_the_extra_the_line_is_told_that_installs_it() -> None:
    code = (
        "import sys; sys.modules['mcp'] = None\n"
        "from ollama_cli.cli.main import main; sys.exit(main(['mcp', 'serve']))"
    )
    result = python(code)
    assert (result.code, result.out) == (1, "")
    assert "pip install 'ollama-command-line[mcp]'" in result.err
