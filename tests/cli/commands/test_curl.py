"""`--curl`: the exact request as a command, and nothing is sent."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from hostile import Server, by_path, document, lines
from shell import call

NOWHERE = "http://127.0.0.1:9"
DONE = {"done": True, "done_reason": "stop"}
ANSWERS = {
    "/api/generate": lines({"response": "x", **DONE}),
    "/api/chat": lines({"message": {"content": "x"}, **DONE}),
    "/api/embed": document({"model": "m", "embeddings": [[1.0]]}),
    "/api/show": document({"capabilities": ["completion", "thinking", "embedding", "vision"]}),
}
KEY = "sk-very-secret-key"


def curl(*words: str, **how: Any) -> list[str]:
    """The words of the command that is printed, with an exit code of 0."""
    result = call(*words, "--curl", **how)
    assert result.code == 0, result.err
    return shlex.split(result.out)


@pytest.mark.parametrize(
    "words",
    [
        ("generate", "it's $HOME and größer\n\tmore", "--temperature", "0.5", "--num-ctx", "512"),
        ("generate", "x", "--raw", "--keep-alive", "10m", "--stop", "\n"),
        ("generate", "x", "-s", "be brief", "--format", "json", "--think=high"),
        ("chat", "caf\udce9 \ud83d", "-s", "be brief", "--truncate"),
        ("chat", "x", "--format", "@schema.json", "--max-tokens", "5"),
        ("generate", "x", "--schema", "name, age int"),
        ("chat", "x", "--schema-multi", "ok bool", "--no-schema-prompt"),
        ("embed", "a river", "a stream", "--dimensions", "2", "--no-truncate"),
        ("run", "m", "hello"),
    ],
    ids=shlex.join,
)
def test_it_is_what_would_have_been_sent_to_the_byte(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "schema.json").write_text('{"type": "object"}')
    model = () if words[0] == "run" else ("-m", "m")
    with Server(by_path(ANSWERS)) as server:
        printed = curl(*words, *model, "--host", server.url, cwd=tmp_path)
        assert server.requests == []
        call(*words, *model, "--host", server.url, "-q", cwd=tmp_path)
        sent = next(each for each in server.requests if each.path in {*ANSWERS} - {"/api/show"})
    assert printed[:4] == ["curl", "-sSN", "--noproxy", "*"]
    assert printed[4] == f"{server.url}{sent.path}"
    assert printed[5:] == [
        "-H",
        "Content-Type: application/json",
        "--data-raw",
        sent.body.decode(),
    ]


def test_logprobs_go_along_in_text_too() -> None:
    body = json.loads(curl("chat", "x", "-m", "m", "--logprobs=2", "--host", NOWHERE)[-1])
    assert (body["logprobs"], body["top_logprobs"]) == (True, 2)


def test_many_texts_are_a_command_each_for_the_batches(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("".join(f"{n}\n" for n in range(70)))
    words = ("embed", "-m", "m", "-f", "t", "--lines", "--curl", "--host", NOWHERE)
    printed = call(*words, cwd=tmp_path).out.splitlines()
    assert [len(json.loads(shlex.split(each)[-1])["input"]) for each in printed] == [64, 6]


@pytest.mark.parametrize(
    ("host", "path", "body"),
    [
        ("http://127.0.0.1:9/v1", "/v1/chat/completions", "messages"),
        ("https://api.anthropic.com", "/v1/messages", "max_tokens"),
    ],
)
def test_the_other_apis(host: str, path: str, body: str) -> None:
    printed = curl("chat", "x", "-m", "m", "--host", host)
    address = next(word for word in printed if word.startswith("http"))
    assert address.endswith(path)
    assert body in json.loads(printed[-1])
    assert json.loads(printed[-1])["stream"] is True
    assert ("anthropic-version: 2023-06-01" in printed) is ("anthropic" in host)


def test_a_list_comes_in_an_object_where_the_other_api_is_spoken() -> None:
    words = ("chat", "x", "-m", "m", "--schema-multi", "ok bool", "--host", f"{NOWHERE}/v1")
    body = json.loads(curl(*words)[-1])
    assert body["response_format"]["json_schema"]["schema"]["required"] == ["items"]


def test_what_an_api_has_no_words_for_is_told() -> None:
    words = ("chat", "x", "-m", "m", "--num-ctx", "512", "--api", "openai", "--curl")
    result = call(*words, "--host", NOWHERE)
    assert result.code == 0
    assert "num_ctx" not in result.out
    assert result.err.startswith("warning: this server is not told num_ctx")


CONFIG = f"""
[hosts.keyed]
url = "https://keyed.example"
api_key = "{KEY}"
ca_file = "ca.pem"
[hosts.var]
url = "https://var.example"
api_key_env = "VAR_KEY"
[hosts.cmd]
url = "https://cmd.example"
api_key_cmd = ["touch", "RAN"]
headers = {{ "X-Team-Id" = "{KEY}" }}
[hosts.plain]
url = "http://plain.example"
api_key_env = "VAR_KEY"
[hosts.odd]
url = "https://odd.example"
api_key_env = "sk-pasted-key"
"""


def configured(tmp_path: Path, host: str, **env: str) -> Any:
    (tmp_path / "c.toml").write_text(CONFIG.replace("RAN", str(tmp_path / "ran")))
    (tmp_path / "c.toml").chmod(0o600)
    env = {"OLLAMA_CLI_CONFIG": str(tmp_path / "c.toml"), **env}
    return call("chat", "x", "-m", "m", "--curl", "--host", host, env=env)


@pytest.mark.parametrize(
    ("host", "printed", "noted"),
    [
        ("var", '-H "Authorization: Bearer $VAR_KEY"', ""),
        (
            "keyed",
            '-H "Authorization: Bearer $OLLAMA_CLI_API_KEY"',
            "put the key (of [hosts.keyed] api_key) into OLLAMA_CLI_API_KEY",
        ),
        (
            "cmd",
            '-H "Authorization: Bearer $OLLAMA_CLI_API_KEY"',
            "put the key (of [hosts.cmd] api_key_cmd) into OLLAMA_CLI_API_KEY",
        ),
        ("cmd", '-H "X-Team-Id: $X_TEAM_ID"', "the value of X-Team-Id (of [hosts.cmd] headers)"),
        (
            f"https://me:{KEY}@h.example",
            '--user "$OLLAMA_CLI_LOGIN"',
            "put user:password (of the address from --host) into OLLAMA_CLI_LOGIN",
        ),
        ("https://api.anthropic.com", '-H "x-api-key: $ANTHROPIC_API_KEY"', ""),
    ],
)
def test_keys_stand_there_by_their_variables_and_none_is_read(
    tmp_path: Path, host: str, printed: str, noted: str
) -> None:
    result = configured(tmp_path, host, ANTHROPIC_API_KEY=KEY)
    assert result.code == 0
    assert printed in result.out
    assert noted in result.err
    assert bool(result.err) is bool(noted)
    assert KEY not in result.out + result.err
    assert not (tmp_path / "ran").exists()


def test_files_of_certificates_and_the_environments_key(tmp_path: Path) -> None:
    assert f"--cacert {tmp_path}/ca.pem" in configured(tmp_path, "keyed").out
    env = {"OLLAMA_CLI_API_KEY": KEY, "HTTPS_PROXY": "http://proxy:1"}
    result = configured(
        tmp_path, "https://some.example", **env, OLLAMA_CLI_HOST="https://some.example"
    )
    assert '-H "Authorization: Bearer $OLLAMA_CLI_API_KEY"' in result.out
    assert result.out.startswith('curl -sSN --proxy "$HTTPS_PROXY" https://some.example')
    assert result.err == ""


@pytest.mark.parametrize(
    ("host", "code", "told"),
    [
        ("plain", 13, "would go to http://plain.example:80 unencrypted"),
        ("odd", 10, "[hosts.odd] api_key_env names no variable that is set"),
    ],
)
def test_a_key_that_would_not_be_sent_is_not_printed(
    tmp_path: Path, host: str, code: int, told: str
) -> None:
    result = configured(tmp_path, host, VAR_KEY=KEY)
    assert (result.code, result.out) == (code, "")
    assert told in result.err
    assert "sk-pasted" not in result.err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("generate", "x"), 2, "nothing is sent, so that no model can be found"),
        (("embed", "x"), 2, "nothing is sent, so that no model can be found"),
        (("generate", "x", "-m", "m", "-o", "json"), 2, "--curl prints a command"),
        (("embed", "x", "-m", "m", "--json"), 2, "--curl prints a command"),
        (("chat", "x", "-m", "m", "-o", "raw"), 2, "--curl prints a command"),
        (("chat", "x", "-m", "m", "--show-prompt"), 2, "two ways to look"),
        (("chat", "-m", "m"), 2, "there is no prompt"),
        (("chat", "x", "-m", "m", "-I"), 2, "-I is a conversation"),
        (("chat", "x", "-m", "m:cloud", "--local-only"), 13, "runs in the cloud"),
        (("chat", "x", "-m", "m", "--local-only", "--host", "h.example"), 13, "public host"),
        (("chat", "x", "-m", "m", "--session", "nope"), 4, "nope"),
    ],
)
def test_what_is_refused(words: tuple[str, ...], code: int, told: str) -> None:
    result = call(*words, "--curl", env={"OLLAMA_HOST": NOWHERE})
    assert (result.code, result.out) == (code, "")
    assert told in result.err


def test_a_session_is_sent_along_and_not_changed(tmp_path: Path) -> None:
    words = ("-m", "m", "--host")
    with Server(by_path(ANSWERS)) as server:
        call("chat", "first", "--save", *words, server.url, at=tmp_path)
        before = call("sessions", "show", "first", "--json", at=tmp_path).out
    printed = curl("chat", "-c", "second", *words, NOWHERE, at=tmp_path)
    said = [each["content"] for each in json.loads(printed[-1])["messages"]]
    assert said == ["first", "x", "second"]
    curl("chat", "third", "--save", *words, NOWHERE, at=tmp_path)
    assert call("sessions", "show", "first", "--json", at=tmp_path).out == before
    assert len(call("sessions", "list", "--json", at=tmp_path).json["sessions"]) == 1
