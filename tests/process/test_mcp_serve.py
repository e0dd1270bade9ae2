"""What an agent gets of `mcp serve` over a raw pipe: tools, answers, refusals, and nothing else."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import other_servers
import pytest
from agents import Agent, serving
from hostile import PATIENCE, Peer, Server, by_path, document, lines
from waits import until

from ollama_cli.features.schema.check import check

pytest.importorskip("mcp", reason="the extra mcp is not installed")
READING = [
    "ai_ollama_generate",
    "ai_ollama_chat",
    "ai_ollama_list_models",
    "ai_ollama_embed",
    "ai_ollama_show_model",
    "ai_ollama_health",
    "ai_ollama_count_tokens",
]

SHARED: dict[str, Agent] = {}


@pytest.fixture(scope="module")
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def agent(demo: str, opened: ExitStack) -> Agent:
    """One server for all that only asks: each test leaves it as it was."""
    if demo not in SHARED:
        SHARED[demo] = opened.enter_context(serving(demo, "--rate", "1000"))
    return SHARED[demo]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("2024-11-05", "2024-11-05"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("1999-01-01", "2025-11-25"),
    ],
)
def test_hands_are_shaken_in_each_version(demo: str, asked: str, given: str) -> None:
    with serving(demo, shakes=False) as agent:
        told = agent.shake_hands(asked)
        assert told["protocolVersion"] == given
        assert told["serverInfo"]["name"] == "ollama-cli"
        assert "no instruction" in told["instructions"]
        assert set(told["capabilities"]) == {"tools", "resources"}  # no logging, no prompts
        assert list(agent.tools()) == READING
        assert agent.end() == 0


def test_the_newest_era_needs_no_handshake(demo: str) -> None:
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "tests", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    with serving(demo, shakes=False) as agent:
        found = agent.result(agent.ask("server/discover", _meta=meta))
        assert "2026-07-28" in found["supportedVersions"]
        asked = {"name": "ai_ollama_health", "arguments": {}, "_meta": meta}
        result = agent.result(agent.ask("tools/call", **asked))
        assert result["structuredContent"]["connected"] is True
        assert agent.answer(agent.ask("tools/call", name="no", _meta=meta))["error"]["code"] == (
            -32602
        )


def test_tools_say_truly_what_they_do(demo: str) -> None:
    with serving(demo, "--allow-pull", "--allow-delete") as agent:
        tools = agent.tools()
    assert list(tools) == [*READING, "ai_ollama_pull", "ai_ollama_delete"]
    for name, tool in tools.items():
        assert tool["inputSchema"]["additionalProperties"] is False
        assert tool["outputSchema"]["type"] == "object"
        assert tool["description"].count(".") == 1
        hints = tool["annotations"]
        assert hints["readOnlyHint"] is (name in READING)
        assert hints["destructiveHint"] is (name == "ai_ollama_delete")
    required = {name: tool["inputSchema"]["required"] for name, tool in tools.items()}
    assert required == {
        **{name: [] for name in READING},
        "ai_ollama_generate": ["prompt"],
        "ai_ollama_chat": ["messages"],
        "ai_ollama_embed": ["input"],
        "ai_ollama_count_tokens": ["text"],
        "ai_ollama_pull": ["model"],
        "ai_ollama_delete": ["model"],
    }


CALLS: dict[str, dict[str, object]] = {
    "ai_ollama_generate": {"prompt": "hi", "system": "be brief", "max_tokens": 5},
    "ai_ollama_chat": {"messages": [{"role": "user", "content": "hi"}], "temperature": 0},
    "ai_ollama_list_models": {},
    "ai_ollama_embed": {"input": ["a river", "a stream"]},
    "ai_ollama_show_model": {"model": "demo"},
    "ai_ollama_health": {},
    "ai_ollama_count_tokens": {"text": "hello world"},
}


@pytest.mark.parametrize("name", READING)
def test_each_tool_gives_what_its_schema_says(agent: Agent, name: str) -> None:
    schema = agent.tools()[name]["outputSchema"]
    result = agent.call(name, **CALLS[name])
    assert result["isError"] is False
    document = result["structuredContent"]
    assert check(document, schema) == []
    (content,) = result["content"]
    if "text" in document:
        assert content["text"] == document["text"] != ""
    else:
        assert json.loads(content["text"]) == document
    assert "context" not in document
    if "model" in document:
        assert document["model"].startswith("demo")


def test_an_answer_tells_how_it_went(agent: Agent) -> None:
    answer = agent.call("ai_ollama_generate", prompt="hi", max_tokens=3)["structuredContent"]
    assert (answer["done_reason"], answer["cut"], answer["complete"]) == (
        "length",
        "max_tokens",
        False,
    )
    assert answer["usage"]["completion_tokens"] == 3
    assert answer["truncated"] is False


def test_an_unknown_tool_is_an_error_of_the_protocol(agent: Agent) -> None:
    error = agent.answer(agent.begin_call("ai_ollama_pull", model="llama3.2"))["error"]
    assert error["code"] == -32602
    assert error["message"].startswith("unknown tool: ai_ollama_pull")
    error = agent.answer(agent.begin_call("ai_ollama_generat"))["error"]
    assert error["message"] == ("unknown tool: ai_ollama_generat; did you mean ai_ollama_generate?")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            {"prompt": "x", "max_token": 3},
            "error: bad arguments: unknown property 'max_token'; did you mean 'max_tokens'?",
        ),
        ({}, "error: bad arguments: 'prompt' is missing"),
        (
            {"prompt": 3, "max_tokens": "3"},
            "error: bad arguments: max_tokens: must be an integer, not a string; prompt: must be",
        ),
        ({"prompt": "x", "max_tokens": 5000}, "error: bad arguments: max_tokens: must be 4096 or"),
        ({"prompt": "x", "url": "http://127.0.0.1"}, "error: bad arguments: unknown property"),
        ({"prompt": "x", "model": "demmo"}, "error: model 'demmo:latest' not found"),
        ({"prompt": "x", "model": "a b"}, "error: no model name: 'a b'"),
        ({"prompt": "x", "model": "gpt-oss:120b-cloud"}, "error: model 'gpt-oss:120b-cloud' runs"),
        ({"prompt": "x" * 10_000_000}, "error: the input has 10 MB, and 1.0 MB are allowed"),
        ({"prompt": "x " * 200_000}, "error: the "),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_a_model_can_mend_is_told_to_it(
    agent: Agent, arguments: dict[str, object], told: str
) -> None:
    error, hint = agent.failure("ai_ollama_generate", **arguments)
    assert error.startswith(told)
    assert "--num-ctx" not in hint
    if arguments.get("model") == "demmo":
        assert hint.startswith("hint: did you mean demo:latest")


def test_what_is_no_message_is_passed_over(agent: Agent) -> None:
    agent.write(b"this is no JSON\n{\n[]\n\xff\xfe\n")
    error = agent.answer(agent.ask("no/such/method"))["error"]
    assert error["code"] == -32601
    assert agent.result(agent.ask("ping")) == {}


def test_a_line_without_end_is_passed_over(agent: Agent) -> None:
    piece = b"x" * (1 << 20)
    for _ in range(66):
        agent.write(piece)
    agent.write(b"\n")
    assert agent.result(agent.ask("ping")) == {}


def test_models_are_resources(agent: Agent) -> None:
    listed = agent.result(agent.ask("resources/list"))["resources"]
    uris = [each["uri"] for each in listed]
    assert "ollama://models/demo:latest" in uris
    asked = agent.ask("resources/read", uri="ollama://models/demo:latest")
    (content,) = agent.result(asked)["contents"]
    shown = agent.call("ai_ollama_show_model", model="demo:latest")["structuredContent"]
    assert json.loads(content["text"]) == shown
    for uri in ("file:///etc/passwd", "ollama://models/", "ollama://models/nothing"):
        error = agent.answer(agent.ask("resources/read", uri=uri))["error"]
        assert error["code"] == -32602
    (template,) = agent.result(agent.ask("resources/templates/list"))["resourceTemplates"]
    assert template["uriTemplate"] == "ollama://models/{+name}"


def test_the_server_may_be_away() -> None:
    with serving("127.0.0.1:1") as agent:
        error, hint = agent.failure("ai_ollama_generate", prompt="hi", model="demo")
        assert error.startswith("error: ")
        assert "urllib3" not in error
        assert "Traceback" not in error
        assert hint.startswith("hint: ")
        health = agent.call("ai_ollama_health")["structuredContent"]
        assert health["connected"] is False
        assert health["error_kind"] == "unreachable"
        assert agent.answer(agent.ask("resources/list"))["error"]["code"] == -32603
        assert agent.end() == 0


@pytest.mark.parametrize(
    ("api", "told"),
    [
        ("auto", "error: {} needs an Ollama server; this is a llama.cpp server"),
        ("openai", "error: {} needs Ollama's own API, and --api rules it out"),
    ],
)
def test_what_only_ollama_has_is_told_in_one_sentence(api: str, told: str) -> None:
    with (
        other_servers.serving(other_servers.LLAMA_CPP) as v1,
        serving(v1.url, "--allow-pull", "--allow-delete", "--api", api) as agent,
    ):
        for tool, word in (("show_model", "show"), ("pull", "pull"), ("delete", "rm")):
            error, hint = agent.failure(f"ai_ollama_{tool}", model="demo")
            assert error == told.format(word)
            assert hint.startswith("hint: tell the user: ")


def test_no_password_is_told() -> None:
    with serving("http://me:s3cr3t-w0rd@127.0.0.1:1", "-v") as agent:
        agent.failure("ai_ollama_generate", prompt="hi", model="demo")
        agent.call("ai_ollama_health")
        agent.answer(agent.ask("resources/list"))
        assert agent.end() == 0
        assert agent.process.stderr is not None
        said = agent.process.stderr.read()
    assert b"s3cr3t" not in said
    assert not any(b"s3cr3t" in line for line in agent.lines)


def test_only_some_models_are_there(demo: str) -> None:
    with serving(demo, "--allow-model", "demo-e*") as agent:
        listed = agent.call("ai_ollama_list_models")["structuredContent"]["models"]
        assert [model["name"] for model in listed] == ["demo-embed:latest"]
        error, hint = agent.failure("ai_ollama_generate", prompt="hi", model="demo")
        assert error == "error: model 'demo' is not allowed here: --allow-model has demo-e*"
        assert "ai_ollama_list_models" in hint
        error, _ = agent.failure("ai_ollama_generate", prompt="hi")
        assert error.startswith("error: no chat model that the settings allow is installed")
        assert agent.failure("ai_ollama_show_model", model="demo")


TAGS = {"models": [{"name": "far:latest"}, {"name": "near:latest"}]}


def test_no_model_elsewhere_is_ever_asked() -> None:
    script = by_path(
        {
            "/api/tags": document(TAGS),
            "/api/ps": document({"models": []}),
            "/api/show": document({"remote_host": "https://ollama.com", "remote_model": "x"}),
        }
    )
    with Server(script) as server, serving(server.url) as agent:
        for tool, more in (
            ("ai_ollama_generate", {"prompt": "hi"}),
            ("ai_ollama_chat", {"messages": [{"role": "user", "content": "hi"}]}),
            ("ai_ollama_embed", {"input": ["hi"]}),
            ("ai_ollama_count_tokens", {"text": "hi"}),
            ("ai_ollama_show_model", {}),
        ):
            error, _ = agent.failure(tool, model="far", **more)
            assert error == "error: model 'far' runs on https://ollama.com, and local_only is set"
    assert {request.path for request in server.requests} <= {"/api/tags", "/api/show"}


def test_calls_above_the_limit_wait() -> None:
    arrived: list[int] = []
    go_on = threading.Event()

    def slow(peer: Peer) -> None:
        arrived.append(1)
        assert go_on.wait(PATIENCE)
        answered(peer)

    answered = lines({"response": "x"}, {"done": True, "done_reason": "stop"})
    script = by_path({"/api/generate": slow, "/api/show": document({"details": {}})})
    options = ("--rate", "100", "--max-concurrency", "3")
    with Server(script) as server, serving(server.url, *options) as agent:
        asked = {agent.begin_call("ai_ollama_generate", prompt="hi", model="m") for _ in range(20)}
        until(lambda: len(arrived) == 3)
        for _ in range(50):  # in which the others would have come
            assert agent.result(agent.ask("ping")) == {}
        assert len(arrived) == 3
        go_on.set()
        while asked:
            message = agent.read()
            assert message["result"]["isError"] is False
            asked.remove(message["id"])


def test_fifty_calls_at_once_are_all_answered(agent: Agent) -> None:
    asked = {agent.begin_call("ai_ollama_count_tokens", text="a b") for _ in range(25)}
    asked |= {agent.begin_call("ai_ollama_generate", prompt="a", max_tokens=2) for _ in range(25)}
    while asked:
        message = agent.read()
        assert message["result"]["isError"] is False
        asked.remove(message["id"])


def test_more_calls_than_a_minute_allows_are_told_how_long_to_wait(demo: str) -> None:
    with serving(demo, "--rate", "2") as agent:
        for _ in range(2):
            assert agent.call("ai_ollama_health")["isError"] is False
        error, hint = agent.failure("ai_ollama_health")
        assert error == "error: more than 2 calls in a minute"
        assert hint.startswith("hint: wait ")
        assert agent.call("ai_ollama_list_models")["isError"] is False
        assert len(agent.tools()) == 7


def test_progress_is_told_to_who_wants_it(agent: Agent) -> None:
    number = agent.begin_call("ai_ollama_generate", "t1", prompt="hi", max_tokens=30)
    told = []
    while (message := agent.read()).get("id") != number:
        told.append(message)
    assert told
    assert {message["method"] for message in told} == {"notifications/progress"}
    assert {message["params"]["progressToken"] for message in told} == {"t1"}
    silent = agent.begin_call("ai_ollama_generate", prompt="hi", max_tokens=30)
    assert agent.read()["id"] == silent


def test_models_are_pulled_and_removed_where_that_is_allowed(demo: str) -> None:
    with serving(demo, "--allow-pull", "--allow-delete") as agent:
        schemas = {name: tool["outputSchema"] for name, tool in agent.tools().items()}
        number = agent.begin_call("ai_ollama_pull", "p", model="nomic-embed-text")
        told = []
        while (message := agent.read()).get("id") != number:
            told.append(message["params"])
        pulled = message["result"]["structuredContent"]
        assert check(pulled, schemas["ai_ollama_pull"]) == []
        assert pulled["models"][0]["status"] == "success"
        assert told
        removed = agent.call("ai_ollama_delete", model="nomic-embed-text")["structuredContent"]
        assert removed == {"model": "nomic-embed-text:latest", "removed": True}
        error, hint = agent.failure("ai_ollama_delete", model="nomic*")
        assert error.startswith("error: no model name") or "not installed" in error
        assert hint
        assert "knows no model" in agent.failure("ai_ollama_pull", model="no-such-model")[0]
