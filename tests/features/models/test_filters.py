"""Expressions that choose models: globs, and comparisons with their units."""

from datetime import UTC, datetime, timedelta

import pytest

from ollama_cli.errors import UsageError
from ollama_cli.features.models import filters
from ollama_cli.features.models.filters import (
    check_known,
    compile_all,
    compile_one,
    glob,
    is_glob,
    key_of,
)
from ollama_cli.types.models import ModelSummary

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LLAMA = ModelSummary(
    name="llama3.2:latest",
    size=2_000_000_000,
    parameter_size="3.2B",
    quantization="Q4_K_M",
    family="llama",
    capabilities=("completion", "tools"),
    modified_at="2026-02-20T00:00:00Z",
)
LLAVA = ModelSummary(
    name="me/LLaVA:7b",
    size=5_000_000_000,
    family="llama",
    capabilities=("completion", "vision"),
    modified_at="2025-01-01T00:00:00Z",
)
CLOUD = ModelSummary(name="gpt-oss:120b-cloud", size=384, remote_host="https://ollama.com:443")
BARE = ModelSummary(name="bare:latest")
ALL = (LLAMA, LLAVA, CLOUD, BARE)


def chosen(*expressions: str) -> list[str]:
    test = compile_all(expressions, NOW)
    return [model.name.partition(":")[0] for model in ALL if test(model)]


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("llama3.2", ["llama3.2"]),
        ("LLAMA3.2:latest", ["llama3.2"]),
        ("llama*", ["llama3.2"]),
        ("me/*", ["me/LLaVA"]),
        ("me/llava", []),
        ("me/llava:*", ["me/LLaVA"]),
        ("*:latest", ["llama3.2", "bare"]),
        ("*:[0-9]*", ["me/LLaVA", "gpt-oss"]),
        ("b?re", ["bare"]),
        ("*", ["llama3.2", "me/LLaVA", "gpt-oss", "bare"]),
        (" bare ", ["bare"]),
        ("bar", []),
    ],
)
def test_a_glob_matches_names_with_and_without_latest(expression: str, names: list[str]) -> None:
    assert chosen(expression) == names


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("size>5GB", []),
        ("size>=5GB", ["me/LLaVA"]),
        ("size=5gb", ["me/LLaVA"]),
        ("size != 5 GB", ["llama3.2"]),
        ("size<5GB", ["llama3.2"]),
        ("size<=5g", ["llama3.2", "me/LLaVA"]),
        ("size>1.5GB", ["llama3.2", "me/LLaVA"]),
        ("SIZE > 1999MB", ["llama3.2", "me/LLaVA"]),
        ("size=2000000KB", ["llama3.2"]),
        ("size=2000000000", ["llama3.2"]),
        ("size=2000000000b", ["llama3.2"]),
        ("size<1TB", ["llama3.2", "me/LLaVA"]),
        (f"size>{'9' * 400}", []),
    ],
)
def test_a_size_is_compared_in_decimal_units_where_it_is_known(
    expression: str, names: list[str]
) -> None:
    assert chosen(expression) == names


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("modified<30d", ["llama3.2"]),
        ("modified>30d", ["me/LLaVA"]),
        ("modified<=9d", ["llama3.2"]),
        ("modified<9d", []),
        ("modified=9d", ["llama3.2"]),
        ("modified!=9d", ["me/LLaVA"]),
        ("modified<2w", ["llama3.2"]),
        ("modified<217h", ["llama3.2"]),
        ("modified<12961m", ["llama3.2"]),
        ("modified<777601s", ["llama3.2"]),
        ("modified<1.5W", ["llama3.2"]),
        ("modified<99999999999d", ["llama3.2", "me/LLaVA"]),
        (f"modified>{'9' * 400}d", []),
    ],
)
def test_an_age_is_compared_where_it_is_known(expression: str, names: list[str]) -> None:
    assert chosen(expression) == names


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("capability=vision", ["me/LLaVA"]),
        ("capability!=vision", ["llama3.2", "gpt-oss", "bare"]),
        ("capability=*", ["llama3.2", "me/LLaVA"]),
        ("family=LLAMA", ["llama3.2", "me/LLaVA"]),
        ("family!=llama", ["gpt-oss", "bare"]),
        ("name=llama*", ["llama3.2"]),
        ("name=llama3.2", ["llama3.2"]),
        ("name!=llama3.2", ["me/LLaVA", "gpt-oss", "bare"]),
        ("parameters=3.2b", ["llama3.2"]),
        ("quantization=q4*", ["llama3.2"]),
    ],
)
def test_words_are_compared_as_globs_without_regard_to_case(
    expression: str, names: list[str]
) -> None:
    assert chosen(expression) == names


