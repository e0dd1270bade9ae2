"""Keys and passwords, hidden wherever they would be shown.

`hide` takes out what this process was told to keep secret, in whatever quoting a server sends it
back; `redact` also what looks like a secret of others: in URLs, in Authorization headers. A text
that is cut short is cut by `start_of`, as half a key is found by nobody.
"""

import re
from binascii import b2a_base64
from collections.abc import Iterable, Iterator
from functools import cached_property
from threading import Lock
from typing import Any, Final
from urllib.parse import quote, quote_plus, unquote

from ollama_cli.types import quoting

HIDDEN: Final = "***"
# First in each half: a password with a slash in it, where no port follows the colon.
_USERINFO: Final = (
    r"(?<=//)(?!USER:PASSWORD@)(?:[^/\s:@]+:(?!\d+/)\S*|[^/\s]*)@"
    r"|^[\s\"']*(?:[^/\s:@]+:(?!//|\d+/)\S*|[^/\s]*:[^/\s]*)@"
)
_AUTHORIZATION: Final = r"\b(Basic|Bearer) +[^\s\"',;]{4,}"
# What makes the URL of a file one that anybody may fetch, in the words of the stores of the field.
_SIGNATURE: Final = (
    r"(?i)((?:[?&;]|%3f|%26|\\u0026)[a-z_-]*(?:sig|signature|token|credentials?|policy|password|secret"
    r"|api-?_?key|access_?key_?(?:id)?|jwt)(?:=|%3d))(?:(?!%26|\\u0026)[^&\s\"'<>\\,;)\]}])+"
)
_SHORTEST_SECRET: Final = 8  # shorter ones may be common words
_SHORTEST_WORD: Final = 4
# Keys that pages of the field print for servers which want none: they are names of such servers.
_NO_SECRETS: Final = frozenset({"lm-studio", "not-needed", "no-key-required", "sk-no-key-required"})
_ANNOUNCED: Final = (
    r"(?:basic|bearer|key|token|password|passwd|pwd|secret|authorization|credentials?)\b"
    r"(?:\W{1,4}(?:is|was|of)\b)?\W{1,4}"
)
# Before a text is cut, as much of it is read beyond the cut as a secret may be long.
_MARGIN: Final = 2000
_URL_SAFE: Final = str.maketrans("+/", "-_")
_LONGEST_QUOTING: Final = 16  # characters for one, as in `&amp;#x0000002f;`


class _Kept:
    """Some secrets; the forms in which they are looked for are made when a text is shown."""

    def __init__(self, secrets: frozenset[str] = frozenset()) -> None:
        self.secrets = secrets
        self.margin = max(_MARGIN, _LONGEST_QUOTING * max(map(len, secrets), default=0))

    @cached_property
    def _plain(self) -> tuple[str, ...]:
        forms = {form for each in self._long for form in _forms(each)}
        return _longest_first(map(quoting.lower, forms))

    @cached_property
    def _bare(self) -> tuple[str, ...]:
        return _longest_first({*filter(_is_telling, map(quoting.bare, self._long)), *self._plain})

    @cached_property
    def _short(self) -> list[re.Pattern[str]]:
        return [_short_pattern(each) for each in self.secrets.difference(self._long)]

    @property
    def _long(self) -> list[str]:
        return [each for each in self.secrets if len(each) >= _SHORTEST_SECRET]

    def is_in(self, text: str) -> bool:
        """Return whether a text holds a secret."""
        return next(self._spans(text), None) is not None

    def hide(self, text: str) -> str:
        """Replace all secrets in a text."""
        spans = sorted(self._spans(text))
        if not spans:
            return text
        parts: list[str] = []
        position = 0
        for begin, end in spans:
            if begin >= position:
                parts += [text[position:begin], HIDDEN]
            position = max(position, end)
        return "".join([*parts, text[position:]])

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        yield from self._found(quoting.lower(text), self._plain)
        if quoting.is_quoted(text):
            yield from self._quoted_spans(text)

    def _quoted_spans(self, text: str) -> Iterator[tuple[int, int]]:
        found = list(self._found(quoting.bare(text), self._bare))
        if found:
            starts, ends = quoting.places(text)
            for begin, end in found:
                yield starts[begin], ends[end - 1]

    def _found(self, text: str, forms: Iterable[str]) -> Iterator[tuple[int, int]]:
        for form in forms:
            begin = text.find(form)
            while begin >= 0:
                end = begin + len(form)
                yield begin, end
                begin = text.find(form, end)
        for pattern in self._short:
            for match in pattern.finditer(text):
                yield match.span(1)


_NOTHING: Final = _Kept()
_kept = _NOTHING
_lock: Final = Lock()


def keep_secret(text: str) -> None:
    """Make `hide` hide a key or a password from now on; one as short as a word, where it is told.

    A short one is hidden beside words such as `password` and `Bearer`; where it is mixed of
    letters, digits and others, also alone.
    """
    global _kept  # noqa: PLW0603  one process has one set of secrets
    with _lock:
        if text and text.lower() not in _NO_SECRETS and text not in _kept.secrets:
            _kept = _Kept(_kept.secrets | {text})


