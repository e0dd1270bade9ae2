"""What is forbidden: names outside the patterns, clouds, public hosts."""

import pytest

from ollama_cli.config import policy
from ollama_cli.config.parsers import read_patterns
from ollama_cli.errors import ConfigError, RefusedError


@pytest.mark.parametrize(
    ("model", "patterns"),
    [
        ("anything/at:all", ()),
        ("llama3.2", ("llama3*",)),
        ("llama3.2:1b", ("llama3*",)),
        ("LLAMA3:8b", ("llama3:8B",)),
        ("llama3", ("llama3:latest",)),
        ("llama3:latest", ("llama3",)),
        ("registry.ollama.ai/library/llama3", ("llama3",)),
        ("llama3:8b", ("registry.ollama.ai/library/*",)),
        ("hf.co/a/b:Q4", ("hf.co/a/*",)),
        ("hf.co/a/b", ("*",)),
        ("qwen3", ("llama3*", "qwen3")),
        ("no name at all", ("no name*",)),
    ],
)
def test_a_pattern_fits_the_name_as_typed_displayed_and_in_full(
    model: str, patterns: tuple[str, ...]
) -> None:
    assert policy.is_allowed(model, patterns)
    policy.check_model(model, patterns, local_only=False)


@pytest.mark.parametrize(
    ("model", "patterns"),
    [
        ("qwen3", ("llama3*",)),
        ("llama3:8b", ("llama3",)),
        ("llama3.evil.example/x/y", ("llama3*",)),
        ("me/llama3", ("llama3*",)),
        ("registry.ollama.ai/me/llama3", ("llama3*",)),
        ("hf.co/b/a", ("hf.co/a/*",)),
    ],
)
def test_all_else_is_refused(model: str, patterns: tuple[str, ...]) -> None:
    with pytest.raises(RefusedError, match="is not allowed: allowed_models has") as caught:
        policy.check_model(model, patterns, local_only=False)
    assert caught.value.exit_code == 13


@pytest.mark.parametrize("model", ["a:cloud", "a:8b-cloud", "a:8b:cloud", "A:CLOUD", "h/n/m:cloud"])
def test_a_cloud_name_is_refused_where_all_shall_stay_local(model: str) -> None:
    policy.check_model(model, (), local_only=False)
    with pytest.raises(RefusedError, match="runs in the cloud"):
        policy.check_model(model, (), local_only=True)


@pytest.mark.parametrize("model", ["cloud", "cloudy:8b", "a", "a:clouds", "x-cloud"])
def test_a_name_that_only_looks_like_one_is_not(model: str) -> None:
    policy.check_model(model, (), local_only=True)


def test_a_model_on_another_host_is_refused_without_its_secrets() -> None:
    policy.check_place("m", "")
    with pytest.raises(RefusedError, match="'m' runs on https://") as caught:
        policy.check_place("m", "https://me:hunter2@ollama.com:443")
    assert "hunter2" not in caught.value.message


@pytest.mark.parametrize("host", ["http://127.0.0.1:11434", "http://[::1]:1", "http://box.lan:80"])
def test_hosts_at_home_are_fine(host: str) -> None:
    policy.check_host(host)


@pytest.mark.parametrize("host", ["https://ollama.com:443", "http://8.8.8.8:11434", "http://a.b:1"])
def test_public_hosts_are_refused(host: str) -> None:
    with pytest.raises(RefusedError, match="is a public host, and local_only is set"):
        policy.check_host(host)


@pytest.mark.parametrize("value", ["", " , ", [""], [" ", ""]])
def test_patterns_that_are_all_blank_do_not_allow_everything(value: object) -> None:
    with pytest.raises(ConfigError, match=r"^holds no pattern$"):
        read_patterns(value)


def test_an_empty_list_of_patterns_allows_everything() -> None:
    assert read_patterns([]) == ()
