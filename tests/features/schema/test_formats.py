"""The shape of an answer: JSON, or JSON by a schema that harms no server."""

import json
from pathlib import Path

import pytest

from ollama_cli.errors import NotFoundError, OllamaCliError, UsageError
from ollama_cli.features.schema import read
from ollama_cli.features.schema.read import read_format
from ollama_cli.features.schema.words import schema_of_words
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
    ("schema", "sent"),
    [
        ({}, {}),
        ({"type": "string", "pattern": "^(a|b)$"}, {"type": "string", "pattern": "^(a|b)$"}),
        ({"type": "string", "pattern": "(?i)a"}, {"type": "string"}),
        ({"type": "integer", "title": "(?"}, {"type": "integer"}),
        ({"minimum": 0.5, "maximum": 1e3, "type": "number"}, None),
    ],
)
def test_a_schema_is_made_safe(tmp_path: Path, schema: dict[str, object], sent: object) -> None:
    assert read_schema(tmp_path, schema) == (schema if sent is None else sent)


def test_a_byte_order_mark_is_no_part_of_a_schema(tmp_path: Path) -> None:
    assert read_schema(tmp_path, b'\xef\xbb\xbf{"type": "null"}') == {"type": "null"}


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
        (b'{"type": "null", "type": "null"}', " is no JSON: the name 'type' stands twice"),
        (DEEP, " is no JSON: "),
    ],
    ids=range(12),
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


def test_a_schema_that_is_none_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_schema(tmp_path, {"properties": {"a": {"type": "text"}}})
    assert caught.value.message.startswith(
        "the schema cannot be used: $.properties.a.type is no ty"
    )


@pytest.mark.parametrize(
    ("spec", "own"),
    [
        (' {"type": "null"}', {"type": "null"}),
        ("a int", schema_of_words("a int")),
        ("@s.json", {"type": "string", "format": "email", "description": "d"}),
    ],
)
def test_a_schema_is_a_file_or_json_or_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spec: str, own: dict[str, object]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.json").write_text('{"type": "string", "format": "email", "description": "d"}')
    found = read.read_schema(spec, InStream(None))
    assert found.own == own
    assert found.sent == {k: v for k, v in own.items() if k not in {"format", "description"}}
    assert found.left_out == (("$.format",) if "format" in own else ())


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("{", "the schema is no JSON: it ends too early"),
        ("[1]", "the schema is no JSON schema: a schema is an object"),
        ("a intt", "the field 'a' has an unknown type: intt"),
        ("", "the schema is empty"),
    ],
)
def test_what_is_none_of_them_is_a_usage_error(spec: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        read.read_schema(spec, InStream(None))
    assert caught.value.message == told


def test_a_list_of_values_is_sent_as_one() -> None:
    one = read.schema_of({"type": "integer", "multipleOf": 2})
    assert read.list_of(one) == read.Schema(
        {"type": "array", "items": {"type": "integer", "multipleOf": 2}},
        {"type": "array", "items": {"type": "integer"}},
        ("$.multipleOf",),
    )


def test_a_model_is_told_of_the_schema_as_it_was_given() -> None:
    told = read.prompt_of(read.schema_of({"type": "string", "description": "é"}))
    assert told.endswith('\n{"type": "string", "description": "é"}')
