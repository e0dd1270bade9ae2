"""The tree of commands: options anywhere, mistakes that name what was meant."""

import pytest
from clients import stranger
from hostile import document, lines
from shell import call, run

from ollama_cli.demo import DemoServer
from ollama_cli.features.chat.options import AnswerOptions

NOWHERE = "http://127.0.0.1:9"
DONE = {"model": "m", "response": "ok", "done": True}


@pytest.mark.parametrize(
    "args",
    [
        ["--host", "URL", "-q", "models", "ls", "-o", "name"],
        ["--host", "URL", "models", "-q", "list", "-o", "name"],
        ["models", "--host", "URL", "list", "-q", "-o", "name"],
        ["models", "list", "-o", "name", "-q", "--host", "URL"],
        ["models", "list", "-o", "name", "-q", "--base-url", "URL"],
        ["--host", NOWHERE, "models", "list", "-o", "name", "--host", "URL/v1/"],
    ],
)
def test_global_options_stand_before_and_after_the_command(args: list[str]) -> None:
    if "ls" in args:
        args = [word for word in args if word != "models"]
    models = {"models": [{"name": "a:1"}], "data": [{"id": "a:1"}]}
    with stranger(document(models)) as server:
        result = call(*(word.replace("URL", server.url) for word in args))
    assert (result.code, result.out, result.err) == (0, "a:1\n", "")


def test_verbose_counts_wherever_it_stands() -> None:
    with stranger(lines(DONE)) as server:
        flags = ["--host", server.url, "--api", "native", "-m", "m", "hi"]
        once = call("generate", "-v", *flags)
        twice = call("-v", "generate", "-v", *flags)
        both = call("generate", "-vv", *flags)
    assert once.out == twice.out == both.out == "ok\n"
    (line,) = once.err.splitlines()
    method, url, status, seconds, unit = line.split()
    assert (method, url, status, unit) == ("POST", f"{server.url}/api/generate", "200", "s")
    assert float(seconds) >= 0
    assert twice.err.splitlines()[0].startswith('> {"model": "m", "prompt": "hi"')
    assert len(twice.err.splitlines()) == len(both.err.splitlines()) == 2


def test_demo_on_any_command() -> None:
    result = run("--demo", "models", "list", "-o", "name", env={"OLLAMA_HOST": NOWHERE})
    assert (result.code, result.err) == (0, "")
    assert sorted(result.out.split()) == ["demo-embed:latest", "demo:latest"]
    assert call("health", "--demo").code == 0
    shown = call("config", "show", "--json", "--demo").json["settings"]["host"]
    assert shown["origin"] == "--demo"


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["chta"], "no such command: ollama-cli chta\nhint: did you mean `ollama-cli chat`?"),
        (["models", "lst"], "ollama-cli models lst\nhint: did you mean `ollama-cli models list`?"),
        (["models", "xyzzy"], "hint: see `ollama-cli models --help`"),
        (["chat", "--modle", "x"], "no such option: --modle\nhint: did you mean --model?"),
        (["models", "list", "--srot", "x"], "no such option: --srot\nhint: did you mean --sort?"),
        (["health", "--wit", "3"], "no such option: --wit\nhint: did you mean --wait?"),
        (["ls", "-a"], "no such option: -a\nhint: it lists all that there are: leave it out"),
        (["ps", "--all"], "hint: all models, also those not in memory: `ollama-cli models list`"),
        (["chat", "--num-gpu", "1"], "no such option: --num-gpu\nhint: "),
        (
            ["models", "rm"],
            "missing argument 'NAME|GLOB...'\nhint: which there are: `ollama-cli models list`",
        ),
        (["chat", "-o"], "option '-o' requires an argument\nhint: see `ollama-cli chat --help`"),
        (["chat", "-o", "csv"], "'csv' is not one of 'text', 'json', 'jsonl', 'raw'"),
        (["models", "list", "extra"], "got unexpected extra argument"),
        (["models"], "hint: what there is: `ollama-cli models list`; all"),
        (["config"], "hint: what there is: `ollama-cli config show`; all"),
        (["-q"], "error: no command was named\nhint: see `ollama-cli --help`"),
        (["-v"], "error: -v is for a command: it logs its requests, and -vv their bodies"),
        (["--color", "blue", "health"], "'blue' is not one of 'auto', 'always', 'never'"),
        (["health", "--timeout", "soon"], "is no number of seconds"),
        (["demo", "serve", "--port", "x"], "'--port': 'x' is no whole number\n"),
        (["chat", "--seed", "1.5"], "'--seed': '1.5' is no whole number\n"),
        (["sessions", "list", "--limit", "0"], "'--limit': 0 is not a number of 1 or more\n"),
        (["mcp", "serve", "--rate=0"], "'--rate': 0 is not a number of 1 or more\n"),
        (["demo", "serve", "--port", "70000"], "70000 is not a number from 0 to 65535\n"),
    ],
)
def test_a_mistake_is_told_with_what_was_meant(args: list[str], told: str) -> None:
    result = call(*args)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: ")
    assert told in result.err
    assert result.err.count("\n") == 2


