"""The servers of one run: started when named, again once, and all ended."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from lives import is_there
from mcp_servers import configured, server
from runtimes import runtime
from waits import until

from ollama_cli.errors import NotFoundError, OllamaCliError, RefusedError, StreamCutError
from ollama_cli.features.context import Flags
from ollama_cli.features.mcp.servers import Servers, split_name

Make = Callable[..., Servers]


def pids_in(log: Path) -> list[int]:
    lines = log.read_text().splitlines() if log.exists() else []
    return [int(line.removeprefix("pid ")) for line in lines if line.startswith("pid ")]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Make the servers of an mcp.json; they are closed at the end."""
    made: list[Servers] = []

    def of(flags: Flags | None = None, **entries: Any) -> Servers:
        path = configured(tmp_path, **entries)
        made.append(Servers.of(runtime(flags), str(path)))
        return made[-1]

    yield of
    for each in made:
        each.close()


def test_only_what_is_named_is_started(make: Make, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    servers = make(one=server("legacy", log=one), two=server("legacy", log=two))
    assert servers.tools() == []
    servers.open(["one"])
    servers.open(["one"])
    assert {tool.server for tool in servers.tools()} == {"one"}
    assert (len(pids_in(one)), two.exists()) == (1, False)
    servers.tools()
    assert one.read_text().count("tools/list") == 1


def test_a_call(make: Make) -> None:
    servers = make(fs=server("modern"))
    servers.open(["fs"])
    found = servers.call("fs", "add", {"a": 1, "b": 2})
    assert (found.text, found.is_error, found.structured_content) == ("3", False, {"total": 3})
    assert found.seconds > 0
    failed = servers.call("fs", "fail", {})
    assert (failed.text, failed.is_error) == ("the file is\nnot there", True)


def test_one_that_dies_is_started_again_once_and_no_call_is_repeated(
    make: Make, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    servers = make(fs=server("legacy", log=log))
    servers.open(["fs"])
    for deaths in (1, 2):
        with pytest.raises(StreamCutError, match="about to crash"):
            servers.call("fs", "crash", {})
        assert len(pids_in(log)) == deaths
    with pytest.raises(OllamaCliError):
        servers.call("fs", "say", {"text": "a"})
    assert len(pids_in(log)) == 2
    assert log.read_text().count("tools/call crash") == 2


def test_one_that_died_between_calls_is_there_for_the_next(make: Make, tmp_path: Path) -> None:
    log = tmp_path / "log"
    servers = make(fs=server("legacy", log=log))
    servers.open(["fs"])
    servers.call("fs", "say", {"text": "a"})
    os.kill(pids_in(log)[0], signal.SIGKILL)
    until(lambda: servers._open["fs"]._client.is_over)
    assert servers.call("fs", "say", {"text": "b"}).text == "b"
    assert len(pids_in(log)) == 2


def test_all_are_ended_where_one_fails_to_start(make: Make, tmp_path: Path) -> None:
    log = tmp_path / "log"
    servers = make(good=server("legacy", log=log), bad=server("dead"))
    with pytest.raises(OllamaCliError, match="the MCP server 'bad' ended before the handshake"):
        servers.open(["good", "bad"])
    servers.close()
    assert [is_there(pid) for pid in pids_in(log)] in ([False], [])


def test_stubborn_ones_are_ended_side_by_side(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ollama_cli.features.mcp.wires._POLITE", 0.2)
    logs = [tmp_path / str(number) for number in range(3)]
    stubborn = {f"s{log.name}": server("legacy", "stubborn", log=log) for log in logs}
    servers = make(**stubborn)
    servers.open(stubborn)
    servers.close()
    assert [is_there(pid) for log in logs for pid in pids_in(log)] == [False] * 3


@pytest.mark.parametrize(
    ("name", "hint"), [("webb", "did you mean web?"), ("quite other", "there are: fs, web")]
)
def test_a_server_that_there_is_not(make: Make, name: str, hint: str) -> None:
    servers = make(fs=server("legacy"), web=server("legacy"))
    with pytest.raises(NotFoundError) as caught:
        servers.open([name])
    assert caught.value.hint == hint


def test_a_public_address_is_refused_where_all_is_local(make: Make) -> None:
    flags = Flags(settings={"local_only": True})
    servers = make(flags, web={"url": "https://mcp.example.com/mcp"})
    with pytest.raises(RefusedError, match=r"mcp\.example\.com"):
        servers.open(["web"])


@pytest.mark.parametrize(
    ("name", "servers", "found"),
    [
        ("fs.read", ["fs"], ("fs", "read")),
        ("fs.read.all", ["fs"], ("fs", "read.all")),
        ("a.b.c", ["a", "a.b"], ("a.b", "c")),
        ("a.b.c", ["b", "c"], None),
        ("fs", ["fs"], None),
        (".x", [""], None),
    ],
)
def test_a_name_is_split_behind_a_server_that_is_known(
    name: str, servers: Sequence[str], found: tuple[str, str] | None
) -> None:
    assert split_name(name, servers) == found
