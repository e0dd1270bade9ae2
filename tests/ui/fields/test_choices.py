"""What is written in place of whole JSON: never a secret, nothing that drives a terminal."""

import io
import json
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from ollama_cli.errors import OllamaCliError, ServerError, UsageError
from ollama_cli.types import secrets
from ollama_cli.ui import export
from ollama_cli.ui.fields.choices import Fields, Filtered, Line, places
from ollama_cli.ui.fields.jq_filter import Filter
from ollama_cli.ui.fields.names import Names
from ollama_cli.ui.streams import Choice, OutStream

pytestmark = pytest.mark.usefixtures("made_up_documents")
NAMES = Names(("name", "size", "tags"), "models", ("total",))
MODELS: dict[str, Any] = {
    "models": [{"name": "a", "size": 1, "tags": ["x", "y"]}, {"name": "b", "size": None}],
    "total": 2,
}
KEY = "sk-0123456789abcdef"


def shown(choice: Choice, document: dict[str, Any], *, terminal: bool = False) -> str:
    out = OutStream(io.StringIO(), is_terminal=terminal)
    out.choice = choice
    export.show_document(out, "models-list", document, answer={"text"})
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def line(text: str) -> Line:
    return Line(text, NAMES, {name: name for name in places(text)})


def fields(*names: str) -> Fields:
    return Fields(names, NAMES)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("{{name}}={{size}}", ["a=1", "b="]),
        ("{{ name }}\\t{{tags}}", ["a\tx y", "b\t"]),
        ("{{name}}\\\\n of {{total}}", ["a\\n of 2", "b\\n of 2"]),
        ("{name} {{", ["{name} {{", "{name} {{"]),
        ("\\d", ["\\d", "\\d"]),
    ],
)
def test_a_line_for_each_item(text: str, lines: Sequence[str]) -> None:
    assert shown(line(text), MODELS) == "".join(f"{each}\n" for each in lines)


def test_a_value_is_never_expanded_again() -> None:
    hostile = {"models": [{"name": "{{size}}\\n", "size": 7}]}
    assert shown(line("{{name}}|"), hostile) == "{{size}}\\n|\n"


@pytest.mark.parametrize(
    "choice",
    [fields("text", "name"), line("{{name}} {{text}}"), Filtered(Filter(".name, .text"))],
)
def test_a_key_is_hidden_but_in_what_a_model_said(choice: Choice) -> None:
    secrets.keep_secret(KEY)
    told = shown(choice, {"name": f"<{KEY}>", "text": f"[{KEY}]"})
    assert f"[{KEY}]" in told
    assert f"<{KEY}>" not in told


@pytest.mark.parametrize("choice", [fields("name"), line("{{name}}"), Filtered(Filter(".name"))])
def test_no_value_drives_a_terminal(choice: Choice) -> None:
    told = shown(choice, {"name": "a\x1b[2J\u202eb"}, terminal=True)
    assert told.isascii()
    assert "\x1b" not in told


def test_a_filter_writes_texts_as_they_are_and_all_else_as_json() -> None:
    program = '"a\\nb", 1, null, [1, "é"], {a: 1.5}, empty'
    assert shown(Filtered(Filter(program)), MODELS).splitlines() == [
        *("a", "b", "1", "null", '[1, "é"]', '{"a": 1.5}'),
    ]


def test_a_filter_is_given_the_fields_that_were_chosen() -> None:
    told = shown(Filtered(Filter(".models"), fields("size")), MODELS)
    assert json.loads(told) == [{"size": 1}, {"size": None}]


def test_numbers_and_halves_of_characters_that_json_has_no_word_for() -> None:
    told = shown(Filtered(Filter(".a, .b, .c")), {"a": float("inf"), "b": "\ud800", "c": 2**53})
    assert told == f"null\n\ufffd\n{2**53}\n"


def test_what_a_filter_gave_before_it_failed_is_there() -> None:
    out = OutStream(io.StringIO())
    out.choice = Filtered(Filter('.name, error("no")'))
    with pytest.raises(OllamaCliError, match="--jq: no") as caught:
        export.show_document(out, "health", {"name": "a"})
    assert caught.value.exit_code == 1
    assert isinstance(out.file, io.StringIO)
    assert out.file.getvalue() == "a\n"


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("halt_error", '{"schema": "ollama-cli/models-list/1", "name": "aaa'),
        ('"x\\ny" | halt_error(3)', "x"),
        ("input", "there is one input only, and it is read"),
        (".name | keys", "string ("),
        ("error", '{"schema": "ollama-cli/mod'),
    ],
)
def test_a_filter_that_fails_is_told_in_a_sentence(program: str, told: str) -> None:
    with pytest.raises(OllamaCliError) as caught:
        shown(Filtered(Filter(program)), {"name": "a" * 500})
    assert caught.value.message.startswith(f"--jq: {told}")
    assert len(caught.value.message) <= 210


def test_the_error_that_is_on_its_way_decides() -> None:
    error = ServerError("first")

    def fail() -> None:
        try:
            raise error
        finally:
            shown(Filtered(Filter(".name | .x")), {"name": "a"})

    with pytest.raises(ServerError) as caught:
        fail()
    assert caught.value is error


@pytest.mark.parametrize("text", ["", ".a[", "nope", "."])
def test_a_filter_that_cannot_be_read(text: str) -> None:
    if text == ".":
        Filter(text)
        return
    with pytest.raises(UsageError, match=r"^--jq: \S") as caught:
        Filter(text)
    assert "<top-level>" not in caught.value.message


def test_without_the_library_the_line_that_installs_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "jq", None)
    with pytest.raises(UsageError) as caught:
        Filter(".")
    assert caught.value.hint == "install it: `pip install 'ollama-command-line[jq]'`"


def test_what_stands_beside_a_list_is_left_out_unless_it_is_named() -> None:
    schema = '{"schema": "ollama-cli/models-list/1", '
    assert (
        shown(fields("name"), MODELS) == f'{schema}"models": [{{"name": "a"}}, {{"name": "b"}}]}}\n'
    )
    assert shown(fields("total"), MODELS) == f'{schema}"total": 2}}\n'


def test_csv_has_the_paths_as_its_header() -> None:
    out = OutStream(io.StringIO())
    out.choice = Fields(["usage.total", "name"], NAMES)
    export.show_csv(out, ["name", "usage"], [["a,b", {"total": 3}], [None, None]])
    assert isinstance(out.file, io.StringIO)
    assert out.file.getvalue() == 'usage.total,name\r\n3,"a,b"\r\n,\r\n'
    with pytest.raises(UsageError, match="CSV has no column usage"):
        export.show_csv(out, ["name"], [])


@pytest.mark.parametrize("choice", [line("x"), Filtered(Filter("."))])
def test_what_is_for_json_leaves_csv_as_it_is(choice: Choice) -> None:
    out = OutStream(io.StringIO())
    out.choice = choice
    export.show_csv(out, ["name"], [["a"]])
    assert isinstance(out.file, io.StringIO)
    assert out.file.getvalue() == "name\r\na\r\n"
