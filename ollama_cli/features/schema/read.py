"""The format that an answer must have: JSON, or JSON that follows a schema."""

import json
from collections.abc import Mapping
from typing import Any

from ollama_cli.errors import UsageError
from ollama_cli.types import strict_json
from ollama_cli.types.text import sentence
from ollama_cli.types.values import dataclass
from ollama_cli.ui.inputs import PIPED, read_text
from ollama_cli.ui.streams import InStream


@dataclass(frozen=True)
class Schema:
    """A schema of answers: the user's `own`, that answers are held against, and what is `sent`.

    `left_out` are the paths of what is not sent of it, as servers ignore it or break on it.
    """

    own: dict[str, Any]
    sent: dict[str, Any]
    left_out: tuple[str, ...] = ()


def read_format(value: str | None, stdin: InStream) -> str | dict[str, Any] | None:
    """Read `json`, or the schema to send of `@SCHEMA.json`; UsageError for anything else."""
    if value is None or value == "json":
        return value
    if not value.startswith("@"):
        raise UsageError(f"unknown format {value!r}", hint="use json, or @FILE with a JSON schema")
    return read_schema(value, stdin).sent


def read_schema(spec: str, stdin: InStream) -> Schema:
    """Read `@FILE`, JSON text, or words as `name, age int`; UsageError for what is no schema.

    UsageError also for a schema that refers to another document; NotFoundError without the file.
    """
    text = "@-" if spec.strip() == "-" else spec.strip()
    if text.startswith("@"):
        name = PIPED if text == "@-" else text[1:]
        return schema_of(_parsed(read_text(text[1:], stdin), name), name)
    if text.startswith(("{", "[")):
        return schema_of(_parsed(text, "the schema"), "the schema")
    if text.lower().endswith((".json", ".yaml", ".yml")) and " " not in text:
        raise UsageError(
            f"the schema names one field, {text!r}, which looks like a file",
            hint=f"name a file as `@{text}`",
        )
    from ollama_cli.features.schema.words import schema_of_words  # noqa: PLC0415  words alone: 1 ms

    return schema_of(schema_of_words(text))


def schema_of(document: object, name: str = "the schema") -> Schema:
    """Make a schema of a value of JSON; UsageError for what is none, as it is called by its name.

    What comes from YAML may hold more than JSON can: that is UsageError, too.
    """
    if not isinstance(document, Mapping):
        raise UsageError(f"{name} is no JSON schema: a schema is an object")
    from ollama_cli.features.schema.sent import sendable  # noqa: PLC0415  schemas alone: 4 ms

    own = dict(document)
    found = sendable(own)
    return Schema(own, found.schema, found.left_out)


def list_of(schema: Schema, wrapper: str = "") -> Schema:
    """Return the schema of a list of such values; its `own` one is only good to be shown.

    With a `wrapper` it is that of an object which holds the list by this name.
    """
    from ollama_cli.features.schema.sent import held, listed  # noqa: PLC0415  likewise: 4 ms

    own, sent = {"type": "array", "items": schema.own}, listed(schema.sent)
    if wrapper:
        own, sent = held(own, wrapper), held(sent, wrapper)
    return Schema(own, sent, schema.left_out)


def prompt_of(schema: Schema) -> str:
    """Return what a model is told of a schema: servers do not show it what they are sent."""
    text = json.dumps(schema.own, ensure_ascii=False)
    return f"Answer with JSON that fits this JSON Schema, and with nothing else:\n{text}"


def refuse_foreign(schema: Schema) -> None:
    """Raise UsageError for a schema that asks for nothing, as one that stands in something else."""
    from ollama_cli.features.schema.rules import is_foreign  # noqa: PLC0415  likewise: 4 ms

    if is_foreign(schema.own):
        names = sentence(", ".join(map(repr, list(schema.own)[:5])))
        raise UsageError(
            f"the schema has no keyword of JSON Schema, but {names}",
            hint="if the schema stands within it, take that part alone",
        )


def _parsed(text: str, name: str) -> object:
    try:
        return strict_json.read(text)
    except ValueError as error:
        raise UsageError(f"{name} is no JSON: {error}") from error
