"""Each command on servers that are not Ollama: it works, or says why not."""

from collections.abc import Iterator

import pytest
from other_servers import (
    KINDS,
    LLAMA_CPP,
    LM_STUDIO,
    LOCALAI,
    ONLY_V1,
    ROUTER,
    VLLM,
    WEBSITE,
    Character,
    Other,
    serving,
)
from shell import Result, call

from ollama_cli.demo import DemoServer

Args = tuple[str, ...]
CHAT: Args = ("chat", "-m", "demo", "--option", "seed=1", "--max-tokens", "5", "hi")
GENERATE: Args = ("generate", "-m", "demo", "--max-tokens", "5", "hi")
EMBED: Args = ("embed", "-m", "demo-embed", "-o", "csv", "a river")
WORKING = {
    "chat": CHAT,
    "chat with the model that is found": ("chat", "hi"),
    "chat in json": ("chat", "-m", "demo", "-o", "json", "hi"),
    "generate": GENERATE,
    "embed": EMBED,
    "list": ("models", "list", "-o", "name"),
    "has": ("models", "has", "demo"),
    "health": ("health",),
}
LACKING = {
    "pull": ("models", "pull", "llama3:8b"),
    "show": ("models", "show", "demo"),
    "rm": ("models", "rm", "demo", "--yes"),
    "cp": ("models", "cp", "demo", "other"),
    "ps": ("models", "ps"),
    "stop": ("models", "stop", "demo"),
    "outdated": ("models", "outdated"),
    "update": ("models", "update", "--all"),
}
NAMES = {
    "llama.cpp": "a llama.cpp server",
    "llama.cpp behind a proxy": "a llama.cpp server",
    "an old LocalAI": "LocalAI",
    "only /v1": "an OpenAI-compatible server",
}


@pytest.fixture(scope="module", params=KINDS)
def other(request: pytest.FixtureRequest) -> Iterator[tuple[str, Other]]:
    with serving(KINDS[request.param]) as server:
        yield NAMES.get(request.param, request.param), server


def at(url: str, *args: str) -> Result:
    """Run a command on a server of which nothing is remembered: each has a port of its own."""
    return call("--host", url, *args)


def on(character: Character, *args: str) -> tuple[Result, Other]:
    with serving(character) as server:
        return at(server.url, *args), server


@pytest.mark.parametrize("args", WORKING.values(), ids=WORKING)
def test_what_needs_no_ollama_works(other: tuple[str, Other], args: tuple[str, ...]) -> None:
    _, server = other
    result = at(server.url, *args)
    assert result.code == 0, result.err
    assert result.out


@pytest.mark.parametrize("word", LACKING)
def test_what_needs_ollama_says_so_in_one_sentence(other: tuple[str, Other], word: str) -> None:
    name, server = other
    result = at(server.url, *LACKING[word])
    assert (result.code, result.out) == (5, "")
    error, hint = result.err.splitlines()
    assert error == f"error: {word} needs an Ollama server; this is {name}"
    assert hint.startswith("hint: ")
    assert server.changes == []


def test_health_names_the_server(other: tuple[str, Other]) -> None:
    name, server = other
    result = at(server.url, "health")
    assert result.out.startswith(f"ok: {name}")
    assert f" at {server.url}, 2 models, " in result.out
    assert at(server.url, "health", "-m", "nope").code == 4
    verdict = at(server.url, "health", "--json").json
    assert (verdict["connected"], verdict["provider_type"]) == (True, "openai")
    assert verdict["kind"] in {"llama.cpp", "vllm", "lm-studio", "localai", "openai"}


def test_the_version_is_told_where_there_is_one() -> None:
    result, server = on(VLLM, "health")
    assert result.out.startswith(f"ok: vLLM 0.11.0 at {server.url}, ")


def test_native_and_v1_of_one_server_answer_alike() -> None:
    with DemoServer(tokens_per_second=0, bytes_per_second=0) as demo, serving(ONLY_V1) as other:
        alike: tuple[Args, ...] = (
            ("models", "list", "-o", "name"),
            ("models", "has", "demo"),
            EMBED,
        )
        for args in alike:
            native = at(demo.url, *args)
            by_v1 = at(f"{demo.url}/v1", *args)
            assert native.code == by_v1.code == at(other.url, *args).code == 0
            assert len(native.out) == pytest.approx(len(by_v1.out), rel=0.5)
        for url in (demo.url, f"{demo.url}/v1", other.url):
            assert at(url, *CHAT).code == at(url, *GENERATE).code == at(url, "health").code == 0
        for word in ("show", "ps", "cp", "pull", "stop", "rm"):
            assert at(f"{demo.url}/v1", *LACKING[word]).code == 0, word


def test_raw_is_what_the_server_sent_in_either_api() -> None:
    with serving(LM_STUDIO) as server:
        answer = at(server.url, *CHAT, "-o", "raw")
        listed = at(server.url, "models", "list", "-o", "raw")
        vectors = at(server.url, "embed", "-m", "demo-embed", "-o", "raw", "a")
    assert answer.out.startswith("data: {")
    assert answer.out.endswith("data: [DONE]\n\n")
    assert '"object":"list"' in listed.out
    assert "Unexpected" not in answer.out + listed.out + vectors.out


