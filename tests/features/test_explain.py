"""Errors are made complete: where the address came from, which models are like the missing one."""

from pathlib import Path

import pytest
from hostile import Server, page
from runtimes import NOWHERE, at, runtime, with_models

from ollama_cli.errors import ModelNotFoundError, UnreachableError, UsageError
from ollama_cli.features import explain


def refused() -> UnreachableError:
    return UnreachableError("no running Ollama server detected at http://h:11434: refused")


@pytest.mark.parametrize("connected", [True, False])
def test_an_error_tells_where_the_address_came_from_once(connected: bool) -> None:
    cli = runtime(environ={"OLLAMA_HOST": "h"})
    assert cli.settings.host
    if connected:
        cli.ollama()
    error = refused()
    cli.explain(error)
    cli.explain(error)
    assert error.message == (
        "no running Ollama server detected at http://h:11434 (from OLLAMA_HOST): refused"
    )
    cli.close()


def test_the_address_is_told_without_its_password() -> None:
    cli = runtime(environ={"OLLAMA_HOST": "me:secret@h"})
    cli.ollama()
    error = refused()
    with pytest.raises(UnreachableError), cli.explaining():
        raise error
    assert "at http://h:11434 (from OLLAMA_HOST)" in error.message
    assert "secret" not in error.message
    cli.close()


def test_a_default_address_and_unsettled_settings_need_no_origin() -> None:
    error = UnreachableError("nothing at http://127.0.0.1:11434")
    cli = runtime()
    cli.explain(error)
    assert cli.settings.origins["host"] == "default"
    cli.explain(error)
    assert error.message == "nothing at http://127.0.0.1:11434"


def test_a_registry_at_the_same_address_has_it_from_elsewhere() -> None:
    cli = runtime(environ={"OLLAMA_HOST": "h"})
    cli.ollama()
    error = ModelNotFoundError("the registry at http://h:11434 knows no model 'm'")
    cli.explain(error)
    assert error.message == "the registry at http://h:11434 knows no model 'm'"
    cli.close()


def test_an_unknown_model_is_not_told_its_own_name() -> None:
    hint = explain.unknown_hint("llama3.3", with_models())
    assert hint.startswith("did you mean llama3")
    assert "llama3.3" not in hint


def test_an_error_about_something_else_stays_as_it_is() -> None:
    cli = runtime(environ={"OLLAMA_HOST": "h"})
    assert cli.settings.host
    error = UsageError("no such flag", hint="look")
    with pytest.raises(UsageError), cli.explaining():
        raise error
    assert (error.message, error.hint) == ("no such flag", "look")


def missing(model: str | None, hint: str | None = None) -> ModelNotFoundError:
    error = ModelNotFoundError("model not found", hint=hint)
    error.model = model
    return error


@pytest.mark.parametrize(
    ("installed", "hint"),
    [
        (
            ["llama3.2:latest", "x:1"],
            "did you mean llama3.2:latest? if not: `ollama-cli models pull lama3.2`",
        ),
        (
            ["llama3.2:1b", "llama3.1:latest"],
            "did you mean llama3.1:latest or llama3.2:1b? if not: `ollama-cli models pull lama3.2`",
        ),
        (
            ["x:1"],
            "get it: `ollama-cli models pull lama3.2`; what is installed: `ollama-cli models list`",
        ),
    ],
)
def test_a_missing_model_is_told_what_is_like_it(installed: list[str], hint: str) -> None:
    error = missing("lama3.2")
    with_models(*installed).explain(error)
    assert error.hint is not None
    assert sorted(error.hint.split()) == sorted(hint.split())


def test_a_name_is_quoted_for_the_shell() -> None:
    error = missing("a b; rm -rf /")
    with_models().explain(error)
    assert "`ollama-cli models pull 'a b; rm -rf /'`" in str(error.hint)


@pytest.mark.parametrize("error", [missing(None), missing("m", hint="kept")])
def test_a_hint_that_is_there_and_a_model_without_name_stay(error: ModelNotFoundError) -> None:
    kept = error.hint
    with_models("m:latest").explain(error)
    assert error.hint == kept


def test_the_search_for_a_hint_fails_quietly() -> None:
    error = missing("m")
    with_models(error=refused()).explain(error)
    assert str(error.hint).startswith("get it: `ollama-cli models pull m`")


@pytest.mark.parametrize("status", [401, 500, 200])
def test_no_answer_of_a_server_escapes_from_an_explanation(status: int) -> None:
    with Server(page(status)) as server:
        cli = at(server.url, verbose=0)
        error = missing("m")
        cli.explain(error)
        cli.close()
    assert str(error.hint).startswith("get it: ")


def test_a_server_that_is_gone_does_not_escape_either() -> None:
    cli = at(NOWHERE)
    error = missing("m")
    cli.explain(error)
    assert str(error.hint).startswith("get it: ")
    cli.close()


def test_a_missing_model_that_nobody_typed_is_told_where_it_was_set() -> None:
    cli = runtime(environ={"OLLAMA_CLI_MODEL": "mine"})
    assert cli.settings.model == "mine"
    error = missing("mine", hint="x")
    cli.explain(error)
    cli.explain(error)
    assert error.message == "model not found (OLLAMA_CLI_MODEL sets it)"
    cli.explain(other := missing("yours", hint="x"))
    assert other.message == "model not found"


def test_a_server_that_cannot_be_found_may_be_a_name_that_was_misspelt(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('[hosts.work]\nurl = "http://127.0.0.1:1"\n', encoding="utf-8")
    environ = {"OLLAMA_CLI_CONFIG": str(path)}

    def hint(host: str) -> str | None:
        cli = runtime(environ={**environ, "OLLAMA_HOST": host})
        assert cli.settings.host
        error = UnreachableError("nobody there", hint="look")
        cli.explain(error)
        cli.explain(error)
        return error.hint

    assert hint("wrok") == "did you mean `--host work`? if not: look"
    assert hint("work") == hint("elsewhere") == hint("127.0.0.1") == "look"
