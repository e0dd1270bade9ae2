"""`--schema`, `--schema-multi` and `-x` where something breaks: one sentence, and the fields."""

import json
from typing import Any

import pytest
from hostile import Script, Server, by_path, document, lines
from scripted_models import DONE, Model
from shell import Result, call

SCHEMA = ("--schema", "age int", "--repair", "1")
ITEMS = ("--schema-multi", "age int")
CODE = ("-x",)
OWN_LIMIT = document({"parameters": "num_predict                    4", "details": {}})


def said(text: str, thinking: str = "") -> dict[str, Any]:
    return {
        "message": {"content": text, "thinking": thinking},
        "response": text,
        "thinking": thinking,
        "done": False,
    }


def says(text: str, *, thinking: str = "", **end: Any) -> Script:
    before = [said("", thinking)] if thinking else []
    return lines(*before, said(text), {**DONE, "response": "", **end})


def fails(text: str, *, thinking: str = "") -> Script:
    """An answer that ends in an error of the server."""
    before = [said("", thinking)] if thinking else []
    return lines(*before, said(text), {"error": "boom"})


def cut(text: str, tokens: int = 4) -> Script:
    return says(text, done_reason="length", eval_count=tokens)


def asked(*args: str, answers: list[Script], command: str = "generate") -> Result:
    model = Model(*answers)
    paths: dict[str, Script] = {"/api/generate": model, "/api/chat": model, "/api/show": OWN_LIMIT}
    paths["/api/ps"] = document({"models": [{"name": "m", "context_length": 256}]})
    with Server(by_path(paths)) as server:
        return call(command, "hi", "-m", "m", *args, "--host", server.url)


@pytest.mark.parametrize(
    ("flags", "text", "fields"),
    [
        (SCHEMA, '{"age": 1}', {"data": None, "valid": False}),
        (ITEMS, '[{"age": 1}]', {"data": [{"age": 1}], "valid": False}),
        (CODE, "```\nx\n```\n", {"extracted": None}),
    ],
)
def test_the_document_of_an_answer_without_end_has_its_fields(
    flags: tuple[str, ...], text: str, fields: dict[str, object]
) -> None:
    result = asked(*flags, "-o", "json", answers=[fails(text)])
    assert (result.code, result.error["message"]) == (5, "boom")
    assert fields.items() <= result.json.items()
    assert result.json["text"] == text
    if "valid" in fields:
        errors = [{"path": "$", "message": "boom"}]
        assert result.json["attempts"] == [{"text": text, "errors": errors, "done_reason": None}]


def test_a_try_without_end_stands_behind_those_that_did_not_fit() -> None:
    bad = '{"age": "1"}'
    result = asked(*SCHEMA, "-o", "json", answers=[says(bad), fails('{"age"')])
    assert [each["text"] for each in result.json["attempts"]] == [bad, '{"age"']
    assert result.json["attempts"][1]["errors"] == [{"path": "$", "message": "boom"}]


@pytest.mark.parametrize("flags", [SCHEMA, ITEMS, CODE])
def test_there_is_no_document_where_nothing_was_said(flags: tuple[str, ...]) -> None:
    refused = lines({"error": "boom"})
    result = asked(*flags, "-o", "json", answers=[refused])
    assert (result.code, result.out) == (5, "")


def test_an_answer_without_end_is_told_on_stderr() -> None:
    result = asked(*SCHEMA, answers=[fails('{"age": 1')])
    assert (result.code, result.out) == (5, "")
    assert result.err == '{"age": 1\nerror: boom\n'


@pytest.mark.parametrize(
    ("flags", "answers", "code", "told"),
    [
        (SCHEMA, [says('{"age": ""}', thinking="Hm."), says("{}")], 9, "note: the answer does"),
        (SCHEMA, [fails('{"age": 1', thinking="Hm.")], 5, '{"age": 1\nerror: boom'),
        (ITEMS, [says('[{"age": ""}]', thinking="Hm.")], 9, '{"age": ""}\nerror: '),
        (CODE, [fails("```", thinking="Hm.")], 5, "```\nerror: boom"),
    ],
)
def test_the_thinking_ends_before_anything_else_is_told(
    flags: tuple[str, ...], answers: list[Script], code: int, told: str
) -> None:
    result = asked(*flags, "--think", answers=answers, command="chat")
    assert result.code == code
    assert result.err.startswith(f"Hm.\n\n{told}")


@pytest.mark.parametrize(
    ("flags", "text", "told"),
    [
        (ITEMS, '[{"age": 1},', "the list ends after 1 item"),
        (CODE, "```\nx", "the answer holds no closed block of code"),
    ],
)
@pytest.mark.parametrize("output", ["text", "json"])
def test_one_sentence_tells_of_a_cut(
    flags: tuple[str, ...], text: str, told: str, output: str
) -> None:
    result = asked(*flags, "-o", output, answers=[cut(text)])
    why = f"{told}: the answer was cut at 4 tokens (num_predict of the model)"
    assert result.code == 9
    if output == "text":
        *_, error, hint = result.err.splitlines()
        assert (error, hint) == (f"error: {why}", "hint: allow more with --max-tokens")
        assert "warning" not in result.err
    else:
        (line,) = result.err.splitlines()
        assert json.loads(line)["error"]["message"] == why


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (SCHEMA, "the answer does not fit the schema after 2 tries: $: is no JSON: it is empty"),
        (ITEMS, "the list ends after 0 items: the model said nothing"),
        (CODE, "the model said nothing: no closed block of code"),
    ],
)
def test_one_sentence_tells_of_an_answer_that_is_empty(flags: tuple[str, ...], told: str) -> None:
    result = asked(*flags, answers=[says("")])
    assert (result.code, result.out) == (9, "")
    assert f"\nerror: {told}\n" in f"\n{result.err}"
    assert "warning" not in result.err


def test_a_raised_limit_that_is_not_reached_is_none() -> None:
    """The second answer ends before its own limit: the context is full."""
    result = asked(*SCHEMA, "-o", "json", answers=[cut('{"age"'), cut('{"age":', tokens=5)])
    assert (result.json["cut"], result.json["limit"]["from"]) == ("context", "context")
    assert result.error["hint"] == "make room for it: `--num-ctx auto`"


@pytest.mark.parametrize(
    ("flags", "text"), [(SCHEMA, '{"age"'), (ITEMS, '[{"age"'), (CODE, "```\nx")]
)
def test_where_the_context_overflowed_a_higher_limit_is_no_cure(
    flags: tuple[str, ...], text: str
) -> None:
    end: dict[str, Any] = {"eval_count": 4, "prompt_eval_count": 253, "done_reason": "length"}
    result = asked(*flags, "-o", "json", "--num-ctx", "256", answers=[says(text, **end)])
    assert (result.code, result.json["cut"]) == (9, "max_tokens")
    assert result.error["hint"] == "make room for it: `--num-ctx auto`"
