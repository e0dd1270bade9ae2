"""Addresses are read as Ollama reads them, and no URL ever grows a second `/api` or `/v1`."""

import itertools
import random
import socket
from collections.abc import Callable
from contextlib import suppress

import pytest
import requests
from rounds import rounds
from urllib3.util import parse_url

from ollama_cli.errors import ConfigError
from ollama_cli.transport.prepared import RequestFactory
from ollama_cli.transport.scopes import connectable
from ollama_cli.types.urls import (
    base_url_to_host_root,
    host_of,
    is_loopback,
    is_openai_compatible_base_url,
    is_private,
    openai_path,
    parse_host,
    split_userinfo,
)

ANY = "0.0.0.0"  # noqa: S104  an address to read, not to bind


@pytest.mark.parametrize(
    ("value", "root"),
    [
        ("", "http://127.0.0.1:11434"),
        ("   ", "http://127.0.0.1:11434"),
        ("1.2.3.4", "http://1.2.3.4:11434"),
        ("1.2.3.4:1234", "http://1.2.3.4:1234"),
        ("example.com", "http://example.com:11434"),
        ("example.com:1234", "http://example.com:1234"),
        (":1234", "http://127.0.0.1:1234"),
        (":0", "http://127.0.0.1:0"),
        ("http://:1234", "http://127.0.0.1:1234"),
        (":66000", "http://127.0.0.1:11434"),
        (":65536", "http://127.0.0.1:11434"),
        (":65535", "http://127.0.0.1:65535"),
        (":-1", "http://127.0.0.1:11434"),
        (":+80", "http://127.0.0.1:11434"),
        ("h:0080", "http://h:80"),
        ("h:" + "9" * 5000, "http://h:11434"),
        ("h:\N{ARABIC-INDIC DIGIT ONE}", "http://h:11434"),
        ("host:abc", "http://host:11434"),
        ("localhost:", "http://localhost:11434"),
        ("[::1]", "http://[::1]:11434"),
        ("::1", "http://[::1]:11434"),
        ("[::1]:1337", "http://[::1]:1337"),
        ("::1:1337", "http://[::1:1337]:11434"),
        ("[fe80::1%eth0]:80", "http://[fe80::1%eth0]:80"),
        (ANY, "http://127.0.0.1:11434"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        ("http://0.0.0.0:8080/v1", "http://127.0.0.1:8080"),
        ("::", "http://[::1]:11434"),
        ("[::]", "http://[::1]:11434"),
        ("[::]:1234", "http://[::1]:1234"),
        ("[0:0:0:0:0:0:0:0]:1", "http://[::1]:1"),
        ("http://1.2.3.4", "http://1.2.3.4:80"),
        ("http://1.2.3.4:4321", "http://1.2.3.4:4321"),
        ("https://1.2.3.4", "https://1.2.3.4:443"),
        ("https://1.2.3.4:4321", "https://1.2.3.4:4321"),
        ("HTTPS://1.2.3.4", "https://1.2.3.4:443"),
        ("https://h:abc", "https://h:443"),
        ("https://example.com/ollama", "https://example.com:443/ollama"),
        ("example.com/ollama", "http://example.com:11434/ollama"),
        ("http://h:8080/", "http://h:8080"),
        ("'1.2.3.4'", "http://1.2.3.4:11434"),
        ('"1.2.3.4"', "http://1.2.3.4:11434"),
        (" 1.2.3.4 ", "http://1.2.3.4:11434"),
        (' " 1.2.3.4 " ', "http://1.2.3.4:11434"),
        ("\"'1.2.3.4'\"", "http://1.2.3.4:11434"),
        ("ollama.com", "https://ollama.com:443"),
        ("ollama.com:443", "http://ollama.com:443"),
        ("http://ollama.com", "http://ollama.com:80"),
        ("http://user:pw@h:80", "http://user:pw@h:80"),
        ("user:pw@h", "http://user:pw@h:11434"),
        ("http://us%2Fer:p%40w@h/x/v1", "http://us%2Fer:p%40w@h:80/x"),
        ("http://u:p@w@h", "http://u:p@w@h:80"),
        ("localhost:11434/v1", "http://localhost:11434"),
        ("http://localhost:11434/v1/", "http://localhost:11434"),
        ("http://h/ollama/v1/v1//", "http://h:80/ollama"),
        ("http://h:1/api/chat", "http://h:1"),
        ("http://h:1/ollama/v1/chat/completions", "http://h:1/ollama"),
    ],
)
def test_an_ollama_host_is_read_as_ollama_reads_it(value: str, root: str) -> None:
    assert parse_host(value) == root


@pytest.mark.parametrize(
    ("url", "compatible", "root"),
    [
        ("http://localhost:11434/v1/", True, "http://localhost:11434"),
        ("http://localhost:11434/v1", True, "http://localhost:11434"),
        ("http://localhost:11434", False, "http://localhost:11434"),
        ("http://localhost:11434/", False, "http://localhost:11434"),
        ("http://h/v1/////", True, "http://h"),
        ("http://h//v1", True, "http://h"),
        ("http://h/v1/v1/v1/", True, "http://h"),
        ("http://h/v1//v1", True, "http://h"),
        ("http://h/ollama/v1", True, "http://h/ollama"),
        ("http://h/ollama/", False, "http://h/ollama"),
        ("http://h/a/b/v1/", True, "http://h/a/b"),
        ("http://h/v1/x", False, "http://h/v1/x"),
        ("http://v1", False, "http://v1"),
        ("http://v1/v1", True, "http://v1"),
        ("v1", False, "http://v1"),
        ("http://h/v1beta", False, "http://h/v1beta"),
        ("http://h/v10", False, "http://h/v10"),
        ("http://h/V1", False, "http://h/V1"),
        ("http://h/xv1", False, "http://h/xv1"),
        ("http://h/v1.", False, "http://h/v1."),
        ("  http://h/v1  ", True, "http://h"),
        ("'http://h/v1'", True, "http://h"),
        ('" http://h/v1/ "', True, "http://h"),
        ("localhost:11434", False, "http://localhost:11434"),
        ("localhost:11434/v1", True, "http://localhost:11434"),
        ("HTTP://Host/v1", True, "http://host"),
        ("https://h:8443/v1", True, "https://h:8443"),
        ("http://[::1]:11434/v1", True, "http://[::1]:11434"),
        ("http://u:p@h/v1", True, "http://u:p@h"),
        ("http://h/v1/chat/completions", True, "http://h"),
        ("http://h/v1/completions/", True, "http://h"),
        ("http://h/v1/embeddings", True, "http://h"),
        ("http://h/v1/models", True, "http://h"),
        ("http://h/v1/models/llama3:8b", True, "http://h"),
        ("http://h/v1/models/user/name:tag", True, "http://h"),
        ("http://h/v1/responses", True, "http://h"),
        ("http://h/v1/messages", True, "http://h"),
        ("http://h/v1/audio/transcriptions", True, "http://h"),
        ("http://h/p/v1/chat/completions", True, "http://h/p"),
        ("http://h/api", False, "http://h"),
        ("http://h/api/", False, "http://h"),
        ("http://h/api/api", False, "http://h"),
        ("http://h/api/tags", False, "http://h"),
        ("http://h/api/chat", False, "http://h"),
        ("http://h/api/blobs/sha256:00", False, "http://h"),
        ("http://h/api/experimental/web_search", False, "http://h"),
        ("http://h/p/api/generate/", False, "http://h/p"),
        ("http://h/v1/api", False, "http://h"),
        ("http://h/v1/api/tags", False, "http://h"),
        ("http://h/v1/api/strange", False, "http://h"),
        ("http://h/api/v1", True, "http://h/api"),
        ("http://h/v4", False, "http://h/v4"),
        ("http://h/v4/chat/completions", False, "http://h/v4"),
        ("http://h/apiary", False, "http://h/apiary"),
        ("http://h/api/strange", False, "http://h/api/strange"),
        ("http://h/a/../v1", True, "http://h"),
    ],
)
def test_only_the_path_decides_and_the_root_keeps_its_prefix(
    url: str, compatible: bool, root: str
) -> None:
    assert is_openai_compatible_base_url(url) is compatible
    assert base_url_to_host_root(url) == root


@pytest.mark.parametrize(
    "url",
    ["", "   ", "''", "http://", "http:///v1", "https://:80", ":1234", "/v1", "http://u:p@/v1"],
)
def test_an_address_without_a_host_is_a_config_error(url: str) -> None:
    for function in (is_openai_compatible_base_url, base_url_to_host_root):
        with pytest.raises(ConfigError, match="no host"):
            function(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://h/v1?x=1",
        "http://h/v1#top",
        "http://h?",
        "http://h#",
        "ftp://h/v1",
        "file:///etc/passwd",
        "unix:///run/socket",
        "http://h/a b",
        "http://h\\v1",
        "http://a b/v1",
        "http://h/\x00",
        "http://h/v1\nHost: x",
        "http://h]",
        "http://[localhost:1",
        "a:b:c",
        "http://user:p/w@h",
    ],
)
def test_what_no_address_can_hold_is_a_config_error(url: str) -> None:
    for function in (is_openai_compatible_base_url, base_url_to_host_root, parse_host):
        with pytest.raises(ConfigError):
            function(url)


