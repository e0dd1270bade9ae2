"""One step of a connection at a time, each with the word for how it ends."""

import socket
import threading
from pathlib import Path

import pytest
from dead_ports import closed_port, full_backlog
from diagnoses import CERTIFICATES, Server
from hostile import answer

from ollama_cli.errors import ConfigError
from ollama_cli.transport import probe

LOCALHOST, EXPIRED, ELSEWHERE = (
    str(CERTIFICATES / f"{name}.pem") for name in ("localhost", "expired", "elsewhere")
)


def test_a_name_has_its_addresses_each_once() -> None:
    assert "127.0.0.1" in probe.look_up("localhost", 80, 1)
    assert probe.look_up("::1", 80, 1) == ("::1",)
    with pytest.raises(socket.gaierror):
        probe.look_up("nowhere.example.com", 80, 1)
    with pytest.raises((UnicodeError, OSError)):
        probe.look_up("a" * 70 + ".example.com", 80, 1)


def test_a_resolver_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(10) and [])
    with pytest.raises(TimeoutError):
        probe.look_up("localhost", 80, 0.05)
    over.set()


def test_a_port_is_open_refused_or_silent() -> None:
    with Server(answer()) as server:
        assert probe.connect("127.0.0.1", server.port, 1) == ("127.0.0.1", "open", "")
    refused = probe.connect("127.0.0.1", closed_port(), 1)
    assert (refused.state, refused.words) == ("refused", "connection refused")
    with full_backlog() as url:
        silent = probe.connect("127.0.0.1", int(url.rpartition(":")[2]), 0.1)
        assert (silent.state, silent.words) == ("silent", "nothing answers")


def test_what_is_spoken_at_a_port() -> None:
    with Server(answer()) as plain, Server(answer(), certificate=Path(LOCALHOST)) as secure:
        for server, http, tls in ((plain, True, False), (secure, False, True)):
            assert probe.speaks_http("127.0.0.1", server.port, 0.5) is http
            assert probe.speaks_tls("127.0.0.1", server.port, 0.5) is tls
    assert probe.first_bytes("127.0.0.1", closed_port(), 0.5) == b""


@pytest.mark.parametrize(
    ("shown", "trusted", "fault"),
    [
        (LOCALHOST, LOCALHOST, ""),
        (LOCALHOST, None, "untrusted"),
        (LOCALHOST, EXPIRED, "untrusted"),
        (EXPIRED, EXPIRED, "expired"),
        (ELSEWHERE, ELSEWHERE, "name"),
    ],
)
def test_a_certificate_is_judged_as_requests_would(
    shown: str, trusted: str | None, fault: str
) -> None:
    with Server(answer(), certificate=Path(shown)) as server:
        made = probe.secure("127.0.0.1", "127.0.0.1", server.port, 2, trusted)
        assert made.fault == fault
        unchecked = probe.secure("127.0.0.1", "127.0.0.1", server.port, 2, trusted, verify=False)
        assert (unchecked.fault, unchecked.protocol) == ("", "TLSv1.3")
    assert made.names == (("ollama.example.com",) if fault == "name" else ())
    assert bool(made.until) == (fault == "expired")


# A reset between two steps of the standard library leaves its socket to the collector.
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
def test_whoever_hangs_up_on_a_handshake_has_no_certificate_to_judge() -> None:
    with Server(lambda peer: peer.reset(), reads=False) as server:
        assert probe.secure("127.0.0.1", "127.0.0.1", server.port, 1, None).fault == "other"
    assert probe.secure("127.0.0.1", "127.0.0.1", closed_port(), 1, None).fault == "other"


def test_certificates_to_trust_in_a_folder_or_nowhere(tmp_path: Path) -> None:
    with Server(answer(), certificate=Path(LOCALHOST)) as server:
        made = probe.secure("127.0.0.1", "127.0.0.1", server.port, 1, str(tmp_path))
        assert made.fault == "untrusted"
        empty = tmp_path / "empty.pem"
        empty.touch()
        for place in (str(empty), str(tmp_path / "missing.pem")):
            with pytest.raises(ConfigError, match="cannot read the certificates at"):
                probe.secure("127.0.0.1", "127.0.0.1", server.port, 1, place)
