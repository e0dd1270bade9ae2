"""A request as a command for POSIX shells: curl sends the same body, to the byte."""

import json
import re
import shlex
from collections.abc import Sequence
from typing import Final

from ollama_cli.types.written import SecretHeader, Trust, WrittenRequest

# One argument may hold 128 KiB on Linux.
_LARGEST_ARGUMENT: Final = 100_000
# What would control a terminal; in JSON it means the same where it is escaped.
_CONTROLS: Final = r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"


def command(
    request: WrittenRequest,
    secrets: Sequence[SecretHeader] = (),
    trust: Trust | None = None,
    *,
    for_terminal: bool = False,
) -> str:
    """Return the command, without a newline at its end; a body above 100 kB is a here-document.

    Secrets stand in it by the names of their variables. For a terminal the body has no character
    that controls one.
    """
    is_encrypted = request.url.startswith("https:")
    trusted = _trusted(trust) if trust and is_encrypted else []
    words = ["curl", "-sSN", *_way(request), *trusted, shlex.quote(request.url)]
    for name, value in request.headers.items():
        words += ["-H", shlex.quote(f"{name}: {value}")]
    for each in secrets:
        value = f'"{each.name}: {each.prefix}${each.variable}"'
        words += ["-H", value] if each.name else ["--user", f'"${each.variable}"']
    text = request.body.decode()
    if for_terminal:
        text = re.sub(_CONTROLS, lambda found: json.dumps(found[0])[1:-1], text)
    if len(request.body) > _LARGEST_ARGUMENT:
        return " ".join([*words, "--data-binary", "@-", "<<'EOF'"]) + f"\n{text}\nEOF"
    return " ".join([*words, "--data-raw", shlex.quote(text)])


def _way(request: WrittenRequest) -> list[str]:
    """Name the proxy as curl would not find it: it reads other variables, and asks for loopback."""
    if not request.proxy:
        return ["--noproxy", "'*'"]
    is_variable = re.fullmatch(r"\$\w+", request.proxy)
    return ["--proxy", f'"{request.proxy}"' if is_variable else shlex.quote(request.proxy)]


def _trusted(trust: Trust) -> list[str]:
    words = ["--cacert", shlex.quote(trust.ca_file)] if trust.ca_file else []
    if trust.client_cert:
        certificate, key = trust.client_cert
        words += ["--cert", shlex.quote(certificate), "--key", shlex.quote(key)]
    return [*words, "--insecure"] if trust.insecure else words
