"""The table of the failures of a pull: the server's text → another try or not, and our sentence.

A text in no row is tried again: there is no full list of what servers and registries say.
"""

import re
from enum import Enum
from functools import cache
from typing import Final, NamedTuple

from ollama_cli.errors import LIBRARY, RESUMES, AuthError, OllamaCliError, PullError
from ollama_cli.types.text import sentence


class Again(Enum):
    """When to try again after a failure: never, only if layers were under way, or always."""

    NEVER = "never"
    UNDER_WAY = "under way"
    ALWAYS = "always"


class Failure(NamedTuple):
    """One row: the pattern of the texts it matches, when to try again, and the error to raise.

    `summary` is shown before the server's text; `kind` is the class of the error, `unknown` marks
    the failure for a model that does not exist.
    """

    pattern: str
    again: Again
    summary: str = "pull failed"
    hint: str | None = None
    kind: type[OllamaCliError] = PullError
    unknown: bool = False


FAILURES: Final = (
    Failure(r"no space left on device|not enough space|disk quota|disk is full"
            r"|insufficient (?:disk|storage)", Again.NEVER,
            "the server's disk is full, not yours",
            "make room where the server keeps its models: `ollama-cli models rm NAME`"),
    Failure(r"(?:^|\b(?:model|manifest)\b.*)file does not exist$"
            r"|\b(?:model|manifest|tag)(?: for)?(?: \S+)? not found\b"
            r"|\bmanifest: 404\b|\bmanifest unknown\b", Again.NEVER,
            "the registry knows no such model or tag",
            f"check the name and the tag; {LIBRARY} lists what there is", unknown=True),
    Failure(r"\b412\b|newer version of ollama|requires a newer|upgrade (?:to )?ollama", Again.NEVER,
            "this model needs a newer Ollama than the server's",
            "update Ollama where the server runs: https://ollama.com/download"),
    Failure(r"\bunauthorized\b|access denied|\b40[13]\b(?!\d)|forbidden|realm host", Again.NEVER,
            "the registry wants a sign-in for this model",
            "run `ollama signin` where the server runs", AuthError),
    Failure(r"no such host|server misbehaving|temporary failure in name resolution"
            r"|lookup \S+(?: on \S+)?: .*(?:timeout|unreachable|refused)", Again.UNDER_WAY,
            "the server cannot look up the registry's name (its DNS, not yours)",
            "check the network and the DNS of the machine that the server runs on"),
    Failure(r"server gave HTTP response to HTTPS client", Again.NEVER,
            hint="this registry speaks plain http: `ollama-cli models pull --insecure` takes that,"
            " if you trust the way to it"),
    Failure(r"requires MLX support|no Location header in response|invalid model name"
            r"|unsupported protocol scheme|permission denied|read-only file system", Again.NEVER),
    Failure(r"x509|certificate (?:is not|has expired|signed by)|failed to verify certificate",
            Again.NEVER, hint="check the certificates of the registry, and the server's clock"),
    Failure(r"digest mismatch", Again.ALWAYS, hint=RESUMES),
    Failure(r"max retries exceeded|unexpected EOF|\bEOF$|connection reset|broken pipe"
            r"|tls: |TLS handshake|i/o timeout|context deadline exceeded|unexpected status code"
            r"|connection refused|network is unreachable|no route to host|proxyconnect"
            r"|\b5\d\d:(?: |$)|server busy|too many requests|\b429\b", Again.ALWAYS, hint=RESUMES),
)  # fmt: skip
OTHERWISE: Final = Failure("", Again.ALWAYS)
# The reason is at one of the ends of a text; to search all of a giant one takes hours.
_SEARCHED: Final = 1000


def failure_of(text: str) -> Failure:
    """Return the first row that matches a text, else OTHERWISE."""
    words = text.strip()
    if len(words) > 2 * _SEARCHED:
        words = f"{words[:_SEARCHED]} … {words[-_SEARCHED:]}"
    for row, pattern in zip(FAILURES, _patterns(), strict=True):
        if pattern.search(words):
            return row
    return OTHERWISE


def error_of(text: str) -> OllamaCliError:
    """Turn the server's text into an error: a sentence that still holds the text."""
    row = failure_of(text)
    message = f"{row.summary}: {sentence(text)}"
    if row.kind is PullError:
        return PullError(message, hint=row.hint, unknown=row.unknown)
    return row.kind(message, hint=row.hint)


@cache
def _patterns() -> list[re.Pattern[str]]:
    # Compiled when the first pull fails: other commands start faster without.
    return [re.compile(row.pattern, re.IGNORECASE) for row in FAILURES]
