"""`--tools` with MCP servers: which are started, what their tools are called, how calls end."""

import sys
from pathlib import Path

import pytest
from mcp_servers import configured, server
from scripted_models import asks, calls, says, world

pytest.importorskip("mcp", reason="the extra mcp is not installed")
ADD = asks("fs_add", {"a": 1, "b": 2})


def test_a_call_of_a_server_that_was_named(tmp_path: Path) -> None:
    log, other = tmp_path / "log", tmp_path / "other"
    configured(tmp_path, fs=server(log=log), web=server(log=other))
    with world(tmp_path, calls(ADD), says("3")) as w:
        result = w.run("--tools", "fs")
        assert (result.code, result.out, w.model.results) == (0, "3\n", ["3"])
        assert result.err.startswith('⚙ fs.add {"a":1,"b":2} · ')
        names = [each["function"]["name"] for each in w.model.asked[0]["tools"]]
    assert {"fs_add", "fs_say", "fs_all_kinds"} <= set(names)
    assert "tools/call add" in log.read_text()
    assert not other.exists()


def test_one_tool_of_a_server_and_its_name_with_a_dot(tmp_path: Path) -> None:
    configured(tmp_path, **{"my.fs": server()})
    made = calls(asks("my_fs_all_kinds", {}))
    with world(tmp_path, made, says("ok")) as w:
        w.config.write_text('[tools]\nallow = ["my.fs.all.*"]\n')
        result = w.run("--tools", "my.fs.all.kinds", "-o", "jsonl", approve="never")
        assert len(w.model.asked[0]["tools"]) == 1
        call, told = [each for each in result.events if "tool" in each["event"]]
    assert (call["server"], call["name"]) == ("my.fs", "all.kinds")
    assert (told["ok"], told["approved"]) == (True, True)


def test_a_hint_of_a_server_approves_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log"
    configured(tmp_path, fs=server(log=log))
    with world(tmp_path, calls(ADD), says("no")) as w:
        assert w.run("--tools", "fs", approve="ask").code == 0
        assert w.model.results == ["refused: nobody has allowed this call"]
    assert "tools/call" not in log.read_text()


@pytest.mark.parametrize(
    ("source", "code", "words"),
    [
        ("sf", 4, "there is no MCP server 'sf'"),
        ("fs.ad", 4, "there is no tool 'ad'"),
        ("gone", 3, "no-such-program-at-all"),
        ("fs,tools.py", 4, "no such file: tools.py"),
    ],
)
def test_what_is_not_there_is_told_before_any_request(
    tmp_path: Path, source: str, code: int, words: str
) -> None:
    configured(tmp_path, fs=server(), gone=["no-such-program-at-all"])
    with world(tmp_path, says("?")) as w:
        result = w.run("--tools", source)
        assert (result.code, w.server.requests) == (code, [])
        assert words in result.err


def test_another_file_of_servers(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    path = configured(tmp_path / "there", fs=server())
    with world(tmp_path, calls(ADD), says("3")) as w:
        assert w.run("--tools", "fs").code == 4
        assert w.run("--tools", "fs", "--mcp-config", str(path)).out == "3\n"


def test_failures_are_told_and_a_server_that_dies_is_started_again_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    configured(tmp_path, fs=server(log=log))
    made = [asks("fs_fail", {}, "1"), asks("fs_crash", {}, "2"), asks("fs_say", {"text": "é"}, "3")]
    made += [asks("fs_refuse", {}, "4"), asks("fs_crash", {}, "5"), asks("fs_say", {"text": "x"})]
    with world(tmp_path, calls(*made), says("ok")) as w:
        assert w.run("--tools", "fs").code == 0
        fail, crash, said, refused, again, last = w.model.results
    assert (fail, said) == ("the file is\nnot there", "é")
    assert all("fs" in each for each in (crash, refused, again, last))
    assert log.read_text().count("tools/call crash") == 2
    assert log.read_text().count("tools/call say") == 1


def test_calls_that_only_read_are_told_in_their_order(tmp_path: Path) -> None:
    configured(tmp_path, fs=server(), web=server())
    made = [asks(f"{('fs', 'web')[n % 2]}_add", {"a": n, "b": 0}, f"c{n}") for n in range(8)]
    made.insert(4, asks("fs_say", {"text": "between"}, "x"))
    with world(tmp_path, calls(*made), says("ok")) as w:
        result = w.run("--tools", "fs,web", "-o", "json")
        assert w.model.results == ["0", "1", "2", "3", "between", "4", "5", "6", "7"]
    ids = [each["id"] for each in result.json["tool_runs"]]
    assert ids == ["c0", "c1", "c2", "c3", "x", "c4", "c5", "c6", "c7"]


def test_without_the_extra_the_line_that_installs_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(tmp_path, fs=server())
    with world(tmp_path, calls(asks("add", {"a": 1, "b": 2})), says("3")) as w:
        monkeypatch.delitem(sys.modules, "ollama_cli.features.mcp.wires", raising=False)
        monkeypatch.setitem(sys.modules, "mcp.client.stdio", None)
        result = w.run("--tools", "fs")
        assert (result.code, w.server.requests) == (1, [])
        assert w.run().code == 0
    assert "hint: install it: `pip install 'ollama-command-line[mcp]'`" in result.err


def test_booleans_in_a_schema_are_no_reason_to_refuse_a_request(tmp_path: Path) -> None:
    with world(tmp_path, calls(asks("echo", {"a": [1]})), says("ok")) as w:
        w.config.write_text(
            '[tools.echo]\nargv = ["cat"]\n'
            "[tools.echo.parameters.properties]\na = true\nb = {items = false}\n"
        )
        assert w.run("--tools", "cmd:echo").code == 0
        sent = w.model.asked[0]["tools"][0]["function"]["parameters"]["properties"]
        assert w.model.results == ['{"a": [1]}']
    assert sent == {"a": {}, "b": {"items": {}}}
