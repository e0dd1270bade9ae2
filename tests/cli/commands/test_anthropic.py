"""`--api anthropic`, as a user meets it in every command."""

from pathlib import Path

import pytest
from clients import stranger
from dead_ports import closed_port
from hostile import Server, by_path, document
from message_events import answered, begin, by_turns, delta, end, refused, said
from shell import call

MODELS = "/v1/models?limit=1000"
LISTED = document({"data": [{"type": "model", "id": "m", "created_at": "2026-01-01T00:00:00Z"}]})

PAUSED = "the server paused the answer, which is not complete"


def server(*values: dict[str, object], why: str = "end_turn") -> Server:
    """A server that speaks Messages and nothing else."""
    return stranger(by_path({MODELS: LISTED, "/v1/messages": answered(*values, why=why)}))


def test_a_question_is_answered_and_v_tells_the_limit() -> None:
    with server(*said("Tromsø")) as there:
        result = call("-v", "--api", "anthropic", "--host", there.url, "chat", "hi", "-m", "m")
        assert (result.code, result.out) == (0, "Tromsø\n")
        assert "max_tokens is 4096, as none was given" in result.err
        assert [request.path for request in there.requests] == ["/v1/messages"]
        assert there.requests[0].json == {
            "model": "m",
            "messages": [{"role": "user", "content": "hi"}],
            "max_tokens": 4096,
            "stream": True,
        }


@pytest.mark.parametrize("command", ["chat", "generate"])
def test_json_and_jsonl_have_the_same_fields_as_ever(command: str) -> None:
    blocks = [
        begin("thinking", thinking=""),
        delta("thinking_delta", thinking="Hm"),
        delta("signature_delta", signature="c2lnbmF0dXJl"),
        end(),
        *said("Yes", 1),
    ]
    with server(*blocks) as there:
        words = ("--api", "anthropic", "--host", there.url, command, "hi", "-m", "m", "--think")
        found = call(*words, "-o", "json", "--max-tokens", "100").json
        assert there.requests[-1].json["thinking"] == {"type": "enabled", "budget_tokens": 50}
        lines = call(*words, "-o", "jsonl").events
    assert (found["text"], found["thinking"], found["done_reason"]) == ("Yes", "Hm", "stop")
    assert found["usage"] == {"prompt_tokens": 35, "completion_tokens": 5}
    assert [each["event"] for each in lines] == ["start", "thinking", "text", "done"]
    assert "blocks" not in found | lines[-1]


@pytest.mark.parametrize(
    ("why", "code", "told"),
    [
        ("refusal", 0, "warning: a filter of the server ended the answer (done_reason: refusal)"),
        (
            "pause_turn",
            0,
            f"warning: {PAUSED} (done_reason: pause_turn)",
        ),
        ("max_tokens", 0, "warning: the answer was cut at 5 tokens (--max-tokens)"),
        (
            "model_context_window_exceeded",
            8,
            "error: the prompt and the answer fill the context of the model",
        ),
    ],
)
def test_each_end_has_its_words_and_its_code(why: str, code: int, told: str) -> None:
    with server(*said("Yes"), why=why) as there:
        words = ("--api", "anthropic", "--host", there.url, "chat", "hi", "-m", "m")
        result = call(*words, "--max-tokens", "5")
    assert result.code == code
    assert result.out.startswith("Yes")
    assert told in result.err.splitlines()


def test_strict_takes_no_answer_that_is_paused() -> None:
    with server(*said("Yes"), why="pause_turn") as there:
        words = ("--api", "anthropic", "--host", there.url, "chat", "hi", "-m", "m")
        assert call(*words, "--strict").code == 9
        assert call(*words, "-o", "json").json["cut"] == "paused"


