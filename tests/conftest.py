"""Every test runs on this machine alone: no proxy, no settings of the user, no foreign address."""

import gc
import ipaddress
import itertools
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import published
import pytest
import rewrites

from ollama_cli.types.secrets import forget_secrets

PLACES = {
    "HOME": "home",
    "XDG_CONFIG_HOME": "no-config",
    "XDG_STATE_HOME": "state",
}
# Where a folder may not be searched, a program that is nowhere is one that may not be run.
SEARCHED = [
    folder
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep)
    if os.access(folder, os.X_OK)
]
_NUMBERS = itertools.count()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let each of several processes rewrite a share of the test files."""
    gc.disable()  # nothing of what is collected goes away
    if worker := getattr(session.config, "workerinput", None):
        number = int(worker["workerid"].removeprefix("gw"))
        rewrites.share(session.config, number, worker["workercount"])


def pytest_collection_finish() -> None:
    """Leave out of all further looks for garbage what thousands of tests are made of."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def _clean_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Take away what the user's shell would tell the program."""
    for name in list(os.environ):
        upper = name.upper()
        if upper.startswith(("OLLAMA_", "COLUMNS", "LINES")) or upper in {
            "ALL_PROXY",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "NETRC",
            "ACCESSIBLE",
            "NO_COLOR",
            "FORCE_COLOR",
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
        }:
            monkeypatch.delenv(name)
    for name, place in PLACES.items():
        monkeypatch.setenv(name, str(tmp_path_factory.getbasetemp() / place))
    monkeypatch.setenv("PATH", os.pathsep.join(SEARCHED))
    # Ports come again: what one test saw on a server is none of the next one's.
    cache = tmp_path_factory.getbasetemp() / "cache" / str(next(_NUMBERS))
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setenv("OLLAMA_CLI_REGISTRY", "none")
    forget_servers(tmp_path_factory.getbasetemp())


def forget_servers(folder: Path) -> None:
    """Take away what servers were found to be: another one may listen at the same port by now."""
    for kept in (folder / place / "ollama-cli/servers" for place in ("cache", "no-config/.cache")):
        shutil.rmtree(kept, ignore_errors=True)


@pytest.fixture(autouse=True)
def _no_secrets_yet() -> None:
    """Forget what other tests kept secret in this process."""
    forget_secrets()


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """Let no test look up a foreign name or connect to a foreign address."""
    look_up, connect = socket.getaddrinfo, socket.socket.connect

    def local_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host in (None, "", "localhost") or _is_address(str(host)):
            return look_up(host, *args, **kwargs)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    def local_connect(sock: socket.socket, address: Any) -> None:
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            assert ipaddress.ip_address(address[0]).is_loopback, f"a test calls {address[0]}"
        connect(sock, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", local_look_up)
        patch.setattr(socket.socket, "connect", local_connect)
        yield


@pytest.fixture(autouse=True, scope="session")
def _json_as_published() -> Iterator[None]:
    """Hold every document, line and event that is written against its published schema."""
    with published.watching():
        yield


@pytest.fixture
def made_up_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test write documents that no command writes."""
    monkeypatch.setattr(published, "is_watching", False)


@pytest.fixture(autouse=True, scope="session")
def _signals_of_a_shell() -> Iterator[None]:
    """Let what tests start be stopped, also where nohup, cron or an `&` started the tests.

    A signal that is ignored stays so in children, one that is handled is none of theirs: the tests
    themselves go on as deaf as they were started.
    """
    pythons_own = {signal.SIGPIPE, signal.SIGXFSZ}  # subprocess gives them back
    signals = signal.valid_signals() - pythons_own
    ignored = [number for number in signals if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, lambda *_: None)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture
def pauses_taken(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the pauses before further tries instead of taking them."""
    taken: list[float] = []
    monkeypatch.setattr("ollama_cli.transport.client.time.sleep", taken.append)
    return taken


@pytest.fixture
def no_collections() -> Iterator[None]:
    """Keep others' garbage where it is: its finalizers fail where the stack is nearly full."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def plain_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let silence be found by its own timeout, on a machine so busy that both bounds are over."""
    monkeypatch.setattr("ollama_cli.transport.deadline._GRACE", 100)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
