"""Which proxy leads to a URL: the variables, `NO_PROXY` as Ollama reads it, and bad ones."""

import sys

import pytest

from ollama_cli.errors import ConfigError
from ollama_cli.transport.client import Transport
from ollama_cli.transport.proxies import Proxy, proxy_of
from ollama_cli.types.secrets import redact

GPU = "http://gpu.corp.example:11434"
NAME, BELOW, TEN = "http://corp.example:11434", GPU, "http://10.1.2.3:11434"
SIX = "http://[2001:db8::1]:11434"
# Each row was tried with Go's golang.org/x/net/http/httpproxy v0.46.0, which Ollama uses.
DIRECT = [
    ("*", GPU),
    ("a.example,*", GPU),
    (" * ", TEN),
    ("corp.example", NAME),
    ("corp.example", BELOW),
    ("CORP.Example", BELOW),
    (".corp.example", BELOW),
    ("*.corp.example", BELOW),
    ("*.corp.example:11434", BELOW),
    ("corp.example", "http://GPU.Corp.Example"),
    ("corp.example:11434", BELOW),
    ("corp.example:80", "http://corp.example"),
    ("corp.example:443", "https://corp.example"),
    ("a.example, corp.example ,b.example", NAME),
    (",, corp.example,", NAME),
    ("\tcorp.example", NAME),
    ("corp.example:", NAME),
    ("gpu", "http://gpu"),
    ("example", BELOW),
    ("10.1.2.3", TEN),
    ("10.1.2.3:11434", TEN),
    ("10.0.0.0/8", TEN),
    ("10.9.9.9/8", TEN),
    ("10.1.2.3/32", TEN),
    ("0.0.0.0/0", TEN),
    ("10.0.0.0/8", "http://[::ffff:10.1.2.3]:11434"),
    ("::ffff:10.0.0.0/104", TEN),
    ("::ffff:10.1.2.3", TEN),
    ("2001:db8::1", SIX),
    ("2001:DB8:0::1", SIX),
    ("[2001:db8::1]:11434", SIX),
    ("2001:db8::/32", SIX),
    ("::/0", SIX),
    ("fe80::/10", "http://[fe80::1%25eth0]:11434"),
    ("bücher.example", "http://xn--bcher-kva.example"),
    ("*.bücher.example", "http://a.xn--bcher-kva.example"),
    ("xn--bcher-kva.example", "http://bücher.example"),
    ("straße.example", "http://xn--strae-oqa.example"),
    ("", "http://localhost:1"),
    ("", "http://127.0.0.1:1"),
    ("", "http://127.1.2.3:1"),
    ("", "http://[::1]:1"),
    ("", "http://[::ffff:127.0.0.1]:1"),
]
THROUGH = [
    ("", GPU),
    (" , ,", GPU),
    ("*.corp.example", NAME),
    (".corp.example", NAME),
    ("*corp.example", NAME),
    ("*.*", BELOW),
    ("corp.example", "http://xcorp.example"),
    ("corp.example:80", BELOW),
    ("corp.example:011434", NAME),
    (":11434", NAME),
    ("http://corp.example", NAME),
    ("corp.example/", NAME),
    ("[corp.example]", NAME),
    ("10.1.2", TEN),
    ("10.1.2.4", TEN),
    ("10.1.2.3:80", TEN),
    ("10.1.2.3/", TEN),
    ("10.0.0.0/255.0.0.0", TEN),
    ("10.0.0.0/33", TEN),
    ("010.1.2.3", TEN),
    ("::/0", TEN),
    ("[2001:db8::1]", SIX),
    ("[2001:db8::1", SIX),
    ("2001:db8::/129", SIX),
    ("0.0.0.0/0", SIX),
    ("10.0.0.0/8", "http://10.corp.example"),
    ("corp.example corp.test", NAME),
]


def through(url: str, **environ: str) -> str:
    found = proxy_of(url, environ)
    return found.url if found else ""


@pytest.mark.parametrize(("no_proxy", "url"), DIRECT)
def test_what_is_called_directly(no_proxy: str, url: str) -> None:
    assert through(url, HTTP_PROXY="http://p:1", HTTPS_PROXY="http://p:1", NO_PROXY=no_proxy) == ""


@pytest.mark.parametrize(("no_proxy", "url"), THROUGH)
def test_what_goes_through_the_proxy(no_proxy: str, url: str) -> None:
    assert through(url, HTTP_PROXY="http://p:1", NO_PROXY=no_proxy) == "http://p:1"