@pytest.mark.parametrize("port", ["abc", "66000", "-1", "1 1", "9" * 5000])
def test_a_url_with_a_port_that_is_none_is_a_config_error(port: str) -> None:
    with pytest.raises(ConfigError):
        base_url_to_host_root(f"http://h:{port}/v1")


PLACES = ["http://h", "https://h:1", "localhost:11434", "http://u:p@h", "[::1]", ANY, "v1"]
STEPS = ["", "/", "//", "/v1", "/api", "/api/tags", "/v1/models", "/p", "/v1/x", "/api/x", "/V1"]
GRID = [
    place + "".join(steps)
    for place in PLACES
    for steps in itertools.chain(
        itertools.product(STEPS, repeat=1),
        itertools.product(STEPS, repeat=2),
        itertools.product(STEPS, repeat=3),
    )
]


@pytest.mark.parametrize("function", [base_url_to_host_root, parse_host])
def test_a_root_is_its_own_root_and_no_request_doubles_a_step(
    function: Callable[[str], str],
) -> None:
    assert len(GRID) > 9000
    for url in GRID:
        root = function(url)
        assert not is_openai_compatible_base_url(root), url
        path = (root + "/api/tags").partition("://")[2]
        doubles = ["//", "/v1/api"]
        if root.endswith("/api"):
            assert openai_path(url) == "/v1", url
        else:
            assert function(root) == root, url
            doubles.append("/api/api")
        assert not any(double in path for double in doubles), url
        assert (root + openai_path(url)).endswith("/v1"), url


