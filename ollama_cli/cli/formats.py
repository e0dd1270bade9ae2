"""The formats of the output as the help lists them; each command has its own in THE TABLE."""

from collections.abc import Iterator, Mapping
from typing import Final

from ollama_cli.cli.table import TABLE, Branch, Row


def _with(output: str, rows: Mapping[str, Row] = TABLE, *above: str) -> Iterator[str]:
    """List the commands that have a format."""
    for name, row in rows.items():
        if isinstance(row, Branch):
            yield from _with(output, row.entries, *above, name)
        elif output in row.outputs and not row.hidden:
            yield " ".join((*above, name))


def _where(output: str) -> str:
    return ", ".join(_with(output))


FORMATS: Final = (
    ("text", "for people; to a pipe plain, without colour", "all"),
    ("json", "one document, with a `schema`; valid when empty", "wherever there is a result"),
    ("jsonl", "an object per line, flushed; events have an `event`", "answers, pulls, lists"),
    ("csv", "RFC 4180 with a header", _where("csv")),
    ("name", "one bare name per line, for xargs", _where("name")),
    ("raw", "the server's own bytes, unchanged", _where("raw")),
    ("markdown", "a block for a bug report", _where("markdown")),
)
_LISTED: Final = (
    "JSON documents and the first line of a stream carry a schema, such as"
    " ollama-cli/models-list/1. `help schema` lists them, `help schema NAME` prints one (JSON"
    " Schema, 2020-12)."
)
_KEPT: Final = (
    "Within /1 there are only additions: skip names, events and words that you do not know. What"
    " is renamed or removed becomes /2, and /1 stays for one minor release: ask for it with"
    " `--output-version 1`. A version that there is not is exit 2."
)
_CHOSEN: Final = (
    "`--fields NAME,NAME` leaves of it these names and the schema (`--fields help` lists them),"
    " `--jq EXPR` (extra jq) filters it, `--line TEXT` fills {{name}} in for each item."
)
PROMISE: Final = (_LISTED, _CHOSEN, _KEPT)
"""What a program may rely on."""
