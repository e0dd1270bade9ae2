"""A model that is missing: pulled where that is wanted, and never where it is not."""

import json
from pathlib import Path

import pytest
from hostile import Script, Server, answer, by_path, document, lines
from missing_models import CHAT, EMBED, GENERATE, PULL, PULLED, UNKNOWN, Lacking, paths
from registries import registry
from shell import call, run

from ollama_cli.demo import DemoServer

ASK = ("chat", "hi", "-m", "m")
NOT_FOUND = "error: model 'm' not found\n"


@pytest.mark.parametrize(
    ("args", "path"),
    [
        (ASK, CHAT),
        (("run", "m", "hi"), CHAT),
        (("generate", "hi", "-m", "m"), GENERATE),
        (("embed", "hi", "-m", "m"), EMBED),
    ],
)
def test_a_missing_model_is_pulled_where_that_is_wanted(args: tuple[str, ...], path: str) -> None:
    with Server(Lacking()) as server:
        result = call(*args, "--auto-pull", "--host", server.url)
    assert result.code == 0, result.err
    assert result.out in {"an answer\n", "[0.5, 1.0]\n"}
    assert paths(server) == [path, "/api/tags", PULL, path]
    first, second = (each.body for each in server.requests if each.path == path)
    assert first == second
    assert "note: m is not installed: pulling it\n" in result.err
    assert "pulled m" in result.err


@pytest.mark.parametrize("args", [ASK, ("generate", "hi", "-m", "m"), ("embed", "hi", "-m", "m")])
@pytest.mark.parametrize("form", ["text", "json", "jsonl", "raw"])
def test_off_a_terminal_nothing_is_asked_and_nothing_pulled(
    args: tuple[str, ...], form: str
) -> None:
    with Server(Lacking()) as server:
        result = call(*args, "-o", form, "--host", server.url, stdin="" if form == "raw" else None)
    assert result.code == 4
    assert PULL not in paths(server)
    told = result.error["hint"] if form in {"json", "jsonl"} else result.err
    pull = f"`ollama-cli --host {server.url} models pull m`"
    assert f"get it: {pull}, or have it pulled with --auto-pull; what is installed" in told


@pytest.mark.parametrize(
    ("flags", "env"),
    [
        (("--no-auto-pull",), {"OLLAMA_CLI_AUTO_PULL": "always"}),
        ((), {"OLLAMA_CLI_AUTO_PULL": "never"}),
        (("--no-input",), {"OLLAMA_CLI_AUTO_PULL": "ask"}),
    ],
)
def test_who_says_never_means_it(flags: tuple[str, ...], env: dict[str, str]) -> None:
    with Server(Lacking()) as server:
        result = call(*ASK, *flags, "--host", server.url, env=env)
    assert result.code == 4
    assert result.err.startswith(NOT_FOUND)
    assert PULL not in paths(server)


def test_the_setting_pulls_as_the_flag_does() -> None:
    with Server(Lacking()) as server:
        result = call(*ASK, "--host", server.url, env={"OLLAMA_CLI_AUTO_PULL": "always"})
    assert (result.code, result.out) == (0, "an answer\n")


