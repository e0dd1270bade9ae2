"""A list as the answer: items come when they are whole, and no bad one is ever printed in text."""

import io
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from runtimes import runtime, told

from ollama_cli.errors import InvalidOutputError
from ollama_cli.features.chat.ending import Heard
from ollama_cli.features.chat.items import ItemList
from ollama_cli.features.chat.room import Question
from ollama_cli.features.chat.structure import WRAPPER
from ollama_cli.features.schema.check import check
from ollama_cli.features.schema.read import Schema, list_of
from ollama_cli.types.answer_events import Done, Item, RunEvent, Text, Thinking
from ollama_cli.types.answers import Answer, Limit
from ollama_cli.types.requests import GenerateRequest
from ollama_cli.ui.answers import writers

SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "integer"}},
    "required": ["a"],
    "additionalProperties": False,
}
WHOLE = Answer(model="m", done_reason="stop")
CUT = replace(
    WHOLE, done_reason="length", complete=False, cut="max_tokens", limit=Limit(5, "--max-tokens")
)
GOOD = '[{"a": 1}, {"a":2} ,\n{ "a" : 30 }]'


class Told:
    """What came of an answer: stdout, stderr, and the error that ended it."""

    def __init__(
        self,
        pieces: Sequence[str],
        output: str = "text",
        answer: Answer | None = WHOLE,
        schema: Any = SCHEMA,
    ) -> None:
        context = runtime()
        context.output = output
        heard = Heard(context, Question(context, GenerateRequest(model="m", prompt="x")))
        items = ItemList(context, Schema(schema, schema))
        self.error = ""
        self.written: list[str] = []  # after each burst

        def bursts() -> Iterator[Sequence[RunEvent]]:
            yield [Thinking("Hm.")]
            for piece in pieces:
                yield [Text(piece)]
            heard.last = answer
            if answer is not None:
                yield [Done(answer)]

        try:
            with writers.choose(output, "generate", "m", out=context.out, err=context.err) as shown:
                for burst in items.only(bursts(), heard):
                    shown.show_burst(burst)
                    self.written.append(self._text(context))
            items.refuse(heard)
        except InvalidOutputError as error:
            self.error = error.message
        self.out = self._text(context)
        self.err = told(context).removeprefix("Hm.").strip("\n")

    @staticmethod
    def _text(context: Any) -> str:
        assert isinstance(context.out.file, io.StringIO)
        return context.out.file.getvalue()

    @property
    def events(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def test_each_item_is_a_line_as_soon_as_it_is_closed() -> None:
    result = Told(['[{"a": 1', "}", ' , {"a"', ":2}, ", '{ "a" : 30 }]'])
    assert (result.out, result.error, result.err) == ('{"a": 1}\n{"a": 2}\n{"a": 30}\n', "", "")
    assert result.written[1:4] == ["", '{"a": 1}\n', '{"a": 1}\n']


@pytest.mark.parametrize("longest", [1, 2, 7, 100])
def test_the_same_comes_however_the_answer_is_cut_into_pieces(longest: int) -> None:
    rng, rest, pieces = random.Random(longest), GOOD, []
    while rest:
        length = rng.randint(1, longest)
        pieces.append(rest[:length])
        rest = rest[length:]
    assert Told(pieces).out == '{"a": 1}\n{"a": 2}\n{"a": 30}\n'
    assert Told(pieces, "json").json["data"] == [{"a": 1}, {"a": 2}, {"a": 30}]


def test_events_tell_items_and_the_end_all_of_them() -> None:
    start, thought, *rest, done = Told(['[{"a": 1}', "]"], "jsonl").events
    assert (start["event"], thought["event"]) == ("start", "thinking")
    assert rest == [
        {"event": "text", "text": '[{"a": 1}'},
        {"event": "item", "index": 0, "value": {"a": 1}, "valid": True},
        {"event": "text", "text": "]"},
    ]
    assert (done["event"], done["data"], done["valid"]) == ("done", [{"a": 1}], True)
    assert "attempts" not in done


def test_a_document_holds_the_list() -> None:
    found = Told([GOOD], "json").json
    assert (found["data"], found["valid"]) == ([{"a": 1}, {"a": 2}, {"a": 30}], True)
    assert found["attempts"] == [{"text": GOOD, "errors": [], "done_reason": "stop"}]
    empty = Told(["[ ]"], "json")
    assert (empty.json["data"], empty.json["valid"], empty.error) == ([], True, "")
    assert (Told(["[]"]).out, Told(["[]"]).error) == ("", "")


BAD = {
    '{"a": "x"}': ("$[1].a: must be an integer, not a string", {"a": "x"}),
    '{"a": 1, "b": 2}': ("$[1]: has no own property 'b'", {"a": 1, "b": 2}),
    "{}": ("$[1]: 'a' is missing", {}),
    "null": ("$[1]: must be an object, not null", None),
    '{"a": 1, "a": 2}': ("$[1]: is no JSON: the name 'a' stands twice in one object", None),
    '{"a": 1e999}': ("$[1]: is no JSON: ", None),
    "{a: 1}": ("$[1]: is no JSON: ", None),
    '{"a": 1]': ("$[1]: is no JSON: ", None),
    "NaN": ("$[1]: is no JSON: ", None),
    "[" * 200 + "]" * 200: ("$[1]: is no JSON: it is nested more than 100 levels deep", None),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_item_ends_the_run_and_is_never_printed(bad: str) -> None:
    told_words, value = BAD[bad]
    pieces = [f'[{{"a": 1}}, {bad}, {{"a": 2}}', "]"]
    result = Told(pieces)
    assert result.out == '{"a": 1}\n'
    assert result.error.startswith("the answer does not fit the schema: ")
    assert told_words.partition(": ")[0] in result.error
    assert result.err.splitlines()[0] == bad
    *_, item, error = Told(pieces, "jsonl").events
    assert (item["event"], item["index"], item["valid"]) == ("item", 1, False)
    assert item["value"] == value
    assert all(each["path"].startswith("$") and each["message"] for each in item["errors"])
    assert (error["event"], error["exit"]) == ("error", 9)
    document = Told(pieces, "json").json
    assert (document["data"], document["valid"]) == ([{"a": 1}], False)
    assert document["attempts"][0]["errors"][0]["path"].startswith("$[1]")
    assert document["complete"] is False


@pytest.mark.parametrize("end", range(len(GOOD)))
def test_a_cut_keeps_the_whole_items_and_is_an_error(end: int) -> None:
    result = Told([GOOD[:end]], answer=CUT)
    assert GOOD.startswith("[")
    whole = [n for n, place in ((1, 9), (2, 18), (30, 33)) if end >= place]
    assert [json.loads(line)["a"] for line in result.out.splitlines()] == whole
    items = "1 item" if len(whole) == 1 else f"{len(whole)} items"
    cause = "the answer was cut at 5 tokens (--max-tokens)"
    assert result.error == f"the list ends after {items}: {cause}"
    found = Told([GOOD[:end]], "json", answer=CUT).json
    assert ([each["a"] for each in found["data"]], found["valid"]) == (whole, False)
    assert found["attempts"][0]["errors"] == [{"path": "$", "message": cause}]
    assert Told([GOOD[:end]], "jsonl", answer=CUT).events[-1]["valid"] is False


@pytest.mark.parametrize(
    ("text", "out", "told_words"),
    [
        ("I am no JSON.", "", "the answer is no JSON array: it begins with 'I"),
        ('{"a": 1}', "", "the answer is no JSON array: it begins with '{\"a'"),
        ('{"items": 1}', "", 'the answer is no JSON array: it begins with \'{"items":1'),
        ('[{"a": 1},]', '{"a": 1}\n', "the answer is no JSON array: an item is missing before ']'"),
        ('[{"a": 1}] Yes', '{"a": 1}\n', "the answer is no JSON array: 'Y' stands behind it"),
        ("", "", "the list ends after 0 items: the model said nothing"),
        ('[{"a": 1}', '{"a": 1}\n', "the list ends after 1 item: the array was never closed"),
    ],
)
def test_what_is_no_list_is_told(text: str, out: str, told_words: str) -> None:
    for pieces in ([text], list(text)):
        result = Told(pieces)
        assert (result.out, result.error.startswith(told_words)) == (out, True)
        assert Told(pieces, "json").json["valid"] is False


def test_the_problems_of_an_item_are_told_on_stderr() -> None:
    names = [f"n{number}" for number in range(15)]
    schema = {"required": names}
    result = Told(["[{}]"], schema=schema)
    assert result.error == "the answer does not fit the schema: $[0]: 'n0' is missing (and 14 more)"
    first, *problems = result.err.splitlines()
    assert (first, len(problems), problems[0]) == ("{}", 9, "$[0]: 'n1' is missing")
    long = Told([f'["{"x" * 9000}"]'], schema={"type": "null"})
    assert len(long.err.splitlines()[0]) < 5000


def test_great_numbers_stay_and_halves_of_characters_are_refused() -> None:
    result = Told(['["\\u00e9", 123456789012345678901234567890, "\\ud83d"]'], schema={})
    assert result.out.splitlines() == ['"é"', "123456789012345678901234567890"]
    assert result.error.endswith("$[2]: is no JSON: it holds half of a character")


def test_a_list_in_a_wrapper_for_servers_that_take_no_list_alone() -> None:
    item = {"$ref": "#/$defs/p", "$defs": {"p": SCHEMA}}
    sent = list_of(Schema(item, item), WRAPPER).sent
    assert check({"items": [{"a": 1}]}, sent) == []
    assert check({"items": [{"a": "x"}]}, sent) != []
    assert check([{"a": 1}], sent) != []
    assert Told(['{"items": [{"a"', ": 1}]}"]).out == '{"a": 1}\n'


def test_an_item_is_valid_if_nothing_is_wrong() -> None:
    assert Item(0, None).valid
    assert not Item(0, None, ({"path": "$", "message": "x"},)).valid