def keep_userinfo(userinfo: str) -> None:
    """Make `hide` hide the `user:password` of an address, and what Basic authorization makes of it.

    It is quoted as in an address; without a colon it is a token.
    """
    for text in {userinfo, unquote(userinfo)}:
        _, colon, password = text.partition(":")
        token = _base64(_utf_8(text)).rstrip("=") if colon else ""
        secrets = (
            (password, text, token, token.translate(_URL_SAFE)) if password or not colon else ()
        )
        for each in secrets:
            keep_secret(each)


def forget_secrets() -> None:
    """Forget what was kept, as if the process had just begun."""
    global _kept  # noqa: PLW0603  likewise
    _kept = _NOTHING


def hide(text: str) -> str:
    """Hide kept secrets, in whatever quoting they come; nothing else of a text changes."""
    return text if _kept is _NOTHING else _kept.hide(text)


def holds_secret(text: str) -> bool:
    """Return whether a text holds a kept secret, in any quoting."""
    return _kept is not _NOTHING and _kept.is_in(text)


def hide_in(value: Any) -> Any:
    """Hide kept secrets in all texts of a value as JSON has them: in keys and items, too."""
    if _kept is _NOTHING:
        return value
    match value:
        case str():
            return _kept.hide(value)
        case dict():
            return {hide_in(name): hide_in(each) for name, each in value.items()}
        case list() | tuple():
            return [hide_in(each) for each in value]
    return value


def redact(text: str) -> str:
    """Hide kept secrets, `user:password@` and signatures in URLs, Basic and Bearer values."""
    text = hide(text)
    if "@" in text:
        text = re.sub(_USERINFO, "***@", text)
    if "Basic " in text or "Bearer " in text:
        text = re.sub(_AUTHORIZATION, r"\1 ***", text)
    if "=" in text or "%3" in text:
        text = re.sub(_SIGNATURE, r"\1***", text)
    return text


def start_of(text: str, most: int) -> str:
    """Return the first characters of a text, `most` of them, after the search for secrets.

    A text of any length is searched no further than is needed.
    """
    margin = _kept.margin
    if len(text) <= most + margin:
        return redact(text)[:most]
    # What was cut off may be the other half of a secret: the rest of that is within the margin.
    return redact(text[: most + margin])[:-margin][:most]


def _forms(secret: str) -> Iterator[str]:
    """Yield the forms of a secret that hold no character by which others are quoted."""
    yield secret
    raw = _utf_8(secret)
    yield quote_plus(raw)
    yield from _inside_base64(raw)
    if secret.isascii():
        return
    yield quote(raw)
    yield raw.decode("latin-1")
    yield secret.encode("latin-1", "replace").decode("utf-8", "replace")
    yield secret.encode("ascii", "backslashreplace").decode()
    yield secret.encode("ascii", "xmlcharrefreplace").decode()
    yield "".join(f"\\u{code:04x}" for code in _utf_16(secret))


def _utf_8(text: str) -> bytes:
    """Return the bytes of a secret; one that a variable holds may be no UTF-8."""
    return text.encode("utf-8", "surrogatepass")


def _utf_16(text: str) -> Iterator[int]:
    data = text.encode("utf-16-be", "surrogatepass")
    return (int.from_bytes(data[i : i + 2]) for i in range(0, len(data), 2))


def _base64(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode()


def _inside_base64(data: bytes) -> Iterator[str]:
    """Yield what a text in base64 holds where the data is anywhere in it."""
    for shift, unsure in ((0, 0), (1, 2), (2, 3)):
        whole = _base64(b"\0" * shift + data)
        sure = whole[unsure : (shift + len(data)) * 8 // 6]
        yield sure
        yield sure.translate(_URL_SAFE)
    alone = _base64(data).rstrip("=")
    yield alone
    yield alone.translate(_URL_SAFE)


def _is_telling(bare: str) -> bool:
    """Return whether a secret without its quoting is still one that no other text holds."""
    ascii_only = bare.replace(quoting.BEYOND, "")
    return len(ascii_only) >= _SHORTEST_WORD and len(bare) + len(ascii_only) >= _SHORTEST_SECRET


def _longest_first(forms: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(forms), key=len, reverse=True))


def _short_pattern(secret: str) -> re.Pattern[str]:
    """Return the pattern of a secret that may be a word; its group is the secret."""
    forms = {quoting.lower(secret), quoting.bare(secret)} - {""}
    words = "|".join(map(re.escape, _longest_first(forms)))
    before = r"(?<![a-z0-9])" if _is_mixed(secret) else _ANNOUNCED
    return re.compile(rf"{before}({words})(?![a-z0-9])")


def _is_mixed(secret: str) -> bool:
    kinds = (str.isdigit, str.islower, str.isupper, lambda each: not each.isalnum())
    is_mixed = sum(any(map(kind, secret)) for kind in kinds) > 1
    return is_mixed and len(secret) >= _SHORTEST_WORD
