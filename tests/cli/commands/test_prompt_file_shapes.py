"""`chat` and `generate` with `-p`: the shape that an answer shall have by the file."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conversations import said, shown_model
from hostile import Server, by_path, lines
from prompt_files import END, REVIEW, World
from shell import call

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}
BY_SCHEMA = f"{REVIEW}jsonSchema: '{json.dumps({'name': 'x', 'schema': SCHEMA})}'\n"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with made.server:
        yield made


def test_the_format_of_a_file(world: World) -> None:
    json_mode = f"{REVIEW}responseFormat: json_object\n"
    assert world.ask(json_mode, "this").code == 0
    assert world.sent["format"] == "json"
    with_tools = world.ask(json_mode, "this", "--tools", "x.py")
    assert (with_tools.code, "--tools and --format exclude" in with_tools.err) == (2, True)


@pytest.mark.parametrize("command", ["chat", "generate"])
def test_an_answer_is_held_against_the_schema_of_a_file(world: World, command: str) -> None:
    told = {"model": "m", "response": '{"a": 5}', "done": True, "done_reason": "stop"}
    told["message"] = {"role": "assistant", "content": told["response"]}
    for answer, code, out in ((told, 0, '{"a": 5}\n'), (END, 9, "")):
        script = lines({"message": {"role": "assistant", "content": "ok"}, **answer})
        paths = {"/api/chat": script, "/api/generate": script, "/api/show": shown_model}
        with Server(by_path(paths)) as server:
            args = (command, "-p", world.write(BY_SCHEMA), "this", "--repair", 0)
            result = call(*args, "--host", server.url, at=world.home)
            assert (result.code, result.out) == (code, out)
            [asked] = [
                each for each in server.requests if each.path in {"/api/chat", "/api/generate"}
            ]
            assert asked.json["format"] == SCHEMA


def test_a_shape_that_is_typed_takes_the_place_of_the_files(world: World) -> None:
    assert world.ask(BY_SCHEMA, "this", "--format", "json").code == 0
    assert world.sent["format"] == "json"
    block = "```sh\nls\n```\n"
    world.answers.scripts = [said(f"{block}```py\nx\n```\n")]
    assert world.ask(BY_SCHEMA, "this", "-x").out == "ls\n"
    assert "format" not in world.sent
    assert world.ask(BY_SCHEMA, "this", "--schema", "b str").code == 9
    assert list(world.sent["format"]["properties"]) == ["b"]
    assert world.ask(BY_SCHEMA, "this", "--schema-multi", "b str").code == 9
    assert world.sent["format"]["type"] == "array"
    own = REVIEW.replace("ollama: {", "ollama: {extract: py, ")
    assert world.ask(own, "this").out == "x\n"
    assert world.ask(own, "this", "--extract=sh").out == "ls\n"
    assert world.ask(own.replace("py", "true"), "this").out == "ls\n"


def test_a_schema_and_a_block_of_code_are_not_one_answer(world: World) -> None:
    result = world.ask(BY_SCHEMA.replace("ollama: {", "ollama: {extract: true, "), "this")
    told = "error: x: line 6: ollama.extract: there is a jsonSchema, and so no block of code\n"
    assert (result.code, result.err) == (2, told)
