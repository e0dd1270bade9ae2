"""JSON as text: without secrets, and harmless on a terminal."""

import json
from collections.abc import Collection

from ollama_cli.types.numbers import with_finite_numbers
from ollama_cli.types.secrets import hide_in, holds_secret
from ollama_cli.ui.streams import OutStream


def dumped(
    out: OutStream,
    value: object,
    *,
    answer: Collection[str] = (),
    indent: int | None = None,
) -> str:
    """Return a value as JSON for a stream; the fields that `answer` names keep what they hold."""
    text = _text(out, value, indent)
    # In its values, not in the text: a key of digits may be found in a number.
    return _text(out, hidden(value, answer), indent) if holds_secret(text) else text


def hidden(value: object, answer: Collection[str] = ()) -> object:
    """Return a value without secrets; `answer` is as in `dumped`."""
    if not answer or not isinstance(value, dict):
        return hide_in(value)
    return {name: each if name in answer else hide_in(each) for name, each in value.items()}


def _text(out: OutStream, value: object, indent: int | None) -> str:
    # ASCII on a terminal, so that no character from the server can control it.
    try:
        text = json.dumps(value, indent=indent, ensure_ascii=out.is_terminal, allow_nan=False)
    except ValueError:  # a number too large for a float was read as infinity, which JSON lacks
        text = json.dumps(with_finite_numbers(value), indent=indent, ensure_ascii=out.is_terminal)
    return text.replace("\x7f", "\\u007f") if out.is_terminal else text
