"""What every command is given: words on stderr, questions, clients, and errors made complete."""

import gc
import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile import Server, document, page

from ollama_cli.errors import (
    ConfigError,
    ModelNotFoundError,
    NotFoundError,
    OllamaCliError,
    RefusedError,
    UnreachableError,
    UsageError,
)
from ollama_cli.replies import ModelSummary
from ollama_cli.runtime import Flags, Runtime
from ollama_cli.services import OllamaClient
from ollama_cli.streams import InStream, OutStream

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand in a folder without `.env`, and leave the collector and the log as they were."""
    monkeypatch.chdir(tmp_path)
    log = logging.getLogger("ollama_cli")
    kept = (log.handlers, log.level, log.propagate)
    yield
    log.handlers, log.level, log.propagate = kept
    gc.unfreeze()


def runtime(
    flags: Flags | None = None,
    *,
    typed: bytes | None = None,
    terminal: bool = False,
    environ: dict[str, str] | None = None,
) -> Runtime:
    file = None if typed is None else io.BytesIO(typed)
    return Runtime(
        flags=flags or Flags(),
        out=OutStream(io.StringIO()),
        err=OutStream(io.StringIO(), is_terminal=terminal),
        stdin=InStream(file, is_terminal=terminal),
        environ=environ or {},
    )


def at(url: str, **flags: Any) -> Runtime:
    return runtime(Flags(settings={"host": url}, **flags))


def told(cli: Runtime) -> str:
    assert isinstance(cli.err.file, io.StringIO)
    return cli.err.file.getvalue()


class FakeClient:
    """A server with some models, or with an error in their place."""

    base_url = "http://h:11434"
    closed = False

    def __init__(self, *installed: str, error: OllamaCliError | None = None) -> None:
        self.installed = installed
        self.error = error

    def list_models(self) -> list[ModelSummary]:
        if self.error:
            raise self.error
        return [ModelSummary(name=name) for name in self.installed]

    def detect_model(self) -> str | None:
        return next((name for name in self.installed if "embed" not in name), None)

    def detect_embedding_model(self) -> str | None:
        return next((name for name in self.installed if "embed" in name), None)

    def close(self) -> None:
        self.closed = True


def with_models(
    *installed: str, flags: Flags | None = None, error: OllamaCliError | None = None
) -> Runtime:
    cli = runtime(flags)
    vars(cli)["_client"] = FakeClient(*installed, error=error)
    return cli


def test_notes_and_warnings_stand_on_stderr_in_one_line() -> None:
    cli = runtime()
    cli.note("a\nb\x1b[2J")
    cli.warn("c\td")
    assert told(cli) == "note: a b\\x1b[2J\nwarning: c d\n"
    assert isinstance(cli.out.file, io.StringIO)
    assert cli.out.file.getvalue() == ""


def test_quiet_silences_notes_and_warnings() -> None:
    cli = runtime(Flags(quiet=True))
    cli.note("a")
    cli.warn("b")
    assert told(cli) == ""


def test_waiting_is_told_even_to_the_quiet() -> None:
    cli = runtime(Flags(quiet=True))
    cli.tell_waiting()
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
    assert cli.confirm("remove it?", flag="--yes") is confirmed
    assert told(cli).startswith("remove it? [y/N] ")


def test_one_answer_is_read_for_one_question() -> None:
    cli = runtime(typed=b"y\nn\ny\n", terminal=True)
    assert [cli.confirm("?", flag="--yes") for _ in range(3)] == [True, False, True]


@pytest.mark.parametrize(
    ("stdin", "stderr", "no_input"),
    [(False, True, False), (True, False, False), (True, True, True)],
)
def test_nobody_is_asked_off_a_terminal(stdin: bool, stderr: bool, no_input: bool) -> None:
    cli = runtime(Flags(no_input=no_input), typed=b"y\n")
    cli.stdin.is_terminal, cli.err.is_terminal = stdin, stderr
    assert not cli.can_ask()
    with pytest.raises(UsageError, match="there is nobody to ask") as caught:
        cli.confirm("remove it?", flag="--yes")
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
    client = cli.ollama()
    assert isinstance(client, OllamaClient)
    assert client is cli.ollama()
    assert client.base_url == "http://h:11434"
    assert client.timeouts == cli.settings.timeouts
    cli.close()


def test_a_bad_setting_builds_no_client() -> None:
    cli = at("ftp://h")
    with pytest.raises(UsageError):
        cli.ollama()
    cli.explain(ConfigError("x"))
    cli.close()


@pytest.mark.parametrize(("verbose", "lines"), [(0, 0), (1, 1), (2, 2)])
def test_verbose_logs_requests_and_then_bodies(verbose: int, lines: int) -> None:
    with Server(document({})) as server:
        cli = at(server.url, verbose=verbose)
        cli.ollama().delete("m")
        cli.close()
    assert len(told(cli).splitlines()) == lines
    assert ('{"model": "m"}' in told(cli)) is (verbose > 1)


def test_the_demo_server_is_started_when_it_is_needed_and_closed() -> None:
    cli = runtime(Flags(demo=True, settings={"host": NOWHERE}))
    assert "_demo" not in vars(cli)
    assert cli.settings.origins["host"] == "--demo"
    assert cli.ollama().has_model("demo")
    url = cli.settings.host
    cli.close()
    with pytest.raises(UnreachableError):
        OllamaClient(url).version()


def test_closing_what_was_never_opened_is_nothing() -> None:
    cli = runtime()
    cli.close()
    assert set(vars(cli)) == set(vars(runtime()))


def test_closing_closes_the_client() -> None:
    cli = with_models()
    cli.close()
    assert vars(cli)["_client"].closed


def test_a_named_model_is_taken_unseen() -> None:
    cli = runtime()
    assert (cli.chat_model("m"), cli.embed_model("e")) == ("m", "e")
    assert "_client" not in vars(cli)
    assert told(cli) == ""


def test_a_set_model_is_taken_unseen() -> None:
    cli = runtime(environ={"OLLAMA_CLI_MODEL": "m", "OLLAMA_CLI_EMBED_MODEL": "e"})
    assert (cli.chat_model(None), cli.embed_model(None)) == ("m", "e")
    assert "_client" not in vars(cli)


def test_a_detected_model_is_named() -> None:
    cli = with_models("m:1", "e-embed:2")
    assert (cli.chat_model(None), cli.embed_model(None)) == ("m:1", "e-embed:2")
    assert told(cli) == (
        "note: using m:1 (choose another with -m)\nnote: using e-embed:2 (choose another with -m)\n"
    )
    quiet = with_models("m:1", flags=Flags(quiet=True))
    assert (quiet.chat_model(None), told(quiet)) == ("m:1", "")


@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError, match="-m is empty"):
        with_models("m:1").chat_model(name)
    with pytest.raises(UsageError, match="-m is empty"):
        with_models("m:1").embed_model(name)


def test_no_model_at_all_is_exit_4_with_a_command_to_run() -> None:
    cli = with_models()
    with pytest.raises(NotFoundError, match=r"^no chat model is installed on http://h:11434$") as e:
        cli.chat_model(None)
    assert (e.value.exit_code, e.value.hint) == (4, "get one: `ollama-cli models pull llama3.2`")
    with pytest.raises(NotFoundError, match=r"^no embedding model is installed on ") as e:
        cli.embed_model(None)
    assert e.value.hint == "get one: `ollama-cli models pull nomic-embed-text`"


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
