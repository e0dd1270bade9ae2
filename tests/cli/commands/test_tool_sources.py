"""`--tools FILE.py,cmd:NAME`: what is started, what it gets, and how it fails."""

import json
from pathlib import Path

import pytest
from scripted_models import asks, calls, says, world

ADD = asks("add", {"a": 1, "b": 2})


@pytest.mark.parametrize(
    ("source", "code", "words"),
    [
        ("missing.py", 4, "no such file: missing.py"),
        ("cmd:nothing", 4, "no such tools: cmd:nothing"),
        ("cmd:ech", 4, "did you mean cmd:echo?"),
        ("nobody", 4, "there is no MCP server 'nobody'"),
        ("cmd:gone", 3, "there is no program 'no-such-program-at-all'"),
        ("{folder}/broken.py", 3, "broken.py does not start: ZeroDivisionError: division by zero"),
        ("{folder}/empty.py", 10, "empty.py has no tools"),
        ("{folder}/tools.py,cmd:add", 10, "two tools have the name 'add': tools.add and cmd.add"),
    ],
)
def test_sources_are_found_and_started_before_any_request(
    tmp_path: Path, source: str, code: int, words: str
) -> None:
    (tmp_path / "broken.py").write_text("1 / 0\n")
    (tmp_path / "empty.py").write_text("def bare(a): return a\n")
    with world(tmp_path, says("?")) as w:
        w.config.write_text(
            '[tools.echo]\nargv = ["echo"]\n[tools.gone]\nargv = ["no-such-program-at-all"]\n'
            '[tools.add]\nargv = ["echo"]\n'
        )
        result = w.run("--tools", source.format(folder=tmp_path))
        assert (result.code, w.server.requests) == (code, [])
        assert words in result.err
    if "broken" in source:
        assert "broken: ZeroDivisionError: division by zero\n" in result.err


def test_an_unknown_source_keeps_the_others_from_starting(tmp_path: Path) -> None:
    with world(tmp_path, says("?")) as w:
        w.file.write_text('from pathlib import Path\nPath(__file__).with_name("ran").touch()\n')
        assert w.run("--tools", f"{w.file},cmd:nothing").code == 4
        assert not (tmp_path / "ran").exists()


def test_programs_of_the_config_file(tmp_path: Path) -> None:
    told = (asks("echo", {"text": "$HOME; {text}", "n": 3}, "1"), asks("stdin", {"x": "é"}, "2"))
    with world(tmp_path, calls(*told, asks("sad", {}, "3")), says("ok")) as w:
        w.config.write_text(
            '[tools.echo]\nargv = ["echo", "-n", "<{text}|{n}|{other}>"]\ndescription = "Echo."\n'
            "[tools.echo.parameters.properties]\n"
            'text = {type = "string"}\nn = {type = "integer"}\n'
            '[tools.stdin]\nargv = ["cat"]\nparameters = {type = "object"}\n'
            '[tools.sad]\nargv = ["sh", "-c", "echo out; echo err >&2; exit 3"]\n'
        )
        result = w.run("--tools", "cmd:echo,cmd:stdin", "--tools", "cmd:sad", "-o", "json")
        assert [each["server"] for each in result.json["tool_runs"]] == ["cmd"] * 3
        first, second, third = w.model.results
        assert w.model.asked[0]["tools"][0]["function"]["description"] == "Echo."
    assert first == "<$HOME; {text}|3|{other}>"
    assert json.loads(second) == {"x": "é"}
    assert third == "sad ended with exit code 3\nout\n\nerr"


def test_tools_get_little_of_the_environment(tmp_path: Path) -> None:
    source = (
        'import os\ndef names() -> list[str]:\n    """Names."""\n    return sorted(os.environ)\n'
    )
    with world(tmp_path, calls(asks("names"), asks("env", None, "2")), says("ok")) as w:
        w.file.write_text(source)
        w.config.write_text('[tools.env]\nargv = ["env"]\n')
        env = {"OLLAMA_API_KEY": "very-secret-key-0123", "TERM": "dumb"}
        assert w.run("--tools", f"{w.file},cmd:env", env=env).code == 0
        functions, program = w.model.results
    allowed = {"HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"}
    assert {"PATH", "TERM"} <= set(json.loads(functions)) <= allowed | {"LC_CTYPE"}
    assert {each.partition("=")[0] for each in program.splitlines()} <= allowed | {"_", "PWD"}


def test_what_functions_print_is_no_result(tmp_path: Path) -> None:
    source = (
        'def talk() -> str:\n    """Talk."""\n    print("to people")\n    return "to the model"\n'
    )
    with world(tmp_path, calls(asks("talk")), says("ok")) as w:
        w.file.write_text(source)
        quiet = w.run()
        assert w.model.results == ["to the model"]
        assert "to people" not in quiet.out + quiet.err
        w.model.asked.clear()
        assert "tools: to people\n" in w.run("-v").err


def test_a_process_that_dies_is_started_again_once(tmp_path: Path) -> None:
    first, second = asks("die", {}, "1"), asks("die", {}, "2")
    made = calls(first, ADD, second, asks("add", {"a": 5, "b": 5}, "3"))
    with world(tmp_path, made, says("ok")) as w:
        assert w.run().code == 0
        assert [("ended" in each) for each in w.model.results] == [True, False, True, True]
        assert w.ran == "1+2 "


def test_a_file_that_is_silent_for_too_long_has_failed(tmp_path: Path) -> None:
    source = 'import time\ndef nap() -> str:\n    """Nap."""\n    time.sleep(60)\n    return "x"\n'
    with world(tmp_path, calls(asks("nap")), says("ok")) as w:
        w.file.write_text(source)
        assert w.run("--timeout", "0.2").code == 0
        assert w.model.results == ["nap gave no answer within 0.2 s"]


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x" * 3_000_000])
def test_what_no_program_can_be_given_is_told(tmp_path: Path, text: str) -> None:
    with world(tmp_path, calls(asks("echo", json.dumps({"text": text}))), says("ok")) as w:
        w.config.write_text(
            '[tools.echo]\nargv = ["echo", "{text}"]\n'
            '[tools.echo.parameters.properties]\ntext = {type = "string"}\n'
        )
        assert w.run("--tools", "cmd:echo").code == 0
        assert w.model.results[0].startswith("echo cannot be run: ")


def test_a_program_that_writes_much_is_cut_once(tmp_path: Path) -> None:
    with world(tmp_path, calls(asks("much")), says("ok")) as w:
        w.config.write_text('[tools.much]\nargv = ["sh", "-c", "yes | head -c 100000"]\n')
        (run,) = w.run("--tools", "cmd:much", "-o", "json").json["tool_runs"]
        assert run["bytes"] == 100_000
        assert w.model.results == ["y\n" * 16_000 + "\n[cut here: the first 32 KB of 100 KB]"]


def test_a_program_that_is_silent_for_too_long_has_failed(tmp_path: Path) -> None:
    with world(tmp_path, calls(asks("nap")), says("ok")) as w:
        w.config.write_text('[tools.nap]\nargv = ["sleep", "600"]\n')
        assert w.run("--tools", "cmd:nap", "--timeout", "0.2").code == 0
        assert w.model.results == ["nap gave no answer within 0.2 s"]
