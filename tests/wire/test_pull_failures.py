"""What a pull fails with: each row of the table says whether to try again, and what to do."""

import pytest

from ollama_cli.errors import AuthError, PullError
from ollama_cli.wire.pull_failures import FAILURES, OTHERWISE, Again, error_of, failure_of

GET = 'pull model manifest: Get "https://registry.ollama.ai/v2/library/m/manifests/latest": '
NEVER, UNDER_WAY, ALWAYS = Again.NEVER, Again.UNDER_WAY, Again.ALWAYS
CASES = [
    ("pull model manifest: file does not exist", NEVER, 4, "knows no such model or tag"),
    ("file does not exist", NEVER, 4, "knows no such model"),
    ("model 'nope' not found", NEVER, 4, "knows no such model"),
    ('model "nope:1b" not found, try pulling it first', NEVER, 4, "knows no such model"),
    ("pull model manifest: 404: ", NEVER, 4, "knows no such model"),
    ("manifest unknown", NEVER, 4, "knows no such model"),
    ("manifest for library/x not found", NEVER, 4, "knows no such model"),
    ("write /models/blobs/sha256-ab: no space left on device", NEVER, 5, "server's disk is full"),
    ("pull model manifest: 412: The model you are pulling", NEVER, 5, "needs a newer Ollama"),
    ("this requires a newer version of Ollama", NEVER, 5, "needs a newer Ollama"),
    ("pull model manifest: unauthorized: access denied", NEVER, 6, "wants a sign-in"),
    ('realm host "a" does not match original host "b"', NEVER, 6, "wants a sign-in"),
    (GET + "dial tcp: lookup registry.ollama.ai: no such host", UNDER_WAY, 5, "its DNS, not yours"),
    (
        GET + "dial tcp: lookup registry.ollama.ai on 1.1.1.1:53: dial udp 1.1.1.1:53: "
        "connect: network is unreachable",
        UNDER_WAY,
        5,
        "its DNS, not yours",
    ),
    (GET + "http: server gave HTTP response to HTTPS client", NEVER, 5, "pull failed"),
    ("this model requires MLX support, but the MLX runtime is not available", NEVER, 5, "failed"),
    ("http: no Location header in response", NEVER, 5, "pull failed"),
    ("x509: certificate signed by unknown authority", NEVER, 5, "pull failed"),
    ("digest mismatch, file must be downloaded again: want a, got b", ALWAYS, 5, "pull failed"),
    ("max retries exceeded: EOF", ALWAYS, 5, "pull failed"),
    ("unexpected EOF", ALWAYS, 5, "pull failed"),
    ("read tcp 10.0.0.1:1->2.2.2.2:443: read: connection reset by peer", ALWAYS, 5, "failed"),
    ("remote error: tls: bad record MAC", ALWAYS, 5, "pull failed"),
    ("net/http: TLS handshake timeout", ALWAYS, 5, "pull failed"),
    (GET + "dial tcp 2.2.2.2:443: connect: connection refused", ALWAYS, 5, "pull failed"),
    ("500: ", ALWAYS, 5, "pull failed"),
    ("context deadline exceeded", ALWAYS, 5, "pull failed"),
]


@pytest.mark.parametrize(("text", "again", "code", "told"), CASES, ids=lambda x: str(x)[:40])
def test_each_row_decides(text: str, again: Again, code: int, told: str) -> None:
    error = error_of(text)
    assert failure_of(text).again is again
    assert error.exit_code == code
    assert told in error.message
    assert text.strip() in error.message


def test_each_row_has_a_case() -> None:
    assert {failure_of(text) for text, *_ in CASES} == set(FAILURES)


@pytest.mark.parametrize("text", ["", "unknown error", "open /var/lib/x: file does not exist", "ö"])
def test_a_text_in_no_row_is_worth_another_try(text: str) -> None:
    assert failure_of(text) is OTHERWISE
    assert OTHERWISE.again is ALWAYS
    assert error_of(text).exit_code == 5


def test_the_kinds_of_errors() -> None:
    assert isinstance(error_of("pull model manifest: unauthorized"), AuthError)
    unknown = error_of("file does not exist")
    assert isinstance(unknown, PullError)
    assert unknown.is_unknown
    assert (unknown.code, error_of("?").code) == ("model_not_found", "pull_failed")


def test_a_registry_without_tls_is_told_with_a_command_that_takes_it() -> None:
    hint = error_of(GET + "http: server gave HTTP response to HTTPS client").hint
    assert "`ollama-cli models pull --insecure`" in str(hint)  # other commands that pull have none