def test_all_of_several_must_hold_and_none_holds_always() -> None:
    assert chosen("size>1GB", "family=llama", "*3.2*") == ["llama3.2"]
    assert chosen("size>1GB", "bare") == []
    assert len(chosen()) == len(ALL)


@pytest.mark.parametrize(
    ("expression", "message", "hint"),
    [
        ("sise>5GB", "unknown key 'sise' in 'sise>5GB'", "did you mean size?"),
        ("colour=red", "unknown key 'colour' in", "there are size, modified, capability"),
        ("size>big", "'big' is no size such as 5GB", None),
        ("size>5GiB", "'5GiB' is no size", None),
        ("size>-5GB", "'-5GB' is no size", None),
        ("modified<yesterday", "'yesterday' is no age such as 30d", None),
        ("modified<30", "'30' is no age", None),
        ("modified<5y", "'5y' is no age", None),
        ("family>llama", "family takes = or !=, not >", None),
        ("capability<=x", "capability takes = or !=, not <=", None),
    ],
)
def test_what_cannot_be_read_is_a_usage_error(
    expression: str, message: str, hint: str | None
) -> None:
    with pytest.raises(UsageError) as caught:
        compile_one(expression, NOW)
    assert caught.value.message.startswith(message)
    assert (caught.value.hint or "").startswith(hint or "")
    assert (caught.value.hint is None) is (hint is None)


@pytest.mark.parametrize("expression", ["size>", "=x", "size"])
def test_half_an_expression_is_a_name(expression: str) -> None:
    assert chosen(expression) == []


@pytest.mark.parametrize(
    ("text", "answer"), [("a*", True), ("a?", True), ("[ab]", True), ("a:b", False), ("", False)]
)
def test_a_pattern_is_told_by_its_marks(text: str, answer: bool) -> None:
    assert is_glob(text) is answer


def test_a_default_registry_is_not_part_of_the_name() -> None:
    assert glob("x")(ModelSummary(name="registry.ollama.ai/library/x:latest"))


def test_now_is_a_time_with_a_zone() -> None:
    assert filters.now().utcoffset() == timedelta(0)


@pytest.mark.parametrize("expression", ["", "  "])
def test_an_empty_expression_is_a_usage_error(expression: str) -> None:
    with pytest.raises(UsageError, match="a filter is empty"):
        chosen(expression)


@pytest.mark.parametrize(
    ("expression", "key"),
    [
        ("capability=vision", "capability"),
        (" Capability != tools", "capability"),
        ("size>1MB", "size"),
        ("family=llama", "family"),
        ("capability*", ""),
        ("llama", ""),
    ],
)
def test_the_key_of_an_expression(expression: str, key: str) -> None:
    assert key_of(expression) == key


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("size", "the size of"),
        ("modified", "the age of"),
        ("capability", "the capabilities of"),
        ("family", "the family of"),
        ("parameters", "the parameters of"),
        ("quantization", "the quantization of"),
    ],
)
def test_what_is_known_of_no_model_cannot_be_asked_for(key: str, told: str) -> None:
    bare = ModelSummary(name="m")
    with pytest.raises(UsageError, match=told):
        check_known(key, [bare, bare])
    check_known(key, [bare, LLAMA])
    check_known(key, [])


def test_a_name_and_an_empty_list_of_capabilities_are_known() -> None:
    check_known("name", [ModelSummary(name="m")])
    check_known("capability", [ModelSummary(name="m", capabilities=())])
    check_known("size", [ModelSummary(name="m", size=0)])
