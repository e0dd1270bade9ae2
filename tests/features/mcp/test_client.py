"""`McpClient`, as other programs use it: errors are ours, and no server is left behind."""

import gzip
import json
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import pytest
from lives import is_there
from mcp_servers import BROKEN, LEGACY, MODERN, TOOLS, answer, server
from waits import until

from ollama_cli import McpClient, OllamaCliError
from ollama_cli.errors import (
    AuthError,
    ConfigError,
    NotFoundError,
    ProtocolError,
    RefusedError,
    ServerError,
    StreamCutError,
    TimedOutError,
    UnreachableError,
    UsageError,
)
from ollama_cli.features.mcp import wires


def pid_in(log: Path) -> int:
    return int(log.read_text().split("\n")[0].removeprefix("pid "))


@pytest.mark.parametrize(
    ("era", "version"), [("legacy", LEGACY), ("modern", MODERN), ("old", LEGACY)]
)
def test_both_eras(era: str, version: str) -> None:
    with McpClient.connect_stdio(server(era)) as client:
        hello = client.initialize({"name": "tests", "version": "1"})
        assert hello["protocolVersion"] == version
        assert hello["capabilities"] == {"tools": {}}
        assert client.tools() == TOOLS
        found = client.invoke("add", {"a": 1, "b": 2})
        assert found["content"] == [{"type": "text", "text": "3"}]
        assert (found["structuredContent"], found["isError"]) == ({"total": 3}, False)
        assert client.invoke({"name": "add", "arguments": {"a": 1, "b": 2}}) == found


def test_who_we_are_is_told_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with McpClient.connect_stdio(server("legacy", log=log)) as client:
        first = client.initialize()
        assert client.initialize() is first
        assert first["serverInfo"] == {"name": "scripted", "version": "1"}
    assert log.read_text().count("\ninitialize\n") == 1


def test_a_result_without_structure_and_one_that_failed() -> None:
    with McpClient.connect_stdio(server("legacy")) as client:
        said = client.invoke("say", {"text": "é", "times": None})
        assert said == {
            "content": [{"type": "text", "text": "é"}],
            "structuredContent": None,
            "isError": False,
        }
        assert client.invoke("fail")["isError"] is True


def test_the_environment_that_it_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "secret")
    with McpClient.connect_stdio(server("legacy"), {"MINE": "1"}, str(tmp_path)) as client:
        found = json.loads(client.invoke("env")["content"][0]["text"])
    assert found["cwd"] == str(tmp_path)
    assert {"MINE", "PATH"} <= found.keys()
    assert "OLLAMA_HOST" not in found


@pytest.mark.parametrize(
    ("tool", "arguments", "kind", "told"),
    [
        ("refuse", {}, ServerError, "refused 'refuse': not today"),
        ("nonsense", {}, ProtocolError, "no answer to 'nonsense': content: Input"),
        ("crash", {}, StreamCutError, "ended (exit code 3): about to crash"),
        ("big", {}, ProtocolError, "a line of more than 16 MB"),
        ("", {}, UsageError, "by its name"),
        ("say", [1], UsageError, "no object"),
        ("say", {"text": {1}}, UsageError, "as JSON"),
        ("say", {"text": float("nan")}, UsageError, "as JSON"),
        ("say", {"text": "\ud800"}, UsageError, "as JSON"),
    ],
)
def test_errors_of_calls_are_ours(
    tool: str, arguments: Any, kind: type[OllamaCliError], told: str
) -> None:
    with McpClient.connect_stdio(server("legacy")) as client:
        with pytest.raises(kind) as caught:
            client.invoke(tool, arguments)
        assert told in caught.value.message
        assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("argv", "kind"),
    [
        ([], UsageError),
        (["/no/such/program"], UnreachableError),
        (["a\0b"], UsageError),
        (server("dead"), UnreachableError),
    ],
)
def test_errors_of_connecting_are_ours(argv: list[str], kind: type[OllamaCliError]) -> None:
    def connect() -> None:
        with McpClient.connect_stdio(argv) as client:
            client.tools()

    with pytest.raises(kind):
        connect()


