"""Whole commands and their keys: what was on the wire, and what was on the screen."""

from pathlib import Path

import pytest
from certificates import Authority, SecureServer
from clients import stranger
from hostile import Peer, Script, Server, bytes_then, document, head
from shell import Result, call

KEY = "sk-0123456789-abcdef"
OTHER = "sk-of-another-server"
TAGS = document({"models": [{"name": "m:latest"}]})


def with_config(folder: Path, text: str, *words: str, **env: str) -> Result:
    """Run a command with this config file; no key is ever on the screen."""
    path = folder / "c.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    result = call(*words, env={"OLLAMA_CLI_CONFIG": str(path), **env}, cwd=folder)
    assert KEY not in result.out + result.err
    assert OTHER not in result.out + result.err
    return result


def sent(server: Server) -> list[str | None]:
    return [request.headers.get("Authorization") for request in server.requests]


def echo(status: int) -> Script:
    """An answer that repeats what it was shown, in all the ways that a server may."""

    def script(peer: Peer) -> None:
        shown = peer.request.headers.get("Authorization", "")
        key = shown.removeprefix("Bearer ")
        told = f"not with {shown} or {key}, nor X{key}X: {'long ' * 96}{key}"
        document({"error": told}, status)(peer)

    return script


def test_a_key_goes_to_the_host_that_is_named(tmp_path: Path) -> None:
    with Server(TAGS) as server, Server(TAGS) as other:
        config = (
            f"[hosts.work]\nurl = '{server.url}'\napi_key = '{KEY}'\nheaders = {{X-A = 'b'}}\n"
            f"[hosts.other]\nurl = '{other.url}'\napi_key = '{OTHER}'\n"
        )
        assert with_config(tmp_path, config, "models", "list", "--host", "work").code == 0
        by_variable = with_config(tmp_path, config, "models", "list", OLLAMA_CLI_HOST="work")
        assert by_variable.code == 0
        assert with_config(tmp_path, config, "models", "list", OLLAMA_HOST=server.url).code == 0
        assert sent(server) == [f"Bearer {KEY}"] * 3
        assert {request.headers["X-A"] for request in server.requests} == {"b"}
        assert other.requests == []


def test_no_key_goes_to_loopback_as_another_host_has_one(tmp_path: Path) -> None:
    with Server(TAGS) as server:
        config = f"[hosts.work]\nurl = 'https://work.example'\napi_key = '{KEY}'\n"
        env = {"OLLAMA_API_KEY": KEY, "OPENAI_API_KEY": KEY}
        for host in (server.url, server.url.replace("127.0.0.1", "localhost")):
            assert with_config(tmp_path, config, "models", "list", "--host", host, **env).code == 0
        env |= {"OLLAMA_HOST": "https://h.example", "OLLAMA_CLI_API_KEY": KEY}
        assert (
            with_config(tmp_path, config, "--host", server.url, "models", "list", **env).code == 0
        )
        assert sent(server) == [None] * 3


@pytest.mark.parametrize(
    ("words", "env"),
    [
        (["--api-key-env", "MINE"], {"MINE": KEY}),
        ([], {"OLLAMA_CLI_API_KEY": KEY}),
        ([], {"OLLAMA_CLI_API_KEY_ENV": "MINE", "MINE": KEY}),
    ],
)
def test_any_other_address_is_given_a_key_by_variables(
    tmp_path: Path, words: list[str], env: dict[str, str]
) -> None:
    with Server(TAGS) as server:
        assert (
            with_config(tmp_path, "", "models", "list", *words, OLLAMA_HOST=server.url, **env).code
            == 0
        )
        assert sent(server) == [f"Bearer {KEY}"]


@pytest.mark.parametrize("command", [["health"], ["chat", "hi", "-m", "m"], ["models", "list"]])
def test_no_byte_goes_to_a_public_host_unencrypted_where_a_key_would(
    tmp_path: Path, command: list[str]
) -> None:
    with Server(TAGS) as proxy:
        env = {"HTTP_PROXY": proxy.url, "MINE": KEY}
        words = [*command, "--host", "http://work.example", "--api-key-env", "MINE"]
        result = with_config(tmp_path, "", *words, **env)
        assert (result.code, result.out, proxy.connections) == (13, "", 0)
        assert "--api-key-env would go to http://work.example:80 unencrypted" in result.err
        config = "[hosts.w]\nurl = 'http://work.example'\nallow_http_token = true\n"
        with_config(tmp_path, config, "models", "list", *words[-4:], **env)
        assert sent(proxy) == [f"Bearer {KEY}"] * 2


