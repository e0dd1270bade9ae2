"""Keys and passwords, hidden wherever they would be shown."""

import re
from typing import Final

# First in each half: a password with a slash in it, where no port follows the colon.
_USERINFO: Final = (
    r"(?<=//)(?!USER:PASSWORD@)(?:[^/\s:@]+:(?!\d+/)\S*|[^/\s]*)@"
    r"|^[\s\"']*(?:[^/\s:@]+:(?!//|\d+/)\S*|[^/\s]*:[^/\s]*)@"
)
_SECRETS: Final[set[str]] = set()
_SHORTEST_SECRET: Final = 8  # shorter ones may be common words
_AUTHORIZATION: Final = r"\b(Basic|Bearer) +[^\s\"',;]{4,}"


def keep_secret(text: str) -> None:
    """Make `redact` hide a key or a password from now on, unless it is as short as a word."""
    if len(text) >= _SHORTEST_SECRET:
        _SECRETS.add(text)


def redact(text: str) -> str:
    """Hide `user:password@` of URLs in the text, Basic and Bearer values, and kept secrets."""
    for secret in sorted(_SECRETS, key=len, reverse=True):
        text = text.replace(secret, "***")
    if "@" in text:
        text = re.sub(_USERINFO, "***@", text)
    if "Basic " in text or "Bearer " in text:
        text = re.sub(_AUTHORIZATION, r"\1 ***", text)
    return text
