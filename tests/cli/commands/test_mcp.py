"""`mcp tools` and `mcp call`, with a scripted server on the other side."""

import json
import sys
from pathlib import Path

import pytest
from mcp_servers import TOOLS, configured, server
from shell import Result, call

from ollama_cli.features.mcp import client, pipes, wires

ERAS = ["legacy", "modern"]
NAMES = [tool["name"] for tool in TOOLS]


def ask(name: str, *words: str, how: str = "legacy") -> Result:
    """Call a tool of a scripted server, which is given as a command."""
    return call("mcp", "call", name, *words, "--", *server(how))


@pytest.mark.parametrize("era", [*ERAS, "chatty", "flood", "pages"])
def test_tools_of_a_command_by_their_bare_names(era: str) -> None:
    done = call("mcp", "tools", "-o", "name", "--", *server(era))
    assert (done.code, done.out.split(), done.err) == (0, NAMES, "")


def test_tools_of_all_servers_of_the_file(tmp_path: Path) -> None:
    config = configured(tmp_path, fs=server("legacy"), other=server("modern"))
    done = call("mcp", "tools", "--mcp-config", str(config), "-o", "name")
    assert done.out.split() == [f"{name}.{tool}" for name in ("fs", "other") for tool in NAMES]
    one = call("mcp", "tools", "--mcp-config", str(config), "--server", "other", "-o", "name")
    assert one.out.split() == [f"other.{tool}" for tool in NAMES]


def test_tools_with_what_servers_say_of_them(tmp_path: Path) -> None:
    config = str(configured(tmp_path, fs=server("legacy")))
    done = call("mcp", "tools", "--mcp-config", config, "-o", "json")
    assert done.json["schema"] == "ollama-cli/mcp-tools/1"
    add, say, env, *_ = done.json["tools"]
    assert add == {
        "server": "fs",
        "name": "add",
        "description": "Add two numbers",
        "input_schema": TOOLS[0]["inputSchema"],
        "read_only": True,
        "destructive": None,
    }
    assert (say["read_only"], say["destructive"]) == (False, True)
    assert (env["read_only"], env["description"]) == (None, "")
    text = call("mcp", "tools", "--mcp-config", config)
    assert [line.split()[:2] for line in text.out.splitlines()[:3]] == [
        ["NAME", "DOES"],
        ["fs.add", "reads"],
        ["fs.say", "destroys"],
    ]
    behind = call("mcp", "tools", "-o", "json", "--", *server("legacy"))
    assert behind.json["tools"][0]["server"] is None


def test_one_server_that_fails_does_not_hide_the_others(tmp_path: Path) -> None:
    config = str(configured(tmp_path, bad=server("dead"), fs=server("legacy")))
    done = call("mcp", "tools", "--mcp-config", config, "-o", "name")
    assert (done.code, len(done.out.split())) == (11, len(NAMES))
    assert "error: bad: the MCP server 'bad' ended before the handshake (exit code 1)" in done.err


