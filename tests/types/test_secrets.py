"""What is kept secret is hidden in whatever quoting it comes back; all else stays as it is."""

import base64
import itertools
import random
from urllib.parse import quote

import pytest
from quotings import KEYS, QUOTINGS, left_of

from ollama_cli.types.secrets import (
    forget_secrets,
    hide,
    hide_in,
    holds_secret,
    keep_secret,
    keep_userinfo,
    redact,
    start_of,
)

AROUND = ("{}", 'not with "{}": no', "\xe9 {} 100%\\&", "{0}, {0}, X{0}X")


@pytest.mark.parametrize("name", QUOTINGS)
def test_a_key_is_hidden_in_any_quoting(name: str) -> None:
    for key, around in itertools.product(KEYS, AROUND):
        forget_secrets()
        keep_secret(key)
        quoted = QUOTINGS[name](key)
        text = around.format(quoted)
        shown = hide(text)
        assert quoted not in shown
        assert left_of(key, shown) == ""
        assert "***" in shown
        assert holds_secret(text)
        assert shown.startswith(around.partition("{")[0])
        assert shown.endswith(around.rpartition("}")[2])


@pytest.mark.parametrize("name", QUOTINGS)
def test_what_is_no_key_stays_as_it_is(name: str) -> None:
    keep_secret(KEYS[0])
    text = QUOTINGS[name]('a text of a server: 100 % <b>of "it"</b> & more, C:\\new\\x41')
    assert hide(text) == text
    assert not holds_secret(text)


@pytest.mark.parametrize("seed", range(8))
def test_a_key_quoted_at_random_is_hidden(seed: int) -> None:
    chance = random.Random(seed)
    alphabet = [chr(code) for code in range(33, 127)] + ["\xe9", "\u2028", "\U0001f511"]
    left_out = ("base64", "capitals", "repr of repr")
    names = [name for name in QUOTINGS if not name.startswith(left_out)]
    for _ in range(50):
        key = "".join(chance.choices(alphabet, k=chance.randrange(12, 60))) + "."
        keep_secret(key)
        text = key
        for name in chance.choices(names, k=chance.randrange(1, 4)):
            text = QUOTINGS[name](text)
        assert hide(f"<{text}>") == "<***>", (key, text)


def test_the_login_of_an_address_is_hidden_and_its_base64() -> None:
    keep_userinfo("me:hunter22-and-more")
    token = base64.b64encode(b"me:hunter22-and-more").decode()
    for told in (
        "hunter22-and-more",
        "me:hunter22-and-more",
        token,
        token.rstrip("="),
        base64.b64encode(f'{{"Authorization": "Basic {token}"}}'.encode()).decode(),
        base64.b64encode(b"x me:hunter22-and-more").decode(),
        base64.b64encode(b"xy me:hunter22-and-more").decode(),
    ):
        shown = hide(f"told {told} here")
        assert "hunter22" not in shown
        assert "***" in shown
        assert token[4:12] not in shown


@pytest.mark.parametrize("key", ["hun22", "p@ss1", "Ab1.x"])
def test_a_short_password_is_hidden_where_it_is_no_part_of_a_word(key: str) -> None:
    keep_userinfo(f"me:{quote(key)}")
    token = base64.b64encode(f"me:{key}".encode()).decode()
    for told in (key, f"me:{key}", quote(key, safe=""), token, token.rstrip("="), f'"{key}"'):
        assert hide(f"not {told}!").count("***") == 1, told
        assert key not in hide(f"not {told}!")
    assert hide(f"x{key}7") == f"x{key}7"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("run ollama", "run ollama"),
        ("the key ollama is wrong", "the key *** is wrong"),
        ('{"password": "ollama"}', '{"password": "***"}'),
        ("token=ollama&x", "token=***&x"),
        ("Bearer ollama", "Bearer ***"),
        ("api_key is 'ollama'", "api_key is '***'"),
        ("keyollama, ollamas", "keyollama, ollamas"),
    ],
)
def test_a_password_that_is_a_word_is_hidden_where_it_is_called_one(text: str, shown: str) -> None:
    keep_secret("ollama")
    assert redact(text) == shown


