"""Names that a server reads otherwise than who judges them: nothing is sent for one."""

from pathlib import Path

import pytest
from answer_chunks import DONE, delta, event, streamed
from clients import stranger
from hostile import Script, Server, by_path, document
from shell import call

NATIVE: dict[str, Script] = {
    "/api/version": document({"version": "0.24.0"}),
    "/api/tags": document({"models": [{"name": "m:latest"}]}),
    "/api/show": document({"capabilities": ["completion"], "details": {}}),
    "/api/chat": document({"message": {"content": "yes"}, "done": True}),
}
ANSWER = streamed(event(delta(content="yes")), event(delta("stop")), DONE)
ODD = (
    "x: cloud",
    "x:cl\toud",
    "a\nb",
    "x:\N{NO-BREAK SPACE}cloud",
    "x\N{ZERO WIDTH SPACE}y",
    "a\x7fb",
)
COMMANDS = (
    ("chat", "hi", "-m", "?"),
    ("generate", "hi", "-m", "?"),
    ("run", "?", "hi"),
    ("embed", "hi", "-m", "?"),
    ("health", "-m", "?"),
    ("doctor", "--no-token", "-m", "?"),
    ("models", "show", "?"),
    ("models", "has", "?"),
    ("models", "pull", "?"),
    ("models", "pull", "m", "?", "-j", "2"),
    ("models", "pull", "?", "--dry-run"),
    ("models", "rm", "?", "-y"),
    ("models", "cp", "m", "?"),
    ("models", "cp", "?", "m"),
    ("models", "stop", "?"),
    ("models", "update", "?"),
    ("models", "outdated", "?"),
    ("models", "default", "?"),
    ("--local-only", "chat", "hi", "-m", "?"),
)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_name_with_what_servers_trim_is_refused_before_anything_is_sent(
    words: tuple[str, ...],
) -> None:
    with stranger(by_path(NATIVE)) as server:
        for name in ODD:
            typed = [name if word == "?" else word for word in words]
            result = call("--host", server.url, *typed)
            assert (result.code, result.out) == (2, ""), result
            assert result.err.startswith("error: no model name: ")
        assert server.requests == []
    assert "holds a character (U+007F)" in result.err


@pytest.mark.parametrize(
    "words", [("chat", "hi", "-m", " m\N{NO-BREAK SPACE}"), ("run", "\tm ", "hi")]
)
def test_white_space_at_the_ends_is_not_sent(words: tuple[str, ...]) -> None:
    with stranger(by_path(NATIVE)) as server:
        assert call("--host", server.url, *words).out == "yes\n"
        assert server.requests[-1].json["model"] == "m"


@pytest.mark.parametrize("variable", ["OLLAMA_CLI_MODEL", "OLLAMA_CLI_EMBED_MODEL"])
@pytest.mark.parametrize("name", ["x: cloud", "a b", "a\N{IDEOGRAPHIC SPACE}b"])
def test_a_setting_is_refused_likewise(variable: str, name: str, tmp_path: Path) -> None:
    command = "embed" if "EMBED" in variable else "generate"
    with stranger(by_path(NATIVE)) as server:
        result = call("--host", server.url, command, "hi", env={variable: name})
        assert (result.code, result.out) == (10, "")
        assert f"(from {variable}): no model name: " in result.err
        (tmp_path / ".env").write_text(f'{variable}="{name}"\n')
        strange = call("--host", server.url, command, "hi", at=tmp_path)
        assert (strange.code, strange.out) == (13, "")
        assert f"(from {variable} in .env): no model name: " in strange.err
        assert server.requests == []


@pytest.mark.parametrize(
    "name",
    ["tiny\N{NON-BREAKING HYPHEN}h", "m@sha256:ab", "caf\N{LATIN SMALL LETTER E WITH ACUTE}"],
)
@pytest.mark.parametrize("words", [("pull",), ("pull", "--dry-run"), ("cp", "m")])
def test_what_only_ollama_reads_is_held_against_its_grammar(
    words: tuple[str, ...], name: str
) -> None:
    with stranger(by_path(NATIVE)) as server:
        result = call("--host", server.url, "models", *words, name)
        assert result.code == 2
        odd = next(each for each in name if not each.isascii() or each == "@")
        assert f"holds '{odd}' (U+{ord(odd):04X})" in result.err
        assert server.requests == []


def openai(*ids: str) -> Server:
    return stranger(
        by_path(
            {
                "/v1/models": document({"object": "list", "data": [{"id": each} for each in ids]}),
                "/v1/chat/completions": ANSWER,
            }
        )
    )


def test_a_server_of_v1_may_list_a_name_with_spaces() -> None:
    with openai("My Model 7B", "x: cloud") as server:
        url = f"{server.url}/v1"
        assert call("--host", url, "chat", "hi", "-m", "My Model 7B").out == "yes\n"
        asked = [each for each in server.requests if each.path == "/v1/chat/completions"]
        assert asked[-1].json["model"] == "My Model 7B"
        before = len(server.requests)
        for name in ("Another Model", "x: cloud", "My Model 7B:8b- cloud"):
            result = call("--host", url, "chat", "secret", "-m", name)
            assert result.code == 2
            assert result.err.startswith(f"error: no model name: {name!r} holds a space")
            assert result.err.endswith("hint: a name is [HOST/][NAMESPACE/]MODEL[:TAG]\n")
        assert {each.path for each in server.requests[before:]} <= {"/v1/models"}


@pytest.mark.parametrize(
    "name", ["x: cloud", "x:cloud ", "x:8b-cloud", "x:8b:CLOUD", "x:cloud:local"]
)
def test_a_name_of_the_cloud_is_never_sent_under_local_only(name: str) -> None:
    with stranger(by_path(NATIVE)) as server, openai(name) as other:
        for url in (server.url, f"{other.url}/v1"):
            result = call("--local-only", "--host", url, "chat", "secret", "-m", name)
            assert result.code in {2, 13}
        for each in (*server.requests, *other.requests):
            assert b"secret" not in each.body


def test_config_set_takes_no_name_of_the_cloud_that_is_spelled_otherwise(tmp_path: Path) -> None:
    result = call("config", "set", "model", "x: cloud", at=tmp_path)
    assert (result.code, "holds a space (U+0020)" in result.err) == (2, True)
    assert call("config", "set", "model", " My Model ", at=tmp_path).code == 0
    assert call("config", "get", "model", at=tmp_path).out == "My Model\n"