def test_servers_start_side_by_side(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    servers = {
        "one": server("after", str(two), log=one),
        "two": server("after", str(one), log=two),
    }
    done = call("mcp", "tools", "--mcp-config", str(configured(tmp_path, **servers)), "-o", "name")
    assert (done.code, len(done.out.split())) == (0, 2 * len(NAMES))


def test_no_servers_at_all() -> None:
    done = call("mcp", "tools", "-o", "json")
    assert (done.code, done.json["tools"]) == (0, [])
    assert "no MCP server is known: list them in" in done.err


def test_a_server_without_tools_is_not_asked_for_them(tmp_path: Path) -> None:
    log = tmp_path / "log"
    done = call("mcp", "tools", "--", *server("no-tools", log=log))
    assert (done.code, done.out, done.err) == (0, "", "note: there are no tools\n")
    assert "tools/list" not in log.read_text()


@pytest.mark.parametrize("era", ERAS)
def test_a_call_whose_values_are_typed_by_the_schema(era: str) -> None:
    done = ask("add", "--arg", "a=1", "--arg", "b=2", how=era)
    assert (done.code, done.out, done.err) == (0, "3\n", "")


def test_a_call_in_every_format() -> None:
    words = ("--args", '{"a": 1, "b": 3}', "--arg", "b=2")
    done = ask("add", *words, "-o", "json")
    assert done.json == {
        "schema": "ollama-cli/mcp-call/1",
        "content": [{"type": "text", "text": "3"}],
        "structured_content": {"total": 3},
        "is_error": False,
    }
    raw = ask("add", *words, "-o", "raw")
    content = [{"type": "text", "text": "3"}]
    came = {"content": content, "structuredContent": {"total": 3}, "beyond": "the protocol"}
    assert raw.json == came


def test_a_result_of_several_kinds() -> None:
    done = ask("all.kinds")
    assert done.out == "one\n[image: image/png, 3 B]\ninner\nfile:///a\n"


def test_arguments_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "given.json"
    file.write_text('{"text": "é", "times": 2}')
    assert ask("say", "--args", f"@{file}").out == "éé\n"


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("ad",), 4, "error: there is no tool 'ad'\nhint: did you mean add?"),
        (("add", "--arg", "a"), 2, "error: --arg a is no NAME=VALUE"),
        (("add", "--arg", "a=1", "--arg", "a=2"), 2, "error: --arg a= is given twice"),
        (("add", "--args", "[1]"), 2, "error: --args is no JSON object"),
        (("add", "--args", "{"), 2, "error: --args is no JSON: "),
        (("add", "--args", "@none"), 4, "error: no such file: none"),
        (("add", "--arg", "a=1"), 2, "error: the tool 'add' cannot be called so: 'b' is missing"),
        (
            ("add", "--arg", "a=1.5", "--arg", "b=2"),
            2,
            "error: the tool 'add' cannot be called so: a: must be an integer, not ",
        ),
        (
            ("add", "--arg", "a=1", "--arg", "b=2", "--arg", "c=3"),
            2,
            "error: the tool 'add' cannot be called so: unknown property 'c'",
        ),
        (("refuse",), 5, "refused 'refuse': not today"),
        (("nonsense",), 5, "sent what is no answer to 'nonsense'"),
        (("crash",), 5, "ended (exit code 3): about to crash"),
    ],
)
def test_what_can_be_wrong_with_a_call(words: tuple[str, ...], code: int, error: str) -> None:
    done = ask(*words)
    assert (done.code, done.out) == (code, "")
    assert error in done.err


def test_a_name_that_the_schema_allows_and_does_not_know() -> None:
    done = ask("say", "--arg", "text=a", "--arg", "tines=2")
    warning = "warning: the tool 'say' names no argument 'tines': did you mean times?\n"
    assert (done.code, done.out, done.err) == (0, "a\n", warning)


def test_a_tool_that_says_that_it_failed() -> None:
    done = ask("fail")
    assert (done.code, done.out) == (5, "")
    assert done.err == "error: the tool 'fail' says that it failed: the file is not there\n"
    told = ask("fail", "-o", "json")
    assert (told.code, told.json["is_error"], told.error["exit"]) == (5, True, 5)
    assert told.json["content"] == [{"type": "text", "text": "the file is\nnot there"}]


def test_a_call_by_the_name_of_its_server(tmp_path: Path) -> None:
    entries = {"a": server("legacy"), "a.b": server("legacy")}
    config = configured(tmp_path, **entries)
    named = ("--mcp-config", str(config))

    def out(*words: str) -> Result:
        return call("mcp", "call", *words, *named, "--arg", "text=x")

    assert out("a.say").out == out("a.b.say").out == out("say", "--server", "a.b").out == "x\n"
    assert out("a.b.say", "--server", "a.b").out == "x\n"
    unclear = out("say")
    assert (unclear.code, "hint: name it: --server a" in unclear.err) == (2, True)
    for words in (("c.say",), ("say", "--server", "c")):
        unknown = out(*words)
        assert (unknown.code, f"there is no MCP server 'c' in {config}" in unknown.err) == (4, True)


def test_the_only_server_needs_no_name(tmp_path: Path) -> None:
    config = str(configured(tmp_path, fs=server("legacy")))
    done = call("mcp", "call", "say", "--arg", "text=x", "--mcp-config", config)
    assert done.out == "x\n"
    unknown = call("mcp", "call", "say")
    assert (unknown.code, unknown.out) == (4, "")
    assert unknown.err.startswith("error: no MCP server is known\nhint: list it in ")


def test_a_word_without_dashes_is_no_program_that_is_run(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o700)
    done = call("mcp", "call", "say", str(program))
    assert (done.code, (tmp_path / "ran").exists()) == (2, False)
    both = call("mcp", "tools", "--server", "fs", "--", str(program))
    assert (both.code, (tmp_path / "ran").exists()) == (2, False)
    assert "error: --server and a command are both servers" in both.err