def test_a_named_variable_that_is_unset_is_exit_10_and_nothing_is_sent(tmp_path: Path) -> None:
    with Server(TAGS) as server:
        result = with_config(
            tmp_path, "", "models", "list", "--host", server.url, "--api-key-env", "NO"
        )
        assert (result.code, server.connections) == (10, 0)
    assert "error: the variable NO (from --api-key-env) is not set\n" in result.err


def test_a_command_tells_the_key_once_and_only_when_it_is_needed(tmp_path: Path) -> None:
    with stranger(document({"version": "1"}), TAGS) as server:
        ran = tmp_path / "ran"
        script = tmp_path / "key.sh"
        script.write_text(f"#!/bin/sh\necho x >> {ran}\ncat\necho ' {KEY} '\n", encoding="utf-8")
        config = f"[hosts.work]\nurl = '{server.url}'\napi_key_cmd = 'sh {script}'\n"
        for words in (["config", "show"], ["hosts", "list"], ["config", "get", "host"]):
            assert with_config(tmp_path, config, "--host", "work", *words).code == 0
        assert not ran.exists()
        assert with_config(tmp_path, config, "--host", "work", "health").code == 0
        assert ran.read_text() == "x\n"
        assert set(sent(server)) == {f"Bearer {KEY}"}


@pytest.mark.parametrize("words", [["models", "list"], ["generate", "hi", "-m", "m"], ["health"]])
def test_a_command_that_fails_runs_once(tmp_path: Path, words: list[str]) -> None:
    ran = tmp_path / "ran"
    command = f'["sh", "-c", "echo x >> {ran}; exit 3"]'
    config = f"[hosts.work]\nurl = 'http://127.0.0.1:1'\napi_key_cmd = {command}\n"
    assert with_config(tmp_path, config, "--host", "work", *words).code == 6
    assert ran.read_text() == "x\n"


@pytest.mark.parametrize(
    ("status", "command", "options"),
    [
        (400, ["generate", "hi", "-m", "m"], []),
        (401, ["models", "list"], ["--debug"]),
        (401, ["health"], ["--json"]),
        (403, ["chat", "hi", "-m", "m"], ["-vv", "--debug"]),
        (500, ["models", "pull", "m"], ["-v", "--retries", "0"]),
        (500, ["generate", "hi", "-m", "m"], ["-o", "jsonl"]),
    ],
)
def test_a_server_that_repeats_the_key_does_not_get_it_shown(
    tmp_path: Path, status: int, command: list[str], options: list[str]
) -> None:
    with Server(echo(status)) as server:
        env = {"OLLAMA_CLI_API_KEY": KEY, "OLLAMA_HOST": server.url}
        result = with_config(tmp_path, "", *command, *options, **env)
        assert set(sent(server)) == {f"Bearer {KEY}"}
    assert result.code == (6 if status in {401, 403} else 5)
    assert "***" in result.out + result.err
    assert KEY[:10] not in result.out + result.err


def test_a_password_that_a_server_repeats_is_not_shown(tmp_path: Path) -> None:
    told = "hunter22 aHVudGVyMjI6aHVudGVyMjI= hunter22"
    with Server(document({"error": told}, 401)) as server:
        host = server.url.replace("http://", "http://hunter22:hunter22@")
        result = with_config(tmp_path, "", "models", "list", "--host", host, "-vv", "--debug")
        assert sent(server)[0] == "Basic aHVudGVyMjI6aHVudGVyMjI="
    assert result.code == 6
    assert "hunter22" not in result.err
    assert "aHVudGVy" not in result.err


