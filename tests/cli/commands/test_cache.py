"""`--cache` and `cache`: the same question gets the same answer, and only a whole one is kept."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cached_models import END, World, numbered
from hostile import CHUNKED, LAST_CHUNK, Peer, Script, bytes_then, chunk, document, lines
from scripted_models import TOOLS, asks, calls, says
from shell import call

OUTPUTS = ("text", "json", "jsonl", "raw")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def url(world: World) -> Iterator[str]:
    with world.server() as server:
        yield server.url


def execute(home: Path, statement: str) -> None:
    with closing(sqlite3.connect(place(home), isolation_level=None)) as base:
        base.execute(statement)


def place(home: Path) -> Path:
    return home / ".cache/ollama-cli/answers.db"


def text_of(output: str, raw: bytes) -> str:
    """The words of the answer, in whichever format."""
    if output == "text":
        return raw.decode().strip()
    values = [json.loads(line) for line in raw.splitlines()]
    return "".join(each.get("text", each.get("response", "")) for each in values)


@pytest.mark.parametrize("first", OUTPUTS)
def test_a_hit_is_shown_in_every_format(world: World, url: str, first: str) -> None:
    kept = world.ask(url, "--cache", "-o", first)
    assert (kept.code, text_of(first, kept.raw)) == (0, "answer 1")
    for output in OUTPUTS:
        hit = world.ask(url, "--cache", "-o", output)
        assert (hit.code, hit.err) == (0, "")
        assert text_of(output, hit.raw) == "answer 1"
        if output == first and output in {"text", "raw"}:
            assert hit.raw == kept.raw
        if output == "json":
            assert hit.json["context_length"] == 4096  # of then, whoever was told
    assert len(world.asked) == 1


@pytest.mark.parametrize("command", ["generate", "chat"])
def test_a_hit_differs_in_one_field(world: World, url: str, command: str) -> None:
    asked = world.ask(url, "--cache", "--json", command=command).json
    hit = world.ask(url, "--cache", "--json", command=command).json
    assert (asked["cached"], hit["cached"]) == (False, True)
    assert {**asked, "cached": True} == hit
    assert hit["context_length"] == 4096
    events = world.ask(url, "--cache", "-o", "jsonl", command=command).events
    assert [each["event"] for each in events] == ["start", "text", "text", "done"]
    assert events[-1]["cached"] is True
    assert "cached" not in world.ask(url, "--json", command=command).json
    assert len(world.asked) == 2


def test_it_is_off_unless_it_is_asked_for(world: World, url: str) -> None:
    said = [world.ask(url).out for _ in range(2)]
    assert said == ["answer 1\n", "answer 2\n"]
    assert not place(world.home).exists()


@pytest.mark.parametrize(
    ("flags", "setting", "is_kept"),
    [
        (["--cache"], "", True),
        (["--cache=true"], "false", True),
        (["--cache=1h"], "", True),
        ([], "true", True),
        ([], "30d", True),
        ([], "false", False),
        (["--cache=false"], "true", False),
        (["--no-cache"], "true", False),
        (["--cache", "--no-cache"], "", False),
        (["--no-cache", "--cache"], "", False),
    ],
)
def test_flags_win_over_the_setting(
    world: World, url: str, flags: list[str], setting: str, is_kept: bool
) -> None:
    env = {"OLLAMA_CLI_CACHE": setting}
    for _ in range(2):
        assert world.ask(url, *flags, env=env).code == 0
    assert len(world.asked) == (1 if is_kept else 2)


def test_no_cache_asks_anew_and_leaves_what_is_kept(world: World, url: str) -> None:
    said = [world.ask(url, flag).out for flag in ("--cache", "--no-cache", "--cache")]
    assert said == ["answer 1\n", "answer 2\n", "answer 1\n"]


def test_the_next_word_is_the_prompt(world: World, url: str) -> None:
    result = call("generate", "--cache", "1h", "-m", "m", "--host", url, at=world.home)
    assert result.code == 0
    assert world.asked[0]["prompt"] == "1h"


def test_what_is_no_age_is_refused_before_anything_is_asked(world: World, url: str) -> None:
    result = world.ask(url, "--cache=soon")
    assert result.code == 2
    assert "is neither true nor false, and no age such as 1h or 30d" in result.err
    assert world.asked == []


def test_an_old_answer_is_replaced(world: World, url: str) -> None:
    world.ask(url, "--cache")
    execute(world.home, "UPDATE answers SET stored = stored - 3601")
    said = [world.ask(url, flag).out for flag in ("--cache=2h", "--cache=1h", "--cache=1h")]
    assert said == ["answer 1\n", "answer 2\n", "answer 2\n"]


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "b" * 64},
        {"version": "0.32.16"},
        {"args": ["ho"]},
        {"args": ["-O", "top_k=1"]},
        {"args": ["--system", "brief"]},
        {"args": ["--format", "json"]},
        {"args": ["--raw"]},
        {"args": ["--think=false"]},
        {"command": "chat"},
    ],
)
def test_another_question_is_asked(world: World, url: str, change: dict[str, Any]) -> None:
    world.ask(url, "--cache")
    world.version = change.get("version", world.version)
    world.model |= {"digest": change.get("digest", world.model["digest"])}
    args = change.get("args", [])
    result = world.ask(url, *args, "--cache", command=change.get("command", "generate"))
    assert result.out == "answer 2\n", result.err


def test_what_changes_no_answer_is_no_other_question(world: World, url: str) -> None:
    world.ask(url, "--cache", "-O", "seed=1", "-O", "top_k=2")
    result = world.ask(
        *(url, "-O", "top_k=2", "-O", "seed=1", "--cache", "--keep-alive", "1h", "--no-stream")
    )
    assert result.out == "answer 1\n"


def test_the_context_that_auto_finds_is_no_other_question(world: World, url: str) -> None:
    running, world.running = world.running, []
    assert world.ask(url, "--cache", "--num-ctx", "auto").out == "answer 1\n"
    world.running = running
    assert world.ask(url, "--cache", "--num-ctx", "auto").out == "answer 1\n"
    assert world.ask(url, "--cache", "--num-ctx", "4096").out == "answer 2\n"


def reset(peer: Peer) -> None:
    peer.send(CHUNKED, chunk(b'{"response":"half","message":{"content":"half"}}\n'))
    peer.reset()


HALF = chunk(b'{"response":"half","message":{"content":"half"},"done":false}\n')
UNFIT: dict[str, Script] = {
    "cut": bytes_then(CHUNKED + HALF),
    "cut in a line": bytes_then(CHUNKED + HALF + chunk(b'{"response":"x","done":tr')),
    "reset": reset,
    "no end": bytes_then(CHUNKED + HALF + LAST_CHUNK),
    "an error in the stream": lines({"response": "half"}, {"error": "out of memory"}),
    "no JSON": bytes_then(CHUNKED + HALF + chunk(b"<html>\n") + LAST_CHUNK),
    "an error": document({"error": "broken"}, 500),
    "it ended in a failure": lines({"response": "half"}, {**END, "done_reason": "error"}),
    "the context is full": lines({"response": "half"}, {**END, "done_reason": "length"}),
    "the start was forgotten": lines({"response": "x"}, {**END, "eval_count": 4096}),
}


@pytest.mark.parametrize("output", ["text", "raw"])
@pytest.mark.parametrize("unfit", UNFIT)
def test_what_is_no_whole_answer_is_never_kept(tmp_path: Path, unfit: str, output: str) -> None:
    world = World(tmp_path, lambda number: UNFIT[unfit] if number == 1 else numbered(number))
    with world.server() as server:
        world.ask(server.url, "--cache", "-o", output)
        assert len(world.asked) == 1
        assert world.ask(server.url, "--cache").out == "answer 2\n"
        assert world.ask(server.url, "--cache").out == "answer 2\n"


def test_what_a_limit_of_the_user_has_cut_is_kept(tmp_path: Path) -> None:
    world = World(tmp_path, lambda _: lines({"response": "x"}, {**END, "done_reason": "length"}))
    with world.server() as server:
        found = [world.ask(server.url, "--cache", "--max-tokens", "5") for _ in range(2)]
        strict = world.ask(server.url, "--cache", "--max-tokens", "5", "--strict")
    assert found[0] == found[1]
    assert found[1].err == "warning: the answer was cut at 5 tokens (--max-tokens)\n"
    assert (strict.code, len(world.asked)) == (9, 1)


def test_what_strict_refuses_is_not_kept(tmp_path: Path) -> None:
    world = World(tmp_path, lambda _: lines({"response": "x"}, {**END, "done_reason": "length"}))
    with world.server() as server:
        for _ in range(2):
            result = world.ask(server.url, "--cache", "--max-tokens", "5", "--strict")
            assert result.code == 9
    assert len(world.asked) == 2


def test_a_prompt_that_was_cut_is_not_kept(tmp_path: Path) -> None:
    end = {**END, "prompt_eval_count": 4096, "eval_count": 0}
    world = World(tmp_path, lambda _: lines({"response": "x"}, end))
    with world.server() as server:
        for _ in range(2):
            assert world.ask(server.url, "--cache", "--truncate").code == 0
    assert len(world.asked) == 2


@pytest.mark.parametrize("output", ["text", "raw"])
def test_a_model_that_is_replaced_meanwhile_is_not_trusted(
    world: World, url: str, output: str
) -> None:
    world.before = lambda: world.model.update(digest="b" * 64)
    assert world.ask(url, "--cache", "-o", output).code == 0
    world.before = lambda: None
    for digest in ("a", "b"):
        world.model["digest"] = digest * 64
        assert world.ask(url, "--cache").out != "answer 1\n"


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ({"digest": ""}, "this server does not tell which model it has by a digest"),
        (
            {"remote_host": "https://ollama.com"},
            "the model runs elsewhere, and may be another one tomorrow",
        ),
    ],
)
def test_what_may_change_unseen_is_not_cached(
    world: World, url: str, model: dict[str, Any], reason: str
) -> None:
    world.model |= model
    told = [world.ask(url, "--cache"), world.ask(url, env={"OLLAMA_CLI_CACHE": "true"})]
    assert [each.out for each in told] == ["answer 1\n", "answer 2\n"]
    assert [each.err for each in told] == [f"warning: the answer is not cached: {reason}\n", ""]


def test_another_api_is_not_cached(demo: str, tmp_path: Path) -> None:
    args = ("chat", "hi", "-m", "demo", "--cache", "--host", f"{demo}/v1", "--json")
    told = [call(*args, at=tmp_path) for _ in range(2)]
    assert [each.json["cached"] for each in told] == [False, False]
    reason = "this server does not tell which model it has by a digest"
    assert f"warning: the answer is not cached: {reason}\n" in told[1].err


def test_a_server_that_is_not_there_is_told_as_ever(world: World) -> None:
    with world.server() as server:
        world.ask(server.url, "--cache")
    for flag in ("--cache", "--no-cache"):
        assert world.ask(server.url, flag).code == 3


def test_a_model_that_is_missing_is_told_as_ever(tmp_path: Path) -> None:
    missing = document({"error": "model 'm' not found"}, 404)
    world = World(tmp_path, lambda _: missing)
    world.model["name"] = "other:latest"
    with world.server() as server:
        assert world.ask(server.url, "--cache").code == 4


def test_tools_run_again_and_the_model_does_not(tmp_path: Path) -> None:
    answers = [calls(asks("add", {"a": 1, "b": 2})), says("three")]
    world = World(tmp_path, lambda number: answers[number - 1])
    file = tmp_path / "tools.py"
    file.write_text(TOOLS)
    args = ("--cache", "--json", "--tools", str(file), "--tools-approve", "always")
    with world.server() as server:
        found = [world.ask(server.url, *args, command="chat").json for _ in range(2)]
    assert [each["cached"] for each in found] == [False, True]
    assert [each["text"] for each in found] == ["three", "three"]
    assert (tmp_path / "ran").read_text() == "1+2 1+2 "
    assert len(world.asked) == 2


def test_a_hit_says_so_to_those_who_ask(world: World, url: str) -> None:
    world.ask(url, "--cache")
    result = world.ask(url, "--cache", "-v", "--stats")
    assert "note: the answer is from the cache\n" in result.err
    assert "cached:         yes\n" in result.err
    assert "cached" not in world.ask(url, "--stats").err


def test_a_private_answer_is_not_kept(world: World, url: str) -> None:
    env = {"OLLAMA_CLI_CACHE": "true"}
    assert world.ask(url, "--private", command="chat", env=env).code == 0
    assert not place(world.home).exists()
    result = world.ask(url, "--private", "--cache", command="chat")
    assert (result.code, len(world.asked)) == (2, 1)
    assert "--private saves nothing, and --cache does" in result.err


def test_a_cache_that_cannot_be_used_is_warned_of(world: World, url: str) -> None:
    world.ask(url, "--cache")
    place(world.home).write_bytes(b"rubbish" * 1000)
    result = world.ask(url, "--cache")
    assert (result.code, result.out) == (0, "answer 2\n")
    assert result.err.startswith("warning: cannot use the cache of answers ")
    assert result.err.endswith("; empty it: `ollama-cli cache clear`\n")
    assert len(result.err.splitlines()) == 1
    cleared = call("cache", "clear", at=world.home)
    assert (cleared.code, cleared.out) == (0, "removed 0 answers (7.0 KB)\n")
    assert world.ask(url, "--cache").err == ""


def test_without_a_place_for_it_the_model_is_asked(
    world: World, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ollama_cli.features.cache.store.paths.cache_folder", lambda: None)
    result = world.ask(url, "--cache")
    assert (result.code, result.out) == (0, "answer 1\n")
    assert result.err.startswith("warning: there is no home folder, and so no cache; set HOME")
    assert call("cache", "info", at=world.home).code == 10


def test_what_is_kept_is_told_and_cleared(world: World, url: str) -> None:
    nothing = call("cache", "info", "--json", at=world.home).json
    assert (nothing["answers"], nothing["bytes"], nothing["oldest"]) == (0, 0, None)
    assert not place(world.home).exists()
    world.ask(url, "--cache")
    world.ask(url, "ho", "--cache")
    found = call("cache", "info", "--json", at=world.home).json
    assert found["schema"] == "ollama-cli/cache-info/1"
    assert (found["path"], found["answers"]) == (str(place(world.home)), 2)
    assert (found["limit"], found["oldest"] <= found["newest"]) == (256_000_000, True)
    assert found["bytes"] >= place(world.home).stat().st_size
    shown = call("cache", "info", at=world.home).out.splitlines()
    assert shown[0] == "answers  2"
    assert shown[1].endswith(" of 256 MB")
    assert shown[-1] == f"file     {place(world.home)}"
    few = call("cache", "clear", "--older-than", "30d", at=world.home)
    assert few.out.startswith("removed 0 answers (")
    cleared = call("cache", "clear", "--json", at=world.home).json
    assert (cleared["schema"], cleared["removed"]) == ("ollama-cli/cache-clear/1", 2)
    assert world.ask(url, "--cache").out == "answer 3\n"


def test_without_a_folder_there_is_nothing_in_it(tmp_path: Path) -> None:
    (tmp_path / ".cache").write_bytes(b"")
    told = call("cache", "info", "-o", "json", at=tmp_path)
    assert (told.code, told.json["answers"], told.json["bytes"]) == (0, 0, 0)
    assert call("cache", "clear", at=tmp_path).code == 0


def test_an_age_that_is_none_clears_nothing(world: World, url: str) -> None:
    world.ask(url, "--cache")
    assert call("cache", "clear", "--older-than", "soon", at=world.home).code == 2
    assert call("cache", "info", "--json", at=world.home).json["answers"] == 1


def test_a_file_in_the_folder_turns_nothing_on(world: World, url: str, tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / ".env").write_text("OLLAMA_CLI_CACHE=true\n")
    assert world.ask(url, cwd=folder).code == 0
    assert not place(world.home).exists()
