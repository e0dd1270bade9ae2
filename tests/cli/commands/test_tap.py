"""`ollama-cli tap`: what programs ask is shown, and they do not notice."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority, SecureServer
from dead_ports import closed_port
from hostile import LAST_CHUNK, Server, by_path, bytes_then, document
from lives import is_alive
from relays import LAST, PATIENCE, PS, request, stream
from shell import Result, bash, ended, run, start
from terminals import CTRL_C, Terminal
from waits import until

from ollama_cli.types.exchanges import KINDS

ASK = """
import json, os, sys, urllib.request
body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "a quiet prompt"}]})
address = os.environ[sys.argv[1]] + sys.argv[2]
request = urllib.request.Request(address, body.encode(), {"Authorization": "Bearer sesame-1234"})
sys.stdout.write(urllib.request.urlopen(request).read().decode())
"""
ANSWER = stream({"message": {"content": "a loud answer"}}, LAST) + LAST_CHUNK


def server() -> Server:
    return Server(by_path({"/api/ps": document(PS), "/api/tags": document({"models": []})}, chat()))


def chat() -> Any:
    return bytes_then(ANSWER)


def tap(url: str, *args: object, program: tuple[object, ...] = ()) -> Result:
    words = program or (sys.executable, "-c", ASK, "OLLAMA_HOST", "/api/chat?key=sesame-1234")
    return run("--host", url, "tap", *args, "--", *words)


def lines(result: Result) -> list[Any]:
    """The exchanges that were told on stderr, behind the line that says where it listens."""
    return [json.loads(line) for line in result.err.splitlines()[1:]]


def listening(process: subprocess.Popen[bytes]) -> int:
    assert process.stderr is not None
    first = process.stderr.readline().decode()
    assert first.startswith("listening on http://127.0.0.1:")
    return int(first.rsplit(":", 1)[1])


def asked(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as sock:
        sock.sendall(request())
        while sock.recv(65536):
            pass


def test_a_program_is_shown_a_line_for_what_it_asks() -> None:
    with server() as at:
        result = tap(at.url)
    assert (result.code, '"content": "a loud answer"' in result.out) == (0, True)
    first, line = result.err.splitlines()
    assert first.startswith("listening on http://127.0.0.1:")
    time, client, *rest = line.split(" ", 2)
    assert (time.count(":"), client.startswith("Python-urllib/")) == (2, True)
    told = rest[0]
    assert told.startswith("POST /api/chat 200 · m · context 512 · 500 → 12 tokens, filled · 6.0 ")
    assert told.endswith(" · stop")
    assert not {"sesame", "quiet", "loud"} & set(line.replace("-", " ").split())


def test_json_lines_have_every_field() -> None:
    with server() as at:
        result = tap(at.url, "-o", "jsonl")
    (exchange,) = lines(result)
    assert list(exchange) == ["schema", "event", *KINDS]
    assert (exchange["schema"], exchange["event"]) == ("ollama-cli/tap/1", "exchange")
    assert (exchange["path"], exchange["num_ctx"], exchange["truncated"]) == (
        "/api/chat",
        None,
        False,
    )
    assert "sesame" not in result.err


def test_bodies_are_shown_if_asked_for() -> None:
    with server() as at:
        text, (exchange,) = (
            tap(at.url, "--bodies").err,
            lines(tap(at.url, "--bodies", "-o", "jsonl")),
        )
    assert (
        '\n> {"model": "m", "messages": [{"role": "user", "content": "a quiet prompt"}]}\n' in text
    )
    assert '\n< {"message": {"content": "a loud answer"}}\n' in text
    assert json.loads(exchange["request_body"])["model"] == "m"
    assert "a loud answer" in exchange["response_body"]
    assert "sesame" not in text


def test_control_characters_in_bodies_do_nothing() -> None:
    with Server(bytes_then(b"HTTP/1.1 200 OK\r\n\r\n\x1b[2J\x07")) as at:
        assert "\n< \\x1b[2J\\x07\n" in tap(at.url, "--bodies").err


def test_filters_choose_what_is_shown() -> None:
    with server() as at:
        assert len(lines(tap(at.url, "-o", "jsonl", "--filter", "status=200"))) == 1
        assert lines(tap(at.url, "-o", "jsonl", "--filter", "status>=400")) == []


@pytest.mark.parametrize("expression", ["statis>=400", "status>=x", "status"])
def test_a_filter_that_cannot_be_read(expression: str) -> None:
    result = run("tap", "--filter", expression, "--", "true")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: ")


def test_the_variables_lead_to_the_relay() -> None:
    show = "echo $OLLAMA_HOST $OLLAMA_BASE_URL $OPENAI_BASE_URL; test -z $OLLAMA_CLI_HOST"
    with server() as at:
        result = tap(at.url, program=("sh", "-c", show))
    url = result.err.removeprefix("listening on ").strip()
    assert (result.code, result.out) == (0, f"{url} {url} {url}/v1\n")


def test_this_program_is_led_there_too() -> None:
    with server() as at:
        ours = "import sys; from ollama_cli.__main__ import script; script()"
        result = run(
            *("tap", "-o", "jsonl", "--filter", "path=/api/tags", "--"),
            *(sys.executable, "-c", ours, "models", "list", "--json"),
            env={"OLLAMA_CLI_HOST": at.url, "OLLAMA_HOST": "http://127.0.0.1:9"},
        )
    assert (result.code, result.json["models"]) == (0, [])
    assert [each["path"] for each in lines(result)] == ["/api/tags"]


@pytest.mark.parametrize("code", [0, 3, 255])
def test_the_exit_code_of_the_program_is_passed_on(code: int) -> None:
    assert tap("127.0.0.1:9", program=("sh", "-c", f"exit {code}")).code == code


def test_a_program_that_a_signal_ends() -> None:
    assert tap("127.0.0.1:9", program=("sh", "-c", "kill -KILL $$")).code == 137


def test_standard_input_is_left_to_the_program() -> None:
    assert run("tap", "--", "cat", stdin="from a pipe\n").out == "from a pipe\n"


def test_there_is_no_such_program(tmp_path: Path) -> None:
    result = run("tap", "--", "no-such-command")
    assert result.code == 127
    assert "\nerror: no such command: no-such-command\n" in result.err
    plain = tmp_path / "plain"
    plain.write_text("echo hi\n")
    assert run("tap", "--", plain).code == 126


def test_a_server_that_is_away() -> None:
    result = tap(f"127.0.0.1:{closed_port()}", "-o", "jsonl")
    assert result.code == 1  # what urllib makes of 502
    exchange = json.loads(result.err[result.err.index("{") :].splitlines()[0])
    assert (exchange["status"], exchange["ended"]) == (502, "server")


def test_a_port_that_is_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("tap", "--listen", port)
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        f"error: cannot listen on port {port}: address already in use\n"
        "hint: leave --listen out for a free one\n"
    )


def test_a_public_host_is_refused_where_all_is_local() -> None:
    assert run("--local-only", "--host", "https://example.com", "tap").code == 13


def test_without_a_program_it_runs_until_it_is_stopped() -> None:
    with server() as at:
        process = start("--host", at.url, "tap", "-o", "jsonl")
        port = listening(process)
        asked(port)
        asked(port)
        assert process.stdout is not None
        told = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.send_signal(signal.SIGINT)
        result = ended(process)
    assert [each["id"] for each in told] == [1, 2]
    assert ["schema" in each for each in told] == [True, False]
    assert (result.code, result.out, result.err) == (130, "", "")


def test_what_is_open_when_it_is_stopped_is_told() -> None:
    with Server(lambda peer: peer.stall()) as at:
        process = start("--host", at.url, "tap", "-o", "jsonl")
        with socket.create_connection(("127.0.0.1", listening(process)), PATIENCE) as sock:
            sock.sendall(request())
            until(lambda: at.requests)
            process.send_signal(signal.SIGTERM)
            result = ended(process)
    assert (result.code, [each["ended"] for each in result.events], result.err) == (
        143,
        ["client"],
        "",
    )


def test_a_pipe_that_closes_ends_it_in_silence() -> None:
    with server() as at:
        result = bash(
            f": >err; ollama-cli --host {at.url} tap 2>err -o jsonl | head -n 1 & "
            f"until grep -q list err; do sleep 0.05; done; port=$(grep -o '[0-9]*$' err); rm err; "
            f"for i in 1 2 3; do curl -s -m 5 127.0.0.1:$port/api/tags >/dev/null; done; wait"
        )
    assert (result.code, len(result.out.splitlines()), result.err) == (0, 1, "")


def sleeper(*traps: str) -> tuple[str, ...]:
    script = "; ".join([*traps, "echo ready", "while :; do sleep 0.05; done"])
    return ("sh", "-c", script)


@pytest.mark.parametrize(
    ("traps", "told"),
    [(("trap 'echo bye; exit 4' TERM",), b"bye\n"), (("trap '' TERM",), b"")],
    ids=["ends", "deaf"],
)
def test_sigterm_is_passed_on(traps: tuple[str, ...], told: bytes) -> None:
    process = start("tap", "--", *sleeper("echo $$", *traps))
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGTERM)
    result = ended(process)
    assert (result.code, result.raw) == (143, told)
    until(lambda: not is_alive(pid))


def test_ctrl_c_is_the_programs_own() -> None:
    script = "trap 'echo hm' INT; trap 'exit 5' TERM; echo ready; read line; echo got $line; exit 6"
    with Terminal("tap", "--", "bash", "-c", script) as terminal:
        terminal.expect("ready")
        terminal.send(CTRL_C)
        terminal.expect("hm")
        terminal.send("on\r")
        assert terminal.end() == 6
        assert "got" in terminal.shown


def test_an_interrupt_that_no_terminal_sends_is_passed_on() -> None:
    process = start("tap", "--", *sleeper("trap 'exit 9' INT"))
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGINT)
    assert ended(process).code == 9


def test_a_program_does_not_end_because_nobody_reads_the_lines() -> None:
    with server() as at:
        args = ("--host", at.url, "tap", "--", "sh", "-c")
        ask = f"'{sys.executable}' -c '{ASK}' OLLAMA_HOST /api/chat >/dev/null"
        process = start(*args, f"{ask}; {ask}; {ask}; echo all", stderr=subprocess.PIPE)
        assert process.stderr is not None
        process.stderr.readline()
        process.stderr.close()
        assert process.stdout is not None
        assert process.stdout.readline() == b"all\n"
        assert process.wait(PATIENCE) == 0
        process.stdout.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_forty_megabytes_in_one_line_take_no_memory() -> None:
    numbers = b"1234567," * 5_000_000
    head, last = b'{"context":[', b'1],"done":true,"eval_count":3}\n'
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(head + numbers + last)
    with Server(lambda peer: peer.send(answer, head, numbers, last)) as at:
        process = start("--host", at.url, "tap", "-o", "jsonl", "--bodies")
        port = listening(process)
        assert process.stdout is not None
        peaks = []
        for _ in range(2):
            asked(port)
            exchange = json.loads(process.stdout.readline())
            peaks.append(_peak(process.pid))
            assert (exchange["completion_tokens"], exchange["ended"]) == (3, "done")
            assert exchange["response_bytes"] > 40_000_000
            assert len(exchange["response_body"]) < 140_000
        process.send_signal(signal.SIGTERM)
        ended(process)
    assert peaks[0] < 60_000  # KiB
    assert peaks[1] - peaks[0] < 2000


def _peak(pid: int) -> int:
    found = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(found.partition("VmHWM:")[2].split()[0])


def test_a_server_that_speaks_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with SecureServer(authority.context(), bytes_then(ANSWER)) as at:
        show = (sys.executable, "-c", ASK, "OLLAMA_HOST", "/api/x")
        args = ("--host", at.url, "tap", "-o", "jsonl", "--", *show)
        trusted = run(*args, env={"OLLAMA_CLI_CA_FILE": str(authority.file)})
        (exchange,) = lines(trusted)
        assert (trusted.code, exchange["status"], exchange["ended"]) == (0, 200, "done")
        assert "a loud answer" in trusted.out
        foreign = run(*args)
    assert (foreign.code, '"status": 502' in foreign.err) == (1, True)