def test_what_has_no_words_there_is_left_out_with_a_warning() -> None:
    with server(*said("Yes")) as there:
        words = ("--api", "anthropic", "--host", there.url, "chat", "hi", "-m", "m")
        result = call(*words, "--seed", "1", "--keep-alive", "5m")
        assert result.code == 0
        assert "this server is not told seed, keep_alive: its API has no words" in result.err
        refused = call(*words, "--format", "json")
        assert (refused.code, len(there.requests)) == (2, 1)
    assert "Anthropic's API cannot carry a format or schema of answers" in refused.err


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("embed", ("embed", "a")),
        ("embed", ("embed", "a", "-m", "m")),
        ("pull", ("models", "pull", "m")),
        ("show", ("models", "show", "m")),
        ("rm", ("models", "rm", "m", "-y")),
        ("ps", ("models", "ps")),
        ("stop", ("models", "stop", "m")),
        ("cp", ("models", "cp", "m", "n")),
    ],
)
def test_what_the_api_has_not_is_told_in_one_sentence(word: str, words: tuple[str, ...]) -> None:
    with server() as there:
        result = call("--api", "anthropic", "--host", there.url, *words)
        assert {request.path for request in there.requests} <= {MODELS}
    assert (result.code, result.out) == (5, "")
    assert result.err == (
        f"error: this server has no {word}: it is spoken to in Anthropic's Messages API\n"
        "hint: let the API be found out: `--api auto`\n"
    )


def test_the_real_one_is_known_by_its_address_and_no_other_api_is_proposed() -> None:
    url = "https://api.anthropic.com"
    result = call("--host", url, "models", "pull", "m", env={"ANTHROPIC_API_KEY": "sk-ant-x"})
    assert result.code == 5
    assert result.err.startswith("error: this server has no pull: ")
    assert "hint: name an Ollama server with `--host`" in result.err


def test_models_and_health() -> None:
    with server() as there:
        words = ("--api", "anthropic", "--host", there.url)
        assert call(*words, "models", "list", "-o", "name").out == "m\n"
        assert call(*words, "models", "has", "m").code == 0
        assert call(*words, "models", "has", "n").code == 4
        result = call(*words, "health")
        assert result.out.startswith(f"ok: a server of Anthropic's API at {there.url}, 1 model, ")
        found = call(*words, "health", "-o", "json").json
        assert {request.path for request in there.requests} == {MODELS}
    assert (found["provider_type"], found["kind"]) == ("anthropic", "anthropic")


def test_the_key_goes_as_its_own_header_and_is_not_shown() -> None:
    refusal = refused(401, "authentication_error", "invalid x-api-key: sk-ant-secret")
    with stranger(refusal) as there:
        words = ("--host", there.url, "--api", "anthropic", "--api-key-env", "KEY")
        env = {"KEY": "sk-ant-secret", "ANTHROPIC_API_KEY": "sk-ant-other"}
        result = call(*words, "chat", "hi", "-m", "m", env=env)
        (request,) = there.requests
    assert request.headers["X-Api-Key"] == "sk-ant-secret"
    assert "Authorization" not in request.headers
    assert result.code == 6
    assert "sk-ant" not in result.err
    assert "it was shown the key from --api-key-env" in result.err


def test_the_well_known_key_goes_to_no_other_server() -> None:
    with server(*said("Yes")) as there:
        env = {"ANTHROPIC_API_KEY": "sk-ant-x", "OLLAMA_CLI_API": "anthropic"}
        assert call("--host", there.url, "chat", "hi", "-m", "m", env=env).code == 0
        assert "sk-ant-x" not in str(there.requests[0].headers)


