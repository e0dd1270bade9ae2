"""`models pull`: lines for logs, events and summaries for programs, one code for several models."""

from collections.abc import Iterator

import pytest
from hostile import Peer, Server, by_path, document, lines, page
from shell import call

from ollama_cli.demo import DemoServer

KEYS = [
    "event", "model", "status", "digest", "layer_total", "layer_completed", "total", "completed",
    "total_known", "lost", "fraction", "bytes_per_second", "eta_seconds",
]  # fmt: skip
UNKNOWN = {"error": "pull model manifest: file does not exist"}
OFFLINE = {"error": "max retries exceeded: EOF"}
ONCE = ("--retries", "0")
MANIFEST = {"status": "pulling manifest"}


@pytest.fixture
def server() -> Iterator[str]:
    with DemoServer(tokens_per_second=0, bytes_per_second=0) as running:
        yield running.url


def test_lines_on_stderr_and_nothing_on_stdout(server: str) -> None:
    result = call("models", "pull", "nomic-embed-text", "--host", server)
    assert (result.code, result.out) == (0, "")
    told = result.err.splitlines()
    assert told[0] == "pulling manifest"
    assert told[1].endswith("  8.0 MB")
    assert told[-4:-1] == ["verifying sha256 digest", "writing manifest", "success"]
    assert told[-1].startswith("pulled nomic-embed-text  8.0 MB in ")
    assert call("models", "has", "nomic-embed-text", "--host", server).code == 0


@pytest.mark.parametrize("args", [["-q"], ["--progress", "none"]])
def test_silence(server: str, args: list[str]) -> None:
    result = call("pull", "nomic-embed-text", *args, "--host", server)
    assert (result.code, result.out, result.err) == (0, "", "")


@pytest.mark.parametrize("args", [["-o", "jsonl"], ["--progress", "json"]])
def test_events_as_json_lines(server: str, args: list[str]) -> None:
    result = call("models", "pull", "nomic-embed-text", *args, "--host", server)
    assert (result.code, result.err) == (0, "")
    first, *middle, last = result.events
    assert first.pop("schema") == "ollama-cli/models-pull/1"
    assert first["event"] == "status"
    assert first["status"] == "pulling manifest"
    assert first["total"] is None
    assert [list(event) for event in (first, *middle)] == [KEYS] * (len(middle) + 1)
    progress = [event for event in middle if event["event"] == "progress"]
    assert all(len(event["digest"]) == len("sha256:") + 64 for event in progress)
    assert progress[0]["layer_total"] == 8_000_000
    assert list(last) == [*KEYS, "seconds"]
    assert (last["event"], last["fraction"]) == ("success", 1.0)
    assert last["total"] == last["completed"] > 8_000_000
    assert last["seconds"] >= 0


def test_one_summary(server: str) -> None:
    result = call(
        "models", "pull", "nomic-embed-text", "llama3.2", "--json", "-q", "--host", server
    )
    assert (result.code, result.err) == (0, "")
    assert result.json["schema"] == "ollama-cli/models-pull/1"
    one, two = result.json["models"]
    assert list(one) == ["model", "status", "total", "completed", "seconds", "error"]
    assert (one["model"], one["status"], one["error"]) == ("nomic-embed-text", "success", None)
    assert two["completed"] == two["total"] > 20_000_000


def test_the_pull_asks_as_it_was_told() -> None:
    with Server(lines(MANIFEST, {"status": "success"})) as server:
        result = call("models", "pull", "h:5000/a/b", "--insecure", "-q", "--host", server.url)
        sent = server.requests[0]
    assert result.code == 0
    assert (sent.method, sent.path) == ("POST", "/api/pull")
    assert sent.json == {"model": "h:5000/a/b", "stream": True, "insecure": True}


def test_an_unknown_model_is_4() -> None:
    with Server(lines(MANIFEST, UNKNOWN)) as server:
        result = call("models", "pull", "nobody", "--host", server.url)
    assert (result.code, result.out) == (4, "")
    assert result.err == (
        "pulling manifest\n"
        "error: the registry knows no model 'nobody': "
        "pull model manifest: file does not exist\n"
        "hint: check the name and the tag; https://ollama.com/library lists what there is\n"
    )