@pytest.mark.parametrize(
    ("command", "code", "error"),
    [
        (["/no/such/program"], 3, "cannot be started: /no/such/program: no such file or directory"),
        (server("dead"), 3, "(exit code 1): Traceback (most recent call last): | boom"),
        (["cat"], 5, "error: the MCP server 'cat' refused the handshake: "),
    ],
)
def test_a_server_that_is_none(command: list[str], code: int, error: str) -> None:
    done = call("mcp", "tools", "--", *command)
    assert (done.code, done.out) == (code, "")
    assert error in done.err
    assert "note:" not in done.err


def test_one_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "HANDSHAKE", 0.2)
    monkeypatch.setattr(wires, "_POLITE", 0.05)
    done = call("mcp", "tools", "--", *server("silent"))
    assert done.code == 7
    assert "did not answer the handshake within 0.2 s" in done.err


def test_a_tool_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wires, "_POLITE", 0.05)
    done = call("--timeout", "0.3", "mcp", "call", "sleep", "--", *server("chatty"))
    assert done.code == 7
    assert "did not answer 'sleep' within 0.3 s: it printed" in done.err
    assert "lines that are no message" in done.err


def test_a_line_beyond_all_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    done = ask("big")
    assert done.code == 5
    assert "sent a line of more than 16 MB" in done.err
    monkeypatch.setattr(pipes, "LONGEST_LINE", 2_000_000)
    assert len(ask("big", "--arg", "bytes=1900000").out) == 1_900_001


def test_a_list_without_end() -> None:
    done = call("mcp", "tools", "--", *server("endless"))
    assert (done.code, done.err) == (5, "error: its list of tools has no end\n")


def test_what_a_server_prints_is_shown_with_v() -> None:
    quiet = ask("say", "--arg", "text=x", how="chatty")
    told = ask("say", "--arg", "text=x", "-v", how="chatty")
    assert (quiet.out, quiet.err, told.out) == ("x\n", "", "x\n")
    assert "printed what is no message: Server starting" in told.err
    assert "': about to crash\n" in ask("crash", "-v").err


def test_a_server_gets_six_variables_and_its_own(tmp_path: Path) -> None:
    words = server("legacy")
    entry = {
        "command": words[0],
        "args": words[1:],
        "env": {"MINE": "a", "TOKEN": "-${A_SECRET}-"},
        "cwd": "inner",
    }
    (tmp_path / "inner").mkdir()
    config = str(configured(tmp_path, fs=entry))
    done = call("mcp", "call", "env", "--mcp-config", config, "-o", "json", env=SECRET)
    found = json.loads(done.json["content"][0]["text"])
    assert found.pop("cwd") == str(tmp_path / "inner")
    allowed = {"HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER", "LC_CTYPE"}
    assert found.keys() - allowed == {"MINE", "TOKEN"}
    assert (found["MINE"], found["TOKEN"]) == ("a", "-of the shell-")


SECRET = {"A_SECRET": "of the shell"}


def test_a_variable_that_is_not_set_is_10_and_nothing_is_started(tmp_path: Path) -> None:
    log = tmp_path / "log"
    words = server("legacy", log=log)
    entry = {"command": words[0], "args": words[1:], "env": {"TOKEN": "${NOT_SET}"}}
    config = str(configured(tmp_path, fs=entry))
    done = call("mcp", "tools", "--mcp-config", config)
    assert (done.code, log.exists()) == (10, False)
    assert "error: the variable 'NOT_SET' is not set" in done.err


def test_a_file_in_the_current_folder_is_not_read(tmp_path: Path) -> None:
    log = tmp_path / "log"
    configured(tmp_path, fs=server("legacy", log=log))
    assert call("mcp", "tools", cwd=tmp_path).code == 0
    assert not log.exists()


def test_the_file_beside_the_config_file(tmp_path: Path) -> None:
    configured(tmp_path, fs=server("legacy"))
    environ = {"OLLAMA_CLI_CONFIG": str(tmp_path / "config.toml")}
    assert "fs.add" in call("mcp", "tools", env=environ).out


def test_without_the_extra_a_command_names_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "ollama_cli.features.mcp.wires", raising=False)
    monkeypatch.setitem(sys.modules, "mcp.client.stdio", None)
    done = call("mcp", "tools", "--", *server("legacy"))
    assert done.code == 1
    assert "hint: install it: `pip install 'ollama-command-line[mcp]'`" in done.err
