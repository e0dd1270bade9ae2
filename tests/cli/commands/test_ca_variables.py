"""Certificates that cannot be read: 10 where TLS is used, naming who names them; else nothing."""

from pathlib import Path

import pytest
from dead_ports import closed_port
from hostile import Server, document
from shell import call

TAGS = document({"models": [{"name": "m"}]})
VARIABLES = [
    "OLLAMA_CLI_CA_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR",
]  # fmt: skip
HTTPS = f"https://127.0.0.1:{closed_port()}"


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize("words", [["models", "list"], ["health"], ["chat", "hi", "-m", "m"]])
def test_a_stale_variable_is_named(variable: str, words: list[str]) -> None:
    result = call("--host", HTTPS, *words, env={variable: "/nope.pem"})
    assert (result.code, result.out) == (10, "")
    assert result.err == (
        f"error: cannot read the certificates at /nope.pem (from {variable}): "
        "no such file or directory\n"
        f"hint: let it name a PEM file, or do without it: `unset {variable}`\n"
    )


@pytest.mark.parametrize("variable", VARIABLES)
def test_plain_http_goes_on(variable: str) -> None:
    with Server(TAGS) as server:
        words = ["--host", server.url, "models", "list", "-o", "name"]
        result = call(*words, env={variable: "/nope.pem"})
    assert (result.code, result.out, result.err) == (0, "m\n", "")


@pytest.mark.parametrize("content", [b"", b"no PEM", b"\xff\xfe\0", b"-----BEGIN CERTIFICATE-----"])
def test_a_file_that_is_no_pem_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(content)
    result = call("--host", HTTPS, "models", "list", env={"SSL_CERT_FILE": str(path)})
    assert result.code == 10
    told = f"error: cannot read the certificates at {path} (from SSL_CERT_FILE): no certificate in"
    assert result.err.startswith(told)


def test_the_setting_or_the_host_is_named_too(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    broken = tmp_path / "broken.pem"
    broken.touch()
    env = {"OLLAMA_CLI_CONFIG": str(config), "SSL_CERT_FILE": "/nope.pem"}
    config.write_text(f'[hosts.x]\nurl = "{HTTPS}"\nca_file = "{broken}"\n')
    told = call("--host", "x", "models", "list", env=env).err
    assert f"at {broken} (from [hosts.x]): no certificate in it\n" in told
    config.write_text(f'[ollama]\nca_file = "{broken}"\n')
    told = call("--host", HTTPS, "models", "list", env={"OLLAMA_CLI_CONFIG": str(config)}).err
    assert f"at {broken} (from {config}): no certificate in it\n" in told
    assert "unset" not in told


def test_of_several_folders_the_first_that_is_there_is_used(tmp_path: Path) -> None:
    env = {"SSL_CERT_DIR": f"/nope:{tmp_path}:/neither"}
    assert call("config", "get", "ca_file", env=env).out == f"{tmp_path}\n"
    assert call("config", "get", "ca_file", env={"SSL_CERT_DIR": "/nope:/no"}).out == "/nope:/no\n"
