"""Model names are read, compared and shown as the server does it."""

import re

import pytest

from ollama_cli.errors import UsageError
from ollama_cli.types.model_names import (
    Name,
    checked,
    is_cloud,
    is_valid,
    nearest,
    parse,
    same_model,
    shortest,
    source_of,
)

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("name", "parsed"),
    [
        ("m", ("registry.ollama.ai", "library", "m", "latest")),
        ("m:t", ("registry.ollama.ai", "library", "m", "t")),
        ("a/b", ("registry.ollama.ai", "a", "b", "latest")),
        ("h/n/m", ("h", "n", "m", "latest")),
        ("h/n/m:t", ("h", "n", "m", "t")),
        ("localhost:5000/ns/m", ("localhost:5000", "ns", "m", "latest")),
        ("localhost:5000/ns/m:t", ("localhost:5000", "ns", "m", "t")),
        ("hf.co/user/repo:Q4_K_M", ("hf.co", "user", "repo", "Q4_K_M")),
        ("https://ollama.com/library/x", ("ollama.com", "library", "x", "latest")),
        ("http://127.0.0.1:5000/library/tiny:1", ("127.0.0.1:5000", "library", "tiny", "1")),
        ("Llama3.2:3B", ("registry.ollama.ai", "library", "Llama3.2", "3B")),
        ("_m-1.x", ("registry.ollama.ai", "library", "_m-1.x", "latest")),
        ("m" * 80, ("registry.ollama.ai", "library", "m" * 80, "latest")),
        ("gpt-oss:20b-cloud", ("registry.ollama.ai", "library", "gpt-oss", "20b-cloud")),
        ("gpt-oss:20b:cloud", ("registry.ollama.ai", "library", "gpt-oss", "20b-cloud")),
        ("qwen3.5:CLOUD", ("registry.ollama.ai", "library", "qwen3.5", "cloud")),
        ("my-cloud-model", ("registry.ollama.ai", "library", "my-cloud-model", "latest")),
        ("m:local", ("registry.ollama.ai", "library", "m", "latest")),
        ("m:8b:local", ("registry.ollama.ai", "library", "m", "8b")),
        (f"{'h' * 350}/n/m", ("h" * 350, "n", "m", "latest")),
    ],
)
def test_a_name_is_read_from_right_to_left(name: str, parsed: tuple[str, ...]) -> None:
    assert parse(name) == Name(*parsed)
    assert is_valid(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ":",
        "/",
        "m:",
        ":t",
        "/m",
        "n/",
        "n//m",
        "/n/m",
        "a/b/c/d",
        "bad name",
        "m:a b",
        "m:a:b",
        "m~x",
        f"m@{DIGEST}",
        "-m",
        ".m",
        "m:-t",
        "m:.t",
        "-n/m",
        "my.space/m",
        "127.0.0.1:5000/tiny",
        "http://m",
        "http://n/m",
        "://m",
        "mod\N{LATIN SMALL LETTER E WITH ACUTE}le",
        "m\n:t",
        "m" * 81,
        "m:" + "t" * 81,
        "n" * 81 + "/m",
        "h" * 351 + "/n/m",
        "x:cloud:local",
        "x:local:cloud",
        "x:8b:cloud:cloud",
        ":cloud",
    ],
)
def test_an_invalid_name_is_none_at_all(name: str) -> None:
    assert parse(name) is None
    assert not is_valid(name)
    assert shortest(name) == name


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("m", "m:latest"),
        ("M", "m"),
        ("m:LATEST", "m"),
        ("m:8B", "M:8b"),
        ("library/m", "m"),
        ("registry.ollama.ai/library/m:latest", "m"),
        ("REGISTRY.ollama.ai/Library/m", "m:latest"),
        ("https://registry.ollama.ai/library/m", "m"),
        ("hf.co/U/Repo:Q4", "HF.co/u/repo:q4"),
        ("m:8b:cloud", "m:8b-cloud"),
        ("m:cloud", "M:Cloud"),
        ("m:local", "m"),
        (" m", "m"),
        ("bad name", "BAD NAME"),
    ],
)
def test_two_spellings_of_one_model_are_the_same(a: str, b: str) -> None:
    assert same_model(a, b)
    assert same_model(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("m", "m:8b"),
        ("m", "mm"),
        ("m:8b", "m:8"),
        ("m", "user/m"),
        ("library/m", "user/m"),
        ("hf.co/library/m", "m"),
        ("m", "m:cloud"),
        ("m:8b", "m:8b-cloud"),
        ("", ""),
        (" ", ""),
        ("", "m"),
        ("m:", "m"),
        ("bad name", "badname"),
        (f"m@{DIGEST}", "m"),
    ],
)
def test_two_models_are_not_the_same(a: str, b: str) -> None:
    assert not same_model(a, b)
    assert not same_model(b, a)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("m", "m:latest"),
        ("library/m:8b", "m:8b"),
        ("REGISTRY.OLLAMA.AI/LIBRARY/m", "m:latest"),
        ("user/m", "user/m:latest"),
        ("hf.co/user/m:q4", "hf.co/user/m:q4"),
        ("hf.co/library/m", "hf.co/library/m:latest"),
        ("m:8b:cloud", "m:8b-cloud"),
    ],
)
def test_a_name_is_shown_with_its_tag_and_without_defaults(name: str, shown: str) -> None:
    assert shortest(name) == shown