@pytest.mark.parametrize("how", BROKEN)
def test_a_message_that_cannot_be_read_is_not_waited_for(how: str) -> None:
    with (
        McpClient.connect_stdio(server("broken", how)) as client,
        pytest.raises(ProtocolError, match="sent a broken message"),
    ):
        client.tools()


def test_a_folder_that_is_not_there() -> None:
    with pytest.raises(NotFoundError, match="no such folder: /no/such"):
        McpClient.connect_stdio(server("legacy"), cwd="/no/such")


def test_one_that_does_not_answer_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wires, "_POLITE", 0.05)
    words = "did not answer 'sleep' within 0"
    with (
        McpClient.connect_stdio(server("legacy"), timeout=0.2) as client,
        pytest.raises(TimedOutError, match=words),
    ):
        client.invoke("sleep")


def test_calls_side_by_side() -> None:
    with McpClient.connect_stdio(server("legacy")) as client, ThreadPoolExecutor(4) as pool:
        texts = [str(number) for number in range(40)]
        found = list(pool.map(lambda text: client.invoke("say", {"text": text}), texts))
    assert [each["content"][0]["text"] for each in found] == texts


def test_a_server_that_floods_its_errors_is_heard_to_the_end() -> None:
    with McpClient.connect_stdio(server("flood")) as client:
        assert len(client.tools()) == len(TOOLS)


def test_closing_ends_the_server_by_the_end_of_its_input(tmp_path: Path) -> None:
    log = tmp_path / "log"
    client = McpClient.connect_stdio(server("legacy", log=log))
    client.tools()
    client.close()
    client.close()
    assert log.read_text().endswith("end of input\n")
    assert not is_there(pid_in(log))
    assert client.is_over
    with pytest.raises(UsageError, match="closed"):
        client.tools()


def test_closing_ends_one_that_ignores_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wires, "_POLITE", 0.2)
    log = tmp_path / "log"
    with McpClient.connect_stdio(server("legacy", "stubborn", log=log)) as client:
        client.tools()
    assert log.read_text().endswith("end of input\nSIGTERM\n")
    assert not is_there(pid_in(log))


def test_a_call_that_waits_ends_where_another_thread_closes(tmp_path: Path) -> None:
    log = tmp_path / "log"
    client = McpClient.connect_stdio(server("legacy", log=log), timeout=0)
    client.tools()
    found: list[OllamaCliError] = []

    def wait() -> None:
        try:
            client.invoke("sleep")
        except OllamaCliError as error:
            found.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    until(lambda: "tools/call sleep" in log.read_text())
    os.kill(pid_in(log), 9)
    waiting.join(30)
    client.close()
    assert [type(error) for error in found] == [StreamCutError]
    assert "(signal 9)" in found[0].message


P = TypeVar("P", bound="Page")


class Page(BaseHTTPRequestHandler):
    """Answers every request in the same way; the headers that came are kept."""

    status = 200
    kind = "text/plain"
    era = ""
    seen: list[dict[str, str]]

    def do_POST(self) -> None:
        self.seen.append(dict(self.headers))
        request = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        found = answer(json.loads(request), [self.era]) if self.era else {}
        body = b"" if found is None else json.dumps(found).encode()
        self.send_response(self.status if body else 202)
        self.send_header("Content-Type", self.kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.send_error(405)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def page() -> Iterator[tuple[type[Page], str]]:
    with listening(Page) as found:
        yield found


@contextmanager
def listening(kind: type[P]) -> Iterator[tuple[type[P], str]]:
    answers = type("Answers", (kind,), {"seen": []})
    http = ThreadingHTTPServer(("127.0.0.1", 0), answers)
    serving = threading.Thread(target=http.serve_forever, args=(0.01,))
    serving.start()
    yield answers, f"http://127.0.0.1:{http.server_port}/mcp"
    http.shutdown()
    serving.join()
    http.server_close()


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (401, "text/plain", AuthError),
        (403, "text/plain", AuthError),
        (404, "text/plain", ServerError),
        (503, "text/plain", ServerError),
        (200, "text/html", ServerError),
        (200, "application/json", ServerError),
    ],
)
def test_an_address_that_is_no_server(
    page: tuple[type[Page], str], status: int, kind: str, error: type[OllamaCliError]
) -> None:
    answers, url = page
    answers.status, answers.kind = status, kind
    with (
        McpClient.connect_http(url, {"X-Key": "mine"}) as client,
        pytest.raises(error) as caught,
    ):
        client.tools()
    assert type(caught.value) is error
    assert caught.value.http_status == (status if status >= 400 else None)
    assert {each.get("X-Key") for each in answers.seen} == {"mine"}


