"""Which model is used: the one named, else set, else found, and never one that is forbidden."""

from typing import Any

import pytest
from runtimes import runtime, told, with_models

from ollama_cli.errors import NotFoundError, RefusedError, UsageError
from ollama_cli.features.context import Context, Flags
from ollama_cli.features.models import choose


def limited(*installed: str, **settings: Any) -> Context:
    return with_models(*installed, flags=Flags(settings=settings))


def test_a_named_model_is_taken_unseen() -> None:
    cli = runtime()
    assert (choose.chat_model(cli, "m"), choose.embed_model(cli, "e")) == ("m", "e")
    assert "_client" not in vars(cli)
    assert told(cli) == ""


def test_a_set_model_is_taken_unseen() -> None:
    cli = runtime(environ={"OLLAMA_CLI_MODEL": "m", "OLLAMA_CLI_EMBED_MODEL": "e"})
    assert (choose.chat_model(cli, None), choose.embed_model(cli, None)) == ("m", "e")
    assert "_client" not in vars(cli)


def test_a_detected_model_is_named() -> None:
    cli = with_models("m:1", "e-embed:2")
    assert (choose.chat_model(cli, None), choose.embed_model(cli, None)) == (
        "m:1",
        "e-embed:2",
    )
    assert told(cli) == (
        "note: using m:1 (choose another with -m)\nnote: using e-embed:2 (choose another with -m)\n"
    )
    quiet = with_models("m:1", flags=Flags(quiet=True))
    assert (choose.chat_model(quiet, None), told(quiet)) == ("m:1", "")


@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError, match="-m is empty"):
        choose.chat_model(with_models("m:1"), name)
    with pytest.raises(UsageError, match="-m is empty"):
        choose.embed_model(with_models("m:1"), name)


def test_no_model_at_all_is_exit_4_with_a_command_to_run() -> None:
    cli = with_models()
    with pytest.raises(
        NotFoundError, match=r"(?m)^no chat model is installed on http://h:11434$"
    ) as e:
        choose.chat_model(cli, None)
    assert (e.value.exit_code, e.value.hint) == (4, "get one: `ollama-cli models pull llama3.2`")
    with pytest.raises(NotFoundError, match=r"^no embedding model is installed on ") as e:
        choose.embed_model(cli, None)
    assert e.value.hint == "get one: `ollama-cli models pull nomic-embed-text`"


def test_a_model_that_is_not_allowed_is_refused_before_anything_is_sent() -> None:
    cli = runtime(Flags(settings={"allowed_models": "llama3*"}))
    assert choose.chat_model(cli, "llama3.2") == "llama3.2"
    for settle in (choose.chat_model, choose.embed_model):
        with pytest.raises(RefusedError, match="'qwen3' is not allowed: allowed_models has llama3"):
            settle(cli, "qwen3")
    assert "_client" not in vars(cli)


def test_a_set_model_that_is_not_allowed_is_refused_too() -> None:
    cli = runtime(environ={"OLLAMA_CLI_MODEL": "qwen3", "OLLAMA_CLI_ALLOWED_MODELS": "llama3*"})
    with pytest.raises(RefusedError):
        choose.chat_model(cli, None)


def test_only_what_is_allowed_is_found() -> None:
    cli = limited("qwen3:8b", "llama3:8b", "nomic-embed:v1", allowed_models="llama3*,nomic*")
    assert choose.chat_model(cli, None) == "llama3:8b"
    assert choose.embed_model(cli, None) == "nomic-embed:v1"
    cli = limited("qwen3:8b", allowed_models="llama3*")
    with pytest.raises(NotFoundError, match="no chat model that the settings allow is installed"):
        choose.chat_model(cli, None)


def test_what_runs_elsewhere_is_not_found_where_all_shall_stay_local() -> None:
    cli = limited("big:cloud", "small:1b", local_only=True, host="http://127.0.0.1:1")
    assert choose.chat_model(cli, None) == "small:1b"
    with pytest.raises(RefusedError, match="'big:cloud' runs in the cloud, and local_only is set"):
        choose.chat_model(cli, "big:cloud")
