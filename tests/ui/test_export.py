"""Output for programs: the schema first, valid when empty, and nothing that drives a terminal."""

import csv
import io
import json

import pytest

from ollama_cli.ui import export
from ollama_cli.ui.streams import OutStream

pytestmark = pytest.mark.usefixtures("made_up_documents")


def stream(*, terminal: bool = False) -> OutStream:
    return OutStream(io.StringIO(), is_terminal=terminal)


def bytes_stream(*, terminal: bool = False) -> OutStream:
    file = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")
    return OutStream(file, is_terminal=terminal)


def written(out: OutStream) -> str:
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def raw(out: OutStream) -> bytes:
    assert isinstance(out.file, io.TextIOWrapper)
    assert isinstance(out.file.buffer, io.BytesIO)
    return out.file.buffer.getvalue()


def test_the_schema_comes_first_on_one_line() -> None:
    out = stream()
    export.show_document(out, "models-list", {"models": [{"name": "é\u2028", "size": None}]})
    assert written(out) == (
        '{"schema": "ollama-cli/models-list/1", "models": [{"name": "é\u2028", "size": null}]}\n'
    )


def test_a_document_without_payload_is_valid() -> None:
    out = stream()
    export.show_document(out, "health", {})
    assert json.loads(written(out)) == {"schema": "ollama-cli/health/1"}


def test_no_key_of_the_servers_replaces_the_schema() -> None:
    out = stream()
    export.show_document(out, "models-show", {"schema": "mine", "a": 1})
    export.show_lines(out, "embed", [{"a": 1, "schema": "mine"}])
    for line in written(out).splitlines():
        assert next(iter(json.loads(line))) == "schema"
        assert json.loads(line)["schema"].startswith("ollama-cli/")


@pytest.mark.parametrize("text", ["\x1b[2J", "\x7f", "\x9b1A", "\u202e", "é", "\u2028", "\ud800"])
def test_on_a_terminal_json_is_ascii_and_laid_out(text: str) -> None:
    out = stream(terminal=True)
    export.show_document(out, "health", {"error": text, "nested": {"a": []}})
    shown = written(out)
    assert all(character == "\n" or " " <= character <= "~" for character in shown)
    assert shown.startswith('{\n  "schema": "ollama-cli/health/1",\n  "error": "')
    assert json.loads(shown)["error"] == text


def test_a_value_and_a_line_are_one_line_each() -> None:
    out = stream()
    export.show_value(out, ["a", {"b": 1.5}])
    export.show_line(out, {"event": "start"})
    assert written(out) == '["a", {"b": 1.5}]\n{"event": "start"}\n'
    out = stream(terminal=True)
    export.show_line(out, {"a": {"b": 1}})
    assert written(out) == '{"a": {"b": 1}}\n'


def test_of_lines_the_first_carries_the_schema() -> None:
    out = stream()
    export.show_lines(out, "models-list", iter([{"a": 1}, {"a": 2}]))
    assert written(out) == '{"schema": "ollama-cli/models-list/1", "a": 1}\n{"a": 2}\n'


def test_no_lines_are_no_output() -> None:
    out = stream()
    export.show_lines(out, "models-list", [])
    assert written(out) == ""


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("a", "a"),
        ("a,b", '"a,b"'),
        ('say "hi"', '"say ""hi"""'),
        ("a\nb", '"a\nb"'),
        ("a\r\nb", '"a\r\nb"'),
        (" a ", " a "),
        ("", ""),
        (None, ""),
        (0, "0"),
        (1.5, "1.5"),
        (False, "False"),
        ("é", "é"),
    ],
)
def test_csv_is_quoted_as_rfc_4180_has_it(value: object, field: str) -> None:
    out = bytes_stream()
    export.show_csv(out, ["one", "two"], [["x", value]])
    assert raw(out) == f"one,two\r\nx,{field}\r\n".encode()
    (_, row) = csv.reader(io.StringIO(raw(out).decode(), newline=""))
    assert row[1] == ("" if value is None else str(value))


def test_csv_without_rows_is_its_header() -> None:
    out = stream()
    export.show_csv(out, ["name"], [])
    assert written(out) == "name\r\n"


def test_csv_on_a_terminal_shows_control_characters() -> None:
    out = stream(terminal=True)
    export.show_csv(out, ["name"], [["\x1b[2Jx\u202e"], [3]])
    assert written(out) == "name\r\n\\x1b[2Jx\\u202e\r\n3\r\n"
    out = stream()
    export.show_csv(out, ["name"], [["\x1b[2Jx"]])
    assert "\x1b[2Jx" in written(out)


@pytest.mark.parametrize(
    ("document", "terminal", "shown"),
    [
        (b'{"a": "\xff\x1b"}', False, b'{"a": "\xff\x1b"}'),
        (b"{}\n", False, b"{}\n"),
        (b"", False, b""),
        (b"{}", True, b"{}\n"),
        (b"{}\n", True, b"{}\n"),
    ],
)
def test_raw_is_the_servers_own_bytes(document: bytes, terminal: bool, shown: bytes) -> None:
    out = bytes_stream(terminal=terminal)
    export.show_raw(out, document)
    assert raw(out) == shown
