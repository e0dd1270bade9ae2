"""Entries of hosts are read with care: what is wrong is named, and never shown."""

from typing import Any

import pytest

from ollama_cli.config.hosts import Host, find, origin_of, read_hosts
from ollama_cli.errors import ConfigError

PATH = "/etc/ours/c.toml"
SECRET = "sk-0123456789"  # noqa: S105  of nobody


def read(**fields: Any) -> Host:
    found, warnings = read_hosts({"work": {"url": "https://h", **fields}}, PATH)
    assert warnings == []
    return found["work"]


def test_an_entry_holds_what_was_written() -> None:
    host = read(
        api_key=f" {SECRET}\n",
        headers={"X-Team": "blue"},
        ca_file="certs/ca.pem",
        client_cert=["/a/c.pem", "k.pem"],
        insecure=True,
        allow_http_token=False,
    )
    assert (host.name, host.url, host.api_key) == ("work", "https://h", SECRET)
    assert dict(host.headers) == {"X-Team": "blue"}
    assert host.ca_file == "/etc/ours/certs/ca.pem", "from the folder of the file, and no other"
    assert host.client_cert == ("/a/c.pem", "/etc/ours/k.pem")
    assert (host.insecure, host.allow_http_token) == (True, False)


def test_a_certificate_and_its_key_may_stand_in_one_file() -> None:
    assert read(client_cert="c.pem").client_cert == ("/etc/ours/c.pem", "/etc/ours/c.pem")


@pytest.mark.parametrize("written", ['pass show "a b"', ["pass", "show", "a b"]])
def test_a_command_is_read_as_words_and_no_shell_sees_it(written: object) -> None:
    assert read(api_key_cmd=written).api_key_cmd == ("pass", "show", "a b")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"api_key": 7}, "api_key is no text"),
        ({"api_key": ""}, "api_key is empty"),
        ({"api_key_env": []}, "api_key_env is no text"),
        ({"api_key_cmd": {}}, "api_key_cmd is neither a text nor a list of texts"),
        ({"api_key_cmd": [SECRET, 1]}, "api_key_cmd is neither a text nor a list of texts"),
        ({"api_key_cmd": " "}, "api_key_cmd is empty"),
        ({"api_key_cmd": []}, "api_key_cmd is empty"),
        (
            {"api_key_cmd": ["a", f"{SECRET}\0"]},
            "api_key_cmd holds a character that no command can",
        ),
        ({"api_key_cmd": f"echo '{SECRET}"}, "api_key_cmd No closing quotation"),
        ({"headers": SECRET}, "headers is no table of texts"),
        ({"headers": {"X": 1}}, "headers is no table of texts"),
        ({"headers": {f"X\r\n{SECRET}": "1"}}, "headers has a name that no header can have"),
        ({"ca_file": True}, "ca_file is no text"),
        ({"client_cert": ["a"]}, r"client_cert is neither a path nor \[certificate, key\]"),
        ({"client_cert": ["a", 1]}, "client_cert is no text"),
        ({"insecure": "true"}, "insecure is neither true nor false"),
        ({"allow_http_token": 1}, "allow_http_token is neither true nor false"),
        ({"url": f"ftp://me:{SECRET}@h"}, "url cannot be used: not an http or https address"),
        ({"url": 1}, "url is no text"),
        ({"api_key": SECRET, "api_key_env": "X"}, "names more than one key: api_key, api_key_env"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_key_and_not_shown(
    fields: dict[str, object], told: str
) -> None:
    with pytest.raises(ConfigError, match=rf"^{PATH}: \[hosts\.work\] {told}") as caught:
        read(**fields)
    error = caught.value
    assert SECRET not in f"{error.message} {error.hint} {error.__cause__}"


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ([], r"hosts holds tables, as \[hosts\.NAME\]"),
        ({"work": SECRET}, r"hosts\.work is no table"),
        ({"work": {}}, r"\[hosts\.work\] has no url"),
    ],
)
def test_what_is_no_entry_is_told(tables: object, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as caught:
        read_hosts(tables, PATH)
    assert SECRET not in caught.value.message


def test_an_unknown_key_is_told_of_with_the_nearest_one() -> None:
    tables = {"work": {"url": "h", "apikey": SECRET, "zzz": 1}}
    found, warnings = read_hosts(tables, PATH)
    assert found["work"].api_key is None
    assert warnings == [
        f"{PATH}: [hosts.work] has an unknown key 'apikey': did you mean api_key?",
        f"{PATH}: [hosts.work] has an unknown key 'zzz'",
    ]


def test_an_entry_shows_nothing_of_what_it_holds() -> None:
    host = read(api_key=SECRET, headers={"X": SECRET})
    assert repr(host) == "Host('work')"
    assert f"{host} {[host]}" == "Host('work') [Host('work')]"


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://H.example/v1", "https://h.example:443"),
        ("http://u:p@h:80/x/y", "http://h:80"),
        ("h", "http://h:11434"),
        ("ollama.com", "https://ollama.com:443"),
        ("[::1]:80", "http://[::1]:80"),
        ("[::]", "http://[::1]:11434"),
    ],
)
def test_an_origin_is_scheme_host_and_port(address: str, origin: str) -> None:
    assert origin_of(address) == origin


def test_an_address_finds_its_entry_by_origin_and_rather_by_path() -> None:
    hosts = {name: Host(name, url) for name, url in [("a", "https://h/a"), ("b", "https://h/b")]}
    assert find(hosts, "https://h:443/b") == hosts["b"]
    assert find(hosts, "https://h:443/c") == hosts["a"]
    for other in ("http://h:443/a", "https://h:444/a", "https://h.evil:443/a", "https://g:443"):
        assert find(hosts, other) is None