@pytest.mark.parametrize(
    ("variables", "url", "variable"),
    [
        ({"HTTP_PROXY": "a", "http_proxy": "b"}, GPU, "HTTP_PROXY"),
        ({"HTTP_PROXY": "", "http_proxy": "b"}, GPU, "http_proxy"),
        ({"HTTP_PROXY": " ", "http_proxy": "b"}, GPU, "http_proxy"),
        ({"ALL_PROXY": "a", "http_proxy": "b"}, GPU, "http_proxy"),
        ({"ALL_PROXY": "a", "all_proxy": "b"}, GPU, "ALL_PROXY"),
        ({"HTTP_PROXY": "a", "all_proxy": "b"}, "https://corp.example", "all_proxy"),
        ({"HTTPS_PROXY": "a", "HTTP_PROXY": "b"}, "https://corp.example", "HTTPS_PROXY"),
        ({"HTTP_PROXY": "a", "REQUEST_METHOD": "GET"}, GPU, None),
        ({"HTTP_PROXY": "a", "http_proxy": "b", "REQUEST_METHOD": "GET"}, GPU, "http_proxy"),
        ({"HTTPS_PROXY": "a", "REQUEST_METHOD": "GET"}, "https://corp.example", "HTTPS_PROXY"),
        ({"HTTP_PROXY": "a", "NO_PROXY": "b.example", "no_proxy": "*"}, GPU, "HTTP_PROXY"),
        ({"HTTP_PROXY": "a", "NO_PROXY": "", "no_proxy": "*"}, GPU, None),
        ({"NO_PROXY": "*"}, GPU, None),
        ({}, GPU, None),
    ],
)
def test_the_variable_that_counts(
    variables: dict[str, str], url: str, variable: str | None
) -> None:
    found = proxy_of(url, variables)
    assert (found and found.variable) == variable


@pytest.mark.parametrize(
    ("value", "url", "place"),
    [
        ("proxy:3128", "http://proxy:3128", ("proxy", 3128)),
        ("proxy", "http://proxy", ("proxy", 80)),
        ("HTTP://Proxy:3128/", "http://Proxy:3128", ("proxy", 3128)),
        (" https://proxy ", "https://proxy", ("proxy", 443)),
        ("socks5h://127.0.0.1", "socks5h://127.0.0.1", ("127.0.0.1", 1080)),
        ("SOCKS5://[::1]:9", "socks5://[::1]:9", ("::1", 9)),
        ("socks4a://me@proxy:9", "socks4a://me@proxy:9", ("proxy", 9)),
        ("me:pass%40word@proxy:9", "http://me:pass%40word@proxy:9", ("proxy", 9)),
    ],
)
def test_how_a_proxy_is_written(value: str, url: str, place: tuple[str, int]) -> None:
    found = proxy_of(GPU, {"HTTP_PROXY": value})
    assert found == Proxy(url, "HTTP_PROXY")
    assert found.place == place
    assert "pass" not in found.words


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (":::", "the proxy ::: (from HTTP_PROXY): that is no host and port"),
        ("http://", "that is no host and port"),
        ("http://:3128", "that is no host and port"),
        ("http://proxy:99999", "that is no host and port"),
        ("http://proxy:0", "that is no host and port"),
        ("proxy:port", "that is no host and port"),
        ("http://pro xy:1", "that is no host and port"),
        ("http://proxy%2e:1", "that is no host and port"),
        ("http://[::1", "that is no host and port"),
        ("http://proxy:1/?a=b", "that is no host and port"),
        ("ftp://proxy:1", "ftp:// is no proxy that is known"),
        ("socks://127.0.0.1:1080", "socks:// is no proxy that is known"),
        ("socks6://[::1", "socks6:// is no proxy that is known"),
        ("http://me:hunter22#@proxy:1", "the proxy http://***@proxy:1 (from HTTP_PROXY): that is"),
        ("me:hunter/22@", "the proxy ***@ (from HTTP_PROXY): that is no host and port"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_without_its_password(value: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        proxy_of(GPU, {"HTTP_PROXY": value})
    assert caught.value.message.startswith("cannot use the proxy ")
    assert told in caught.value.message
    assert "HOST:PORT" in str(caught.value.hint)
    assert "hunter" not in f"{caught.value.message} {caught.value.hint}"
    assert proxy_of(GPU, {"HTTP_PROXY": value, "NO_PROXY": "corp.example"}) is None
    assert proxy_of("http://127.0.0.1", {"HTTP_PROXY": value}) is None


def test_socks_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "socks", None)
    with pytest.raises(ConfigError) as caught:
        proxy_of(GPU, {"ALL_PROXY": "socks5h://me:hunter22@127.0.0.1:9"})
    assert caught.value.message == (
        "cannot use the proxy socks5h://***@127.0.0.1:9 (from ALL_PROXY): "
        "SOCKS needs the package PySocks"
    )
    assert "`pip install PySocks`" in str(caught.value.hint)
    assert "unset ALL_PROXY" in str(caught.value.hint)


def test_the_password_of_a_proxy_is_hidden_from_then_on() -> None:
    proxy_of(GPU, {"HTTP_PROXY": "http://me:hunter22@proxy:1"})
    assert "hunter22" not in redact("the proxy says: no hunter22 here")


@pytest.mark.parametrize("url", ["http://192.168.1.20", "http://gpu", "http://nas.local"])
def test_no_proxy_leads_to_a_private_address(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", ":::")
    assert Transport(url, connect_timeout=1).proxy is None


def test_a_name_that_cannot_be_looked_up_is_compared_as_it_is() -> None:
    name = "bü" * 70
    assert through(GPU, HTTP_PROXY="p:1", NO_PROXY=name) == "http://p:1"