@pytest.mark.parametrize("flag", [["--json"], ["-o", "json"], ["-ojson"], ["--output=jsonl"]])
def test_a_mistake_is_an_object_for_programs(flag: list[str]) -> None:
    result = call("chat", "--modle", "x", *flag)
    assert (result.code, result.out) == (2, "")
    assert result.error == {
        "code": "usage",
        "exit": 2,
        "message": "no such option: --modle",
        "hint": "did you mean --model?",
        "http_status": None,
    }


def test_words_after_two_dashes_are_no_options() -> None:
    with stranger(lines(DONE)) as server:
        call("generate", "-m", "m", "--host", server.url, "--", "--think")
        assert server.requests[-1].json["prompt"] == "--think"
        call("generate", "-m", "m", "--host", server.url, "--", "--json")
        assert server.requests[-1].json["prompt"] == "--json"


def test_debug_shows_the_chain_and_a_bare_error_does_not() -> None:
    plain = call("models", "list", "--host", NOWHERE)
    debug = call("models", "list", "--host", NOWHERE, "--debug")
    assert plain.code == debug.code == 3
    assert "Traceback" not in plain.err
    assert "Traceback" in debug.err
    assert debug.err.endswith(plain.err)


def test_an_address_of_every_kind_leads_to_the_server() -> None:
    with stranger(document({"models": [], "data": []})) as server:
        addresses = {
            f"127.0.0.1:{server.port}": "/api/tags",
            f"{server.url}/": "/api/tags",
            f"{server.url}/v1": "/v1/models",
            f"{server.url}/v1/chat/completions": "/v1/models",
            f"{server.url}/api/tags": "/api/tags",
            f"0.0.0.0:{server.port}": "/api/tags",
            f" '{server.url}' ": "/api/tags",
        }
        for host, path in addresses.items():
            api = "openai" if path.startswith("/v1") else "native"
            assert call("models", "has", "m", "-q", "--host", host, "--api", api).code == 4, host
        assert [request.path for request in server.requests] == list(addresses.values())


def test_the_demo_is_closed_with_the_command() -> None:
    with DemoServer(tokens_per_second=0) as server:
        assert call("health", "--host", server.url).code == 0
    assert call("health", "--host", server.url).code == 3


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        (["--stream=false"], True),
        (["--no-stream=true"], True),
        (["--no-stream"], True),
        (["--stream=true"], False),
        (["--no-stream=false"], False),
        (["--stream=0"], True),
        ([], False),
    ],
)
def test_flags_are_understood_as_go_programs_are_told(
    words: list[str], whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[AnswerOptions] = []
    monkeypatch.setattr(
        "ollama_cli.cli.commands.chat.talk", lambda *args, **_: seen.append(args[-1])
    )
    assert call("chat", *words, "--stats=true", "--auto-pull=false", "hi").code == 0
    assert seen[0].stream is not whole
    assert (seen[0].stats, seen[0].auto_pull) == (True, False)


def test_a_flag_takes_no_other_value() -> None:
    result = call("generate", "hi", "--stats=maybe")
    assert (result.code, result.out) == (2, "")
    assert "option '--stats' does not take a value" in result.err
