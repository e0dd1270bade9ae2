"""What changes a server's models is sent to Ollama alone: the version is asked for, and first."""

from pathlib import Path

import pytest
from hostile import Script, Server, answer, by_path, document, lines, page
from other_servers import KINDS, LM_STUDIO, LOCALAI, Character, serving
from shell import Result, call, run

from ollama_cli.demo import DemoServer

PULLED = lines({"status": "success"})
VERSION = document({"version": "0.32.15"})
MODELS = document({"models": [{"name": "a:latest", "digest": "d"}]})
OLLAMA = {
    "/api/version": VERSION,
    "/api/tags": MODELS,
    "/api/pull": PULLED,
    "/api/copy": answer(200),
    "/api/delete": answer(200),
}
CHANGES = {
    "pull": ("models", "pull", "a"),
    "rm": ("models", "rm", "a", "--yes"),
    "cp": ("models", "cp", "a", "b"),
}
REFUSALS: dict[str, tuple[Script, int]] = {
    "a page": (page(), 5),
    "another program's JSON": (document({"hello": "world"}), 5),
    "no such route": (answer(404, b"404 page not found"), 5),
    "LM Studio's words": (document({"error": "Unexpected endpoint or method. (GET /x)"}), 5),
    "a sign-in": (document({"error": "unauthorized"}, 401), 6),
    "a failure": (document({"error": "boom"}, 500), 5),
}


def at(url: str, *args: str, cache: Path) -> Result:
    return call("--host", url, *args, env={"XDG_CACHE_HOME": str(cache), "OLLAMA_CLI_RETRIES": "0"})


def asked(server: Server) -> list[tuple[str, str]]:
    return [(request.method, request.path) for request in server.requests]


@pytest.mark.parametrize("word", CHANGES)
def test_the_version_is_asked_for_before_the_first_change_of_each_run(
    word: str, tmp_path: Path
) -> None:
    with Server(by_path(OLLAMA)) as server:
        for _ in range(2):
            result = at(server.url, *CHANGES[word], cache=tmp_path)
            assert result.code == 0, result.err
            assert asked(server)[0] == ("GET", "/api/version")
            server.requests.clear()


@pytest.mark.parametrize("word", CHANGES)
def test_a_server_in_the_place_of_an_ollama_is_told_nothing(word: str, tmp_path: Path) -> None:
    with Server(by_path(OLLAMA)) as server:
        for args in CHANGES.values():
            assert at(server.url, *args, cache=tmp_path).code == 0
    with serving(LM_STUDIO, port=server.port) as other:
        assert at(other.url, *CHANGES[word], cache=tmp_path).code == 5
        assert other.changes == []


def test_one_run_asks_once_for_all_its_pulls(tmp_path: Path) -> None:
    with Server(by_path(OLLAMA)) as server:
        assert at(server.url, "models", "pull", "a", "b", "c", cache=tmp_path).code == 0
    assert asked(server) == [("GET", "/api/version"), *[("POST", "/api/pull")] * 3]


@pytest.mark.parametrize("word", CHANGES)
@pytest.mark.parametrize("what", REFUSALS)
def test_nothing_is_changed_where_no_version_of_ollama_is_told(
    what: str, word: str, tmp_path: Path
) -> None:
    script, code = REFUSALS[what]
    everything_else = {path: each for path, each in OLLAMA.items() if path != "/api/version"}
    with Server(by_path({**everything_else, "/api/version": script})) as server:
        result = at(server.url, *CHANGES[word], cache=tmp_path)
    assert (result.code, result.out) == (code, "")
    changing = {"/api/pull", "/api/copy", "/api/delete"}
    assert not changing & {request.path for request in server.requests}


@pytest.mark.parametrize("args", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("kind", KINDS)
def test_no_other_server_is_ever_told_to_change(kind: str, args: tuple[str, ...]) -> None:
    with serving(KINDS[kind]) as server:
        assert call("--host", server.url, *args).code == 5
        assert call("--host", f"{server.url}/v1", *args).code == 5
        assert server.changes == []


def test_what_is_known_to_be_another_server_is_not_even_asked() -> None:
    with serving(LM_STUDIO) as server:
        assert run("--host", server.url, "health").code == 0
        server.requests.clear()
        result = run("--host", server.url, "models", "pull", "llama3")
        assert result.err.startswith("error: pull needs an Ollama server; this is LM Studio\n")
        assert {method for method, _ in server.requests} <= {"GET"}


@pytest.mark.parametrize(
    ("character", "options"), [(LOCALAI, ()), (LM_STUDIO, ("--api", "openai"))]
)
def test_a_list_that_is_made_anew_makes_no_ollama_of_another_server(
    character: Character, options: tuple[str, ...]
) -> None:
    with serving(character) as server:
        assert run("--host", server.url, *options, "models", "list", "--refresh").code == 0
        result = run("--host", server.url, "models", "pull", "llama3")
        assert result.err.startswith("error: pull needs an Ollama server; this is L")
        assert server.changes == []


def test_of_another_server_no_plan_tells_what_it_holds() -> None:
    with serving(LM_STUDIO) as server, DemoServer() as demo:
        result = run(
            "--host", server.url, "models", "pull", "llama3.2", "--dry-run", "--registry", demo.url
        )
    assert (result.code, result.out) == (5, "")
    assert result.err.startswith("error: pull needs an Ollama server; this is LM Studio\n")


def test_a_pull_is_refused_where_its_api_is_ruled_out() -> None:
    with Server(by_path(OLLAMA)) as server:
        result = run("--host", server.url, "--api", "openai", "models", "pull", "a")
    assert result.code == 5
    assert result.err.startswith("error: pull needs Ollama's own API, and --api rules it out\n")
    assert server.requests == []


def test_models_that_a_file_lists_are_pulled_on_ollama_alone(tmp_path: Path) -> None:
    listed = tmp_path / "models.toml"
    listed.write_text('models = ["llama3.2"]', encoding="utf-8")
    with serving(LM_STUDIO) as server:
        result = call("--host", server.url, "models", "ensure", listed)
        assert result.err.startswith("error: ensure needs an Ollama server; this is LM Studio\n")
        assert server.changes == []


def test_the_demo_is_asked_too() -> None:
    result = run("--demo", "-v", "models", "pull", "llama3.2")
    assert result.code == 0
    sent = [line.split(" ")[0:2] for line in result.err.splitlines() if "http://" in line]
    paths = [f"{method} /{url.split('/', 3)[3]}" for method, url in sent if "/api/" in url]
    assert paths.index("GET /api/version") < paths.index("POST /api/pull")
