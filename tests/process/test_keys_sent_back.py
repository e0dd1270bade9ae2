"""A server that sends back the key it was shown, in every field and quoting: it is never shown."""

import base64
import itertools
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from hostile import JSON, Peer, Server, bytes_then, document, head, lines
from quotings import QUOTINGS, left_of
from shell import Result, call, python

KEY = "sk-Z9/y+8=x7&w6%v5'u4"
PLACE = {"OLLAMA_CLI_API_KEY": KEY}
LISTED = "text json jsonl csv name"
COMMANDS = {
    "models list": LISTED,
    "models ps": LISTED,
    "models show m": "text json",
    "models show m --license": "text json",
    "models show m --get details": "text json",
    "health": "text json",
    "doctor": "text json markdown",
    "models pull m --retries 0": "text json jsonl",
    "models rm m --yes": "text",
    "models cp m n": "text",
    "stop m": "text",
    "chat -m m hi": "text json jsonl",
    "embed -m m hi": "text",
    "models outdated": "text json",
}
SHOWING = ("list", "ps", "show", "health", "pull")


def basic(pair: str) -> str:
    return base64.b64encode(pair.encode()).decode()


class Mirror:
    """Answers a request with what it was shown: in every field, each time quoted otherwise."""

    def __init__(self, status: int = 200) -> None:
        self._quoted = itertools.cycle([each(KEY) for each in QUOTINGS.values()])
        self._status = status

    def told(self, before: str = "") -> str:
        return f"{before} {next(self._quoted)}".strip()

    def __call__(self, peer: Peer) -> None:
        odd = {"Server": KEY, "WWW-Authenticate": f"Bearer realm={KEY}", "X-Key": KEY}
        match peer.request.path:
            case _ if self._status != 200:
                body: object = {"error": self.told(f"no {self.told()}, {'long ' * 96}")}
            case "/api/version":
                body = {"version": f"0.32.{self.told()}"}
            case "/api/tags" | "/api/ps":
                body = {"models": [self._model() for _ in QUOTINGS]}
            case "/api/show":
                body = self._details()
            case "/api/pull":
                lines(*self._pull())(peer)
                return
            case _:
                body = {"error": self.told("no such thing:")}
                self._status = 404
        sent = json.dumps(body).encode()
        odd["Content-Length"] = str(len(sent))
        peer.send(head(self._status, {**JSON, **odd}).replace(b"Because", KEY.encode()), sent)

    def _model(self) -> dict[str, object]:
        sizes = {"parameter_size": self.told(), "quantization_level": self.told()}
        names = ("digest", "remote_host", "remote_model", "expires_at", "modified_at")
        return {
            **{name: self.told() for name in names},
            "name": self.told("m"),
            "size": 5,
            "details": {"family": self.told(), **sizes},
            "capabilities": [self.told()],
        }

    def _details(self) -> dict[str, object]:
        many = "\n".join(self.told("x") for _ in QUOTINGS)
        return {
            **dict.fromkeys(("license", "modelfile", "template", "system"), many),
            "parameters": f"stop {self.told()}\n{self.told()} {self.told()}",
            "details": {"family": self.told(), self.told(): self.told()},
            "model_info": {"general.architecture": self.told(), self.told(): [self.told()]},
            "capabilities": ["completion", "embedding", self.told()],
        }

    def _pull(self) -> list[dict[str, object]]:
        layer = {"status": "pulling x", "total": 9, "completed": 1}
        told: list[dict[str, object]] = [{"status": self.told("pulling")} for _ in QUOTINGS]
        told += [{**layer, "digest": self.told("x" * 8)} for _ in QUOTINGS]
        return [*told, {"error": self.told(self.told())}]


def asked(server: Server, *words: str, at: Path | None = None) -> Result:
    env = {**PLACE, "OLLAMA_HOST": server.url, "OLLAMA_CLI_REGISTRY": server.url}
    return call(*words, env=env, at=at)


