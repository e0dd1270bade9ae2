"""The host of an address is told apart: this machine, a private place or the public net."""

import pytest

from ollama_cli.types.urls import host_of, is_loopback, is_private


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://Example.COM:80/x", "example.com"),
        ("http://[::1]:80", "::1"),
        ("http://u:p@h", "h"),
        ("localhost:11434", "localhost"),
    ],
)
def test_the_host_of_a_url_is_bare_and_in_lower_case(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("host", "loopback", "private"),
    [
        ("localhost", True, True),
        ("LOCALHOST.", True, True),
        ("a.localhost", True, True),
        ("127.0.0.1", True, True),
        ("127.9.8.7", True, True),
        ("::1", True, True),
        ("::ffff:127.0.0.1", True, True),
        ("::ffff:10.0.0.1", False, True),
        ("::ffff:8.8.8.8", False, False),
        ("10.0.0.1", False, True),
        ("172.16.0.1", False, True),
        ("172.32.0.1", False, False),
        ("192.168.1.1", False, True),
        ("192.169.1.1", False, False),
        ("169.254.1.1", False, True),
        ("100.64.0.1", False, True),
        ("100.127.255.254", False, True),
        ("100.128.0.1", False, False),
        ("100.63.255.255", False, False),
        ("fe80::1", False, True),
        ("fe80::1%eth0", False, True),
        ("fd00::1", False, True),
        ("2001:db8::1", False, False),
        ("8.8.8.8", False, False),
        ("134744072", False, False),
        ("2130706433", True, True),
        ("127.1", True, True),
        ("0x7f.1", True, True),
        ("10.1", False, True),
        ("0300.0250.1", False, True),
        ("::10.0.0.1", False, True),
        ("::8.8.8.8", False, False),
        ("::7f00:1", True, True),
        ("64:ff9b::10.0.0.1", False, True),
        ("64:ff9b::808:808", False, False),
        ("64:ff9b:1::a00:1", False, False),
        ("2002:a00:1::", False, True),
        ("2002:0808:0808::1", False, False),
        ("2001:0:808:808::f5ff:fffe", False, False),
        ("\N{FULLWIDTH DIGIT ONE}0.0.0.1", False, True),
        ("box\N{IDEOGRAPHIC FULL STOP}example", False, False),
        ("256.1.1.1", False, False),
        ("", False, False),
        ("0x8080808", False, False),
        ("010.8.8.8", False, False),
        ("127.0.0.1%x.example.com", False, False),
        ("box", False, True),
        ("box.", False, True),
        ("box.local", False, True),
        ("BOX.Lan", False, True),
        ("box.internal", False, True),
        ("box.home.arpa", False, True),
        ("example.com", False, False),
        ("local.example.com", False, False),
        ("notlocalhost", False, True),
        ("localhost.example.com", False, False),
        # IDNA reads the ideographic full stop as a dot and full-width digits as digits.
        ("example\N{IDEOGRAPHIC FULL STOP}com", False, False),
        ("\N{FULLWIDTH DIGIT EIGHT}", False, False),
        ("m\N{LATIN SMALL LETTER U WITH DIAERESIS}nchen.local", False, True),
    ],
)
def test_private_places_are_told_by_address_and_by_name(
    host: str, loopback: bool, private: bool
) -> None:
    assert is_loopback(host) is loopback
    assert is_private(host) is private
