"""The table of the failures of a pull: the server's text → another try or not, and our sentence.

A text in no row is tried again: there is no full list of what servers and registries say. Rows are
looked for in what a text says, not in the addresses, paths and names that it is about; a status
counts only where the server writes one.
"""

import re
from enum import Enum
from functools import cache
from typing import Final, NamedTuple

from ollama_cli.errors import LIBRARY, AuthError, OllamaCliError, PullError
from ollama_cli.types import model_names
from ollama_cli.types.text import sentence


class Again(Enum):
    """When to try again after a failure: never, only if layers were under way, or always."""

    NEVER = "never"
    UNDER_WAY = "under way"
    ALWAYS = "always"


class Failure(NamedTuple):
    """One row: the texts it is about, when to try again, and the error to raise.

    A text without a status belongs to it if `words` match; one with a status if that is in
    `statuses`, and `body` matches what follows it. `summary` is shown before the server's text;
    `kind` is the class of the error, `unknown` marks the failure for a model that does not exist.
    """

    words: str
    again: Again
    summary: str = "pull failed"
    hint: str | None = None
    kind: type[OllamaCliError] = PullError
    unknown: bool = False
    statuses: frozenset[int] = frozenset()
    body: str = ""


_NETWORK: Final = "check the network of the machine that the server runs on"
_UNKNOWN: Final = "the registry knows no such model or tag"
_SIGN_IN: Final = "the registry wants a sign-in for this model"
_KEY: Final = "~/.ollama/id_ed25519"
FAILURES: Final = (
    Failure(r"no space left on device|not enough space|disk quota|disk is full"
            r"|insufficient (?:disk|storage)", Again.NEVER,
            "the server's disk is full, not yours",
            "make room where the server keeps its models: `ollama-cli models rm NAME`",
            statuses=frozenset({507})),
    Failure(r"newer version of ollama|requires a newer|upgrade (?:to )?ollama", Again.NEVER,
            "this model needs a newer Ollama than the server's",
            "update Ollama where the server runs: https://ollama.com/download",
            statuses=frozenset({412})),
    Failure(r"(?:^|\b(?:model|manifest)\b.*)file does not exist$"
            r"|\b(?:model|manifest|tag)(?: for)?(?: \S+)? not found\b"
            r"|\bmanifest unknown\b", Again.NEVER, _UNKNOWN,
            f"check the name and the tag; {LIBRARY} lists what there is", unknown=True,
            statuses=frozenset({404, 410})),
    Failure(r"specified tag is not", Again.NEVER, "the registry has no such tag of this model",
            "choose one that the model's page lists: `NAME:TAG`", unknown=True,
            statuses=frozenset({400}), body=r"specified tag is not"),
    Failure(r"\bnot GGUF|sharded GGUF|not compatible with llama\.cpp", Again.NEVER,
            "the registry holds it in a form that Ollama cannot run",
            "choose a repository that holds GGUF files",
            statuses=frozenset({400}), body=r"GGUF|llama\.cpp"),
    Failure(r"proxy authentication required", Again.NEVER,
            "the server's own proxy wants a password",
            "where the server runs: HTTPS_PROXY=http://USER:PASSWORD@PROXY:PORT, then restart it",
            AuthError, statuses=frozenset({407})),
    Failure(r"\bssh: |\bid_ed25519\b|malformed public key", Again.NEVER,
            "the server cannot read its own key",
            f"where the server runs, move {_KEY} away and restart it: it makes a new one"),
    Failure(r"permission denied|read-only file system|operation not permitted"
            r"|path elements are traversable|not a directory$", Again.NEVER,
            "the server may not write where it keeps its models",
            "give its user the folder of OLLAMA_MODELS, where the server runs"),
    # A scanner that looks at a file for a moment refuses it to others with the same words.
    Failure(r"access is denied\.?$", Again.UNDER_WAY,
            "the server may not write where it keeps its models",
            "give its user the folder of OLLAMA_MODELS, and let no virus scanner lock it"),
    Failure(r"x509|certificate (?:is not|has expired|signed by)|failed to verify certificate",
            Again.NEVER, "the server does not trust a certificate on its way to the registry",
            "check the certificates and the clock of the machine that the server runs on"),
    Failure(r"proxyconnect.*does not look like a TLS handshake", Again.NEVER,
            hint="let HTTPS_PROXY begin with http:// where the server runs: its proxy speaks that"),
    Failure(r"proxyconnect", Again.ALWAYS,
            hint="check HTTPS_PROXY and NO_PROXY where the server runs: it goes through a proxy"),
    Failure(r"no such host|server misbehaving|temporary failure in name resolution"
            r"|\blookup: .*(?:timeout|unreachable|refused)", Again.UNDER_WAY,
            "the server cannot look up the registry's name (its DNS, not yours)",
            "check the network and the DNS of the machine that the server runs on"),
    Failure(r"\bunauthorized\b|access denied|access to the resource is denied|forbidden"
            r"|realm host", Again.NEVER, _SIGN_IN, "run `ollama signin` where the server runs",
            AuthError, statuses=frozenset({401, 403})),
    Failure(r"server gave HTTP response to HTTPS client|insecure protocol http", Again.NEVER,
            hint="this registry speaks plain http: `ollama-cli models pull --insecure` takes that,"
            " if you trust the way to it"),
    Failure(r"invalid (?:model )?(?:name|reference|path)|unsupported protocol scheme"
            r"|:local or :cloud", Again.NEVER, "that is no name of a model",
            "it is written [HOST/][NAMESPACE/]MODEL[:TAG]"),
    Failure(r"requires MLX support", Again.NEVER,
            hint="it runs where Ollama has MLX; choose a model in GGUF, or another server"),
    Failure(r"no Location header", Again.NEVER,
            hint="the registry has to redirect to its blobs: ask whoever runs it"),
    Failure(r"looking for beginning of value|unexpected end of JSON|malformed HTTP|redirects",
            Again.UNDER_WAY,
            "what the server reached is no registry",
            "look for a proxy, or a page that asks for a sign-in, on the server's way out"),
    Failure(r"digest mismatch|size mismatch", Again.ALWAYS),
    Failure(r"used by another process", Again.ALWAYS,
            hint="let no other program, a virus scanner say, lock the folder of OLLAMA_MODELS"),
    Failure(r"max retries exceeded|unexpected EOF|\bEOF$|connection reset|broken pipe"
            r"|tls: |TLS handshake|i/o timeout|context deadline exceeded|unexpected status code"
            r"|connection refused|network is unreachable|no route to host"
            r"|server busy|too many requests|connection attempt failed|actively refused",
            Again.ALWAYS, hint=_NETWORK,
            statuses=frozenset({408, 425, 429, *range(500, 600)})),
    Failure(r"\A(?!)", Again.NEVER, "the registry refuses",
            "check the name and the tag; its words tell why", statuses=frozenset(range(400, 500))),
)  # fmt: skip
OTHERWISE: Final = Failure("", Again.ALWAYS)
# The reason is at one of the ends of a text; to search all of a giant one takes hours.
_SEARCHED: Final = 1000
_HUGGING_FACE: Final = frozenset({"hf.co", "huggingface.co"})
_OLLAMAS_OWN: Final = frozenset({"", model_names.DEFAULT_HOST, "ollama.com"})
# Where Ollama writes a status: first of all, behind what it was doing, or as the last word.
_STATUS: Final = (
    r"^(?:pull model manifest: |max retries exceeded: )*(?:(?:unexpected )?status(?: code)? )?"
    r"([1-5]\d\d)(?:: ?|$)|\bstatus(?: code)? ([1-5]\d\d)$"
)
# What a text is about, and what may look like a status or a reason: URLs, addresses, names, files.
_SUBJECTS: Final = (
    (r'\b(?:Get|Head|Post|Put) (?:"[^"]*"|\S*): ', ""),
    (r'https?://[^\s"]+', ""),
    (r"\[[0-9A-Fa-f:.]*(?:%\w+)?\](?::\d+)?|\b\d+(?:\.\d+){3}(?::\d+)?", "ADDRESS"),
    (r"\blookup \S+?(?: on \S+?)?: ", "lookup: "),
    (r"\b(open|read|write|rename|remove|mkdir|l?stat|chmod|sync|close) (?:.*[/\\])?([^/\\]*): ",
     r"\1 \2: "),
)  # fmt: skip


