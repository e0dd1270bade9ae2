"""`--schema-multi`: a list of answers, each on a line as soon as it is whole."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from answer_chunks import delta, events
from clients import stranger
from hostile import CHUNKED, Peer, Script, Server, by_path, bytes_then, chunk, document, lines
from scripted_models import DONE
from shell import Result, call, start

from ollama_cli.demo import DemoServer

SPEC = "name, age int"
ITEM = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
}
BO, AL = {"name": "Bo", "age": 3}, {"name": "Al", "age": 4}
GOOD = json.dumps([BO, AL])


def says(*texts: str, **end: Any) -> Script:
    pieces = [{"message": {"content": text}, "response": text, "done": False} for text in texts]
    return lines(*pieces, {**DONE, "response": "", **end})


def begins(text: str) -> Script:
    """An answer that begins so, and goes on for ever."""
    said = {"message": {"content": text}, "response": text, "done": False}
    return bytes_then(CHUNKED + chunk(json.dumps(said).encode() + b"\n"), Peer.stall)


def asked(
    script: Script, *args: str, command: str = "generate", spec: str = SPEC
) -> tuple[Result, Server]:
    paths = {"/api/generate": script, "/api/chat": script}
    with Server(by_path(paths)) as server:
        host = ("--host", server.url)
        return call(command, "hi", "-m", "m", "--schema-multi", spec, *args, *host), server


@pytest.mark.parametrize("command", ["generate", "chat"])
def test_each_item_is_one_line_of_json(command: str) -> None:
    result, server = asked(says(*GOOD), command=command)
    assert (result.code, result.err) == (0, "")
    assert result.out == f"{json.dumps(BO)}\n{json.dumps(AL)}\n"
    (body,) = (each.json for each in server.requests if each.method == "POST")
    assert body["format"] == {"type": "array", "items": ITEM}
    prompt = body["prompt"] if command == "generate" else body["messages"][-1]["content"]
    assert prompt.startswith("hi\n\n")
    assert json.dumps({"type": "array", "items": ITEM}) in prompt


def test_what_programs_read() -> None:
    result, _ = asked(says(GOOD), "-o", "json")
    assert (result.code, result.json["data"], result.json["valid"]) == (0, [BO, AL], True)
    result, _ = asked(says(GOOD), "-o", "jsonl")
    items = [each for each in result.events if each["event"] == "item"]
    assert items == [
        {"event": "item", "index": 0, "value": BO, "valid": True},
        {"event": "item", "index": 1, "value": AL, "valid": True},
    ]
    assert result.events[-1]["data"] == [BO, AL]


def test_a_bad_item_ends_the_run_though_the_answer_goes_on() -> None:
    result, _ = asked(begins(f'[{json.dumps(BO)}, {{"name": 1}}, '), command="chat")
    assert (result.code, result.out) == (9, f"{json.dumps(BO)}\n")
    *_, error, hint = result.err.splitlines()
    assert error.startswith("error: the answer does not fit the schema: $[1]")
    assert hint == "hint: try a simpler schema or a larger model"


def test_a_cut_keeps_what_was_whole() -> None:
    end = {"done_reason": "length", "eval_count": 5}
    result, server = asked(says(GOOD[:-3], **end), "--max-tokens", "5")
    assert (result.code, result.out) == (9, f"{json.dumps(BO)}\n")
    cause = "error: the list ends after 1 item: the answer was cut at 5 tokens (--max-tokens)"
    assert f"{cause}\nhint: allow more with --max-tokens\n" in result.err
    assert [each.path for each in server.requests].count("/api/generate") == 1  # no repair


def test_an_answer_without_its_end_keeps_what_was_whole() -> None:
    piece = json.dumps({"response": GOOD[:-3], "done": False}).encode() + b"\n"
    broken = bytes_then(CHUNKED + chunk(piece))
    result, _ = asked(broken)
    assert (result.code, result.out) == (5, f"{json.dumps(BO)}\n")
    shown, _ = asked(broken, "-o", "json")
    assert (shown.code, shown.json["data"], shown.json["valid"]) == (5, [BO], False)


@pytest.mark.parametrize("path", ["/v1", ""])
def test_on_v1_the_list_comes_in_an_object(path: str) -> None:
    text = json.dumps({"items": [BO, AL]})
    script = events(delta(content=text), delta("stop"))
    models = document({"object": "list", "data": [{"id": "m"}]})
    paths = {"/v1/models": models, "/v1/chat/completions": script}
    with stranger(by_path(paths)) as server:
        host = ("--host", f"{server.url}{path}")
        result = call("chat", "hi", "-m", "m", "--schema-multi", SPEC, *host)
    assert (result.code, result.out) == (0, f"{json.dumps(BO)}\n{json.dumps(AL)}\n")
    sent = server.requests[-1].json
    schema = sent["response_format"]["json_schema"]["schema"]
    assert schema["properties"] == {"items": {"type": "array", "items": ITEM}}
    assert '"items": {"type": "array"' in sent["messages"][-1]["content"]  # told as it is sent


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--schema", "a"], "--schema"),
        (["--format", "json"], "--format"),
        (["-x"], "--extract"),
        (["--extract-last"], "--extract-last"),
        (["-o", "raw"], "-o raw"),
        (["--think"], "chat"),
        (["--repair", "1"], "--repair"),
        (["--tools", "x.py"], "--tools"),
    ],
)
def test_what_excludes_it(args: list[str], told: str) -> None:
    result, server = asked(says(GOOD), *args)
    assert (result.code, result.out) == (2, ""), result.err
    assert "--schema-multi" in result.err
    assert told in result.err
    assert server.requests == []


@pytest.mark.parametrize("spec", ["name, age year", "@nowhere.json", '{"type": 3}', ""])
def test_a_bad_schema_is_told_before_anything_is_sent(spec: str) -> None:
    result, server = asked(says(GOOD), spec=spec)
    assert result.code in {2, 4}
    assert result.out == ""
    assert server.requests == []


@pytest.fixture(scope="module")
def models() -> Iterator[dict[str, DemoServer]]:
    """A quick demo server for each fault of JSON, and one without."""
    kinds = ("", "badjson", "badschema", "cutjson", "nojson")
    servers = {kind: DemoServer(fault=kind or None, tokens_per_second=0) for kind in kinds}
    for server in servers.values():
        server.__enter__()
    yield servers
    for server in servers.values():
        server.close()


@pytest.mark.parametrize(
    ("fault", "items", "told"),
    [
        ("", 3, ""),
        ("badjson", 3, "error: the answer is no JSON array: an item is missing before ']'"),
        ("badschema", 2, "error: the answer does not fit the schema: $[2].name: must be a string"),
        ("cutjson", 0, "the answer was cut at 8 tokens (num_predict of the model)"),
        ("nojson", 0, "error: the answer is no JSON array: it begins with "),
    ],
)
def test_each_fault_of_the_demo(
    models: dict[str, DemoServer], fault: str, items: int, told: str
) -> None:
    host = ("--host", models[fault].url)
    for command in ("generate", "chat"):
        result = call(command, "tides", "--schema-multi", SPEC, "--seed", "1", *host)
        assert result.code == (9 if fault else 0)
        assert [sorted(json.loads(line)) for line in result.out.splitlines()] == [
            ["age", "name"]
        ] * items
        assert told in result.err
        shown = call(command, "tides", "--schema-multi", SPEC, "-o", "json", *host)
        assert shown.json["valid"] is not bool(fault)
        assert len(shown.json["data"]) == items


def test_an_item_leaves_the_process_while_the_next_is_written() -> None:
    with Server(by_path({"/api/generate": begins(f"[{json.dumps(BO)}, ")})) as server:
        args = ("generate", "hi", "-m", "m", "--schema-multi", SPEC, "--host", server.url)
        with start(*args) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == f"{json.dumps(BO)}\n".encode()
            process.terminate()
            assert process.wait(30) == 143
