"""A request as a command: what a shell makes of it is what would have been sent."""

import shlex
import shutil
import subprocess

import pytest
from hostile import Server, document

from ollama_cli.types.written import SecretHeader, Trust, WrittenRequest
from ollama_cli.ui import curl

URL = "http://127.0.0.1:11434/api/chat"
JSON = {"Content-Type": "application/json"}
BODIES = [
    b'{"a": "it\'s $HOME `id` \\"quoted\\" \\\\ and \\n"}',
    '{"a": "größer 😀 \u2028 \x7f"}'.encode(),
    b'{"a": "EOF"}',
    b'{"a": "' + b"x" * 100_000 + b"' $HOME \\\\ `id`\"}",
]


def words(request: WrittenRequest, *secrets: SecretHeader, trust: Trust | None = None) -> list[str]:
    return shlex.split(curl.command(request, secrets, trust))


def test_a_command() -> None:
    assert curl.command(WrittenRequest(URL, JSON, b'{"a": 1}')) == (
        "curl -sSN --noproxy '*' http://127.0.0.1:11434/api/chat"
        " -H 'Content-Type: application/json' --data-raw '{\"a\": 1}'"
    )


def test_a_body_is_an_argument_up_to_100_kb_and_then_a_here_document() -> None:
    small, large = (WrittenRequest(URL, JSON, b"x" * size) for size in (100_000, 100_001))
    assert curl.command(small).endswith("--data-raw " + "x" * 100_000)
    assert curl.command(large).endswith(f"--data-binary @- <<'EOF'\n{'x' * 100_001}\nEOF")


def test_secrets_stand_by_the_names_of_their_variables() -> None:
    secrets = [SecretHeader("X-Team", "X_TEAM"), SecretHeader("", "LOGIN")]
    bearer = SecretHeader("Authorization", "MY_KEY", "Bearer ")
    shown = curl.command(WrittenRequest(URL, {}, b"{}"), [*secrets, bearer])
    for part in ('-H "X-Team: $X_TEAM"', '--user "$LOGIN"', '-H "Authorization: Bearer $MY_KEY"'):
        assert part in shown


@pytest.mark.parametrize(
    ("proxy", "told"),
    [
        ("", ["--noproxy", "*"]),
        ("$HTTPS_PROXY", ["--proxy", "$HTTPS_PROXY"]),
        ("http://proxy:3128", ["--proxy", "http://proxy:3128"]),
    ],
)
def test_the_way_is_ours_and_not_the_one_that_curl_would_take(proxy: str, told: list[str]) -> None:
    assert words(WrittenRequest(URL, {}, b"{}", proxy))[2:4] == told


def test_whom_to_trust_is_told_where_it_is_encrypted() -> None:
    trust = Trust("/my ca.pem", ("/c.pem", "/k.pem"), insecure=True)
    told = words(WrittenRequest("https://h/x", {}, b"{}"), trust=trust)
    assert told[4:-3] == [
        *("--cacert", "/my ca.pem", "--cert", "/c.pem", "--key", "/k.pem", "--insecure")
    ]
    assert "--cacert" not in words(WrittenRequest(URL, {}, b"{}"), trust=trust)


def test_on_a_terminal_no_character_of_the_body_controls_it() -> None:
    request = WrittenRequest(URL, {}, '{"a": "\x9b31m\u202e é"}'.encode())
    assert '"\\u009b31m\\u202e é"' in curl.command(request, for_terminal=True)


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")
def test_a_shell_sends_the_same_bytes() -> None:
    with Server(*[document({"ok": True})] * len(BODIES)) as server:
        commands = [
            curl.command(
                WrittenRequest(f"{server.url}/api/chat", JSON, body),
                [SecretHeader("Authorization", "MY_KEY", "Bearer ")],
            )
            for body in BODIES
        ]
        done = subprocess.run(
            ["sh"],
            input="\n".join(commands).encode(),
            env={"PATH": "/usr/bin:/bin", "MY_KEY": "s3cret", "http_proxy": "http://127.0.0.1:9"},
            capture_output=True,
            timeout=30,
            check=True,
        )
        got = server.requests
    assert done.stdout == b'{"ok": true}' * len(BODIES)
    assert [each.body for each in got] == [*BODIES[:-1], BODIES[-1] + b"\n"]
    assert {each.headers["Content-Type"] for each in got} == {"application/json"}
    assert {each.headers["Authorization"] for each in got} == {"Bearer s3cret"}
