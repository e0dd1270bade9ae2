"""A prompt file is read part by part: all that is wrong with it is told, with its line."""

import pytest
from documentation import ROOT

from ollama_cli.errors import UsageError
from ollama_cli.features.prompts import editing
from ollama_cli.features.prompts.file import Read, read

WHOLE = """\
name: Review
description: of a diff
model: openai/gpt-4o
modelParameters: {maxTokens: 5, temperature: 0.50, topP: 1}
responseFormat: json_schema
jsonSchema: '{"name": "x", "strict": true, "schema": {"type": "array"}}'
messages:
  - role: System
    content: be {{tone}}
  - {role: user, content: 5}
testData: [{input: x, expected: y}]
evaluators: [{name: z, string: {contains: y}}]
ollama:
  options: {num_ctx: 4096, stop: [a, b]}
  think: true
  keep_alive: 10m
  defaults: {tone: no, version: 1.10}
  extract: python
"""
LEAST = "messages: [{role: user, content: x}]\n"


def problems(text: str) -> list[str]:
    return [str(each) for each in read(text, "f").problems]


def warnings(found: Read) -> list[str]:
    return [str(each) for each in found.warnings]


def test_all_of_it() -> None:
    found = read(WHOLE, "f")
    assert (found.problems, found.warnings) == ([], [])
    file = found.file
    assert (file.name, file.description, file.model) == ("Review", "of a diff", "openai/gpt-4o")
    assert file.messages == (("system", "be {{tone}}"), ("user", "5"))
    assert {name: each.texts for name, each in file.options.items()} == {
        "num_predict": ("5",),
        "temperature": ("0.50",),
        "top_p": ("1",),
        "num_ctx": ("4096",),
        "stop": ("a", "b"),
    }
    assert file.format == {"type": "array"}
    assert (file.think, file.keep_alive, file.extract) == ("true", "10m", "python")
    assert file.defaults == {"tone": "no", "version": "1.10"}
    assert file.variables == ["tone"]


def test_the_least_of_it() -> None:
    found = read(LEAST, "f")
    assert (found.problems, found.warnings) == ([], [])
    file = found.file
    assert (file.model, file.format, file.think, file.extract) == (None, None, None, None)


@pytest.mark.parametrize(
    ("more", "form"),
    [
        ("responseFormat: text\n", None),
        ("responseFormat: json_object\n", "json"),
        ("responseFormat: text\njsonSchema: '{\"schema\": {}}'\n", None),
        ("jsonSchema: '{\"schema\": {}}'\n", {}),
        ("jsonSchema: {name: x, schema: {type: object}}\n", {"type": "object"}),
    ],
)
def test_the_format(more: str, form: object) -> None:
    found = read(LEAST + more, "f")
    assert (found.problems, found.file.format) == ([], form)


@pytest.mark.parametrize(("value", "language"), [("true", ""), ("false", None), ("c++", "c++")])
def test_the_block_that_is_wanted(value: str, language: str | None) -> None:
    assert read(f"{LEAST}ollama: {{extract: {value}}}\n", "f").file.extract == language


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("model: [a]\n", "line 2: model: is no text"),
        ("modelParameters: 5\n", "line 2: modelParameters: is no mapping of keys to values"),
        ("modelParameters: {topP: {}}\n", "line 2: modelParameters.topP: is neither a text nor a"),
        ("responseFormat: xml\n", "line 2: responseFormat: is none of text, json_object, json_sch"),
        ("responseFormat: json_schema\n", "line 2: responseFormat: needs a jsonSchema"),
        ("jsonSchema: '{'\n", "line 2: jsonSchema: is no JSON: "),
        ('jsonSchema: \'{"schema": {"a": NaN}}\'\n', "line 2: jsonSchema: is no JSON: "),
        ('jsonSchema: \'{"type": "array"}\'\n', "line 2: jsonSchema: has no schema"),
        ("jsonSchema: 5\n", "line 2: jsonSchema: has no schema"),
        ('jsonSchema: \'{"schema": {"a": 1, "a": 2}}\'\n', "line 2: jsonSchema: is no JSON: "),
        (
            "jsonSchema: {schema: {type: objct}}\n",
            "line 2: jsonSchema: the schema cannot be used: $",
        ),
        (
            "jsonSchema: {schema: {$ref: 'http://127.0.0.1/x'}}\n",
            "line 2: jsonSchema: the schema cannot be used: $.$ref leads to another document",
        ),
        ("testData: {a: b}\n", "line 2: testData: is no list"),
        ("evaluators: [a]\n", "line 2: evaluators[0]: is no mapping of keys to values"),
        ("ollama: x\n", "line 2: ollama: is no mapping of keys to values"),
        ("ollama:\n  options: {a: {b: c}}\n", "line 3: ollama.options.a: is neither a text nor a"),
        ("ollama: {options: {a: }}\n", "line 2: ollama.options.a: is neither a text nor a number"),
        ("ollama: {options: {a: [[1]]}}\n", "line 2: ollama.options.a: is neither a text nor a"),
        ("ollama: {defaults: {a b: c}}\n", "line 2: ollama.defaults.a b: is no name of a variable"),
        ("ollama: {defaults: {a: [c]}}\n", "line 2: ollama.defaults.a: is no text"),
        ("ollama: {think: []}\n", "line 2: ollama.think: is no text"),
        ("ollama: {extract: []}\n", "line 2: ollama.extract: is no text"),
    ],
)
def test_one_problem(more: str, told: str) -> None:
    [problem] = problems(LEAST + more)
    assert problem.startswith(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: x\n", ["messages: there is none"]),
        ("messages: []\n", ["line 1: messages: there is none"]),
        ("messages: x\n", ["line 1: messages: is no list", "line 1: messages: there is none"]),
        (
            "messages:\n  - role: bot\n  - content: [x]\n",
            [
                "line 2: messages[0].role: is none of system, user, assistant",
                "line 2: messages[0].content: is missing",
                "line 3: messages[1].content: is no text",
                "line 3: messages[1].role: is none of system, user, assistant",
                "line 3: messages[1].content: is missing",
            ],
        ),
    ],
)
def test_all_problems_are_told(text: str, told: list[str]) -> None:
    assert problems(text) == told


def test_unknown_keys_are_odd_and_no_more() -> None:
    text = LEAST + "descripton: x\nmodelParameters: {top_p: 1}\nollama: {zzz: 1}\n"
    found = read(text + "testData: [{anything: 1}]\n", "f")
    assert warnings(found) == [
        "line 2: descripton: unknown key: did you mean description?",
        "line 4: ollama.zzz: unknown key",
        "line 3: modelParameters.top_p: unknown key: did you mean topP?",
    ]
    assert found.problems == []


@pytest.mark.parametrize(
    ("text", "told"), [("", "f is empty"), ("# x\n", "f is empty"), ("- a", "f is no mapping of")]
)
def test_what_is_no_prompt_file_at_all(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        read(text, "f")


def test_the_file_of_the_documentation_and_the_example_have_nothing_odd() -> None:
    page = (ROOT / "docs/prompts.md").read_text(encoding="utf-8")
    for text in (page.partition("```yaml\n")[2].partition("```")[0], editing.EXAMPLE):
        found = read(text, "f")
        assert (found.problems, found.warnings) == ([], [])
        assert "input" in found.file.variables
    whole = editing.EXAMPLE.replace("# modelP", "modelP").replace("# ollama", "ollama")
    found = read(whole.replace("# model:", "model:"), "f")
    assert (found.problems, found.warnings, found.file.model) == ([], [], "llama3.2")
