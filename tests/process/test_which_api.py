"""Which API is spoken: Ollama's own where its version is told, whatever ran before."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import other_servers
import pytest
from hostile import Script, Server, answer, by_path, document, lines
from shell import Result, call

NATIVE = lines({"message": {"content": "native"}}, {"message": {"content": ""}, "done": True})
OPENAI = answer(
    200,
    b'data: {"choices":[{"index":0,"delta":{"content":"openai"}}]}\n\n'
    b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
    {"Content-Type": "text/event-stream"},
)
TAGS = document({"models": [{"name": "m"}]})
BOTH: Mapping[str, Script] = {
    "/api/tags": TAGS,
    "/api/chat": NATIVE,
    "/v1/models": document({"data": [{"id": "m", "owned_by": "sglang"}]}),
    "/v1/chat/completions": OPENAI,
}
VERSION: Mapping[str, Script] = {"/api/version": document({"version": "0.24.0"})}
CHAT = ("chat", "-m", "m", "hi")


def serving(pages: Mapping[str, Script]) -> Server:
    return Server(by_path(dict(pages)), is_ollama=False)


def at(server: Server, *args: str, path: str = "", cache: Path | None = None) -> Result:
    env = {"XDG_CACHE_HOME": str(cache)} if cache else {}
    return call(*args, "--host", server.url + path, env=env)


def paths(server: Server) -> list[str]:
    return [request.path for request in server.requests]


@pytest.mark.parametrize(("more", "said"), [(VERSION, "native"), ({}, "openai")])
@pytest.mark.parametrize(
    "before", [(), ("health",), ("models", "list"), ("models", "ps"), ("doctor", "--no-token")]
)
def test_the_answer_does_not_depend_on_what_ran_before(
    more: Mapping[str, Script], said: str, before: tuple[str, ...]
) -> None:
    with serving({**BOTH, **more}) as server:
        if before:
            at(server, *before)
        assert [at(server, *CHAT).out, at(server, *CHAT).out] == [f"{said}\n"] * 2


PAGE = answer(200, b"<!doctype html><html></html>", {"Content-Type": "text/html"})
NO_VERSIONS = [PAGE, document({"version": ""}), document({"version": 24}), document([])]


@pytest.mark.parametrize("version", NO_VERSIONS)
def test_health_of_an_application_with_a_page_for_each_path_is_that_of_its_api(
    version: Script,
) -> None:
    with serving({**BOTH, "/api/version": version, "/api/tags": PAGE}) as server:
        first = at(server, "health")
        assert (first.code, first.err) == (0, "")
        assert first.out.startswith("ok: SGLang at ")
        assert at(server, *CHAT).out == "openai\n"
        assert at(server, "health").code == 0


def test_a_portal_is_not_remembered_as_a_server() -> None:
    paths = ("/api/version", "/api/tags", "/api/chat", "/v1/models", "/v1/chat/completions")
    pages = dict.fromkeys(paths, PAGE)
    with Server(by_path(pages), is_ollama=False) as server:
        for command in (("health",), CHAT, ("models", "list")):
            seen = at(server, *command)
            assert (seen.code, seen.out) == (5, "")
            assert "an HTML page came from" in seen.err
        pages |= {**BOTH, **VERSION}
        assert at(server, *CHAT).out == "native\n"


@pytest.mark.parametrize("more", [VERSION, {}])
def test_the_version_is_asked_for_once(
    more: Mapping[str, Script],
) -> None:
    with serving({**BOTH, **more}) as server:
        assert at(server, *CHAT).code == 0
        assert paths(server)[0] == "/api/version"
        assert len(server.requests) == 2
        at(server, *CHAT)
        assert paths(server).count("/api/version") == 1


def test_the_version_is_asked_for_over_the_connection_of_the_prompt() -> None:
    with other_servers.serving(other_servers.VLLM) as server:
        assert call("chat", "-m", "demo", "hi", "--host", server.url).code == 0
        assert [path for _, path in server.requests] == ["/api/version", "/v1/chat/completions"]
        assert len(server.peers) == 1


def test_each_address_is_known_by_itself() -> None:
    pages = {
        "/v4/models": document({"data": [{"id": "of-v4"}]}),
        "/api/v1/models": document({"data": [{"id": "of-api"}]}),
        "/openai/models": document({"data": [{"id": "of-openai"}]}),
    }
    with serving({**BOTH, **VERSION, **pages}) as server:
        for _ in range(2):
            for path, name in [
                ("", "m"),
                ("/v4", "of-v4"),
                ("/api/v1", "of-api"),
                ("/openai", "of-openai"),
                ("/v1", "m"),
                ("/v4/chat/completions", "of-v4"),
            ]:
                assert at(server, "models", "list", "-o", "name", path=path).out == f"{name}\n"


def test_all_of_open_webui_is_below_api() -> None:
    pages = {
        **VERSION,
        "/api/models": document({"data": [{"id": "w"}]}),
        "/api/chat/completions": OPENAI,
    }
    with serving(pages) as server:
        for _ in range(2):
            assert at(server, "chat", "-m", "w", "hi", path="/api").out == "openai\n"
            assert at(server, "models", "list", "-o", "name", path="/api").out == "w\n"
            health = at(server, "health", "--json", path="/api").json
            assert (health["connected"], health["kind"]) == (True, "open-webui")
            refused = at(server, "models", "pull", "m", path="/api")
            assert (refused.code, "this is Open WebUI" in refused.err) == (5, True)
        assert "/api/pull" not in paths(server)


@pytest.mark.parametrize(
    ("pages", "kind", "name"),
    [
        ({"/v1/models": BOTH["/v1/models"], "/": answer(200, b"Ollama is running")}, "sglang",
         "SGLang"),
        ({"/v1/models": TAGS, "/health/liveliness": document("I'm alive!")}, "litellm", "LiteLLM"),
        ({"/v1/models": document([{"id": "m"}])}, "openai", "an OpenAI-compatible server"),
    ],
)  # fmt: skip
def test_kinds_that_are_told_apart(pages: Mapping[str, Script], kind: str, name: str) -> None:
    with serving(pages) as server:
        assert at(server, "health", "--json").json["kind"] == kind
        assert at(server, "health").out.startswith(f"ok: {name} at ")
        assert at(server, "models", "ps").err.startswith(
            f"error: ps needs an Ollama server; this is {name}\n"
        )


def test_a_route_that_a_known_server_lacks_is_told_as_that() -> None:
    with serving({name: BOTH[name] for name in ("/v1/models", "/v1/chat/completions")}) as server:
        lacking = at(server, "embed", "-m", "m", "a")
    assert lacking.code == 5
    assert "has no route for this: it is SGLang\n" in lacking.err


def test_a_question_that_is_only_nice_to_have_may_fail() -> None:
    pages: dict[str, Any] = {**VERSION, "/api/tags": TAGS, "/api/chat": NATIVE}
    pages["/api/show"] = document({"error": "boom"}, 500)
    with serving(pages) as server:
        assert at(server, "health").code == 0
        assert at(server, "chat", "hi").out == "native\n"
        hidden = at(server, "models", "ps")
    assert hidden.code == 5
    assert "this Ollama is too old, or a proxy hides /api/ps" in hidden.err


def test_what_is_remembered_of_a_server_holds_its_version(tmp_path: Path) -> None:
    with serving({**BOTH, **VERSION}) as server:
        at(server, *CHAT, cache=tmp_path)
    (file,) = (tmp_path / "ollama-cli/servers").glob("*.json")
    assert json.loads(file.read_text()) == {"api": "native", "kind": "ollama", "version": "0.24.0"}