@pytest.mark.parametrize(("era", "version"), [("legacy", LEGACY), ("modern", MODERN)])
def test_both_eras_at_an_address(page: tuple[type[Page], str], era: str, version: str) -> None:
    answers, url = page
    answers.kind, answers.era = "application/json", era
    with McpClient.connect_http(url, {"Authorization": "Bearer mine"}) as client:
        assert client.initialize()["protocolVersion"] == version
        assert client.tools() == TOOLS
        assert client.invoke("add", {"a": 1, "b": 2})["structuredContent"] == {"total": 3}
    assert {each.get("Authorization") for each in answers.seen} == {"Bearer mine"}


class Flood(Page):
    """Answers each call with a message that has no end, or is packed."""

    era = "legacy"
    form = "json"

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append(dict(self.headers))
        if request["method"] == "notifications/initialized":
            self.send_response(202)
            self.end_headers()
            return
        has_events = self.form == "events"
        found = json.dumps(answer(request, [self.era])).encode()
        is_call = request["method"] == "tools/call"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if has_events else "application/json")
        if is_call and self.form == "packed":
            found = gzip.compress(found)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Connection", "close")
        self.end_headers()
        if has_events:  # as many and as large as one may be, the blank lines on their own
            note = b'data: {"jsonrpc": "2.0", "method": "notifications/x"}%s\n' % (b" " * 2_000_000)
            for piece in (note, b"\n") * (9 if is_call else 1):
                self.wfile.write(piece)
            found = b"data: " + found + b"\n\n"
        with suppress(OSError):
            while is_call and self.form != "packed" and "tool_big" in str(request):
                self.wfile.write(b" " * 1_000_000)
            self.wfile.write(found)


@pytest.mark.parametrize("form", ["json", "events", "packed"])
def test_an_answer_without_an_end_is_broken_off(form: str) -> None:
    told = "sent a packed answer" if form == "packed" else "more than 16 MB in one answer"
    with listening(Flood) as (answers, url), McpClient.connect_http(url) as client:
        answers.form = form
        if form != "packed":
            assert client.invoke("add", {"a": 1, "b": 2})["structuredContent"] == {"total": 3}
        with pytest.raises(ProtocolError, match=told):
            client.invoke("say", {"text": "tool_big"})
        assert [tool["name"] for tool in client.tools()]  # the session goes on
    assert {each["Accept-Encoding"] for each in answers.seen} == {"identity"}


def test_a_proxy_is_not_asked_for_a_private_address(
    page: tuple[type[Page], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, url = page
    answers.kind, answers.era = "application/json", "legacy"
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with McpClient.connect_http(url) as client:
        assert client.tools() == TOOLS


def test_an_address_where_nothing_listens() -> None:
    with (
        McpClient.connect_http("http://127.0.0.1:1/mcp") as client,
        pytest.raises(UnreachableError, match="no connection to the MCP server at http"),
    ):
        client.tools()


def test_addresses_that_are_not_used() -> None:
    with pytest.raises(ConfigError, match="neither http:// nor https://"):
        McpClient.connect_http("file:///etc/passwd")
    with pytest.raises(RefusedError, match="unencrypted"):
        McpClient.connect_http("http://mcp.example.com/", {"Authorization": "Bearer x"})


def test_a_result_is_what_its_tool_promises() -> None:
    with McpClient.connect_stdio(server("legacy")) as client:
        for kept in ({"x": "aaa"}, {"x": "a" * 99 + "b"}):  # a search would take ages
            assert client.invoke("promise", {"it": kept})["structuredContent"] == kept
        with pytest.raises(ProtocolError, match="promises: x: must match the pattern"):
            client.invoke("promise", {"it": {"x": "b"}})
        with pytest.raises(ProtocolError, match="sent no structured content, which it promises"):
            client.invoke("promise")