def failure_of(text: str) -> Failure:
    """Return the first row that a text belongs to, else OTHERWISE."""
    words = text.strip()
    if len(words) > 2 * _SEARCHED:
        words = f"{words[:_SEARCHED]} … {words[-_SEARCHED:]}"
    found = re.search(_STATUS, words)
    status = int(found[1] or found[2]) if found else None
    said = words[found.end() :] if found else _without_subjects(words)
    for row, pattern, body in _rows():
        if status is None and pattern.search(said):
            return row
        if status in row.statuses and body.search(said):
            return row
    return OTHERWISE


def error_of(text: str, model: str = "") -> OllamaCliError:
    """Turn the server's text about a `model` into an error: a sentence that holds the text."""
    row = failure_of(text)
    summary, hint = row.summary, row.hint
    if summary is _UNKNOWN and model:
        summary = f"the registry knows no model {model!r}"
    if summary is _SIGN_IN:
        summary, hint = _sign_in(model, row)
    message = f"{summary}: {sentence(text)}"
    if row.kind is PullError:
        return PullError(message, hint=hint, unknown=row.unknown)
    return row.kind(message, hint=hint)


def _sign_in(model: str, row: Failure) -> tuple[str, str | None]:
    """Return what is wanted and what to do: a registry knows the server by its key alone."""
    name = model_names.parse(model)
    host = name.host.lower() if name else ""
    if host in _OLLAMAS_OWN:
        return row.summary, row.hint
    if host in _HUGGING_FACE:
        summary = "Hugging Face gives this model to those alone who may see it, if it has one"
        place = "your account at Hugging Face: https://huggingface.co/settings/keys"
        return summary, f"add the key of the Ollama server, {_KEY}.pub where it runs, to {place}"
    summary = f"{host} wants to know who asks for this model"
    return summary, f"let {host} know the key of the Ollama server: {_KEY}.pub where it runs"


def _without_subjects(words: str) -> str:
    for pattern, kept in _SUBJECTS:
        words = re.sub(pattern, kept, words)
    return words


@cache
def _rows() -> list[tuple[Failure, re.Pattern[str], re.Pattern[str]]]:
    # Compiled when the first pull fails: other commands start faster without.
    return [
        (row, re.compile(row.words, re.IGNORECASE), re.compile(row.body, re.IGNORECASE))
        for row in FAILURES
    ]