def test_reading_a_root_again_as_a_host_changes_nothing_but_the_port() -> None:
    for url in GRID:
        host = parse_host(url)
        if not host.endswith("/api"):
            assert parse_host(base_url_to_host_root(host)) == host


def test_two_slashes_without_a_scheme_begin_a_host() -> None:
    assert parse_host("//user:pw@h:1") == "http://user:pw@h:1"
    assert base_url_to_host_root("//h/v1") == "http://h"


@pytest.mark.parametrize(
    "value",
    [
        "http://evil%2etest",
        "evil%2Etest:11434",
        "http://10.0.0.1%2e:1/v1",
        "https://user:password@%6cocalhost",
        "http://evil%2elan./",
        "%",
    ],
)
@pytest.mark.parametrize("read", [parse_host, base_url_to_host_root, host_of])
def test_no_host_is_judged_that_would_be_asked_under_another_name(
    read: Callable[[str], str], value: str
) -> None:
    """Requests decodes a percent sign in a host: what looked private before is public then."""
    with pytest.raises(ConfigError, match="a host is written without percent signs") as failure:
        read(value)
    assert "password" not in failure.value.message


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("Evil.TEST", "evil.test"),
        ("evil.test.", "evil.test"),
        ("127.0.0.1.", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0X7F000001", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("010.0.0.1", "8.0.0.1"),
        ("8.8.2056", "8.8.8.8"),
        ("134744072", "8.8.8.8"),
        ("0", "127.0.0.1"),
        ("0x0.0", "127.0.0.1"),
        ("\N{FULLWIDTH DIGIT ONE}27.1", "127.0.0.1"),
        ("\N{CIRCLED DIGIT EIGHT}.8.8.8", "8.8.8.8"),
        ("evil\N{IDEOGRAPHIC FULL STOP}test", "evil.test"),
        ("evil\N{FULLWIDTH FULL STOP}lan", "evil.lan"),
        ("\N{KELVIN SIGN}ind.example", "kind.example"),
        ("stra\N{LATIN SMALL LETTER SHARP S}e.example", "xn--strae-oqa.example"),
        ("my_server", "my_server"),
        ("[::FFFF:8.8.8.8]", "8.8.8.8"),
        ("[::ffff:0:0]", "127.0.0.1"),
        ("[0:0::0:1]", "::1"),
        ("[2001:DB8::1]", "2001:db8::1"),
        ("[fe80::1%25eth0]", "fe80::1%eth0"),
        ("[fe80::1%2531]", "fe80::1%31"),
    ],
)
def test_a_host_is_spelled_as_it_is_asked(host: str, asked: str) -> None:
    for url in (parse_host(host), parse_host(f"https://{host}:1/x"), f"http://{host}"):
        assert host_of(url) == asked
    assert host_of(base_url_to_host_root(f"http://u:p@{host}/v1")) == asked


