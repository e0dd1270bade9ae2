"""The word model and the values for `format`."""

import re
from itertools import pairwise
from typing import Any

import pytest

from ollama_cli.demo.language import Language, corpus, tokenize
from ollama_cli.demo.options import Options
from ollama_cli.demo.schemas import example


@pytest.fixture(scope="module")
def language() -> Language:
    return Language(corpus())


@pytest.mark.parametrize(
    "text", ["", "One, two.\n\nThree!", "it's  well-known\t(é) \u0085x", '{"a": [1, 2.5]}']
)
def test_tokens_join_to_the_text(text: str) -> None:
    assert "".join(tokenize(text)) == text


def test_the_corpus_is_clean() -> None:
    text = corpus()
    assert len(text) > 10_000
    assert all(paragraph.endswith(".") for paragraph in text.strip().split("\n\n"))
    assert not re.search(r"[^A-Za-z0-9 ,.:\n'-]", text)


def test_every_pair_of_words_was_learned(language: Language) -> None:
    text = "".join(language.write(tokenize("the river"), Options(seed=4)))
    words = " ".join(tokenize(corpus()))
    for sentence in re.split(r"(?<=\.) ", text):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        tokens = tokenize(sentence)
        assert all(f"{one} {two}" in words for one, two in pairwise(tokens))


def test_greedy_text_is_the_same_without_a_seed(language: Language) -> None:
    one, two = (
        "".join(language.write(tokenize("garden"), Options(temperature=0))) for _ in range(2)
    )
    assert one == two
    assert one == "".join(language.write(tokenize("garden"), Options(top_k=1, seed=8)))


@pytest.mark.parametrize("temperature", [0.0, 0.05, 0.8, 5.0])
@pytest.mark.parametrize("prompt", ["", "the bees and the honey", "clock tower lantern"])
def test_every_answer_ends_at_a_natural_length(
    language: Language, temperature: float, prompt: str
) -> None:
    for seed in range(10):
        options = Options(seed=seed, temperature=temperature, top_k=0, top_p=1.0)
        tokens = list(language.write(tokenize(prompt), options))
        assert 90 <= len(tokens) < 250
        assert tokens[-1] == "."


def test_a_low_temperature_varies_less(language: Language) -> None:
    def texts(temperature: float) -> int:
        options = (Options(seed=seed, temperature=temperature) for seed in range(12))
        return len({language.phrase(tokenize("bees"), each) for each in options})

    assert texts(0.1) < texts(1.5)


def test_top_p_keeps_the_likely_words(language: Language) -> None:
    narrow = "".join(language.write([], Options(seed=1, temperature=2.0, top_p=0.01)))
    wide = "".join(language.write([], Options(seed=1, temperature=2.0, top_p=1.0)))
    assert narrow != wide


def test_numbers_and_words(language: Language) -> None:
    tokens = ["The", " tide", " zebra"]
    numbers = language.ids(tokens)
    assert numbers[2] == len(language.vocabulary)
    assert language.words([*numbers, -1, "x"]) == ["The", " tide"]


PERSON = {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "object", "properties": {"a": {"type": "null"}}}, {"a": None}),
        ({"properties": {"a": {}, "b": {}}, "required": ["b"]}, {"b": "word"}),
        ({"type": "object", "required": ["x"]}, {"x": "word"}),
        ({"type": "array", "items": PERSON, "minItems": 2}, [{"age": 1}, {"age": 1}]),
        ({"type": "array", "maxItems": 0}, []),
        ({"type": "array", "prefixItems": [{"const": 1}], "minItems": 2}, [1, "word"]),
        ({"type": "string", "minLength": 6, "maxLength": 7}, "word wo"),
        ({"type": "string", "format": "date"}, "2026-01-31"),
        ({"type": "number", "minimum": 2.5}, 2.5),
        ({"type": "integer", "minimum": 2.5}, 3),
        ({"type": "integer", "exclusiveMinimum": 7}, 8),
        ({"type": "integer", "maximum": -4}, -4),
        ({"type": ["boolean", "null"]}, True),
        ({"type": []}, "word"),
        ({"enum": ["b", "a"]}, "b"),
        ({"const": None}, None),
        ({"anyOf": [PERSON, {"type": "string"}]}, {"age": 1}),
        ({"allOf": [{"type": "boolean"}]}, True),
        ({"$ref": "#/$defs/p", "$defs": {"p": PERSON}}, {"age": 1}),
        ({"$ref": "#/nowhere/at/all"}, None),
        ({"type": "string", "pattern": "^[0-9]{4}$"}, "0000"),
        ({"type": "array", "items": [{"const": 1}, {"type": "string"}]}, [1, "word"]),
        (True, None),
    ],
)
def test_values_satisfy_simple_schemas(schema: Any, value: Any) -> None:
    assert example(schema, lambda: "word") == value


def test_a_schema_that_holds_itself_ends() -> None:
    kid = {"type": "object", "properties": {"kid": {"$ref": "#/$defs/k"}}, "required": ["kid"]}
    value = example({"$ref": "#/$defs/k", "$defs": {"k": kid}}, str)
    depth = 0
    while value:
        value = value["kid"]
        depth += 1
    assert depth < 30


def test_lists_in_lists_become_empty() -> None:
    nested = {"type": "array", "items": {"$ref": "#/$defs/n"}}
    assert str(example({"$ref": "#/$defs/n", "$defs": {"n": nested}}, str)) == "[[[]]]"
