"""`[models.NAME]`: what is set for one model, and what wins over it."""

from typing import Any

import pytest

from ollama_cli.config.model_defaults import read_models
from ollama_cli.config.resolve import Layer, read, resolve
from ollama_cli.config.settings import Settings
from ollama_cli.errors import ConfigError, UsageError

PLACE = '[models."llama3.2"] in c.toml'


def settled(models: dict[str, Any], *above: Layer, **ollama: object) -> Settings:
    tables, warnings = read_models(models, "c.toml")
    assert warnings == []
    own = {name: (value, "c.toml") for name, value in ollama.items()}
    return resolve([*above, Layer(own, models=tables)])


def test_what_is_set_for_one_model_wins_over_what_is_for_all() -> None:
    tables = {"llama3.2": {"temperature": 0, "system": "be brief"}}
    settings = settled(tables, temperature=1.5, top_p=0.5)
    assert (settings.temperature, settings.system) == (1.5, None)
    for name in ("llama3.2", "llama3.2:latest", "LLAMA3.2"):
        own = settings.for_model(name)
        assert (own.temperature, own.top_p, own.system) == (0.0, 0.5, "be brief")
        assert (own.origins["temperature"], own.origins["top_p"]) == (PLACE, "c.toml")
    assert settings.for_model("llama3.2:1b") is settings
    assert settings.for_model("a name of /v1") is settings


def test_the_name_as_it_is_written_comes_first() -> None:
    tables = {"m": {"top_p": 0.1}, "m:latest": {"top_p": 0.2}}
    settings = settled(tables)
    assert settings.for_model("m:latest").top_p == 0.2
    assert settings.for_model("m").top_p == 0.1


def test_the_environment_wins_over_the_whole_file() -> None:
    above = Layer({"temperature": ("1", "OLLAMA_CLI_TEMPERATURE")})
    settings = settled({"m": {"temperature": 0, "top_p": 0.3}}, above)
    own = settings.for_model("m")
    assert (own.temperature, own.top_p) == (1.0, 0.3)
    assert own.origins["temperature"] == "OLLAMA_CLI_TEMPERATURE"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("temperature", 2.1, "is no number from 0 to 2"),
        ("temperature", -0.1, "is no number from 0 to 2"),
        ("temperature", "warm", "is no number from 0 to 2"),
        ("temperature", True, "is no number from 0 to 2"),
        ("top_p", 1.01, "is no number from 0 to 1"),
        ("top_p", "nan", "is no number from 0 to 1"),
        ("max_tokens", 0, "is no number of tokens, 1 or more, and not -1 (no limit)"),
        ("max_tokens", -2, "is no number of tokens, 1 or more, and not -1 (no limit)"),
        ("max_tokens", 1.5, "is no number of tokens, 1 or more, and not -1 (no limit)"),
        ("num_ctx", 0, "is no number of tokens, 1 or more, and not auto"),
        ("system", "@prompt.txt", "is no text but the name of a file: write what is in it"),
        ("system", " ", "is empty"),
    ],
)
def test_ranges_are_checked_where_they_are_set(name: str, value: object, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settled({"llama3.2": {name: value}})
    assert caught.value.message == f"{name} = {str(value)!r} (from {PLACE}) {told}"
    with pytest.raises(ConfigError):
        settled({}, **{name: value})
    with pytest.raises(UsageError):
        read(name, value, f"--{name}")


@pytest.mark.parametrize(
    ("name", "value", "read_as"),
    [
        ("temperature", "2", 2.0),
        ("top_p", 0, 0.0),
        ("max_tokens", -1, -1),
        ("max_tokens", "1", 1),
        ("num_ctx", 1, 1),
        ("system", " a\nb ", "a\nb"),
    ],
)
def test_the_ends_of_the_ranges_are_in_them(name: str, value: object, read_as: object) -> None:
    assert getattr(settled({}, **{name: value}), name) == read_as


def test_what_is_no_default_is_warned_of() -> None:
    tables, warnings = read_models({"m": {"temprature": 1, "seed": 1}, "n": {"top_p": 1}}, "c.toml")
    assert tables["m"] == {}
    assert warnings == [
        "c.toml: [models.m] has an unknown key 'temprature': did you mean temperature?",
        "c.toml: [models.m] has an unknown key 'seed'",
    ]
    _, [dotted] = read_models({"llama3": {"2": {"top_p": 1}}}, "c.toml")
    assert dotted.endswith('a name with a dot is quoted: [models."llama3.2"]')


@pytest.mark.parametrize("tables", [3, [], {"m": 3}])
def test_what_is_no_table(tables: object) -> None:
    with pytest.raises(ConfigError):
        read_models(tables, "c.toml")
