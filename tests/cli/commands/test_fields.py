"""`--fields`, `--jq`, `--line`: just what a script wants, and a code where that cannot be."""

import json
from pathlib import Path
from typing import Any

import pytest
from hostile import Server, by_path, document
from shell import call

TAGS = {
    "models": [
        {
            "name": "big:70b",
            "model": "big:70b",
            "size": 40_000_000_000,
            "modified_at": "2020-01-02T03:04:05Z",
            "digest": "9f438cb9cd581fc025612d27f7c1a6669ff83a8bb0ed86c94fcf4c5440555697",
            "details": {"family": "llama", "parameter_size": "70B", "quantization_level": "Q4"},
            "capabilities": ["completion", "vision"],
        },
        {"name": "small:1b", "model": "small:1b", "size": 986_000_000, "digest": "ab" * 32},
    ]
}
LIST = ("models", "list", "--sort", "name")


@pytest.fixture(scope="module")
def world() -> Any:
    with Server(by_path({"/api/tags": document(TAGS)})) as server:
        yield server.url


def listed(world: str, *args: str) -> str:
    result = call(*LIST, "--host", world, *args)
    assert (result.code, result.err) == (0, "")
    return result.out


def test_columns_of_the_table_are_for_people(world: str) -> None:
    assert listed(world, "--fields", "size,name").splitlines() == [
        "SIZE    NAME",
        "40 GB   big:70b",
        "986 MB  small:1b",
    ]


def test_a_name_that_no_column_shows_gets_one_of_its_own(world: str) -> None:
    header, big, small = listed(world, "--fields", "name,family,digest").splitlines()
    assert header.split() == ["NAME", "FAMILY", "ID"]
    assert big.split() == ["big:70b", "llama", "9f438cb9cd58"]
    assert small.split() == ["small:1b", "-", "abababababab"]


def test_csv_and_json_hold_what_was_named_in_its_order(world: str) -> None:
    assert listed(world, "--fields", "name,size", "-o", "csv") == (
        "name,size\r\nbig:70b,40000000000\r\nsmall:1b,986000000\r\n"
    )
    assert listed(world, "--fields", "size", "--fields", "name", "--json") == (
        '{"schema": "ollama-cli/models-list/1", "models": [{"size": 40000000000, "name":'
        ' "big:70b"}, {"size": 986000000, "name": "small:1b"}]}\n'
    )
    assert listed(world, "--fields", "capabilities", "-o", "jsonl") == (
        '{"schema": "ollama-cli/models-list/1", "capabilities": ["completion", "vision"]}\n'
        '{"capabilities": null}\n'
    )


def test_the_schema_is_told_once(world: str) -> None:
    told = listed(world, "--fields", "schema,size", "--json")
    schema = '{"schema": "ollama-cli/models-list/1"'
    assert told == f'{schema}, "models": [{{"size": 40000000000}}, {{"size": 986000000}}]}}\n'
    assert listed(world, "--fields", "schema", "--json") == f"{schema}}}\n"


@pytest.mark.parametrize(
    ("words", "field", "hint"),
    [
        ("embed a --json", "index", "it is a field of -o jsonl"),
        ("embed a -o csv", "model", "it is a field of -o json"),
        ("tokens a -o jsonl", "total.tokens", "it is a field of -o json"),
        ("generate a -o json", "attempt", "it is a field of -o jsonl"),
    ],
)
def test_a_field_of_another_format_is_told_as_that(words: str, field: str, hint: str) -> None:
    for option in ("--fields", field), ("--line", f"{{{{{field}}}}}"):
        if option[0] == "--fields" or "csv" not in words:
            result = call(*words.split(), *option)
            assert (result.code, result.out, hint in result.err) == (2, "", True), result.err


def test_the_numbers_of_a_vector_are_columns(demo: str) -> None:
    ask = ("embed", "a", "-m", "demo-embed", "--host", demo, "-o", "csv", "--fields")
    header, row = call(*ask, "d1,index").out.splitlines()
    assert (header, row[-2:]) == ("d1,index", ",0")
    assert call(*ask, "dimensions").code == 2
    assert call(*ask, "d99999").code == 2


