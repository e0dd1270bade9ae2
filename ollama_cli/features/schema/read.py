"""The format that an answer must have: JSON, or JSON that follows a schema."""

import json
from typing import Any, Final

from ollama_cli.errors import UsageError
from ollama_cli.types.numbers import finite
from ollama_cli.ui.inputs import read_text
from ollama_cli.ui.streams import InStream

_DATA_KEYWORDS: Final = frozenset({"enum", "const", "default", "examples"})


def read_format(value: str | None, stdin: InStream) -> str | dict[str, Any] | None:
    """Read `json` or `@SCHEMA.json`; UsageError for anything else or a harmful schema."""
    if value is None or value == "json":
        return value
    if not value.startswith("@"):
        raise UsageError(f"unknown format {value!r}", hint="use json, or @FILE with a JSON schema")
    try:
        text = read_text(value[1:], stdin)
        schema = json.loads(text, parse_float=finite, parse_constant=finite)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{value[1:]} is no JSON: {error}") from error
    if not isinstance(schema, dict):
        raise UsageError(f"{value[1:]} is no JSON schema: a schema is an object")
    _refuse_special_groups(schema)
    return schema


def _refuse_special_groups(schema: object) -> None:
    queue = [schema]
    while queue:
        node = queue.pop()
        if isinstance(node, list):
            queue += node
        elif isinstance(node, dict):
            queue += [value for key, value in node.items() if key not in _DATA_KEYWORDS]
            pattern = node.get("pattern")
            if isinstance(pattern, str) and "(?" in pattern:
                raise UsageError(
                    f"the pattern {pattern!r} holds `(?`, which ends an Ollama server up to 0.24",
                    hint="write the group without `?`",
                )
