"""`doctor`: https where http is spoken, and certificates that cannot be trusted."""

from pathlib import Path

import pytest
from diagnoses import CERTIFICATES, Server, at, failure, notes, ollama
from shell import bash

LOCALHOST, EXPIRED, ELSEWHERE = (
    CERTIFICATES / f"{name}.pem" for name in ("localhost", "expired", "elsewhere")
)


def unchecked(server: Server) -> str:
    return f"ollama-cli hosts add 127-0-0-1-{server.port} {server.url} --insecure"


def test_https_where_http_is_spoken() -> None:
    with Server(ollama) as server:
        url = server.url.replace("http", "https")
        env = {"OLLAMA_CLI_HEALTH_TIMEOUT": "1"}  # after which it is no TLS
        assert failure(url, env=env) == (
            3, "tls", "plain http is spoken at this port, not https",
            f"export OLLAMA_HOST={server.url}",
        )  # fmt: skip


def test_http_where_https_is_spoken() -> None:
    with Server(ollama, certificate=LOCALHOST) as server:
        url = server.url.replace("https", "http")
        assert failure(url) == (
            5, "http", "https is spoken at this port, not plain http",
            f"export OLLAMA_HOST={server.url}",
        )  # fmt: skip


def test_a_certificate_that_is_vouched_for() -> None:
    with Server(ollama, certificate=LOCALHOST) as server:
        code, rungs = at(server.url, env={"OLLAMA_CLI_CA_FILE": str(LOCALHOST)})
    assert (code, rungs["tls"]["message"]) == (0, "TLSv1.3")


def test_a_certificate_that_vouches_for_itself() -> None:
    with Server(ollama, certificate=LOCALHOST) as server:
        code, rung, cause, command = failure(server.url)
    assert (code, rung) == (3, "tls")
    assert cause == "nobody known vouches for the certificate (self-signed certificate)"
    assert command.startswith(f"openssl s_client -connect 127.0.0.1:{server.port} ")
    assert command.endswith("export OLLAMA_CLI_CA_FILE=$PWD/server.pem")


def test_a_certificate_that_is_out_of_date() -> None:
    with Server(ollama, certificate=EXPIRED) as server:
        env = {"OLLAMA_CLI_CA_FILE": str(EXPIRED)}
        code, rung, cause, command = failure(server.url, env=env)
    assert (code, rung, command) == (3, "tls", unchecked(server))
    assert cause.startswith("the certificate is out of date (valid until Jan 1 00:00:00 2021 GMT)")


def test_a_certificate_for_another_name() -> None:
    with Server(ollama, certificate=ELSEWHERE) as server:
        env = {"OLLAMA_CLI_CA_FILE": str(ELSEWHERE)}
        code, rung, cause, command = failure(server.url, env=env)
        assert (code, rung) == (3, "tls")
        assert cause == "the certificate is for ollama.example.com, not for 127.0.0.1"
        assert command == unchecked(server)
        names = {"ollama.example.com": ["127.0.0.1"]}
        command = failure(server.url, env=env, names=names)[3]
        assert command == f"export OLLAMA_HOST=https://ollama.example.com:{server.port}"


@pytest.mark.parametrize(
    ("certificate", "told"), [(EXPIRED, "is out of date"), (ELSEWHERE, "is for another name")]
)
def test_a_certificate_with_two_faults_is_told_of_both_and_one_command_cures_them(
    certificate: Path, told: str, tmp_path: Path
) -> None:
    env = {"OLLAMA_CLI_CONFIG": str(tmp_path / "config.toml")}
    with Server(ollama, certificate=certificate) as server:
        code, rung, cause, command = failure(server.url, env=env)
        assert (code, rung, command) == (3, "tls", unchecked(server))
        assert cause == (
            f"nobody known vouches for the certificate (self-signed certificate), and it {told}"
        )
        assert bash(command, env=env).code == 0
        assert at(server.url, env=env)[0] == 0


def test_a_certificate_that_nobody_checks_is_a_note(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    with Server(ollama, certificate=EXPIRED) as server:
        config.write_text(f'[hosts.box]\nurl = "{server.url}"\ninsecure = true\n')
        env = {"OLLAMA_CLI_CONFIG": str(config)}
        told = notes("box", "tls", env=env)
    assert told == [("the certificate is not checked, as the settings have it", None)]


def test_certificates_that_cannot_be_read() -> None:
    with Server(ollama, certificate=LOCALHOST) as server:
        env = {"OLLAMA_CLI_CA_FILE": "/nowhere/ca.pem"}
        code, rung, cause, command = failure(server.url, env=env)
    assert (code, rung, command) == (10, "tls", "unset OLLAMA_CLI_CA_FILE")
    place = "/nowhere/ca.pem (from OLLAMA_CLI_CA_FILE)"
    assert cause == f"cannot read the certificates at {place}: no such file or directory"
