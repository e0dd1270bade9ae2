"""`--schema`: stdout is empty or fits, the code tells which, and what does not is asked again."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hostile import Script, Server, by_path, document, lines
from scripted_models import DONE, Model
from shell import Result, call

from ollama_cli.features.sessions.store import SessionStore

GOOD = '{"name": "Ada",\n\t "age": 36}'
BAD = '{"name": "Ada", "age": "36"}'
VALUE = {"name": "Ada", "age": 36}
WRONG = "$.age: must be an integer, not a string"
HINT = "hint: try a simpler schema or a larger model; --repair N asks more often\n"
OWN_LIMIT = document({"parameters": "num_predict                    4", "details": {}})


def says(text: str, **end: Any) -> Script:
    """One answer, on each of the two routes."""
    pieces = [text[at : at + 7] for at in range(0, len(text), 7)]
    sent = [{"message": {"content": each}, "response": each, "done": False} for each in pieces]
    return lines(*sent, {**DONE, "response": "", **end})


def cut(text: str, tokens: int = 4) -> Script:
    return says(text, done_reason="length", eval_count=tokens)


class Asked:
    """One run against a model that gives these answers."""

    def __init__(
        self,
        *args: Any,
        answers: Any,
        command: str = "generate",
        routes: Mapping[str, Script] | None = None,
        **more: Any,
    ) -> None:
        self.model = Model(*(says(each) if isinstance(each, str) else each for each in answers))
        known: dict[str, Script] = {"/api/chat": self.model, "/api/generate": self.model}
        with Server(by_path({**known, "/api/show": OWN_LIMIT, **(routes or {})})) as server:
            words = (command, "who?", "-m", "m", "--host", server.url, *args)
            self.result: Result = call(*words, **more)

    @property
    def bodies(self) -> list[Any]:
        return self.model.asked


def asked(*args: Any, answers: Any, **more: Any) -> Asked:
    return Asked("--schema", "name, age int", *args, answers=answers, **more)


@pytest.mark.parametrize("command", ["generate", "chat"])
def test_what_fits_is_one_line_in_a_pipe(command: str) -> None:
    found = asked(answers=[GOOD], command=command)
    assert found.result.code == 0
    assert found.result.out == '{"name": "Ada", "age": 36}\n'
    assert found.result.err == ""
    (body,) = found.bodies
    assert body["format"] == {
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["name", "age"],
    }
    prompt = body["prompt"] if command == "generate" else body["messages"][-1]["content"]
    first, last = prompt.split("\n\n")
    assert first == "who?"
    assert json.loads(last.splitlines()[-1]) == body["format"]


def test_the_schema_is_no_part_of_the_prompt_where_that_is_not_wanted() -> None:
    (body,) = asked("--no-schema-prompt", answers=[GOOD]).bodies
    assert body["prompt"] == "who?"
    assert body["format"]["type"] == "object"


def test_json_tells_the_value_and_all_tries() -> None:
    found = asked("-o", "json", answers=[BAD, GOOD]).result
    assert found.code == 0
    document = found.json
    assert document["data"] == VALUE
    assert document["valid"] is True
    assert document["text"] == GOOD
    assert document["usage"] == {"prompt_tokens": 20, "completion_tokens": 6}
    assert document["attempts"] == [
        {
            "text": BAD,
            "errors": [{"path": "$.age", "message": "must be an integer, not a string"}],
            "done_reason": "stop",
        },
        {"text": GOOD, "errors": [], "done_reason": "stop"},
    ]


def test_jsonl_streams_each_try_and_ends_with_the_value() -> None:
    found = asked("-o", "jsonl", answers=[BAD, GOOD]).result
    kinds = [each["event"] for each in found.events]
    assert [kind for n, kind in enumerate(kinds) if kind != kinds[n - 1]] == [
        *("start", "text", "attempt", "text", "done")
    ]
    (attempt,) = (each for each in found.events if each["event"] == "attempt")
    assert attempt == {"event": "attempt", "attempt": 2, "reason": "invalid"}
    assert found.events[-1]["data"] == VALUE
    assert found.events[-1]["valid"] is True
    assert "attempts" not in found.events[-1]


def test_what_does_not_fit_is_exit_9_and_nothing_on_stdout() -> None:
    found = asked(answers=[BAD])
    assert (found.result.code, found.result.out) == (9, "")
    assert found.result.err == (
        "note: the answer does not fit the schema: asked again (2 of 3)\n"
        "note: the answer does not fit the schema: asked again (3 of 3)\n"
        f"{BAD}\n{WRONG}\n"
        f"error: the answer does not fit the schema after 3 tries: {WRONG}\n{HINT}"
    )
    assert len(found.bodies) == 3


@pytest.mark.parametrize("output", ["json", "jsonl"])
def test_programs_are_told_that_nothing_fits(output: str) -> None:
    found = asked("--repair", "0", "-o", output, answers=[BAD]).result
    assert found.code == 9
    last = found.json if output == "json" else found.events[-1]
    assert (last["data"], last["valid"]) == (None, False)
    assert found.error["code"] == "invalid_output"
    assert found.error["message"] == f"the answer does not fit the schema: {WRONG}"
    assert len(found.err.splitlines()) == 1


def test_chat_is_asked_again_with_the_bad_answer_as_its_own() -> None:
    found = asked("--seed", "7", "--temperature", "1", answers=[BAD, GOOD], command="chat")
    assert found.result.out == '{"name": "Ada", "age": 36}\n'
    first, second = found.bodies
    assert second["messages"][:-2] == first["messages"]
    said, wrong = second["messages"][-2:]
    assert said == {"role": "assistant", "content": BAD}
    assert wrong["role"] == "user"
    assert WRONG in wrong["content"].splitlines()
    assert second["format"] == first["format"]
    assert first["options"] == {"seed": 7, "temperature": 1}
    assert second["options"] == {"seed": 8, "temperature": 0}


def test_generate_is_asked_again_with_all_of_it_in_the_prompt() -> None:
    found = asked(answers=[BAD, BAD, GOOD])
    first, second, third = (each["prompt"] for each in found.bodies)
    assert second.startswith(f"{first}\n\n")
    assert BAD in second
    assert WRONG in second.splitlines()
    assert third == second  # no bad answer but the last one
    assert [each["options"] for each in found.bodies[1:]] == [
        {"seed": 1, "temperature": 0},
        {"seed": 2, "temperature": 0},
    ]


def test_a_long_bad_answer_is_cut_and_ten_problems_are_enough() -> None:
    found = Asked(
        *("--schema", json.dumps({"items": {"type": "integer"}, "type": "array"})),
        answers=[json.dumps(["x" * 500] * 30), "[1]"],
    )
    assert found.result.out == "[1]\n"
    prompt = found.bodies[1]["prompt"]
    assert len([line for line in prompt.splitlines() if line.startswith("$[")]) == 10
    assert len(prompt) < 6000


@pytest.mark.parametrize(
    ("schema", "text", "told"),
    [
        ("{}", "prose", "$: is no JSON: expecting value (line 1, column 1)"),
        ("{}", "", "$: is no JSON: it is empty"),
        ("{}", '{"a": 1,}', "$: is no JSON: expecting property name enclosed in double quotes"),
        ("{}", '{"a": 1, "a": 2}', "$: is no JSON: the name 'a' stands twice in one object"),
        ("{}", '{"a": NaN}', "$: is no JSON: NaN is no number of JSON"),
        ("{}", "1e999", "$: is no JSON: 1e999 is no number of JSON"),
        ("{}", "[" * 101 + "]" * 101, "$: is no JSON: it is nested more than 100 levels deep"),
        ('{"multipleOf": 2}', "3", "$: must be a multiple of 2"),
        ('{"uniqueItems": true}', "[1, 1]", "$: must not have an item twice"),
        ('{"format": "email"}', '"x"', '$: must have the format "email"'),
        ('{"pattern": "(?i)^a$"}', '"b"', '$: must match the pattern "(?i)^a$"'),
        ('{"items": [{"type": "null"}]}', "[1]", "$[0]: must be null, not 1"),
        ('{"properties": {"a b": {"const": 1}}}', '{"a b": 2}', "$.a b: must be 1"),
        ('{"pattern": "a"}', json.dumps("a" * 10_001), "$: a text of 10,001 characters is too l"),
        ("{}", '"\\ud800"', "$: is no JSON: it holds half of a character"),
    ],
)
def test_whatever_does_not_fit_is_told(schema: str, text: str, told: str) -> None:
    found = Asked("--schema", schema, "--repair", "0", answers=[text]).result
    assert (found.code, found.out) == (9, "")
    errors = [line for line in found.err.splitlines() if line.startswith("error: ")]
    assert errors[0].startswith(f"error: the answer does not fit the schema: {told}")


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ('Sure!\n```json\n{"a": 1}\n```\nDone.', '{"a": 1}'),
        ('[1.50, 1e2, "\\u00e9\\ud83d\\ude00"]', '[1.5, 100.0, "é😀"]'),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("null", "null"),
    ],
)
def test_the_value_is_written_anew(text: str, printed: str) -> None:
    found = Asked("--schema", "{}", answers=[text]).result
    assert (found.code, found.out) == (0, f"{printed}\n")


def test_a_pattern_that_never_ends_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ollama_cli.features.schema.verdict._SECONDS", 0.01)
    schema = json.dumps({"pattern": "^(a+)+$"})
    found = Asked("--schema", schema, "--repair", "0", answers=[json.dumps("a" * 60 + "!")]).result
    assert (found.code, found.out) == (9, "")
    assert "$: takes too long to be checked" in found.err


def test_what_a_limit_of_the_model_cut_gets_twice_as_much_once() -> None:
    found = asked(answers=[cut('{"name": "A', 4), GOOD], command="chat")
    assert (found.result.code, found.result.out) == (0, '{"name": "Ada", "age": 36}\n')
    first, second = found.bodies
    assert second == {**first, "options": {"num_predict": 8}}
    assert found.result.err == "note: the answer was cut: asked again (2 of 3)\n"


def test_what_is_cut_again_is_exit_9_with_both_limits() -> None:
    found = asked("-o", "json", answers=[cut('{"name": "A', 4), cut('{"name": "Ada Lo', 8)])
    assert found.result.code == 9
    assert len(found.bodies) == 2
    assert found.result.error["message"] == (
        "the answer was cut at 4 tokens (num_predict of the model), and again at 8 tokens:"
        " it does not fit the schema"
    )
    assert found.result.json["limit"] == {"tokens": 8, "from": "model"}
    assert [each["done_reason"] for each in found.result.json["attempts"]] == ["length", "length"]


@pytest.mark.parametrize("limit", [["--max-tokens", "4"], ["-O", "num_predict=4"]])
def test_the_limit_of_the_user_is_named_and_stays(limit: list[str]) -> None:
    found = asked(*limit, answers=[cut('{"name": "A', 4)])
    assert (found.result.code, found.result.out) == (9, "")
    assert len(found.bodies) == 1
    assert found.result.err.splitlines()[-2:] == [
        "error: the answer was cut at 4 tokens (--max-tokens): it does not fit the schema",
        "hint: allow more with --max-tokens",
    ]
    assert "warning:" not in found.result.err


@pytest.mark.parametrize(("holds", "asks"), [(13, 1), (4096, 2)])
def test_where_the_context_is_full_no_limit_helps(holds: int, asks: int) -> None:
    running = document({"models": [{"name": "m:latest", "context_length": holds}]})
    found = asked(answers=[cut('{"name": "A', 3)], routes={"/api/ps": running})
    assert (found.result.code, len(found.bodies)) == (9, asks)
    assert "the answer was cut: the context is full" in found.result.err


def test_a_repair_after_a_cut_keeps_the_room() -> None:
    found = asked(answers=[cut('{"name": "A', 4), BAD, GOOD])
    assert found.result.code == 0
    assert found.bodies[2]["options"] == {"num_predict": 8, "temperature": 0, "seed": 2}


def test_a_number_at_a_cut_may_be_the_beginning_of_one() -> None:
    found = Asked("--schema", '{"type": "integer"}', "--max-tokens", "4", answers=[cut("12")])
    assert (found.result.code, found.result.out) == (9, "")
    assert "$: may be the beginning of a longer number" in found.result.err
    whole = Asked("--schema", '{"type": "object"}', "--max-tokens", "4", answers=[cut('{"a": 1}')])
    assert (whole.result.code, whole.result.out) == (0, '{"a": 1}\n')
    assert whole.result.err == "warning: the answer was cut at 4 tokens (--max-tokens)\n"


def test_no_try_is_made_where_none_is_allowed() -> None:
    for flags in (["--repair", "0"], ["--raw"], ["--suffix", "x"]):
        found = asked(*flags, answers=[BAD])
        assert found.result.code == 9
        (body,) = found.bodies
        is_bare = flags != ["--repair", "0"]
        assert (body["prompt"] == "who?") == is_bare
        assert ("--repair" in found.result.err) != is_bare


def test_an_error_between_tries_is_told_as_that() -> None:
    gone = document({"error": "model runner has stopped"}, 500)
    for output in ("text", "json", "jsonl"):
        found = asked("-o", output, answers=[BAD, gone]).result
        assert found.code == 5
        if output == "text":
            assert found.out == ""
        if output == "json":
            assert (found.json["data"], found.json["valid"]) == (None, False)
            assert len(found.json["attempts"]) == 1
        if output == "jsonl":
            assert found.events[-1]["event"] == "error"


def test_left_out_keywords_are_named_with_v(tmp_path: Path) -> None:
    schema = json.dumps({"type": "string", "pattern": "(?i)a", "format": "email"})
    found = Asked("-v", "--schema", schema, "--repair", "0", answers=['"a@b"']).result
    assert found.code == 0
    told = "note: left out of the schema that is sent: $.pattern, $.format\n"
    assert told in found.err
    (tmp_path / "s.json").write_text(schema)
    passed = Asked("-v", "--format", "@s.json", answers=["prose"], cwd=tmp_path)
    assert (passed.result.code, passed.result.out) == (0, "prose\n")
    assert told in passed.result.err
    assert passed.bodies[0]["format"] == {"type": "string"}


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--schema", "a", "--format", "json"], "--schema and --format exclude each other"),
        (["--schema", "a", "-x"], "--schema and --extract exclude each other"),
        (["--schema", "a", "--extract-last"], "--schema and --extract-last exclude each other"),
        (["--schema", "a", "-o", "raw"], "--schema checks an answer, which -o raw passes on"),
        (["--schema", "a", "--think"], "with --schema `generate` does not think"),
        (["--schema", "a", "--think", "low"], "with --schema `generate` does not think"),
        (["--schema", "a", "--tools", "x.py"], "--tools and --schema exclude each other"),
        (["--schema", "a intt"], "the field 'a' has an unknown type: intt"),
        (["--schema", '{"type": "intt"}'], "the schema cannot be used: $.type is no type"),
        (["--schema", '{"$ref": "http://127.0.0.1:9/s"}'], "the schema cannot be used: $.$ref le"),
        (
            ["--schema", '{"name": "x", "schema": {}}'],
            "the schema has no keyword of JSON Schema, but",
        ),
        (["--schema", "@none.json"], "no such file: none.json"),
        (["--schema", "@"], "cannot read a file without a name"),
        (["--schema", "@-"], "standard input is no JSON: it is empty"),
        (["--schema", "s.json"], "the schema names one field, 's.json', which looks like a file"),
        (["--repair", "1"], "--repair belongs to --schema, which is not given"),
        (["--schema", "a", "--repair", "1", "--raw"], "--repair goes with neither --raw nor"),
        (["--schema", "a", "--repair", "1", "--suffix", "x"], "--repair goes with neither --raw"),
        (["--no-schema-prompt"], "--no-schema-prompt belongs to --schema, which is not given"),
        (["--schema", "a", "--repair", "-1"], "invalid value for '--repair'"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_before_anything_is_sent(
    args: list[str], told: str
) -> None:
    found = Asked(*args, answers=[GOOD])
    assert found.result.code == (4 if "@none.json" in args else 2)
    assert found.result.out == ""
    assert found.bodies == []
    assert found.result.err.lower().startswith(f"error: {told.lower()}")


def test_generate_without_thinking_is_asked() -> None:
    found = asked("--think=false", answers=[GOOD])
    assert found.result.code == 0
    assert found.bodies[0]["think"] is False


def test_chat_thinks_before_it_answers() -> None:
    script = lines(
        {"message": {"content": "", "thinking": "Hm."}, "done": False},
        {"message": {"content": GOOD}, "done": False},
        DONE,
    )
    found = asked("-o", "json", "--think", answers=[script], command="chat").result
    assert (found.json["thinking"], found.json["data"]) == ("Hm.", VALUE)


def test_a_schema_comes_from_a_file_or_from_stdin(tmp_path: Path) -> None:
    schema = '{"type": "object", "properties": {"age": {"type": "integer"}}}'
    (tmp_path / "s.json").write_text(schema)
    for spec, stdin in (("@s.json", None), ("@-", schema), ("-", schema)):
        found = Asked("--schema", spec, answers=[GOOD], cwd=tmp_path, stdin=stdin)
        assert found.result.out == '{"name": "Ada", "age": 36}\n'
        assert found.bodies[0]["format"] == json.loads(schema)


@pytest.fixture
def kept(tmp_path: Path) -> Callable[[], list[tuple[str, str]]]:
    def messages() -> list[tuple[str, str]]:
        store = SessionStore(tmp_path / ".local/share/ollama-cli/sessions.db")
        latest = store.latest()
        assert latest is not None
        found = [(each.role, each.content) for each in store.messages(latest.id)]
        store.close()
        return found

    return messages


def test_a_session_keeps_the_question_as_it_was_typed_and_the_last_answer(
    tmp_path: Path, kept: Callable[[], list[tuple[str, str]]]
) -> None:
    found = asked("--save", answers=[BAD, GOOD], command="chat", at=tmp_path)
    assert found.result.code == 0
    assert kept() == [("user", "who?"), ("assistant", GOOD)]
    assert "JSON Schema" in found.bodies[0]["messages"][-1]["content"]
