"""What every command is given: words on stderr, questions, clients, and models."""

import io
from pathlib import Path

import pytest
from hostile import Server, document
from runtimes import NOWHERE, at, runtime, told, with_models

from ollama_cli.errors import (
    ConfigError,
    ModelNotFoundError,
    RefusedError,
    UnaskedError,
    UnreachableError,
    UsageError,
)
from ollama_cli.features.context import Flags
from ollama_cli.features.explain import explain
from ollama_cli.services.ollama import OllamaClient


def test_notes_and_warnings_stand_on_stderr_in_one_line() -> None:
    cli = runtime()
    cli.prompter.note("a\nb\x1b[2J")
    cli.prompter.warn("c\td")
    assert told(cli) == "note: a b\\x1b[2J\nwarning: c d\n"
    assert isinstance(cli.out.file, io.StringIO)
    assert cli.out.file.getvalue() == ""


def test_quiet_silences_notes_and_warnings() -> None:
    cli = runtime(Flags(quiet=True))
    cli.prompter.note("a")
    cli.prompter.warn("b")
    assert told(cli) == ""


def test_waiting_is_told_even_to_the_quiet() -> None:
    cli = runtime(Flags(quiet=True))
    cli.prompter.note_waiting()
    assert "waiting for standard input" in told(cli)
    assert "--no-stdin (or </dev/null)" in told(cli)


@pytest.mark.parametrize(
    ("typed", "confirmed"),
    [
        (b"y\n", True),
        (b"Y\r\n", True),
        (b" yes \n", True),
        (b"YES", True),
        (b"n\n", False),
        (b"\n", False),
        (b"", False),
        (b"yess\n", False),
        (b"\xff\n", False),
    ],
)
def test_a_question_is_answered_by_yes_and_nothing_else(typed: bytes, confirmed: bool) -> None:
    cli = runtime(typed=typed, terminal=True)
    assert cli.prompter.confirm("remove it?", flag="--yes") is confirmed
    assert told(cli).startswith("remove it? [y/N] ")


def test_one_answer_is_read_for_one_question() -> None:
    cli = runtime(typed=b"y\nn\ny\n", terminal=True)
    assert [cli.prompter.confirm("?", flag="--yes") for _ in range(3)] == [True, False, True]


@pytest.mark.parametrize(
    ("stdin", "stderr", "no_input"),
    [(False, True, False), (True, False, False), (True, True, True)],
)
def test_nobody_is_asked_off_a_terminal(stdin: bool, stderr: bool, no_input: bool) -> None:
    cli = runtime(Flags(no_input=no_input), typed=b"y\n")
    cli.stdin.is_terminal, cli.err.is_terminal = stdin, stderr
    assert not cli.prompter.can_ask()
    with pytest.raises(UsageError, match="there is nobody to ask") as caught:
        cli.prompter.confirm("remove it?", flag="--yes")
    assert caught.value.hint == "confirm it with --yes"
    assert told(cli) == ""