@pytest.mark.parametrize(
    "host",
    [
        ".",
        "evil..test",
        ".lan",
        "evil.test..",
        "256.1.1.1",
        "1.2.3.4.5",
        "evil.0x7f",
        "08.8.8.8",
        "0x",
        "4294967296",
        "9" * 50,
        "a" * 64,
        "a." * 127 + "b",
        "evil;.lan",
        "*.lan",
        "evil~lan",
        "a\N{FULLWIDTH PERCENT SIGN}2eb",
        "a\N{FULLWIDTH SOLIDUS}b.lan",
        "a\N{FULLWIDTH COMMERCIAL AT}b",
        "\N{COMBINING GRAVE ACCENT}.lan",
        "evil\udce9.lan",
        "a\N{NO-BREAK SPACE}b",
        "a\N{ZERO WIDTH SPACE}b",
        "[::1%]",
        "[::1%a b]",
        "[fe80::1%2525x]",
        "[fe80::1%2525]",
        "[fe80::1%@evil.test]",
        "[::1]x]",
        "[v1.fe80::a]",
        "1:2:3",
    ],
)
def test_a_host_that_others_could_read_otherwise_is_refused(host: str) -> None:
    for read in (parse_host, host_of):
        with pytest.raises(ConfigError):
            read(host)
    assert not is_private(host)
    assert not is_loopback(host)


ATOMS = [
    *("a", "evil", "localhost", "LAN", "local", "internal", "home", "arpa", "test", "xn--a", "_"),
    *("0", "1", "10", "127", "8", "256", "2130706433", "0x7f", "0X", "010", "08", "192.168"),
    *(".", ".", ".", ".", "[fe80::1%41]", "..", "%2e", "%2E", "%", "%25", "-", "*", ";", "~", "$"),
    *("\u3002", "\uff0e", "\uff61", "\uff11", "\u2488", "\u212a", "\u00df", "\u2100", "\uff05"),
    *("\uff0f", "\uff20", "\u200d", "\u00ad", "\u0130", "\udc80", "\u0301", "\u65e5", "\u202e"),
    *(":", "::", "[", "]", "[::", "[::ffff:", "[64:ff9b::", "[2002:", "[fe80::1%eth0]", "7f00:1"),
    *("@", "u:p@", "a@", "\\", "/", "?", "#", " ", "\t", "'", '"', ":80", ":0", ":99999", "//"),
]


@pytest.mark.parametrize("seed", rounds(1, 3))
def test_the_host_that_is_judged_is_the_host_that_is_asked(seed: int) -> None:
    """Compare with what requests and urllib3 connect to, and with the numbers of a resolver."""
    chance = random.Random(seed)
    factory = RequestFactory(requests.Session(), "")
    accepted = 0
    for _ in rounds(5_000, 10_000):
        scheme = chance.choice(["", "http://", "https://", "//", "HTTP://"])
        value = scheme + "".join(chance.choices(ATOMS, k=chance.randint(1, 5)))
        for read in (parse_host, base_url_to_host_root):
            try:
                root = read(value)
            except ConfigError:
                continue
            accepted += 1
            judged = host_of(root)
            request = factory.request("GET", f"{split_userinfo(root)[0]}/api/tags", None)
            asked = connectable((parse_url(str(request.url)).host or "").strip("[]"))
            assert asked == judged, ascii(value)
            assert read(root) == root, ascii(value)
            assert is_private(asked) is is_private(judged), ascii(value)
            with suppress(OSError):  # a name
                assert socket.inet_ntoa(socket.inet_aton(asked)) == judged, ascii(value)
    assert accepted > 500


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("http://[fe80::1%25eth0]:1", "http://[fe80::1%eth0]:1"),
        ("http://u:p%40x@h:1", "http://u:p%40x@h:1"),
        ("http://h:1/a%20b", "http://h:1/a%20b"),
    ],
)
def test_percent_signs_elsewhere_stay(value: str, address: str) -> None:
    assert parse_host(value) == address
