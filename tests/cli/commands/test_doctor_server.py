"""`doctor`: proxies, TLS and certificates, and servers that answer otherwise than they should."""

import pytest
from dead_ports import closed_port
from diagnoses import OLLAMA, QUIET, Server, at, failure, notes, ollama
from hostile import Peer, Script, answer, by_path, document, page

REMOTE = "http://ollama.example.com"
SIGN_IN = {"error": "unauthorized", "signin_url": "https://example.test/connect"}


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_that_would_trap_loopback(variable: str) -> None:
    with Server(page()) as proxy, Server(ollama) as server:
        env = {variable: proxy.url.replace("://", "://me:hunter2@")}
        ((told, command),) = notes(server.url, "address", env=env)
        assert proxy.connections == 0
    assert told == (
        f"the proxy http://***@127.0.0.1:{proxy.port} (from {variable}) is by-passed for this "
        "address; other tools may send it there"
    )
    assert command == "export NO_PROXY=localhost,127.0.0.1,::1"


def test_a_proxy_that_nobody_uses_for_loopback_is_no_note() -> None:
    with Server(ollama) as server:
        env = {"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
        code, rungs = at(server.url, env=env)
    assert (code, rungs["address"]["status"]) == (0, "ok")


def test_a_proxy_answers_with_html() -> None:
    with Server(page(503)) as proxy:
        env = {"HTTP_PROXY": proxy.url, "NO_PROXY": "a.example"}
        code, rung, cause, command = failure(REMOTE, env=env)
    assert (code, rung) == (5, "http")
    assert cause == (
        f"the proxy {proxy.url} (from HTTP_PROXY) answers with an HTML page "
        "(HTTP 503 Service Unavailable)"
    )
    assert command == "export NO_PROXY=a.example,ollama.example.com"


def test_a_proxy_that_wants_a_password() -> None:
    with Server(answer(407)) as proxy:
        code, rung, cause, command = failure(REMOTE, env={"HTTP_PROXY": proxy.url})
    assert (code, rung) == (6, "http")
    assert cause == f"the proxy {proxy.url} (from HTTP_PROXY) wants a password"
    assert command == "export HTTP_PROXY=http://USER:PASSWORD@PROXY:PORT"


def test_a_proxy_that_is_away() -> None:
    port = closed_port()
    code, rung, cause, command = failure(REMOTE, env={"HTTP_PROXY": f"http://127.0.0.1:{port}"})
    assert (code, rung, command) == (3, "tcp", "export NO_PROXY=ollama.example.com")
    assert "cannot be reached: connection refused at 127.0.0.1" in cause
    code, rung, cause, _ = failure(REMOTE, env={"HTTP_PROXY": "http://proxy.example.com:3128"})
    assert (code, rung, cause) == (3, "dns", "no such proxy: proxy.example.com")


def test_a_page_instead_of_a_tunnel_is_a_fault_of_the_proxy() -> None:
    def script(peer: Peer) -> None:
        page()(peer)
        peer.leave()

    with Server(script) as proxy:
        env = {"https_proxy": proxy.url, "no_proxy": "b.example", "NO_PROXY": "a.example"}
        code, rung, cause, command = failure(REMOTE.replace("http", "https"), env=env)
    assert (code, rung) == (3, "http")
    assert cause.count(f" through the proxy {proxy.url} (from https_proxy)") == 1
    assert command == "export NO_PROXY=a.example,ollama.example.com", "the one that wins"


def test_a_server_behind_a_proxy_is_reached() -> None:
    through = by_path({f"{REMOTE}{path}": script for path, script in OLLAMA.items()})
    through_port = by_path({f"{REMOTE}:80{path}": script for path, script in OLLAMA.items()})
    with Server(
        lambda peer: (through_port if ":80/" in peer.request.path else through)(peer)
    ) as proxy:
        code, rungs = at(REMOTE, env={"HTTP_PROXY": proxy.url})
    assert code == 0, rungs
    assert rungs["address"]["message"].endswith(f"through the proxy {proxy.url} (from HTTP_PROXY)")


def test_a_server_that_accepts_and_stays_silent() -> None:
    brief = {"OLLAMA_CLI_HEALTH_TIMEOUT": "0.1"}
    with Server(lambda peer: peer.stall()) as server:
        code, rung, cause, command = failure(server.url, env=brief)
        assert (code, rung, command) == (7, "http", "ollama-cli --timeout 60 doctor")
        assert cause.startswith("the connection is accepted, and then nothing comes for 0.1 s")
        assert "nothing comes for 0.2 s" in failure(server.url, "--timeout", "0.2", env=brief)[2]
        code, rung, cause, _ = failure(server.url.replace("http", "https"), env=brief)
        assert (code, rung) == (7, "tls")


@pytest.mark.parametrize(
    ("script", "told", "command"),
    [
        (
            answer(401, headers={"WWW-Authenticate": 'Basic realm="x"'}),
            "the server refuses: HTTP 401 Unauthorized",
            "export OLLAMA_HOST=http://USER:PASSWORD@",
        ),
        (
            document({"error": "no key"}, 401),
            "the server refuses: no key",
            "export OLLAMA_CLI_API_KEY=KEY",
        ),
        (document(SIGN_IN, 401), "the server wants a sign-in: unauthorized", "ollama signin"),
        (document({"error": "no"}, 403), "the server refuses: no", "export OLLAMA_CLI_API_KEY=KEY"),
    ],
)
def test_a_server_that_wants_to_know_who_asks(script: Script, told: str, command: str) -> None:
    with Server(script) as server:
        code, rung, cause, given = failure(server.url)
    assert (code, rung, cause) == (6, "http", told)
    assert given.startswith(command)


def test_a_host_name_that_ollama_refuses() -> None:
    with Server(answer(403)) as server:
        names = {"box.example.com": ["127.0.0.1"]}
        env = {"OLLAMA_HOST": f"http://box.example.com:{server.port}"}
        code, rung, cause, command = failure(env["OLLAMA_HOST"], names=names)
    assert (code, rung, command) == (6, "http", "OLLAMA_HOST=0.0.0.0 ollama serve")
    assert cause.startswith("Ollama refuses requests for the host name box.example.com (HTTP 403)")


def test_a_number_is_no_host_name_that_is_refused() -> None:
    with Server(answer(403)) as server:
        code, rung, cause, command = failure(server.url)
    assert (code, rung, command) == (6, "http", "export OLLAMA_CLI_API_KEY=KEY")
    assert cause == "the server refuses: HTTP 403 Forbidden"


def test_a_gateway_whose_server_is_away() -> None:
    with Server(page(502)) as server:
        code, rung, cause, command = failure(server.url)
    assert (code, rung, command) == (5, "http", "ollama serve")
    assert cause == "a gateway answers, and the server behind it does not (HTTP 502 Bad Gateway)"


def test_a_server_that_fails() -> None:
    with Server(document({"error": "boom"}, 500)) as server:
        code, rung, cause, command = failure(server.url)
    assert (code, rung, cause, command) == (5, "api", "boom", "ollama serve")


def test_a_server_that_sends_everything_on() -> None:
    with Server(ollama) as other:
        scripts = {path: answer(301, headers={"Location": other.url + path}) for path in OLLAMA}
        with Server(by_path(scripts)) as server:
            code, rung, cause, command = failure(server.url)
    assert (code, rung, command) == (5, "http", f"export OLLAMA_HOST={other.url}")
    assert cause == f"the server sends everything on to {other.url}, where no prompt follows"


@pytest.mark.parametrize("script", [page(500), document({"error": "boom"}, 500), answer(503)])
def test_a_failure_is_told_as_one_and_no_other_server_is_proposed(script: Script) -> None:
    with Server(script, address=QUIET) as server, Server(ollama, address=QUIET, port=11434):
        code, rung, cause, command = failure(server.url)
    assert (code, rung, command) == (5, "api", "ollama serve")
    assert "HTTP 50" in cause or "boom" in cause
    assert "Ollama answers at" not in cause
