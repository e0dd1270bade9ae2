"""The published schemas: each stands alone, each command has its own, and a promise is kept."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import published
import pytest
from jsonschema import Draft202012Validator
from released import all_promises, broken, promises

from ollama_cli import errors
from ollama_cli.cli.table import TABLE, Branch, Entry
from ollama_cli.system import files

NAMES = sorted(published.schemas())
RELEASED = (Path(__file__).parent / "released.txt").read_text(encoding="utf-8").splitlines()


def below(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        schema = list(schema.values())
    for each in schema if isinstance(schema, list) else ():
        yield from below(each)


def commands() -> Iterator[tuple[str, Entry]]:
    rows = [*TABLE.items()]
    while rows:
        name, row = rows.pop()
        if isinstance(row, Branch):
            rows += [(f"{name}-{word}", each) for word, each in row.entries.items()]
        elif not row.hidden:
            yield name, row


COMMANDS = dict(commands())


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_a_schema_that_stands_alone(name: str) -> None:
    schema = published.schemas()[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (schema["$id"], schema["title"]) == (f"urn:ollama-cli:{name}:1", name)
    assert schema["description"].endswith(".")
    parts = {f"#/$defs/{part}" for part in schema.get("$defs", {})}
    assert {each["$ref"] for each in below(schema) if "$ref" in each} == parts


def test_what_several_files_hold_is_the_same_in_all_of_them() -> None:
    parts: dict[str, dict[str, Any]] = {}
    for name in NAMES:
        for part, schema in published.schemas()[name].get("$defs", {}).items():
            assert parts.setdefault(part, schema) == schema, f"{part} of {name}"


def test_a_reader_may_be_shown_names_that_it_does_not_know() -> None:
    for name in NAMES:
        for schema in below(published.schemas()[name]):
            assert schema.get("additionalProperties") is not False
            assert "unevaluatedProperties" not in schema


@pytest.mark.parametrize("command", COMMANDS)
def test_what_a_command_prints_for_programs_is_published(command: str) -> None:
    outputs = COMMANDS[command].outputs
    assert ("json" in outputs) <= (command in NAMES)
    lines = {command, f"{command}-line", f"{command}-event"}
    assert ("jsonl" in outputs) <= bool(lines & set(NAMES))


@pytest.mark.parametrize("name", NAMES)
def test_a_file_names_the_schema_that_its_documents_carry(name: str) -> None:
    schema = published.schemas()[name]
    base = name.removesuffix("-line").removesuffix("-event")
    found = [each["schema"]["const"] for each in below(schema) if "const" in each.get("schema", {})]
    assert set(found) == ({f"ollama-cli/{base}/1"} if name != "error" else set())


def test_every_code_of_an_error_is_named() -> None:
    def kinds(of: type[errors.OllamaCliError]) -> Iterator[type[errors.OllamaCliError]]:
        yield of
        for each in of.__subclasses__():
            yield from kinds(each)

    codes = {
        each.code for each in kinds(errors.OllamaCliError) if each.__module__ == errors.__name__
    }
    named = published.schemas()["error"]["$defs"]["error"]["properties"]["code"]["examples"]
    assert (set(named), len(named)) == (codes, len(codes))


def test_what_the_last_release_promised_is_kept() -> None:
    assert broken(RELEASED, all_promises()) == [], "within /1 there are only additions"
    assert len(RELEASED) > 500


def test_a_promise_that_is_broken_is_noticed_and_an_addition_is_none() -> None:
    whole = {
        "properties": {
            "a": {"type": ["string", "null"]},
            "b": {"type": "array", "items": {"$ref": "#/$defs/part"}},
            "c": {"enum": ["x", "y", None]},
        },
        "required": ["a", "c"],
        "$defs": {"part": {"properties": {"d": {"type": "number"}}, "required": ["d"]}},
    }
    before = list(promises("n", whole))
    assert before == [
        *("n.a: string or null", "n.b?: array", "n.b[]: anything", "n.b[].d: number"),
        *("n.c: one of a few words", "n.c = x", "n.c = y", "n.c = None"),
    ]

    def lost(change: Callable[[Any, Any], object]) -> list[str]:
        schema = deepcopy(whole)
        change(schema, schema["properties"])
        return broken(before, list(promises("n", schema)))

    assert lost(lambda _, names: names.update(e={"type": "string"})) == []
    assert lost(lambda _, names: names["c"]["enum"].append("z")) == []
    assert lost(lambda schema, _: schema["required"].append("b")) == []
    assert lost(lambda _, names: names.pop("a")) == ["n.a: string or null"]
    assert lost(lambda _, names: names["a"].update(type="string")) == ["n.a: string or null"]
    assert lost(lambda schema, _: schema["required"].remove("a")) == ["n.a: string or null"]
    assert lost(lambda _, names: names["c"]["enum"].remove("y")) == ["n.c = y"]
    number = "n.b[].d: number"
    part = "$defs", "part"
    assert lost(lambda s, _: _at(s, *part)["properties"]["d"].update(type="integer")) == [number]
    assert lost(lambda s, _: _at(s, *part).update(properties={"f": {}})) == [number]


def _at(schema: Any, *names: str) -> Any:
    for name in names:
        schema = schema[name]
    return schema


MODEL = published.schemas()["models-list"]["$defs"]["model"]["required"]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"schema": "ollama-cli/models-list/1", "models": [], "more": 1}, "'more' was unexpected"),
        ({"schema": "ollama-cli/models-list/1"}, "'models' is a required property"),
        (
            {"schema": "ollama-cli/models-list/1", "models": [dict.fromkeys(MODEL, 5)]},
            r"\$.models\[0\].name: 5 is not of type 'string'",
        ),
        ({"schema": "ollama-cli/models-lost/1"}, "nobody published a schema for models-lost"),
        ({"schema": "ollama-cli/chat/1", "event": "start"}, "'model' is a required property"),
        ({"schema": "ollama-cli/chat/1", "event": "begin"}, "is not valid under any"),
    ],
)
def test_what_is_not_published_is_noticed_in_all_that_a_test_sees(
    written: dict[str, object], told: str
) -> None:
    text = json.dumps(written)
    with pytest.raises(AssertionError, match=told):
        published.check_output(text.encode() + b"\n", b"")
    with pytest.raises(AssertionError, match=told):
        published.check_output(f'{text}\n{{"event": "text"}}\n'.encode(), b"")


def test_a_second_line_and_an_error_are_held_against_the_schema_too() -> None:
    head = '{"schema": "ollama-cli/embed/1", "index": 0, "embedding": [0.5]}\n'
    published.check_output(head.encode(), b"")
    with pytest.raises(AssertionError, match="'vector' was unexpected"):
        published.check_output((head + '{"index": 1, "vector": [1.5]}\n').encode(), b"")
    error = '{"error": {"code": "usage", "exit": "2", "message": "m", "hint": null}}\n'
    with pytest.raises(AssertionError, match="'2' is not of type 'integer'"):
        published.check_output(b"", f"warning: w\n{error}".encode())
    event = '{"schema": "ollama-cli/tap/1", "event": "exchange", "id": 1}\n'
    with pytest.raises(AssertionError, match="'method' is a required property"):
        published.check_output(b"", f"note: n\n{event}".encode())


def test_two_shapes_that_only_a_word_tells_apart_are_two() -> None:
    line = {"schema": "ollama-cli/models-outdated/1", "model": "m", "changes": []}
    rest = dict.fromkeys(("to_fetch", "reason", "parent", "error"))
    published.check("models-outdated", {**line, "status": "local", **rest})
    with pytest.raises(AssertionError, match="'lokal' is not one of"):
        published.check("models-outdated", {**line, "status": "lokal", **rest})


def test_names_that_were_not_asked_for_may_be_left_out_and_others_not_come_in() -> None:
    name = {"schema": "ollama-cli/models-list/1", "models": [{"name": "m"}]}
    published.check_output(json.dumps(name).encode(), b"", ["--fields=name"])
    with pytest.raises(AssertionError):
        published.check_output(json.dumps(name).encode(), b"")
    with pytest.raises(AssertionError, match="'nom' was unexpected"):
        published.check_output(json.dumps(name).replace("name", "nom").encode(), b"", ["--fields"])


@pytest.mark.parametrize(
    "asked", ["-o json", "-ojsonl", "--output=json", "--output jsonl", "--json"]
)
def test_what_was_asked_for_as_json_begins_with_its_schema(asked: str) -> None:
    with pytest.raises(AssertionError, match="does not begin with its schema"):
        published.check_output(b'{"models": []}\n', b"", ["models", "list", *asked.split()])
    published.check_output(b'{"models": []}\n', b"", ["models", "list", "-o", "raw"])


def test_what_is_not_ours_is_left_alone() -> None:
    for text in ('{"models": 5}', "{not json", '{"a": "ollama-cli/x/1"}', "[1]", ""):
        published.check_output(text.encode(), text.encode())


def test_what_stands_on_a_terminal_and_in_files_is_seen_too(tmp_path: Path) -> None:
    laid_out = (
        b'{\r\n  "schema": "ollama-cli/sessions-path/1",\r\n  "path": "p"\r\n}\r\nnote: n\r\n'
    )
    published.check_screen(laid_out)
    with pytest.raises(AssertionError, match="'place' was unexpected"):
        published.check_screen(laid_out.replace(b'path":', b'place":'))
    with pytest.raises(AssertionError, match="5 is not of type 'string'"):
        files.write_whole(tmp_path / "f", '{"schema": "ollama-cli/sessions-path/1", "path": 5}')
    assert not (tmp_path / "f").exists()
    files.write_whole(tmp_path / "f", b'{"schema": "ollama-cli/sessions-path/1", "path": "p"}')
    assert (tmp_path / "f").exists()