def test_a_filter_needs_no_other_option(world: str) -> None:
    assert listed(world, "--jq", ".models[0].name") == "big:70b\n"
    assert listed(world, "--jq", ".size / 1000000 | floor", "-o", "jsonl") == "40000\n986\n"


def test_a_line_for_each_model(world: str) -> None:
    assert listed(world, "--line", r"{{name}}\t{{size}}\n- {{capabilities}}") == (
        "big:70b\t40000000000\n- completion vision\nsmall:1b\t986000000\n- \n"
    )


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        (["--fields", "nmae"], "there is no field 'nmae'", "did you mean name?"),
        (["--line", "{{nmae}}"], "there is no field 'nmae'", "did you mean name?"),
        (["--fields", "name,"], "a field without a name", "which there are: `ollama-cli models"),
        (["--jq", ".models["], "--jq: syntax error, unexpected", "see https://jqlang.org/manual"),
        (["--jq", ""], "--jq: Top-level program not given", "see https://jqlang.org/manual"),
        (["--jq", ".", "--line", "x"], "--line is a form of its own", None),
        (["--jq", ".", "-o", "csv"], "--jq is for JSON, and -o csv is none", "leave out -o csv"),
        (["--line", "x", "-o", "name"], "--line does not go with -o name", "leave out -o name"),
        (["--fields", "name", "-o", "raw"], "--fields does not go with -o raw", "leave out -o raw"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_asked(
    args: list[str], message: str, hint: str | None
) -> None:
    with Server() as server:
        result = call("models", "list", "--host", server.url, *args)
        assert server.connections == 0
    assert (result.code, result.out) == (2, "")
    told, *rest = result.err.splitlines()
    assert told.startswith(f"error: {message}")
    assert [each[: len(f"hint: {hint}")] for each in rest] == ([f"hint: {hint}"] if hint else [])


def test_an_error_is_an_object_where_json_was_asked_for(world: str) -> None:
    result = call(*LIST, "--host", world, "--jq", ".models.x")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("error: --jq: Cannot index array with string")
    result = call(*LIST, "--host", world, "--jq", ".models.x", "-o", "json")
    assert (result.code, result.error["exit"]) == (1, 1)
    assert call(*LIST, "--jq", "[", "-o", "json").error["code"] == "usage"


@pytest.mark.parametrize("words", ["models list", "models show", "generate", "sessions rename"])
def test_the_names_are_listed_without_a_server_and_without_arguments(words: str) -> None:
    result = call(*words.split(), "--fields", "help")
    assert (result.code, result.err) == (0, "")
    assert {"name", "usage.prompt_tokens", "session.title"}.intersection(result.out.splitlines())


def test_a_document_as_names_and_values(demo: str) -> None:
    fields = ("--fields", "details.family,model_info.general.architecture,capabilities")
    show = ("models", "show", "demo", "--host", demo)
    lines = [line.split() for line in call(*show, *fields).out.splitlines()]
    assert lines == [
        ["FIELD", "VALUE"],
        ["details.family", "demo"],
        ["model_info.general.architecture", "demo"],
        ["capabilities", "completion"],
    ]
    assert call(*show, *fields, "-o", "json").json == {
        "schema": "ollama-cli/models-show/1",
        "details": {"family": "demo"},
        "model_info": {"general.architecture": "demo"},
        "capabilities": ["completion"],
    }


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (["--fields", "details.famly"], "did you mean details.family?"),
        (["--line", "{{detials.family}}"], "did you mean details.family?"),
        (["--fields", "zzz", "-o", "json"], "see them all: -o json"),
    ],
)
def test_where_the_server_makes_the_names_they_are_compared_with_its_own(
    demo: str, args: list[str], hint: str
) -> None:
    result = call("models", "show", "demo", "--host", demo, *args)
    assert (result.code, result.out) == (2, "")
    assert hint in result.err


def test_a_part_of_a_model_is_chosen_in_one_way(demo: str) -> None:
    result = call("models", "show", "demo", "--host", demo, "--template", "--jq", ".")
    assert (result.code, "leave out --get and the parts" in result.err) == (2, True)


