"""Keys of all kinds, and the ways in which servers quote what they were sent."""

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

KEYS = [
    "sk-0123456789-abcdef",
    "p@ss/w0rd+1=2&3%4",
    "a\"quoted\"'key'\\of\\new<tags>",
    "two words and more",
    "p\xe4ssw\xf6rt-0815",
    "\u043f\u0430\u0440\u043e\u043b\u044c-777-\U0001f600",
    "%2Fpercent%20in&amp;it",
    "12345678901234",
    "0123abcd" * 40,
]


def each_as(pattern: str) -> Callable[[str], str]:
    return lambda text: "".join(pattern.format(ord(each), each) for each in text)


def in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def of_go(text: str) -> str:
    """As Go's encoder writes it: what HTML would take for its own is escaped."""
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def each_unit(text: str) -> str:
    data = text.encode("utf-16-be")
    return "".join(f"\\u{data[i : i + 2].hex()}" for i in range(0, len(data), 2))


def every_byte(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def urlsafe(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


QUOTINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "capitals": lambda text: "".join(x.upper() if x.isascii() else x for x in text),
    "percent": lambda text: quote(text, safe=""),
    "percent, small": lambda text: quote(text, safe="").replace("%2F", "%2f").replace("%C3", "%c3"),
    "percent, slashes kept": quote,
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "percent thrice": lambda text: quote(quote(quote(text, safe=""), safe=""), safe=""),
    "every byte": every_byte,
    "a form": quote_plus,
    "JSON": in_json,
    "JSON, not ASCII": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON twice": lambda text: in_json(in_json(text)),
    "JSON thrice": lambda text: in_json(in_json(in_json(text))),
    "JSON of PHP": lambda text: in_json(text).replace("/", "\\/"),
    "JSON of Go": lambda text: of_go(in_json(text)),
    "all as \\u": each_unit,
    "all as \\U": each_as("\\U{0:08X}"),
    "all as \\u{}": each_as("\\u{{{0:x}}}"),
    "HTML": html.escape,
    "HTML twice": lambda text: html.escape(html.escape(text)),
    "HTML, decimal": each_as("&#{0};"),
    "HTML, hexadecimal": each_as("&#x{0:X};"),
    "HTML, long": each_as("&#x{0:06x};"),
    "HTML, named": lambda text: text.replace("&", "&amp;").replace("/", "&sol;").replace("-", "-"),
    "repr": lambda text: repr(text)[1:-1],
    "repr of bytes": lambda text: repr(text.encode())[2:-1],
    "repr of repr": lambda text: repr(repr(text))[1:-1],
    "HTML in JSON": lambda text: in_json(html.escape(text)),
    "JSON in HTML": lambda text: html.escape(in_json(text)),
    "HTML in JSON of Go": lambda text: of_go(in_json(html.escape(text))),
    "percent in JSON in HTML": lambda text: html.escape(in_json(quote(text, safe=""))),
    "JSON in percent": lambda text: quote(in_json(text), safe=""),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64, URL-safe": urlsafe,
    "base64, unpadded": lambda text: urlsafe(text).rstrip("="),
    "base64 in percent": lambda text: quote(urlsafe(text), safe=""),
}


def left_of(key: str, shown: str, least: int = 6) -> str:
    """What a text shows of a key: the longest run of its letters and digits."""
    runs = (key[i : i + least] for i in range(len(key) - least + 1))
    return next((run for run in runs if run.isalnum() and run.lower() in shown.lower()), "")