def assert_hidden(*shown: str) -> None:
    for text in shown:
        assert left_of(KEY, text, 4) == "", text
        for quoted in QUOTINGS.values():
            assert quoted(KEY)[: max(5, len(quoted(KEY)) // 3)] not in text


@pytest.mark.parametrize("status", [200, 401, 500])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_shows_it(command: str, status: int, tmp_path: Path) -> None:
    with Server(Mirror(status), is_ollama=False) as server:
        for output in COMMANDS[command].split():
            words = [*command.split(), *([] if output == "text" else ["-o", output])]
            result = asked(server, *words, at=tmp_path)
            assert_hidden(result.out, result.err)
            if status == 200 and any(each in words for each in SHOWING):
                assert "***" in result.out + result.err
        result = asked(server, *command.split(), "-vv", "--debug", at=tmp_path)
        assert_hidden(result.out, result.err)
        shown = {request.headers.get("Authorization") for request in server.requests}
        assert f"Bearer {KEY}" in shown
    # What is kept of it for later is hidden, too.
    files = (file for file in tmp_path.rglob("*") if file.is_file())
    assert_hidden(*(file.read_bytes().decode("latin-1") for file in files))
    assert_hidden(call("models", "history", "-o", "json", at=tmp_path).out)


def test_the_bytes_of_a_server_and_the_words_of_a_model_hold_what_they_hold() -> None:
    said = {"message": {"content": KEY, "thinking": KEY}, "done": True}
    with Server(lines(said)) as server:
        for output in ("text", "json", "jsonl", "raw"):
            result = asked(server, "chat", "-m", "m", "hi", "-o", output)
            assert result.code == 0
            assert KEY in result.out
    with Server(document({"models": [{"name": KEY}]})) as server:
        assert KEY in asked(server, "models", "list", "-o", "raw").out


def test_what_tools_shall_get_is_printed() -> None:
    with Server(document({})) as server:
        result = call(
            "env",
            "--shell",
            "bash",
            env={"OLLAMA_CLI_API_KEY": "sk-0123456789", "OLLAMA_HOST": server.url},
        )
    assert "OPENAI_API_KEY=sk-0123456789\n" in result.out


def test_the_error_of_an_answer_hides_it_where_the_answer_does_not() -> None:
    said = [{"message": {"content": f"a {KEY}"}}, {"error": f"not with {KEY}"}]
    with Server(lines(*said)) as server:
        result = asked(server, "chat", "-m", "m", "hi", "-o", "jsonl")
    text, error = (event for event in result.events if event["event"] in {"text", "error"})
    assert text["text"] == f"a {KEY}"
    assert error["message"] == "not with ***"
    assert_hidden(result.err)


@pytest.mark.parametrize(
    "data",
    [
        f"{KEY} is no HTTP\r\n\r\n",
        f"HTTP/1.1 200 OK\r\n{KEY}\r\n\r\n",
        f"HTTP/1.1 302 Found\r\nLocation: ftp://{KEY}@{KEY}/{KEY}\r\nContent-Length: 0\r\n\r\n",
        f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 30\r\n\r\n{KEY}",
        f"HTTP/1.1 200 OK\r\nContent-Length: {KEY}\r\n\r\n{{{KEY}",
        f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 21\r\n\r\n{KEY}",
        f"HTTP/1.1 500 {KEY}\r\nContent-Length: 21\r\n\r\n{KEY}",
        f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{KEY}\r\n",
        f"HTTP/1.1 {KEY} OK\r\n\r\n",
    ],
)
def test_no_complaint_about_a_broken_answer_shows_it(data: str) -> None:
    with Server(bytes_then(data.encode()), is_ollama=False) as server:
        for words in ("models list", "chat -m m hi", "models pull m --retries 0"):
            result = asked(server, *words.split(), "-vv", "--debug")
            assert result.code in {3, 5}
            assert_hidden(result.out, result.err)


def test_a_bug_that_holds_it_keeps_its_traceback_without_it() -> None:
    code = (
        "import sys; from ollama_cli.cli.commands import health\n"
        "from ollama_cli.types.secrets import keep_secret\n"
        "from ollama_cli.cli import main as door\n"
        f"keep_secret({KEY!r})\n"
        f"def broken(*_): raise ZeroDivisionError(repr({KEY!r}))\n"
        "health._examine = broken\n"
        "sys.exit(door.main(['health', '--host', '127.0.0.1:9']))"
    )
    result = python(code)
    assert result.code == 1
    assert 'ZeroDivisionError: "***"' in result.err


@pytest.mark.parametrize("password", ["hun22", "p@ss1", "a longer/password+1"])
def test_a_password_of_an_address_and_of_its_proxy(password: str) -> None:
    pair = f"me:{password}"
    told = [password, pair, basic(pair), basic(pair).rstrip("="), quote(password, safe="")]
    with Server(document({"error": "; ".join(f"no {each}" for each in told)}, 401)) as server:
        host = server.url.replace("//", f"//{quote('me')}:{quote(password, safe='')}@")
        direct = call("models", "list", "-vv", "--debug", env={"OLLAMA_HOST": host})
        proxied = call(
            "models", "list", "--host", "http://h.example", "-vv", env={"http_proxy": host}
        )
    assert (direct.code, proxied.code) == (6, 6)
    for text in (direct.err, proxied.err):
        assert [each for each in told if each in text] == []


@pytest.mark.parametrize(
    ("header", "secrets"),
    [
        (
            "Authorization = 'Basic bWU6aHVudGVyMjItMQ=='",
            ["hunter22-1", "me:hunter22-1", "bWU6aHVudGVyMjItMQ"],
        ),
        ("Cookie = 'a=0123456789ab; session=abcdef-0123'", ["0123456789ab", "abcdef-0123"]),
        ("Authorization = 'Token token=abc-def-0123'", ["abc-def-0123"]),
    ],
)
def test_the_parts_of_a_header_are_hidden(header: str, secrets: list[str], tmp_path: Path) -> None:
    with Server(document({"error": f"not with {' or '.join(secrets)}"}, 401)) as server:
        config = tmp_path / "c.toml"
        config.write_text(
            f"[hosts.w]\nurl = '{server.url}'\nheaders = {{{header}}}\n", encoding="utf-8"
        )
        config.chmod(0o600)
        result = call("models", "list", "--host", "w", env={"OLLAMA_CLI_CONFIG": str(config)})
    assert result.code == 6
    assert f"not with {' or '.join('***' for _ in secrets)}" in result.err
