"""What a server is known to have: seen lately, asked for, or as it was last seen, with its age."""

import os
import time
from pathlib import Path

import pytest
from dead_ports import closed_port
from hostile import Server, document
from runtimes import at, runtime, with_models
from shell import call

from ollama_cli.errors import ModelNotFoundError
from ollama_cli.features.context import Context, Flags
from ollama_cli.features.explain import explain, known_models
from ollama_cli.features.servers import cache

TAGS = document({"models": [{"name": "llama3.2:latest"}, {"name": "b:1"}]})


def age(seconds: float) -> None:
    """Let time pass since the models were seen."""
    folder = cache.folder()
    assert folder is not None
    [path] = folder.iterdir()
    then = time.time() - seconds
    os.utime(path, (then, then))


def hint(cli: Context, model: str) -> str:
    error = ModelNotFoundError("not found").with_facts(model=model)
    hint = explain(error, cli).hint
    cli.close()
    return hint or ""


def test_what_was_seen_lately_is_not_asked_for_again() -> None:
    with Server(TAGS) as server:
        cache.write(server.url, ["llama3.1:latest"])
        assert "did you mean llama3.1:latest?" in hint(at(server.url), "lama3.1")
        assert server.connections == 0


def test_what_was_seen_long_ago_is_asked_for_and_kept() -> None:
    with Server(TAGS) as server:
        cache.write(server.url, ["old"])
        age(cache.FRESH_SECONDS)
        assert "did you mean llama3.2:latest?" in hint(at(server.url), "lama3.2")
        assert server.connections == 1
        assert (kept := cache.read(server.url)) is not None
        assert {*kept.names} == {"llama3.2:latest", "b:1"}


def test_the_age_is_told_where_the_server_is_away() -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    cache.write(url, ["llama3.2:latest"])
    age(12 * 60 + 1)
    told = hint(at(url), "lama3.2")
    assert told.startswith("did you mean llama3.2:latest (as of 12 minutes ago)? if not: ")


def test_a_model_is_no_misspelling_of_itself() -> None:
    cache.write("http://127.0.0.1:11434", ["m:latest"])
    assert hint(with_models(), "m").startswith("get it: ")


def test_a_demo_server_is_known_by_what_it_says() -> None:
    cli = runtime(Flags(demo=True))
    cache.write(cli.settings.host, ["old"])
    assert "demo:latest" in known_models(cli).names
    cli.close()


@pytest.mark.parametrize("command", [["models", "list"], ["models", "has", "m"]])
def test_a_server_that_is_away_is_told_with_what_it_had(command: list[str]) -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    cache.write(url, [f"m{number}:latest" for number in range(5)])
    age(3 * 3600)
    result = call(*command, "--host", url)
    assert result.code == 3
    hint = result.err.splitlines()[-1]
    assert hint.startswith(f"hint: start it with `OLLAMA_HOST={url[7:]} ollama serve`")
    assert hint.endswith("; 3 hours ago it had m0:latest, m1:latest, m2:latest and 2 more")


def test_names_that_were_seen_cannot_drive_the_terminal() -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    cache.write(url, ["m\x1b[2J"])
    assert "\x1b" not in call("ls", "--host", url).err


def test_refresh_forgets_what_was_seen_also_of_a_server_that_is_away() -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    cache.write(url, ["m:latest"])
    result = call("models", "list", "--refresh", "--host", url)
    assert result.code == 3
    assert "it had" not in result.err
    assert cache.read(url) is None


def test_a_pull_that_is_planned_while_the_server_is_away_names_what_it_had(tmp_path: Path) -> None:
    unknown = document({"errors": [{"code": "MANIFEST_UNKNOWN"}]}, 404)
    url = f"http://127.0.0.1:{closed_port()}"
    cache.write(url, ["my-model:latest"])
    age(600)
    with Server(unknown) as registry:
        args = ("pull", "my-modle", "--dry-run", "--registry", registry.url, "--host", url)
        result = call(*args, cwd=tmp_path)
    assert result.code == 4
    assert "did you mean my-model:latest (as of 10 minutes ago)?" in result.err
