"""No password of an address is shown, however the address is written."""

import pytest

from ollama_cli.errors import ConfigError
from ollama_cli.types.secrets import redact
from ollama_cli.types.urls import base_url_to_host_root, parse_host, split_userinfo


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://user:pw@h:80/x", "http://***@h:80/x"),
        ("https://token@h", "https://***@h"),
        ("user:pw@h:80", "***@h:80"),
        (" user:pw@h", "***@h"),
        ("'user:pw@h'", "***@h'"),
        ("http://user:p/w@h", "http://***@h"),
        ("user:p/w@h", "***@h"),
        ("cannot reach http://u:pw@h: refused", "cannot reach http://***@h: refused"),
        ("http://a:pw@x and http://b:pw@y/z", "http://***@x and http://***@y/z"),
        ("http://h:8080/a@b", "http://h:8080/a@b"),
        ("http://h/?mail=a@b", "http://h/?mail=a@b"),
        ("write to me@h", "write to me@h"),
        ("http://h/x", "http://h/x"),
    ],
)
def test_a_password_in_a_url_is_never_shown(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    "url",
    [
        "http://user:secret@",
        " user:secret@",
        "secret@",
        "http://user:secret@h?x",
        "http://user:sec ret@h?x",
        "http://user:secret@h#x",
        "http://user:secret@h:port",
        "http://user:secret@a b",
        "http://user:secret/secret@h",
        "http://user:secret?secret@h",
        "ftp://user:secret@h",
        "http://user:secret@h]",
        "secret@h?x",
    ],
)
def test_no_complaint_about_an_address_shows_its_password(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        base_url_to_host_root(url)
    assert "sec" not in caught.value.message
    assert "sec" not in str(caught.value.hint)


def test_userinfo_is_parted_from_its_url() -> None:
    assert split_userinfo("http://u:p%40@h:1/x") == ("http://h:1/x", "u:p%40")
    assert split_userinfo("http://h:1/x") == ("http://h:1/x", "")


@pytest.mark.parametrize(
    "value",
    [
        "http://user:s3cret @127.0.0.1:1",
        "http:/user:s3cret@h",
        "/user:s3cret@h",
        "h/user:s3cret@x",
        "http://user:s3\tcret@h",
    ],
)
def test_an_address_with_its_password_in_the_wrong_place_is_refused_and_not_shown(
    value: str,
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_host(value)
    assert "s3cret" not in caught.value.message
    assert "cret@" not in caught.value.message


def test_what_authorises_is_hidden() -> None:
    assert redact("Authorization: Basic dXNlcjpwdw==, or Bearer abc.def") == (
        "Authorization: Basic ***, or Bearer ***"
    )