def test_a_strange_folder_cannot_have_models_pulled(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OLLAMA_CLI_AUTO_PULL=always\n")
    with Server(Lacking()) as server:
        assert call(*ASK, "--host", server.url, cwd=tmp_path).code == 4
    assert PULL not in paths(server)


@pytest.mark.parametrize("form", ["json", "jsonl", "raw"])
def test_stdout_belongs_to_the_answer(form: str) -> None:
    with Server(Lacking()) as server:
        result = call(*ASK, "--auto-pull", "-o", form, "--host", server.url)
    assert result.code == 0, result.err
    documents = [json.loads(line) for line in result.out.splitlines()]
    assert "pulling" not in result.out
    assert "pulled m" in result.err
    if form == "json":
        assert [each["schema"] for each in documents] == ["ollama-cli/chat/1"]
    if form == "jsonl":
        assert [each["event"] for each in documents] == ["start", "text", "done"]


def test_a_prompt_from_a_pipe_outlives_the_pull() -> None:
    with Server(Lacking()) as server:
        result = run("generate", "-m", "m", "--auto-pull", "--host", server.url, stdin="a text")
    assert (result.code, result.out) == (0, "an answer\n")
    assert [each.json["prompt"] for each in server.requests if each.path == GENERATE] == [
        "a text",
        "a text",
    ]


def test_all_batches_of_texts_are_embedded_after_the_pull(tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.write_text("\n".join(f"text {number}" for number in range(200)))
    args = ("embed", "-f", texts, "--lines", "-m", "m", "--auto-pull", "-o", "json")
    with Server(Lacking()) as server:
        result = call(*args, "--host", server.url)
    assert result.code == 0, result.err
    assert len(result.json["embeddings"]) == 200
    sent = [each.json["input"] for each in server.requests if each.path == EMBED]
    assert len(sent) > 2
    assert sent[0] == sent[1]


def test_pulls_are_remembered(tmp_path: Path) -> None:
    with Server(Lacking()) as server:
        assert call(*ASK, "--auto-pull", "--host", server.url, at=tmp_path).code == 0
    (pull,) = call("models", "history", "--json", at=tmp_path).json["pulls"]
    assert (pull["model"], pull["result"]) == ("m", "success")


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_a_pull_that_fails_is_the_failure_of_the_command(form: str) -> None:
    with Server(Lacking(pull=UNKNOWN)) as server:
        result = call(*ASK, "--auto-pull", "-o", form, "--host", server.url)
    assert result.code == 4
    assert paths(server).count(PULL) == 1
    assert paths(server).count(CHAT) == 1
    if form == "jsonl":
        assert [event["event"] for event in result.events] == ["start", "error"]
    assert "file does not exist" in (result.error["message"] if form != "text" else result.err)


def test_a_model_that_is_still_missing_after_the_pull_is_told_once() -> None:
    missing = document({"error": "model 'm' not found"}, 404)
    scripts = {CHAT: missing, PULL: PULLED, "/api/tags": document({"models": []})}
    with Server(by_path(scripts)) as server:
        result = call(*ASK, "--auto-pull", "--host", server.url)
    assert (result.code, paths(server).count(PULL)) == (4, 1)


def test_what_is_installed_is_not_pulled_again_whatever_else_is_not_found() -> None:
    missing, tags = document({"error": "adapter not found"}, 404), [{"name": "M:latest"}]
    with Server(by_path({"/api/tags": document({"models": tags})}, missing)) as server:
        result = call(*ASK, "--auto-pull", "--host", server.url)
    assert (result.code, result.err.splitlines()[0]) == (4, "error: adapter not found")
    assert PULL not in paths(server)


@pytest.mark.parametrize("name", ["m:cloud", "m:8b-cloud", "M:20B-Cloud"])
def test_a_model_of_the_cloud_is_not_pulled(name: str) -> None:
    with Server(Lacking(model=name)) as server:
        result = call("chat", "hi", "-m", name, "--auto-pull", "--host", server.url)
    assert result.code == 4
    assert PULL not in paths(server)


@pytest.mark.parametrize("status", [401, 403, 500])
def test_other_failures_pull_nothing(status: int) -> None:
    with Server(document({"error": "no"}, status)) as server:
        assert call(*ASK, "--auto-pull", "--host", server.url).code in {5, 6}
    assert PULL not in paths(server)


def test_a_page_that_is_not_found_pulls_nothing() -> None:
    with Server(answer(404, b"404 page not found", {"Content-Type": "text/plain"})) as server:
        assert call(*ASK, "--auto-pull", "--host", server.url).code == 5
    assert PULL not in paths(server)


def test_the_path_of_a_model_that_is_there_costs_one_request() -> None:
    done = {"message": {"content": "x"}, "done": True}
    with Server(lines(done)) as server:
        assert call(*ASK, "--auto-pull", "--host", server.url).code == 0
    assert paths(server) == [CHAT]


def test_a_server_that_is_not_ollama_is_not_pulled_from() -> None:
    missing = document({"error": {"message": "The model `m` does not exist"}}, 404)
    answers: dict[str, Script] = {
        "/api/version": document({"detail": "Not Found"}, 404),
        "/v1/models": document({"object": "list", "data": []}),
        "/v1/chat/completions": missing,
        PULL: document({"error": "Unexpected endpoint or method. (POST /api/pull)"}),
    }
    with Server(by_path(answers)) as server:
        for host in (server.url, f"{server.url}/v1"):
            result = call(*ASK, "--auto-pull", "--host", host)
            assert result.code in {4, 5}
            assert "pull" not in result.err
    assert PULL not in paths(server)


def test_an_ollama_that_is_spoken_with_by_v1_is_pulled_from() -> None:
    with DemoServer(tokens_per_second=0, bytes_per_second=0) as url:
        args = ("chat", "hi", "-m", "llama3.2", "--auto-pull", "--host", f"{url.url}/v1")
        result = call(*args)
    assert result.code == 0, result.err
    assert "pulled llama3.2" in result.err


def test_pulling_tells_what_the_registry_knows() -> None:
    with Server(Lacking()) as server, Server(registry()) as sizes:
        env = {"OLLAMA_CLI_REGISTRY": sizes.url}
        result = call(*ASK, "--auto-pull", "--host", server.url, env=env)
    assert (result.code, result.out) == (0, "an answer\n")


@pytest.mark.parametrize("command", ["chat", "generate"])
@pytest.mark.parametrize("option", [("--num-ctx", "8192"), ("-O", "num_ctx=8192")])
def test_less_context_than_was_asked_for_is_told(command: str, option: tuple[str, str]) -> None:
    with Server(Lacking("m:latest")) as server:
        result = call(command, "hi", "-m", "m", *option, "--host", server.url)
    warning = "warning: the server gave a context of 4096 tokens, not the 8192 of num_ctx\n"
    assert (result.code, result.out, result.err) == (0, "an answer\n", warning)
    assert paths(server)[1:] == ["/api/ps"]


@pytest.mark.parametrize("given", [8192, 16384, None])
def test_enough_context_or_an_unknown_one_is_not_told(given: int | None) -> None:
    script = Lacking("m:latest")
    script.context_length = given
    with Server(script) as server:
        result = call(*ASK, "--num-ctx", "8192", "--host", server.url)
    assert (result.code, result.err) == (0, "")


def test_context_is_not_asked_for_where_none_was_wanted_or_nothing_is_told() -> None:
    with Server(Lacking("m:latest")) as server:
        assert call(*ASK, "--host", server.url).code == 0
        assert call(*ASK, "-q", "--num-ctx", "8192", "--host", server.url).code == 0
    assert paths(server) == [CHAT, CHAT]


def test_a_server_that_does_not_tell_the_context_spoils_no_answer() -> None:
    done = {"message": {"content": "x"}, "done": True}
    with Server(lines(done), document({"error": "boom"}, 404)) as server:
        result = call(*ASK, "--num-ctx", "8192", "--host", server.url)
    assert (result.code, result.out, result.err) == (0, "x\n", "")