def test_no_key_follows_a_redirect(tmp_path: Path) -> None:
    with Server(TAGS) as thief:
        moved = bytes_then(head(307, {"Location": thief.url + "/api/tags", "Content-Length": "0"}))
        with Server(moved) as server:
            config = (
                f"[hosts.w]\nurl = '{server.url}'\napi_key = '{KEY}'\n"
                f"headers = {{X-Key = '{OTHER}', Cookie = '{OTHER}'}}\n"
                f"[hosts.thief]\nurl = '{thief.url}'\napi_key = '{OTHER}'"
            )
            assert with_config(tmp_path, config, "models", "list", "--host", "w").code == 0
            assert server.requests[0].headers["X-Key"] == OTHER
        [request] = thief.requests
        assert not {KEY, OTHER, f"Bearer {KEY}"} & set(request.headers.values())


def test_a_refused_request_tells_how_to_give_a_key(tmp_path: Path) -> None:
    with Server(document({"error": "unauthorized"}, 401)) as server:
        result = with_config(tmp_path, "", "models", "list", "--host", server.url)
        assert result.code == 6
        assert "hint: put its key into OLLAMA_CLI_API_KEY, name its variable with" in result.err
        env = {"OLLAMA_CLI_API_KEY": KEY}
        result = with_config(tmp_path, "", "models", "list", "--host", server.url, **env)
        assert "hint: it was shown the key from OLLAMA_CLI_API_KEY: is it the one" in result.err
        env["OLLAMA_HOST"] = "h.example"
        result = with_config(tmp_path, "", "models", "list", "--host", server.url, **env)
        assert "OLLAMA_CLI_API_KEY is for another address; it can be given" in result.err
    sign_in = {"error": "unauthorized", "signin_url": "https://ollama.com/connect?name=x"}
    with Server(document(sign_in, 401)) as server:
        result = with_config(tmp_path, "", "models", "list", "--host", server.url)
        assert "hint: open https://ollama.com/connect?name=x" in result.err


def test_a_server_of_ones_own_authority_that_wants_a_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.certificate("me")
    with SecureServer(authority.context(wants_certificate=True), TAGS) as server:
        config = (
            f"[hosts.safe]\nurl = '{server.url}'\napi_key = '{KEY}'\nca_file = 'ca.pem'\n"
            f"client_cert = ['{certificate.name}', '{key.name}']\n"
        )
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        result = with_config(tmp_path, config, "models", "list", "-o", "name", "--host", "safe")
        assert (result.code, result.out, result.err) == (0, "m:latest\n", "")
        assert (server.visitors, sent(server)) == (["me"] * 2, [f"Bearer {KEY}"] * 2)
        without = config.replace("client_cert", "# client_cert")
        result = with_config(tmp_path, without, "models", "list", "--host", "safe")
        assert result.code == 3
        assert "client_cert" in result.err
        assert len(server.requests) == 2


def test_an_insecure_host_is_warned_of_once(tmp_path: Path) -> None:
    with SecureServer(Authority(tmp_path).context(), TAGS) as server:
        config = f"[hosts.lax]\nurl = '{server.url}'\ninsecure = true\n"
        result = with_config(tmp_path, config, "models", "list", "-o", "name", "--host", "lax")
        warning = "warning: [hosts.lax] is insecure: anybody may answer in its place\n"
        assert (result.code, result.out, result.err) == (0, "m:latest\n", warning)
        strict = with_config(tmp_path, "", "models", "list", "--host", server.url)
        assert strict.code == 3
        assert "certificate verify failed" in strict.err


@pytest.mark.parametrize("key", ["sk-\udce9-0123456789", "\udcff\udcfe", "sk-\u20ac-0123456789"])
def test_a_key_that_no_header_can_hold_is_told_without_it(key: str) -> None:
    with Server(TAGS) as server:
        variables = {"OLLAMA_HOST": server.url, "OLLAMA_CLI_API_KEY": key, "K": key}
        for words in (["models", "list"], ["models", "list", "--api-key-env", "K"]):
            result = call(*words, env=variables)
            assert result.code == 10
            assert "the header Authorization holds a character that no header can" in result.err
        proxy = f"http://me:{key}@127.0.0.1:{server.port}"
        result = call("models", "list", "--host", "http://h.example", env={"http_proxy": proxy})
        assert result.code == 10
        assert "its password holds a character that no header can hold" in result.err
        assert key not in result.err
        assert sent(server) == []
