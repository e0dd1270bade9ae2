"""What a pull fails with: each row of the table says whether to try again, and what to do."""

import pytest

from ollama_cli.errors import AuthError, PullError
from ollama_cli.wire.pull_failures import FAILURES, OTHERWISE, Again, error_of, failure_of

PULL = "pull model manifest: "
GET = f'{PULL}Get "https://registry.ollama.ai/v2/library/m/manifests/latest": '
NEVER, UNDER_WAY, ALWAYS = Again.NEVER, Again.UNDER_WAY, Again.ALWAYS
CASES = [
    (PULL + "file does not exist", NEVER, 4, "knows no such model or tag"),
    ("file does not exist", NEVER, 4, "knows no such model"),
    ("model 'nope' not found", NEVER, 4, "knows no such model"),
    ("model 'forbidden:403' not found", NEVER, 4, "knows no such model"),
    ('model "nope:1b" not found, try pulling it first', NEVER, 4, "knows no such model"),
    (PULL + "404: ", NEVER, 4, "knows no such model"),
    ("max retries exceeded: status 404", NEVER, 4, "knows no such model"),
    ("manifest unknown", NEVER, 4, "knows no such model"),
    ("manifest for library/x not found", NEVER, 4, "knows no such model"),
    (
        PULL + '400: {"error":"The specified tag is not a valid quantization scheme."}',
        NEVER,
        4,
        "has no such tag",
    ),
    ("write /models/blobs/sha256-ab: no space left on device", NEVER, 5, "server's disk is full"),
    (PULL + "412: The model you are pulling", NEVER, 5, "needs a newer Ollama"),
    ("this requires a newer version of Ollama", NEVER, 5, "needs a newer Ollama"),
    (
        PULL + '400: {"error":"Repository is not GGUF or is not compatible with llama.cpp"}',
        NEVER,
        5,
        "a form that Ollama cannot run",
    ),
    (PULL + '400: {"error":"what else there may be"}', NEVER, 5, "the registry refuses"),
    (PULL + "451: not in your country", NEVER, 5, "the registry refuses"),
    (PULL + "unauthorized: access denied", NEVER, 6, "wants a sign-in"),
    (PULL + "401", NEVER, 6, "wants a sign-in"),
    (PULL + "403: <html>", NEVER, 6, "wants a sign-in"),
    ("unexpected status code 403", NEVER, 6, "wants a sign-in"),
    ("max retries exceeded: status 401", NEVER, 6, "wants a sign-in"),
    ('realm host "a" does not match original host "b"', NEVER, 6, "wants a sign-in"),
    (GET + "proxyconnect tcp: Proxy Authentication Required", NEVER, 6, "own proxy wants a passw"),
    (PULL + "407: ", NEVER, 6, "own proxy wants a password"),
    (PULL + "ssh: no key found", NEVER, 5, "cannot read its own key"),
    (
        PULL + "open /root/.ollama/id_ed25519: no such file or directory",
        NEVER,
        5,
        "cannot read its own key",
    ),
    (
        "open C:\\Users\\me\\.ollama\\models\\blobs\\x-partial: Access is denied.",
        UNDER_WAY,
        5,
        "may not write",
    ),
    ("mkdir /srv/401: 403: permission denied", NEVER, 5, "may not write"),
    ("open /m/blobs/sha256-5: read-only file system", NEVER, 5, "may not write"),
    (
        "open C:\\x: The process cannot access the file: it is being used by another process.",
        ALWAYS,
        5,
        "pull failed",
    ),
    (GET + "dial tcp: lookup registry.ollama.ai: no such host", UNDER_WAY, 5, "its DNS, not yours"),
    (
        GET + "dial tcp: lookup registry.ollama.ai on 1.1.1.1:53: dial udp 1.1.1.1:53: "
        "connect: network is unreachable",
        UNDER_WAY,
        5,
        "its DNS, not yours",
    ),
    (GET + "proxyconnect tcp: dial tcp: lookup proxy.corp: no such host", ALWAYS, 5, "pull failed"),
    (
        GET + "proxyconnect tcp: tls: first record does not look like a TLS handshake",
        NEVER,
        5,
        "pull failed",
    ),
    (GET + "http: server gave HTTP response to HTTPS client", NEVER, 5, "pull failed"),
    ("insecure protocol http", NEVER, 5, "pull failed"),
    ("this model requires MLX support, but the MLX runtime is not available", NEVER, 5, "failed"),
    ("http: no Location header in response", NEVER, 5, "pull failed"),
    (PULL + "invalid reference", NEVER, 5, "no name of a model"),
    ("invalid model name", NEVER, 5, "no name of a model"),
    (
        PULL + "invalid character '<' looking for beginning of value",
        UNDER_WAY,
        5,
        "what the server reached is no registry",
    ),
    ("x509: certificate signed by unknown authority", NEVER, 5, "does not trust a certificate"),
    ("digest mismatch, file must be downloaded again: want a, got b", ALWAYS, 5, "pull failed"),
    ("max retries exceeded: EOF", ALWAYS, 5, "pull failed"),
    ("unexpected EOF", ALWAYS, 5, "pull failed"),
    ("read tcp 10.0.0.1:1->2.2.2.2:443: read: connection reset by peer", ALWAYS, 5, "failed"),
    ("remote error: tls: bad record MAC", ALWAYS, 5, "pull failed"),
    ("net/http: TLS handshake timeout", ALWAYS, 5, "pull failed"),
    (GET + "dial tcp 2.2.2.2:443: connect: connection refused", ALWAYS, 5, "pull failed"),
    ("500: ", ALWAYS, 5, "pull failed"),
    (PULL + "503: unauthorized", ALWAYS, 5, "pull failed"),
    (PULL + "429: ", ALWAYS, 5, "pull failed"),
    ("context deadline exceeded", ALWAYS, 5, "pull failed"),
]
RESET = "read: connection reset by peer"
NO_STATUS = [
    f"max retries exceeded: read tcp [2001:db8:403::5]:51234->[2001:db8::1]:443: {RESET}",
    f"max retries exceeded: read tcp 192.168.4.7:401->34.36.133.15:403: {RESET}",
    f"max retries exceeded: read tcp [fe80::403%eth401]:404->[::412]:443: {RESET}",
    GET.replace("m/manifests/latest", "forbidden/manifests/401b") + "EOF",
    GET.replace("m/manifests/latest", "x/manifests/401: unauthorized") + "i/o timeout",
    f"max retries exceeded: write /srv/500/403: forbidden/sha256-404: {RESET}",
    "unexpected EOF after 404 of 403 bytes",
    "max retries exceeded: dial tcp: lookup forbidden.example: i/o timeout",
    f"pulling x:401b: {RESET}",
]