def test_the_version_is_asked_for_once_and_the_prompt_goes_to_the_right_api_alone() -> None:
    for character in (LM_STUDIO, VLLM, LLAMA_CPP, ONLY_V1):
        with serving(character) as server:
            assert at(server.url, *CHAT).code == 0
            assert server.requests == [("GET", "/api/version"), ("POST", "/v1/chat/completions")]
            assert at(server.url, *CHAT).code == 0
            assert at(server.url, *GENERATE).code == 0
            assert server.requests[2:] == [
                ("POST", "/v1/chat/completions"),
                ("POST", "/v1/completions"),
            ]


def test_where_the_address_ends_in_v1_that_comes_first() -> None:
    with serving(VLLM) as server:
        assert at(f"{server.url}/v1", *CHAT).code == 0
        assert server.requests == [("POST", "/v1/chat/completions")]


def test_who_says_what_is_spoken_is_obeyed() -> None:
    with serving(LM_STUDIO) as server:
        assert at(server.url, *CHAT, "--api", "openai").code == 0
        native = at(server.url, *CHAT, "--api", "native")
        ruled_out = at(server.url, "models", "ps", "--api", "openai")
        assert server.posts("/v1/chat/completions") == server.posts("/api/chat") == 1
    assert native.code == ruled_out.code == 5
    assert native.err.splitlines()[0].endswith("this is LM Studio")
    assert native.err.endswith("hint: let it be found out: `--api auto`\n")
    assert ruled_out.err.startswith(
        "error: ps needs Ollama's own API, and --api rules it out\nhint: "
    )


def test_what_cannot_be_said_there_is_warned_about_by_name() -> None:
    with serving(ONLY_V1) as server:
        result = at(server.url, *CHAT, "--num-ctx", "512", "--keep-alive", "1m")
        quiet = at(server.url, "-q", *CHAT, "--num-ctx", "512")
    assert result.code == quiet.code == 0
    assert "warning: this server is not told num_ctx, keep_alive: " in result.err
    assert quiet.err == ""


def test_a_missing_model_is_not_offered_to_be_pulled_there() -> None:
    result, server = on(VLLM, "chat", "-m", "nope", "hi")
    assert result.code == 4
    assert "models pull" not in result.err
    assert f"`ollama-cli --host {server.url} models list`" in result.err


def test_localai_answers_much_of_what_ollama_does_and_is_never_pulled_on() -> None:
    with serving(LOCALAI) as server:
        assert at(server.url, "health").out.startswith("ok: LocalAI v4.9.0 (f7ad3f7) at ")
        assert at(server.url, "models", "show", "demo").code == 0
        assert at(server.url, "models", "ps").code == 0
        assert at(server.url, "chat", "-m", "demo", "hi").code == 0
        result = at(server.url, "models", "pull", "demo")
        assert result.err.startswith("error: pull needs an Ollama server; this is LocalAI\n")
        assert server.changes == []


@pytest.mark.parametrize("args", [CHAT, GENERATE, EMBED, ("models", "list"), ("health",)])
def test_a_web_server_speaks_neither(args: tuple[str, ...]) -> None:
    result, server = on(WEBSITE, *args)
    assert (result.code, result.out) == (5, "")
    assert result.err == (
        f"error: the server at {server.url} (from --host) speaks neither Ollama's API nor the "
        "OpenAI-compatible one: HTTP 404 Not Found\n"
        "hint: check the port and the path: `ollama-cli doctor`\n"
    )


def test_a_status_of_success_is_no_reason() -> None:
    with serving(LM_STUDIO) as server:
        result = at(f"{server.url}/no/v1", "health")
    assert result.err.split("\n")[0].endswith("nor the OpenAI-compatible one")


@pytest.mark.parametrize("word", LACKING)
def test_where_nothing_is_known_the_address_and_its_origin_are_told(word: str) -> None:
    result, server = on(WEBSITE, *LACKING[word])
    assert (result.code, result.out) == (5, "")
    assert result.err == (
        f"error: {word} needs an Ollama server; nothing that is known answers at {server.url} "
        "(from --host)\nhint: check the address: `ollama-cli doctor`\n"
    )


def test_a_page_tells_no_version_and_is_no_answer() -> None:
    result, server = on(ROUTER, *CHAT)
    assert result.code == 5
    assert "an HTML page came from" in result.err
    assert server.requests == [("GET", "/api/version"), ("POST", "/v1/chat/completions")]
    result, server = on(ROUTER, "models", "pull", "llama3")
    assert "an HTML page came from" in result.err
    assert server.changes == []


def test_capabilities_that_nobody_tells_are_not_guessed() -> None:
    result, server = on(VLLM, "models", "list", "--filter", "capability=vision")
    assert (result.code, result.out) == (2, "")
    list_ = f"`ollama-cli --host {server.url} models list --sort name`"
    assert result.err == (
        "error: this server does not tell the capabilities of its models\n"
        f"hint: filter and sort by name: {list_}\n"
    )