def test_an_unknown_model_of_the_demo_is_4(server: str) -> None:
    assert call("models", "pull", "nobody", "--host", server).code == 4


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        (OFFLINE, 5, "error: pull failed: max retries exceeded: EOF\nhint: check the net"),
        ({"status": "verifying"}, 5, "error: the pull stream ended without success\nhint: try "),
        ({"error": {"message": "a\nb"}}, 5, "error: pull failed: a b\n"),
        ([1], 5, "error: "),
    ],
)
def test_a_pull_that_fails(line: object, code: int, told: str) -> None:
    with Server(lines(MANIFEST, line)) as server:
        result = call("models", "pull", "m", *ONCE, "--host", server.url)
        as_events = call("models", "pull", "m", *ONCE, "-o", "jsonl", "--host", server.url)
        as_document = call("models", "pull", "m", *ONCE, "--json", "-q", "--host", server.url)
    assert (result.code, result.out) == (code, "")
    assert told in result.err
    assert as_events.code == as_document.code == code
    assert as_events.events[-1]["event"] == "error"
    assert as_events.error["exit"] == code
    failed = as_document.json["models"][0]
    assert (failed["status"], failed["error"]["exit"]) == ("error", code)


@pytest.mark.parametrize("output", ["text", "json", "jsonl"])
def test_one_of_several_fails(server: str, output: str) -> None:
    result = call("models", "pull", "nobody", "nomic-embed-text", "-o", output, "--host", server)
    assert result.code == 11
    assert "error: nobody: the registry knows no model 'nobody'" in result.err
    assert call("models", "has", "nomic-embed-text", "--host", server).code == 0


def test_all_fail_alike(server: str) -> None:
    result = call("models", "pull", "nobody", "noone", "--host", server)
    assert result.code == 4
    assert result.err.endswith("error: 2 of 2 failed\n")
    assert result.err.count("hint: check the name and the tag") == 1


@pytest.mark.parametrize("args", [[], ["-j", "2"], ["-o", "jsonl"], ["-o", "json"]])
def test_each_of_several_is_told_what_it_may_be(server: str, args: list[str]) -> None:
    result = call("models", "pull", "lama3.2", "noone", "qwen3x", *args, "--host", server)
    assert "error: lama3.2: the registry knows no model 'lama3.2'" in result.err
    assert "hint: did you mean llama3.2 or " in result.err
    assert "hint: did you mean qwen3 or " in result.err


def test_the_last_event_knows_what_an_unknown_model_may_be(server: str) -> None:
    result = call("models", "pull", "lama3.2", "-o", "jsonl", "--host", server)
    assert result.events[-1]["hint"] == result.error["hint"]
    assert result.events[-1]["hint"].startswith("did you mean llama3.2 or ")


def test_all_fail_for_different_reasons() -> None:
    with Server(lines(MANIFEST, UNKNOWN), lines(MANIFEST, OFFLINE)) as server:
        result = call("models", "pull", "one", "two", *ONCE, "--json", "--host", server.url)
    assert result.code == 11
    assert [each["error"]["exit"] for each in result.json["models"]] == [4, 5]
    assert result.error["code"] == "partial"


def test_something_else_answers() -> None:
    with Server(page()) as server:
        result = call("models", "pull", "m", "--host", server.url)
    assert (result.code, result.out) == (5, "")
    assert "an HTML page came from" in result.err


def test_layers_without_numbers_and_that_fall_back_do_no_harm() -> None:
    layer = {"status": "pulling ab", "digest": "sha256:ab", "total": 100}
    events = [MANIFEST, layer, {**layer, "completed": 80}, {**layer, "completed": 20}]
    events += [{"status": "pulling manifest"}, {"status": "success"}]
    with Server(lines(*events)) as server:
        result = call("models", "pull", "m", "-o", "jsonl", "--host", server.url)
    assert result.code == 0
    speeds = [event["bytes_per_second"] or 0 for event in result.events]
    assert min(speeds) >= 0
    fractions = [event["fraction"] or 0 for event in result.events]
    assert fractions == sorted(fractions)


def test_a_repeated_pull_of_what_is_there(server: str) -> None:
    call("models", "pull", "nomic-embed-text", "-q", "--host", server)
    assert call("models", "pull", "nomic-embed-text", "-q", "--host", server).code == 0


