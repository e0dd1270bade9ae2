"""Which addresses a server can be started at, and for how long it is awaited."""

import sys
from pathlib import Path

import pytest
from hostile import Server
from installed_servers import free_address, installed
from shell import python

from ollama_cli.features.servers.local import Address, address_of
from ollama_cli.system import processes

LISTENS_AND_HANGS = f"""exec {sys.executable} -c '
import os, socket, time
host, _, port = os.environ["OLLAMA_HOST"].rpartition(":")
server = socket.create_server((host, int(port)))
time.sleep(60)
'"""
HURRIED = """
import sys
from ollama_cli.cli import main as door
from ollama_cli.features.servers import local
local.start_if_needed.__defaults__ = (0.2,)
sys.exit(door.main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:11434", Address("127.0.0.1", 11434, "127.0.0.1:11434")),
        ("http://localhost:8080", Address("localhost", 8080, "localhost:8080")),
        ("http://[::1]:11434", Address("::1", 11434, "[::1]:11434")),
        ("https://127.0.0.1:11434", None),
        ("http://127.0.0.1:11434/ollama", None),
        ("http://me:secret@127.0.0.1:11434", None),
        ("http://192.168.1.2:11434", None),
        ("http://example.com:11434", None),
    ],
)
def test_a_server_is_started_on_this_machine_alone(url: str, address: Address | None) -> None:
    assert address_of(url) == address


def test_one_that_never_answers_is_awaited_for_so_long(tmp_path: Path) -> None:
    with installed(tmp_path, "exec sleep 30") as program:
        result = python(HURRIED, "ls", "--host", free_address(), env=program.env)
        assert result.code == 7
        assert "error: `ollama serve` did not answer within 0.2 s: no running Ollama" in result.err
        assert "hint: it may need longer; its log: " in result.err
        assert len(program.starts) == 1


def test_one_that_listens_and_says_nothing_is_awaited_no_longer(tmp_path: Path) -> None:
    with installed(tmp_path, LISTENS_AND_HANGS) as program:
        result = python(HURRIED, "ls", "--host", free_address(), env=program.env)
    assert result.code == 7
    assert "error: `ollama serve` did not answer within 0.2 s: " in result.err


def test_somebody_who_listens_is_not_refused() -> None:
    with Server(lambda peer: peer.stall(), reads=False) as server:
        assert not processes.is_refused("127.0.0.1", server.port)


def test_a_name_that_does_not_resolve_is_not_refused() -> None:
    assert not processes.is_refused("no-such-name.localhost.invalid", 1)