def test_settings_are_settled_once_and_their_warnings_told_once(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text("[ollama]\nmodle = 'm'\ntimeout = 3\n", encoding="utf-8")
    cli = runtime(environ={"OLLAMA_CLI_CONFIG": str(config), "OLLAMA_HOST": "h"})
    assert cli.settings is cli.settings
    assert (cli.settings.host, cli.settings.timeout) == ("http://h:11434", 3)
    assert told(cli) == f"warning: {config}: unknown setting 'modle': did you mean model?\n"


def test_flags_are_settings_and_may_name_an_env_file(tmp_path: Path) -> None:
    (tmp_path / "my.env").write_text("OLLAMA_HOST=8.8.8.8\nOLLAMA_CLI_MODEL=m", encoding="utf-8")
    cli = runtime(Flags(settings={"timeout": "4"}, env_file="my.env"))
    assert (cli.settings.host, cli.settings.model, cli.settings.timeout) == (
        "http://8.8.8.8:11434",
        "m",
        4,
    )


def test_a_strange_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OLLAMA_HOST=8.8.8.8", encoding="utf-8")
    with pytest.raises(RefusedError):
        _ = runtime().settings
    assert at("h").settings.host == "http://h:11434"


def test_a_client_is_built_once_from_the_settings() -> None:
    cli = runtime(Flags(settings={"host": "u:p@h/v1", "timeout": "4"}))
    client = cli.servers.ollama()
    assert isinstance(client, OllamaClient)
    assert client is cli.servers.ollama()
    assert client.base_url == "http://h:11434"
    assert client.timeouts == cli.settings.timeouts
    cli.close()


def test_a_bad_setting_builds_no_client() -> None:
    cli = at("ftp://h")
    with pytest.raises(UsageError):
        cli.servers.ollama()
    assert explain(ConfigError("x"), cli).message == "x"
    cli.close()


@pytest.mark.parametrize(("verbose", "lines"), [(0, 0), (1, 1), (2, 2)])
def test_verbose_logs_requests_and_then_bodies(verbose: int, lines: int) -> None:
    with Server(document({})) as server:
        cli = at(server.url, verbose=verbose)
        cli.servers.ollama().is_ollama = True
        cli.servers.ollama().delete("m")
        cli.close()
    assert len(told(cli).splitlines()) == lines
    assert ('{"model": "m"}' in told(cli)) is (verbose > 1)


def test_the_demo_server_is_started_when_it_is_needed_and_closed() -> None:
    cli = runtime(Flags(demo=True, settings={"host": NOWHERE}))
    assert "_demo" not in vars(cli)
    assert cli.settings.origins["host"] == "--demo"
    assert cli.servers.ollama().has_model("demo")
    url = cli.settings.host
    cli.close()
    with pytest.raises(UnreachableError):
        OllamaClient(url).version()


def test_closing_what_was_never_opened_is_nothing() -> None:
    cli = runtime()
    cli.close()
    assert set(vars(cli)) == set(vars(runtime()))
    assert not cli.has_servers


def test_closing_closes_the_client() -> None:
    cli = with_models()
    cli.close()
    assert vars(cli.servers)["_client"].closed


def test_the_registry_is_that_of_the_settings_and_closed_at_the_end() -> None:
    cli = runtime(environ={})
    cli.set_flags(registry="http://127.0.0.1:9/", timeout=None)
    assert cli.settings.registry == "http://127.0.0.1:9"
    assert cli.settings.origins["registry"] == "--registry"
    assert cli.servers.registry() is cli.servers.registry()
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:9"):
        cli.servers.registry().manifest("m")
    cli.close()


def test_options_of_a_command_stand_beside_the_global_ones() -> None:
    cli = at(NOWHERE)
    cli.set_flags(registry="none")
    assert (cli.settings.host, cli.settings.registry) == (NOWHERE, "none")


@pytest.mark.parametrize("environ", [{}, {"OLLAMA_CLI_REGISTRY": "http://127.0.0.1:9"}])
def test_the_demo_is_asked_about_its_own_models(environ: dict[str, str]) -> None:
    cli = runtime(Flags(demo=True), environ=environ)
    assert cli.servers.registry().manifest("llama3.2").layers
    with pytest.raises(ModelNotFoundError):
        cli.servers.registry().manifest("nobody")
    cli.close()


def test_nobody_is_asked_about_the_models_of_the_demo_where_that_is_said() -> None:
    cli = runtime(Flags(demo=True))
    cli.set_flags(registry="none")
    with pytest.raises(UnaskedError):
        cli.servers.registry().manifest("llama3.2")
    cli.close()


def test_a_warning_is_told_once() -> None:
    cli = runtime()
    for text in ("one", "two", "one"):
        cli.prompter.warn(text)
    assert told(cli) == "warning: one\nwarning: two\n"
