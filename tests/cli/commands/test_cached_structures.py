"""Answers with a structure, and the cache: what fits is kept, what does not is asked for again."""

from pathlib import Path
from typing import Any

import pytest
from cached_models import END, World
from hostile import Script, lines

SCHEMA = ("--cache", "--schema", "age int")
BLIND = ("--cache", "--no-schema-prompt", "--repair", "0", "--schema")


def says(text: str, **end: Any) -> Script:
    said = {"response": text, "message": {"content": text}, "done": False}
    return lines(said, {**END, **end})


def world_of(home: Path, *answers: str, **end: Any) -> World:
    """A model with these answers; the last one comes again and again, the first ends as told."""

    def answer(number: int) -> Script:
        return says(answers[min(number, len(answers)) - 1], **(end if number == 1 else {}))

    return World(home, answer)


@pytest.mark.parametrize("command", ["generate", "chat"])
def test_what_was_repaired_is_one_hit(tmp_path: Path, command: str) -> None:
    world = world_of(tmp_path, '{"age": "x"}', '{"age": 3}')
    with world.server() as server:
        asked = world.ask(server.url, *SCHEMA, "-o", "json", command=command)
        hit = world.ask(server.url, *SCHEMA, "-o", "json", command=command)
        text = world.ask(server.url, *SCHEMA, command=command)
    assert [(each["cached"], each["data"]) for each in (asked.json, hit.json)] == [
        (False, {"age": 3}),
        (True, {"age": 3}),
    ]
    assert [len(each.json["attempts"]) for each in (asked, hit)] == [2, 1]
    assert (text.code, text.out, text.err) == (0, '{"age": 3}\n', "")
    assert len(world.asked) == 2


def test_what_was_cut_and_asked_for_again_is_one_hit(tmp_path: Path) -> None:
    world = world_of(tmp_path, '{"age": 1', '{"age": 12}', done_reason="length")
    with world.server() as server:
        said = [world.ask(server.url, *SCHEMA).out for _ in range(2)]
    assert said == ['{"age": 12}\n'] * 2
    assert len(world.asked) == 2


@pytest.mark.parametrize(
    ("args", "bad"),
    [
        ((*SCHEMA, "--repair", "0"), '{"age": "x"}'),
        (("--cache", "--schema-multi", "age int"), '[{"age": 1}, {"age": "x"}]'),
        (("--cache", "-x"), "no block"),
        (("--cache", "-x"), "```\nnot closed"),
    ],
)
def test_what_is_not_as_it_shall_be_is_asked_for_again(
    tmp_path: Path, args: tuple[str, ...], bad: str
) -> None:
    world = world_of(tmp_path, bad)
    with world.server() as server:
        assert [world.ask(server.url, *args).code for _ in range(2)] == [9, 9]
    assert len(world.asked) == 2


def test_what_is_kept_and_fits_no_more_is_asked_for_again(tmp_path: Path) -> None:
    """Servers are sent no `multipleOf`: to them it is the same question."""
    world = world_of(tmp_path, "4", "9")
    with world.server() as server:
        found = [
            world.ask(server.url, *BLIND, f'{{"type": "integer", "multipleOf": {number}}}')
            for number in (2, 2, 3, 3, 3)
        ]
    assert [(each.code, each.out) for each in found] == [
        (0, "4\n"),
        (0, "4\n"),
        (9, ""),  # it is the same answer; and is removed
        (0, "9\n"),
        (0, "9\n"),
    ]
    assert len(world.asked) == 2


def test_an_answer_without_a_block_is_not_kept_for_those_who_want_one(tmp_path: Path) -> None:
    world = world_of(tmp_path, "no block", "```\ncode\n```")
    with world.server() as server:
        plain = world.ask(server.url, "--cache")
        found = [world.ask(server.url, "--cache", "-x") for _ in range(3)]
    assert plain.out == "no block\n"
    assert [(each.code, each.out) for each in found] == [(9, ""), (0, "code\n"), (0, "code\n")]
    assert len(world.asked) == 2