@pytest.mark.parametrize(("text", "again", "code", "told"), CASES, ids=lambda x: str(x)[:40])
def test_each_row_decides(text: str, again: Again, code: int, told: str) -> None:
    error = error_of(text)
    assert failure_of(text).again is again
    assert error.exit_code == code
    assert told in error.message
    assert text.strip() in error.message


@pytest.mark.parametrize("text", NO_STATUS)
def test_no_status_is_found_in_addresses_paths_names_and_sizes(text: str) -> None:
    assert error_of(text).exit_code == 5
    assert failure_of(text).again is not NEVER


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


def test_a_model_that_is_unknown_is_named() -> None:
    error = error_of(PULL + "file does not exist", "nosuch:tag")
    assert error.message.startswith("the registry knows no model 'nosuch:tag': ")


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("m", "run `ollama signin` where"),
        ("me/private", "run `ollama signin` where"),
        ("registry.ollama.ai/me/m:1b", "run `ollama signin` where"),
        ("hf.co/me/m:Q4_K_M", "to your account at Hugging Face: https://huggingface.co/settings/k"),
        ("huggingface.co/me/m", "add the key of the Ollama server, ~/.ollama/id_ed25519.pub"),
        ("hub.corp.example:5000/me/m", "let hub.corp.example:5000 know the key of the Ollama"),
    ],
)
def test_who_wants_a_sign_in_decides_what_to_do(model: str, told: str) -> None:
    error = error_of(PULL + '401: {"error":"Invalid username or password."}', model)
    assert (error.exit_code, error.code) == (6, "auth")
    assert told in str(error.hint)
    assert "signin" not in str(error.hint) or "." not in model or "registry.ollama.ai" in model


def test_a_giant_text_is_searched_at_its_ends_alone() -> None:
    assert error_of(PULL + "401: " + "x" * 10**6).exit_code == 6
    assert failure_of("open " + "/ " * 10**6 + ": permission denied").again is NEVER