@pytest.mark.parametrize("command", ["generate", "chat"])
def test_fields_of_an_answer(demo: str, command: str) -> None:
    ask = (command, "-q", "--host", demo, "hello")
    whole = call(*ask, "--fields", "usage.completion_tokens,done_reason", "-o", "json").json
    assert [*whole] == ["schema", "usage", "done_reason"]
    assert [*whole["usage"]] == ["completion_tokens"]
    first, *texts, last = call(*ask, "--fields", "text", "-o", "jsonl").events
    assert first == {"schema": f"ollama-cli/{command}/1", "event": "start"}
    assert {tuple(each) for each in texts} == {("event", "text")}
    assert last == {"event": "done"}


def test_an_answer_filtered_and_in_a_line(demo: str) -> None:
    ask = ("generate", "-q", "--host", demo, "--seed", "1", "hello")
    text = call(*ask).out.removesuffix("\n")
    assert call(*ask, "--jq", ".text").out == f"{text}\n"
    assert call(*ask, "--line", "<{{text}}>{{cut}}").out == f"<{text}>\n"
    lines = call(*ask, "--line", "{{text}}", "-o", "jsonl").out
    assert lines.replace("\n", "") == text.replace("\n", "")
    assert lines.count("\n") > 1


def test_the_text_of_an_answer_has_no_fields(demo: str) -> None:
    result = call("generate", "--host", demo, "hello", "--fields", "text")
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines()[1] == "hint: --fields is for -o json and -o jsonl"


@pytest.mark.parametrize("filter_", [".text", ".text | ascii_upcase"])
def test_a_filter_never_hides_the_code_of_what_failed(demo: str, filter_: str) -> None:
    for args in ([], ["-o", "jsonl"]):
        result = call(
            "generate",
            "-m",
            "nope",
            "--host",
            demo,
            "hi",
            "--jq",
            f"select(.text) | {filter_}",
            *args,
        )
        assert (result.code, result.out) == (4, "")


def test_an_error_stays_whole_among_chosen_lines(demo: str) -> None:
    pull = ("models", "pull", "nope", "--host", demo, "-q")
    *_, last = call(*pull, "--fields", "status", "-o", "jsonl").events
    assert (last["event"], last["code"]) == ("error", "model_not_found")
    assert call(*pull, "--fields", "model,status").out == "MODEL  STATUS\nnope   error\n"
    assert call(*pull, "--line", "{{model}} {{error.code}}").out == "nope model_not_found\n"


def test_a_conversation_in_lines(demo: str, tmp_path: Path) -> None:
    assert call("chat", "-q", "--save", "--host", demo, "hello there", at=tmp_path).code == 0
    show = ("sessions", "show", "hello there")
    assert call(*show, "--line", "{{id}} {{role}} {{session.title}}", at=tmp_path).out == (
        "1 user hello there\n2 assistant hello there\n"
    )
    chosen = call(*show, "--fields", "role,session.title", "-o", "json", at=tmp_path).json
    assert chosen["session"] == {"title": "hello there"}
    assert chosen["messages"] == [{"role": "user"}, {"role": "assistant"}]
    assert call("sessions", "list", "--fields", "title,messages", "-o", "csv", at=tmp_path).out == (
        "title,messages\r\nhello there,2\r\n"
    )


def test_a_repair_is_told_in_lines_too(tmp_path: Path) -> None:
    repair = ("sessions", "repair")
    assert call(*repair, "-o", "jsonl", at=tmp_path).json["repaired"] is False
    assert json.loads(call(*repair, "--jq", ".repaired", at=tmp_path).out) is False


def test_vectors_by_their_columns(demo: str) -> None:
    embed = ("embed", "-q", "--host", demo, "a", "b")
    assert call(*embed, "--fields", "index", "-o", "csv").out == "index\r\n0\r\n1\r\n"
    assert call(*embed, "--jq", ".embeddings | length").out == "2\n"
    result = call(*embed, "--fields", "embedding", "-o", "csv")
    assert (result.code, "it has index, d0, d1" in result.err) == (2, True)
