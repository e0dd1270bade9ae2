"""Errors are made complete: where the address came from, which models are like the missing one."""

from pathlib import Path

import pytest
from hostile import Server, page
from runtimes import NOWHERE, at, runtime, with_models
from shell import call

from ollama_cli.errors import ModelNotFoundError, PullError, UnreachableError, UsageError
from ollama_cli.features.explain import explain, explaining, unknown_hint


def refused(address: str = "http://h:11434") -> UnreachableError:
    what = "no running Ollama server detected"
    return UnreachableError(what, address=address, reason="refused")


@pytest.mark.parametrize("connected", [True, False])
def test_an_error_says_where_the_address_came_from_once(connected: bool) -> None:
    cli = runtime(environ={"OLLAMA_HOST": "h"})
    assert cli.settings.host
    if connected:
        cli.servers.ollama()
    error = refused()
    found = explain(explain(error, cli), cli)
    assert (
        found.message
        == str(found)
        == ("no running Ollama server detected at http://h:11434 (from OLLAMA_HOST): refused")
    )
    assert error.message == "no running Ollama server detected at http://h:11434: refused"
    cli.close()


def test_the_address_is_shown_without_its_password() -> None:
    cli = runtime(environ={"OLLAMA_HOST": "me:secret@h"})
    cli.servers.ollama()
    with pytest.raises(UnreachableError) as caught, explaining(cli):
        raise refused()
    assert "at http://h:11434 (from OLLAMA_HOST)" in caught.value.message
    assert "secret" not in caught.value.message
    cli.close()


def test_a_default_address_and_unsettled_settings_need_no_origin() -> None:
    error = UnreachableError("nothing", address="http://127.0.0.1:11434")
    cli = runtime()
    assert explain(error, cli).message == "nothing at http://127.0.0.1:11434"
    assert cli.settings.origins["host"] == "default"
    assert explain(error, cli).message == "nothing at http://127.0.0.1:11434"


def test_a_registry_at_the_same_address_has_it_from_elsewhere() -> None:
    cli = runtime(environ={"OLLAMA_HOST": "http://127.0.0.1:9"})
    cli.set_flags(registry="http://127.0.0.1:9")
    with pytest.raises(UnreachableError) as caught, explaining(cli):
        cli.servers.registry().manifest("m")
    assert caught.value.message.startswith("no way to the registry at http://127.0.0.1:9: ")
    assert caught.value.hint is None
    cli.close()


def test_an_unknown_model_is_not_named_itself_in_the_hint() -> None:
    hint = unknown_hint("llama3.3", with_models())
    assert hint.startswith("did you mean llama3")
    assert "llama3.3" not in hint


def test_an_error_about_something_else_stays_as_it_is() -> None:
    cli = runtime(environ={"OLLAMA_HOST": "h"})
    assert cli.settings.host
    with pytest.raises(UsageError) as caught, explaining(cli):
        raise UsageError("no such flag", hint="look")
    assert (caught.value.message, caught.value.hint) == ("no such flag", "look")


def test_the_error_that_is_raised_again_is_one_error_with_its_cause() -> None:
    cause = ValueError("why")
    with pytest.raises(UsageError) as caught, explaining(runtime()):
        raise UsageError("no such flag") from cause
    assert caught.value.__cause__ is cause
    with pytest.raises(PullError) as pulled, explaining(runtime(), "m"):
        raise PullError("pull failed")
    assert (pulled.value.model, pulled.value.__cause__) == ("m", None)


def missing(model: str | None, hint: str | None = None) -> ModelNotFoundError:
    return ModelNotFoundError("model not found", hint=hint).with_facts(model=model)


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
    found = explain(missing("lama3.2"), with_models(*installed)).hint
    assert found is not None
    assert sorted(found.split()) == sorted(hint.split())


def test_what_is_no_name_is_no_part_of_a_line_to_type() -> None:
    hint = explain(missing("a b; rm -rf /"), with_models()).hint
    assert hint == "what is installed: `ollama-cli models list`"


@pytest.mark.parametrize("error", [missing(None), missing("m", hint="kept")])
def test_a_hint_that_is_there_and_a_model_without_name_stay(error: ModelNotFoundError) -> None:
    assert explain(error, with_models("m:latest")).hint == error.hint


def test_the_search_for_a_hint_fails_quietly() -> None:
    hint = explain(missing("m"), with_models(error=refused())).hint
    assert str(hint).startswith("get it: `ollama-cli models pull m`")


@pytest.mark.parametrize("status", [401, 500, 200])
def test_no_answer_of_a_server_escapes_from_an_explanation(status: int) -> None:
    with Server(page(status)) as server:
        cli = at(server.url, verbose=0)
        hint = explain(missing("m"), cli).hint
        cli.close()
    assert str(hint).startswith("get it: ")


def test_a_server_that_is_gone_does_not_escape_either() -> None:
    cli = at(NOWHERE)
    assert str(explain(missing("m"), cli).hint).startswith("get it: ")
    cli.close()


def test_a_missing_model_that_nobody_typed_is_told_where_it_was_set() -> None:
    cli = runtime(environ={"OLLAMA_CLI_MODEL": "mine"})
    assert cli.settings.model == "mine"
    found = explain(explain(missing("mine", hint="x"), cli), cli)
    assert found.message == "model not found (OLLAMA_CLI_MODEL sets it)"
    assert explain(missing("yours", hint="x"), cli).message == "model not found"


def test_a_server_that_cannot_be_found_may_be_a_name_that_was_misspelt(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('[hosts.work]\nurl = "http://127.0.0.1:1"\n', encoding="utf-8")
    environ = {"OLLAMA_CLI_CONFIG": str(path)}

    def hint(host: str) -> str | None:
        cli = runtime(environ={**environ, "OLLAMA_HOST": host})
        assert cli.settings.host
        error = UnreachableError("nobody there", hint="look")
        return explain(explain(error, cli), cli).hint

    assert hint("wrok") == "did you mean `--host work`? if not: look"
    assert hint("work") == hint("elsewhere") == hint("127.0.0.1") == "look"


@pytest.mark.parametrize(
    ("typed", "before"),
    [
        ("http://h:1", "--host http://h:1 "),
        ("the box", "--host 'the box' "),
        ("http://me:secret@h:1", "--host … "),
    ],
)
def test_what_a_hint_says_to_type_asks_the_server_of_the_line(typed: str, before: str) -> None:
    hint = "get it: `ollama-cli models pull m`; what is installed: `ollama-cli models list`"
    cli = runtime()
    cli.set_flags(host=typed)
    settings = runtime().settings
    cli.settings = settings._replace(origins={**settings.origins, "host": "--host"})
    found = explain(UsageError("no", hint=hint), cli)
    assert found.hint == hint.replace("`ollama-cli ", f"`ollama-cli {before}")
    cli.close()


def test_a_demo_that_ends_with_the_line_is_no_place_to_pull_to() -> None:
    result = call("--demo", "generate", "hi", "-m", "qwen3:4b")
    assert (result.code, result.out) == (4, "")
    assert result.err.splitlines()[1:] == [
        "hint: get it: add --auto-pull; what is installed: `ollama-cli --demo models list`"
    ]