def test_what_pages_print_for_servers_without_keys_is_no_secret() -> None:
    keep_secret("lm-studio")
    assert hide("this is lm-studio") == "this is lm-studio"


def test_a_value_is_searched_whole_and_its_numbers_stay() -> None:
    keep_secret("12345678")
    value = {"12345678": ["a 12345678", {"n": 12345678, "f": 0.12345678}, None, True], "b": ("c",)}
    assert hide_in(value) == {
        "***": ["a ***", {"n": 12345678, "f": 0.12345678}, None, True],
        "b": ["c"],
    }


@pytest.mark.parametrize("key", KEYS, ids=range(len(KEYS)))
@pytest.mark.parametrize("name", ["as it is", "HTML, long"])
def test_no_part_of_a_key_is_left_at_a_cut(key: str, name: str) -> None:
    keep_secret(key)
    quoted = QUOTINGS[name](key)
    for before in (0, 90, 95, 99, 100):
        shown = start_of("x" * before + quoted * 3, 100)
        assert len(shown) <= 100
        assert left_of(key, shown) == ""
        assert quoted[:9] not in shown
    # Each that is hidden makes the text shorter: what was beyond the cut must not slide into it.
    for shift in range(0, len(quoted), max(1, len(quoted) // 10)):
        many = start_of(
            "x" * shift + f"{quoted} " * (max(9000, 20 * len(key)) // len(quoted)), 3000
        )
        assert left_of(key, many) == ""
        assert quoted[: max(4, len(quoted) // 2)] not in many


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "https://r2.example/b?X-Amz-Credential=AK%2Fus&X-Amz-Date=20&X-Amz-Signature=abc&x=y",
            "https://r2.example/b?X-Amz-Credential=***&X-Amz-Date=20&X-Amz-Signature=***&x=y",
        ),
        (
            "https://h/f?Policy=abc&Signature=d~e__&Key-Pair-Id=K1",
            "https://h/f?Policy=***&Signature=***&Key-Pair-Id=K1",
        ),
        ("https://h/f?sv=1&sig=a%2Bb%3D&se=2", "https://h/f?sv=1&sig=***&se=2"),
        ("https://h/f?token=abc", "https://h/f?token=***"),
        ("https://h/f?x=1&access_token=abc: 403", "https://h/f?x=1&access_token=*** 403"),
        (
            'Get "https://h/f?X-Goog-Signature=abc": EOF',
            'Get "https://h/f?X-Goog-Signature=***": EOF',
        ),
        (
            "https://h/?u=https%3A%2F%2Fi%2F%3FX-Amz-Signature%3Dabc%26x%3D1",
            "https://h/?u=https%3A%2F%2Fi%2F%3FX-Amz-Signature%3D***%26x%3D1",
        ),
        (
            "https://h/f?a=b\\u0026Signature=abc\\u0026c=d",
            "https://h/f?a=b\\u0026Signature=***\\u0026c=d",
        ),
        (
            "open https://ollama.com/connect?name=x&key=c3No",
            "open https://ollama.com/connect?name=x&key=c3No",
        ),
        ("the stop token=abc stays", "the stop token=abc stays"),
    ],
)
def test_the_signature_of_a_url_is_hidden(url: str, shown: str) -> None:
    assert redact(url) == shown


def test_a_secret_that_is_no_utf_8_is_hidden_like_any_other() -> None:
    keep_secret("sk-\udce9abcdefgh")
    keep_userinfo("me:\udce9hunter22-0")
    for told in ("no sk-\udce9abcdefgh", "no \udce9hunter22-0", "not me:\udce9hunter22-0"):
        assert redact(told).endswith(" ***")
