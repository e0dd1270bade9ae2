"""What is no name of a model, or two names of one: IDs that lists print, and other spellings."""

from collections.abc import Iterator
from typing import Any

import pytest
from hostile import Server, by_path, document, lines
from shell import call

from ollama_cli.demo import DemoServer


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with DemoServer(tokens_per_second=0, bytes_per_second=0) as running:
        yield running.url


@pytest.fixture
def printed(server: str) -> str:
    """The ID that `models list` prints for demo."""
    listed = call("models", "list", "--host", server).out.splitlines()
    (row,) = [line.split() for line in listed if line.startswith("demo:latest ")]
    assert len(row[1]) == 12
    return row[1]


@pytest.mark.parametrize(
    "command",
    [
        ["models", "show"],
        ["models", "rm", "-y"],
        ["models", "cp"],
        ["models", "stop"],
        ["models", "has"],
        ["models", "default"],
        ["models", "outdated"],
        ["models", "update"],
        ["models", "pull"],
        ["chat", "hi", "-m"],
        ["chat", "hi", "--auto-pull", "-m"],
        ["generate", "hi", "-m"],
        ["embed", "hi", "-m"],
        ["run"],
        ["health", "-m"],
    ],
    ids=" ".join,
)
def test_an_id_is_known_as_that_of_a_model(command: list[str], server: str, printed: str) -> None:
    rest = ["x"] if command[-1] == "cp" or command == ["run"] else []
    result = call(*command, printed, *rest, "--host", server)
    assert (result.code, result.out) == (4, "")
    assert result.err.endswith("\nhint: that is the ID of demo:latest: call it by its name\n")
    assert "get it" not in result.err


def test_the_doctor_knows_an_id_too(server: str, printed: str) -> None:
    result = call("doctor", "-m", printed, "--host", server)
    assert result.code == 4
    assert "hint: that is the ID of demo:latest: `ollama-cli" in result.out


def test_longer_and_shorter_spellings_of_an_id(server: str, printed: str) -> None:
    listed = call("models", "list", "--json", "--host", server).json["models"]
    (digest,) = [each["digest"] for each in listed if each["name"] == "demo:latest"]
    for spelled in (digest, f"sha256:{printed}", printed.upper(), printed[:6], f"{printed}:latest"):
        result = call("models", "show", spelled, "--host", server)
        assert "that is the ID of demo:latest" in result.err, spelled
    for other in (printed[:5], "f" * 12, f"{printed}x", f"x{printed}"):
        result = call("models", "show", other, "--host", server)
        assert result.code in {4, 5}
        assert "that is the ID of" not in result.err, other


def test_an_id_of_two_names() -> None:
    models = [{"name": name, "digest": "sha256:" + "ab" * 32} for name in ("a:1", "b:1", "c:1")]
    models[2]["digest"] = ""
    missing = document({"error": "model 'abab' not found"}, 404)
    paths = {"/api/tags": document({"models": models}), "/api/show": missing}
    with Server(by_path(paths)) as server:
        result = call("models", "show", "abababababab", "--host", server.url)
    assert "hint: that is the ID of a:1 and b:1: call it by its name\n" in result.err


def test_a_model_that_is_named_like_an_id_is_one() -> None:
    tags = document({"models": [{"name": "abababababab:latest", "digest": "cd" * 32}]})
    with Server(by_path({"/api/tags": tags})) as server:
        assert call("models", "has", "abababababab", "--host", server.url).code == 0


LISTED: dict[str, Any] = {"name": "m:latest", "digest": "sha256:0123456789abcdef", "size": 5}


@pytest.mark.parametrize("command", ["list", "ps"])
def test_a_list_shows_no_kind_of_digest(command: str) -> None:
    listed = document({"models": [LISTED, {**LISTED, "name": "n", "digest": ""}]})
    with Server(by_path({"/api/tags": listed, "/api/ps": listed})) as server:
        result = call("models", command, "--host", server.url)
        as_json = call("models", command, "--json", "--host", server.url).json["models"]
    rows = [line.split()[:2] for line in result.out.splitlines()[1:]]
    assert sorted(rows) == [["m:latest", "0123456789ab"], ["n", "-"]]
    assert {each["digest"] for each in as_json} == {"sha256:0123456789abcdef", None}


SPELLINGS = ["demo", "demo:latest", "DEMO", "library/demo", "demo"]


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_one_model_is_pulled_once(jobs: str) -> None:
    done = lines({"status": "pulling manifest"}, {"status": "success"})
    with Server(done) as server:
        result = call("pull", *SPELLINGS, "-j", jobs, "--json", "--host", server.url)
        assert [each.json["model"] for each in server.requests] == ["demo"]
    assert result.code == 0
    assert [each["model"] for each in result.json["models"]] == ["demo"]
    assert "1/" not in result.err


def test_one_model_is_planned_compared_updated_and_stopped_once(server: str) -> None:
    env = {"OLLAMA_CLI_REGISTRY": server}
    known = ["llama3.2", "LLAMA3.2:latest", "registry.ollama.ai/library/llama3.2"]
    plan = call("pull", *known, "--dry-run", "--json", "--host", server, env=env)
    outdated = call("models", "outdated", *SPELLINGS, "--json", "--host", server, env=env)
    updated = call("models", "update", *SPELLINGS, "--json", "--host", server, env=env)
    for result in (plan, outdated, updated):
        assert result.code == 0, result.err
        assert len(result.json["models"]) == 1
    stopped = call("models", "stop", *SPELLINGS, "--host", server)
    assert (stopped.code, stopped.err) == (0, "stopped demo\n")


def test_other_tags_are_other_models() -> None:
    done = lines({"status": "pulling manifest"}, {"status": "success"})
    with Server(done) as server:
        call("pull", "m", "m:1b", "me/m", "hf.co/me/m", "-q", "--host", server.url)
        assert len(server.requests) == 4