@pytest.mark.parametrize(
    ("typed", "known", "found"),
    [
        ("lama3.2", ["llama3.2:latest", "qwen3:8b"], ["llama3.2:latest"]),
        ("LLAMA3.2", ["llama3.2:latest"], ["llama3.2:latest"]),
        ("qwen3:70b", ["qwen3:8b", "gemma:2b"], ["qwen3:8b"]),
        ("qwen3", ["qwen3:0.6b-instruct-q4_K_M", "zephyr"], ["qwen3:0.6b-instruct-q4_K_M"]),
        ("xyz", ["llama3.2", "qwen3"], []),
        ("m", [], []),
        ("", ["m"], []),
    ],
)
def test_the_nearest_names_are_found(typed: str, known: list[str], found: list[str]) -> None:
    assert nearest(typed, known) == found


def test_no_more_names_are_suggested_than_asked_for() -> None:
    known = [f"llama{number}" for number in range(9)]
    assert len(nearest("llama", known)) == 3
    assert len(nearest("llama", known, limit=1)) == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("x", ""),
        ("x:cloud", "cloud"),
        ("x: cloud", "cloud"),
        ("x:\tCloud\u00a0", "cloud"),
        ("x:8b:cloud", "cloud"),
        ("x:8b-cloud", "cloud"),
        ("x:8b- cloud", ""),
        ("x: 8b-CLOUD ", "cloud"),
        ("x:-cloud", "cloud"),
        (":cloud", "cloud"),
        ("x:local", "local"),
        ("x:LOCAL", "local"),
        ("x:cloud:8b", ""),
        ("h:5000/n/m-cloud", ""),
        ("h:5000/n/m:8b-cloud", "cloud"),
        ("x-cloud", ""),
        ("cloud", ""),
        ("x:clouds", ""),
    ],
)
def test_where_a_model_runs_is_read_as_ollama_reads_it(name: str, source: str) -> None:
    assert source_of(name) == source


@pytest.mark.parametrize("name", ["x:cloud", "x:cloud:local", "x:local:cloud", "x:8b-cloud: local"])
def test_a_name_that_says_cloud_at_all_is_of_the_cloud(name: str) -> None:
    assert is_cloud(name)


def test_every_space_and_control_character_inside_a_name_is_refused() -> None:
    spaces = [chr(code) for code in range(0x110000) if chr(code).isspace()]
    controls = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
    hidden = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u202e", "\ud800", "\u00ad"]
    assert len(spaces) > 20
    for each in {*spaces, *controls, *hidden}:
        with pytest.raises(UsageError, match=re.escape(f"(U+{ord(each):04X})")):
            checked(f"a{each}b")
    for each in spaces:
        assert checked(f"{each}a{each}") == "a"
    for name in ("", " ", "\n\u3000"):
        with pytest.raises(UsageError, match="no model name: ''"):
            checked(name)