def test_an_unknown_progress_mode_is_a_usage_error() -> None:
    result = call("models", "pull", "m", "--progress", "fancy")
    assert (result.code, result.out) == (2, "")
    assert "'fancy' is not one of 'auto', 'bar', 'plain', 'json', 'none'" in result.err


def test_a_server_that_answers_with_one_document() -> None:
    with Server(by_path({"/api/pull": document({"status": "success"})})) as server:
        assert call("models", "pull", "m", "-q", "--host", server.url).code == 0


def test_ten_thousand_lines_become_a_few() -> None:
    digest = "sha256:" + "ab" * 32
    layer = {"status": "pulling ab", "digest": digest, "total": 50_000}
    steps = [{**layer, "completed": done} for done in range(0, 50_000, 5)]
    with Server(lines(*steps, {"status": "success"})) as server:
        result = call("models", "pull", "m", "--host", server.url)
    assert result.code == 0
    assert len(result.err.splitlines()) < 20


@pytest.mark.parametrize("args", [["a"], ["a", "b"], ["a", "-o", "jsonl"], ["a", "-o", "json"]])
def test_a_password_that_a_pull_echoes_stays_hidden(args: list[str]) -> None:
    echo = {"error": "proxy http://me:s3cret@h says no to Basic bWU6czNjcmV0"}
    with Server(lines(MANIFEST, echo)) as server:
        result = call("models", "pull", *args, *ONCE, "--host", server.url)
    assert result.code == 5
    assert "proxy http://***@h says no" in result.out + result.err
    assert "s3cret" not in result.out + result.err
    assert "bWU6" not in result.out + result.err


FORBIDDEN = 'pull model manifest: 401: {"error":"Invalid username or password."}'


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize(
    ("model", "text", "code", "told"),
    [
        ("m", "pull model manifest: ssh: no key found", 5, "hint: where the server runs, move ~/"),
        (
            "m",
            'pull model manifest: 400: {"error":"Repository is not GGUF or is not compatible"}',
            5,
            "hint: choose a repository that holds GGUF files\n",
        ),
        (
            "m",
            'Get "https://x/v2/": proxyconnect tcp: Proxy Authentication Required',
            6,
            "hint: where the server runs: HTTPS_PROXY=",
        ),
        ("m", "open C:\\blobs\\x-partial: Access is denied.", 5, "hint: give its user the folder"),
        ("hf.co/me/m", FORBIDDEN, 6, "hint: add the key of the Ollama server, ~/.ollama/id_ed2"),
        ("me/m", FORBIDDEN, 6, "hint: run `ollama signin` where the server runs\n"),
        ("nosuch:tag", "pull model manifest: file does not exist", 4, "no model 'nosuch:tag': "),
    ],
)
def test_what_a_client_cannot_mend_ends_at_once(
    model: str, text: str, code: int, told: str, status: int
) -> None:
    failing = document({"error": text}, 500) if status != 200 else lines(MANIFEST, {"error": text})
    with Server(failing) as server:
        result = call("models", "pull", model, "--host", server.url)
        assert [each.path for each in server.requests].count("/api/pull") == 1
    assert (result.code, result.out) == (code, "")
    assert told in result.err
    assert "resume" not in result.err


def test_an_unknown_failure_is_tried_three_times_before_the_first_byte(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ollama_cli.features.pull.retry._FIRST_PAUSE", 0.0)
    reset = "read tcp [2001:db8:403::5]:51234->[2001:db8::401]:443: connection reset by peer"
    with Server(lines(MANIFEST, {"error": f"max retries exceeded: {reset}"})) as server:
        result = call("models", "pull", "m", "--host", server.url)
        assert [each.path for each in server.requests] == ["/api/pull"] * 3
    assert (result.code, result.out) == (5, "")
    assert result.err.endswith(
        f"error: pull failed: max retries exceeded: {reset}, and 2 further tries did not help\n"
        "hint: check the network of the machine that the server runs on\n"
    )


def test_a_stream_that_is_held_back_names_who_may_do_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ollama_cli.features.pull.retry._FIRST_PAUSE", 0.0)
    with Server(Peer.stall) as server:
        patience = ("--stall-timeout", "0.2", "--retries", "1")
        result = call("models", "pull", "m", *patience, "--host", server.url)
    assert result.code == 7
    told = f"`ollama-cli --host {server.url} models pull --stall-timeout 0` waits"
    assert f"hint: a proxy may hold the stream back to its end: {told}" in result.err
