"""The shape of an answer: JSON, or JSON by a schema that harms no server."""

import json
from pathlib import Path

import pytest

from ollama_cli.errors import NotFoundError, OllamaCliError, UsageError
from ollama_cli.features.schema.read import read_format
from ollama_cli.ui.streams import InStream


def read_schema(folder: Path, content: object) -> object:
    path = folder / "s.json"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(json.dumps(content), encoding="utf-8")
    return read_format(f"@{path}", InStream(None))


@pytest.mark.parametrize("value", [None, "json"])
def test_nothing_and_json_are_handed_on(value: str | None) -> None:
    assert read_format(value, InStream(None)) == value


@pytest.mark.parametrize("value", ["", "JSON", "yaml", "{}", '{"type": "object"}', "s.json"])
def test_a_schema_stands_in_a_file_and_nowhere_else(value: str) -> None:
    with pytest.raises(UsageError, match=r"^unknown format ") as caught:
        read_format(value, InStream(None))
    assert caught.value.hint == "use json, or @FILE with a JSON schema"


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(a|b)$"}}},
        {"properties": {"pattern": {"type": "string", "description": "may hold (?"}}},
        {"pattern": 1, "enum": ["(?i)"]},
        {"$ref": "#/$defs/é", "minimum": 0.5, "maximum": 1e3},
    ],
)
def test_a_schema_is_handed_on_as_it_is(tmp_path: Path, schema: object) -> None:
    assert read_schema(tmp_path, schema) == schema


def test_a_byte_order_mark_is_no_part_of_a_schema(tmp_path: Path) -> None:
    assert read_schema(tmp_path, b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": "(?i)a"},
        {"properties": {"a": {"items": [{"anyOf": [{"pattern": "x(?:y)"}]}]}}},
        {"$defs": {"a": {"pattern": "(?=x)"}}},
        {"properties": {"pattern": {"pattern": "(?"}}},
    ],
)
def test_a_group_that_ends_older_servers_is_refused_wherever_it_stands(
    tmp_path: Path, schema: object
) -> None:
    with pytest.raises(UsageError, match=r"holds `\(\?`, which ends an Ollama server") as caught:
        read_schema(tmp_path, schema)
    assert caught.value.hint == "write the group without `?`"


DEEP = b'{"a":' * 100_000


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", " is no JSON: "),
        (b"{", " is no JSON: "),
        (b"{'a': 1}", " is no JSON: "),
        (b"\xff", " is no JSON: "),
        (b'{"minimum": NaN}', " is no JSON: NaN is no number of JSON"),
        (b'{"maximum": -Infinity}', " is no JSON: -Infinity is no number"),
        (b'{"minimum": 1e999}', " is no JSON: 1e999 is no number of JSON"),
        (b"[]", " is no JSON schema: a schema is an object"),
        (b'"json"', " is no JSON schema: a schema is an object"),
        (b"true", " is no JSON schema: a schema is an object"),
        (DEEP, " is no JSON: "),
    ],
    ids=range(11),
)
def test_what_is_no_schema_is_a_usage_error(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_schema(tmp_path, content)
    assert caught.value.message.startswith(f"{tmp_path / 's.json'}{message}")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(("name", "code"), [("none.json", 4), ("", 2)])
def test_a_missing_schema_is_exit_4_and_a_folder_exit_2(
    tmp_path: Path, name: str, code: int
) -> None:
    with pytest.raises(OllamaCliError) as caught:
        read_format(f"@{tmp_path / name}", InStream(None))
    assert caught.value.exit_code == code
    assert isinstance(caught.value, NotFoundError) is (code == 4)


@pytest.mark.parametrize("key", ["enum", "const", "default", "examples"])
def test_data_that_looks_like_a_pattern_is_no_pattern(tmp_path: Path, key: str) -> None:
    file = tmp_path / "s.json"
    file.write_text(json.dumps({key: [{"pattern": "(?:x)"}]}))
    assert read_format(f"@{file}", InStream(None)) == {key: [{"pattern": "(?:x)"}]}