def test_the_version_is_a_setting(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    with server(*said("Yes")) as there:
        text = (
            f"[ollama]\nhost = '{there.url}'\napi = 'anthropic'\nanthropic_version = 2026-10-21\n"
        )
        config.write_text(text, encoding="utf-8")
        env = {"OLLAMA_CLI_CONFIG": str(config)}
        assert call("chat", "hi", "-m", "m", env=env).code == 0
        assert there.requests[0].headers["Anthropic-Version"] == "2026-10-21"
        wrong = call("chat", "hi", "-m", "m", env=env | {"OLLAMA_CLI_ANTHROPIC_VERSION": "new"})
    assert wrong.code == 10
    assert "is no day such as 2023-06-01" in wrong.err


def test_a_tool_is_run_and_signed_thinking_goes_back_with_its_result(tmp_path: Path) -> None:
    tools = tmp_path / "tool.py"
    tools.write_text('def rain(city: str) -> str:\n    """Tell."""\n    return "wet " + city\n')
    thought = {"type": "thinking", "thinking": "Hm", "signature": "sig"}
    called = {"type": "tool_use", "id": "toolu_1", "name": "rain", "input": {"city": "Tromsø"}}
    first = answered(
        begin("thinking", thinking=""),
        delta("thinking_delta", thinking="Hm"),
        delta("signature_delta", signature="sig"),
        end(),
        begin("tool_use", 1, id="toolu_1", name="rain", input={}),
        delta("input_json_delta", 1, partial_json='{"city": "Tromsø"}'),
        end(1),
        why="tool_use",
    )
    pages = {MODELS: LISTED, "/v1/messages": by_turns(first, answered(*said("Yes")))}
    with stranger(by_path(pages)) as there:
        words = ("--api", "anthropic", "--host", there.url, "chat", "rain?", "-m", "m", "--think")
        result = call(*words, "--tools", str(tools), "--tools-approve", "always")
        asked = [each for each in there.requests if each.path == "/v1/messages"]
    assert (result.code, result.out) == (0, "Yes\n"), result.err
    assert asked[0].json["tools"][0]["name"] == "rain"
    assert asked[1].json["messages"][1:] == [
        {"role": "assistant", "content": [thought, called]},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "wet Tromsø"}],
        },
    ]


def test_arguments_that_are_no_object_are_told_to_the_model(tmp_path: Path) -> None:
    tools = tmp_path / "tool.py"
    tools.write_text('def rain(city: str) -> str:\n    """Tell."""\n    return "wet " + city\n')
    piece = delta("input_json_delta", partial_json='{"city": ')
    first = answered(begin("tool_use", id="t1", name="rain"), piece, end(), why="tool_use")
    pages = {MODELS: LISTED, "/v1/messages": by_turns(first, answered(*said("Yes")))}
    with stranger(by_path(pages)) as there:
        words = ("--api", "anthropic", "--host", there.url, "chat", "rain?", "-m", "m")
        result = call(*words, "--tools", str(tools), "--tools-approve", "always")
        *_, last = there.requests[-1].json["messages"]
    assert (result.code, result.out) == (0, "Yes\n"), result.err
    told = 'bad arguments of rain: no JSON object: {"city": '
    assert last["content"] == [{"type": "tool_result", "tool_use_id": "t1", "content": told}]


def test_an_address_in_api_is_not_taken_for_another_portal() -> None:
    with server(*said("Yes")) as there:
        words = ("--api", "anthropic", "--host", f"{there.url}/api")
        assert call(*words, "chat", "hi", "-m", "m").code == 0
        assert call(*words, "env", "--shell", "bash").code == 0
        assert [request.path for request in there.requests] == ["/v1/messages"]


def test_a_server_without_the_route_is_told_as_such() -> None:
    with stranger(by_path({})) as there:
        result = call("--api", "anthropic", "--host", there.url, "chat", "hi", "-m", "m")
        assert [request.path for request in there.requests] == ["/v1/messages"]
    assert (result.code, result.out) == (5, "")
    assert result.err == (
        f"error: the server at {there.url} (from --host) does not speak Anthropic's Messages API:"
        " HTTP 404\nhint: let the API be found out: `--api auto`\n"
    )


def test_raw_is_what_the_server_sent() -> None:
    with server(*said("Yes")) as there:
        words = ("--api", "anthropic", "--host", there.url, "chat", "hi", "-m", "m")
        assert call(*words, "-o", "raw").out.startswith("event: message_start\ndata: {")


def test_a_missing_model_and_a_dead_server_are_as_ever() -> None:
    pages = {MODELS: LISTED, "/v1/messages": refused(404, "not_found_error", "model: n")}
    with stranger(by_path(pages)) as there:
        words = ("--api", "anthropic", "chat", "hi", "-m", "n")
        result = call("--host", there.url, *words)
    assert result.code == 4
    assert result.err.startswith("error: model: n\n")
    assert call("--host", f"127.0.0.1:{closed_port()}", *words).code == 3


def test_local_only_refuses_the_real_one() -> None:
    words = ("--local-only", "--host", "https://api.anthropic.com", "chat", "hi", "-m", "m")
    assert call(*words).code == 13
