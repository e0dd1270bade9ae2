"""Servers that write numbers of thousands of digits, and other odd ones: no command breaks."""

import json
from pathlib import Path

import pytest
from completions import completed
from hostile import JSON, NDJSON, Script, Server, answer, by_path, bytes_then, document, lines
from shell import call

LONG = "9" * 5000
ODD = (LONG, "7" * 400, f"-{LONG}", "1e999", "-1e308", f"1.{LONG}", f"1e{LONG}", str(2**64))
HELLO = json.dumps({"models": [{"name": "m"}]})
NUMBER = "NUMBER"
DETAILS = {"parameter_size": NUMBER, "quantization_level": NUMBER}
SHOWN = {"general.architecture": "a", "a.context_length": NUMBER, "general.parameter_count": NUMBER}
TIMES = ("total_duration", "load_duration", "eval_count", "eval_duration", "prompt_eval_count")
DOCUMENTS: dict[str, list[dict[str, object]]] = {
    "/api/version": [{"version": "0.30.0", "build": NUMBER}],
    "/api/tags": [
        {"models": [{"name": "m", "size": NUMBER, "modified_at": NUMBER, "details": DETAILS}]}
    ],
    "/api/ps": [{"models": [{"name": "m", "size": NUMBER, "size_vram": NUMBER}]}],
    "/api/show": [{"model_info": SHOWN, "projector_info": SHOWN, "details": {}}],
    "/api/chat": [
        {"message": {"content": "hi"}, "done": True, **dict.fromkeys(TIMES, NUMBER)},
    ],
    "/api/embed": [{"embeddings": [[0.5]], "total_duration": NUMBER}],
    "/api/pull": [
        {"status": "pulling ab", "digest": "ab", "total": NUMBER, "completed": NUMBER},
        {"status": "pulling ab", "digest": "ab", "total": 9, "completed": NUMBER},
        {"status": "success"},
    ],
}


def script(path: str, number: str) -> Script:
    rows = [json.dumps(row).replace(f'"{NUMBER}"', number) for row in DOCUMENTS[path]]
    return answer(200, "".join(f"{row}\n" for row in rows).encode(), NDJSON)


@pytest.mark.parametrize("number", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("models list", "/api/tags"),
        ("models list -o json", "/api/tags"),
        ("models ps", "/api/ps"),
        ("models show m", "/api/show"),
        ("models show m -o json", "/api/show"),
        ("health -o json", "/api/version"),
        ("chat -m m hi --stats", "/api/chat"),
        ("chat -m m hi -o json", "/api/chat"),
        ("embed -m m hi -o json", "/api/embed"),
        ("models pull m --retries 0", "/api/pull"),
        ("models pull m --retries 0 -o jsonl", "/api/pull"),
    ],
)
def test_a_number_that_no_field_can_hold_is_an_unknown_one(
    command: str, path: str, number: str
) -> None:
    scripts = {each: script(each, "1") for each in DOCUMENTS} | {path: script(path, number)}
    with Server(by_path(scripts), is_ollama=False) as server:
        result = call(*command.split(), env={"OLLAMA_HOST": server.url})
    # Python reads no number of thousands of digits.
    unreadable = number.lstrip("-") == LONG
    assert result.code == (5 if unreadable else 0), result
    if "json" in command:
        for line in result.out.splitlines():
            json.loads(line, parse_constant=pytest.fail, parse_int=float)


@pytest.mark.parametrize("length", [LONG, "-5", "1e3", "\xb2", "5, 5", "0x10", "1" * 19])
@pytest.mark.parametrize("words", ["models list", "models ps", "health", "chat -m m hi"])
def test_a_length_that_is_none(length: str, words: str) -> None:
    said = {"models": [{"name": "m"}], "version": "1", "message": {"content": "x"}, "done": True}
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    whole = head.encode("latin-1") + json.dumps(said).encode()
    with Server(bytes_then(whole), is_ollama=False) as server:
        result = call(*words.split(), env={"OLLAMA_HOST": server.url})
    assert result.code in {0, 5}
    assert (result.code == 5) == result.err.startswith("error: the answer of the server")


@pytest.mark.parametrize("after", ["-5", "\xb2", "1e3"])
def test_a_pause_that_is_none_is_not_obeyed(after: str) -> None:
    busy = answer(503, b'{"error": "busy"}', {**JSON, "Retry-After": after})
    with Server(busy, document({"models": []}), is_ollama=False) as server:
        result = call("models", "list", "-o", "name", env={"OLLAMA_HOST": server.url})
    assert (result.code, result.err) == (0, "")


@pytest.mark.parametrize(
    "data",
    [
        f"HTTP/1.1 {LONG} OK\r\n\r\n",
        f"HTTP/{LONG}.{LONG} 200 OK\r\n\r\n",
        f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{LONG}\r\nx",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nx",
        f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{LONG}/\r\nContent-Length: 0\r\n\r\n",
        f"HTTP/1.1 200 OK\r\nKeep-Alive: timeout={LONG}\r\nContent-Length: {LONG}\r\n\r\n",
    ],
)
def test_a_number_of_the_framing_that_is_none(data: str) -> None:
    with Server(bytes_then(data.encode()), is_ollama=False) as server:
        for words in ("models list", "chat -m m hi"):
            assert call(*words.split(), env={"OLLAMA_HOST": server.url}).code == 5


@pytest.mark.parametrize(("length", "names"), [(LONG, []), ("-5", []), (str(len(HELLO)), ["m"])])
def test_completion_is_silent_for_a_length_that_is_none(
    length: str, names: list[str], tmp_path: Path
) -> None:
    head = f"HTTP/1.0 200 OK\r\nContent-Length: {length}\r\n\r\n"
    with Server(bytes_then((head + HELLO).encode())) as server:
        env = {"OLLAMA_HOST": server.url}
        assert completed("ollama-cli models show ", tmp_path, env) == names


@pytest.mark.parametrize("value", [LONG, "1e999", "nan", f"-{LONG}"])
def test_a_setting_and_an_option_that_are_none(value: str) -> None:
    with Server(lines({"status": "success"})) as server:
        for words in (
            f"--timeout {value} models list",
            f"models pull m --stall-timeout {value}",
            f"chat -m m hi -O num_ctx={value}",
        ):
            result = call(*words.split(), env={"OLLAMA_HOST": server.url})
            assert result.code in {2, 10}
    for name in ("TIMEOUT", "CONNECT_TIMEOUT", "KEEP_ALIVE"):
        result = call("config", "show", env={f"OLLAMA_CLI_{name}": value})
        assert (result.code, result.out) == (10, "")
