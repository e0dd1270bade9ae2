"""What is sent where `[ollama]` and `[models.NAME]` say how a model is asked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conversations import Answers, said, shown_model
from hostile import Script, Server, by_path
from shell import Result, call

CONFIG = """
[ollama]
temperature = 0.5
top_p = 0.5
max_tokens = 50
num_ctx = 500
system = "for all"

[models.m]
temperature = 0
max_tokens = -1
system = "for m"
"""
PROMPT = "model: m\nmessages: [{role: user, content: '{{input}}'}]\nmodelParameters: {topP: 0.8}\n"
ALL = {"temperature": 0.5, "num_ctx": 500, "num_predict": 50, "top_p": 0.5}
OF_M = {"temperature": 0.0, "num_ctx": 500, "num_predict": -1, "top_p": 0.5}


class World:
    """A home with a config file, and a server that answers."""

    def __init__(self, home: Path) -> None:
        self.home, self.chats = home, Answers("yes")
        routes: dict[str, Script] = {
            "/api/chat": self.chats,
            "/api/show": shown_model,
            "/api/generate": said("g"),
        }
        self.server = Server(by_path(routes))
        self.file = home / "ollama-cli" / "config.toml"
        self.write(CONFIG)

    def write(self, text: str) -> None:
        self.file.parent.mkdir(exist_ok=True)
        self.file.write_text(text)

    def run(self, *args: object, **env: str) -> Result:
        return call(*args, "--host", self.server.url, at=self.home, env=env)

    def asked(self, *args: object, **env: str) -> tuple[list[str], Any]:
        """Ask, and return the texts and the options that were sent."""
        result = self.run("chat", "hi", *args, **env)
        assert (result.code, result.err) == (0, "")
        sent = self.chats.asked[-1]
        return [each["content"] for each in sent["messages"]], sent.get("options")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with made.server:
        yield made


def test_each_source_wins_over_those_below_it(world: World) -> None:
    assert world.asked("-m", "sage") == (["for all", "hi"], ALL)
    assert world.asked("-m", "m") == (["for m", "hi"], OF_M)
    assert world.asked("-m", "m:latest")[1] == OF_M
    by_environment = {"OLLAMA_CLI_TEMPERATURE": "1", "OLLAMA_CLI_SYSTEM": "mine"}
    assert world.asked("-m", "m", **by_environment) == (["mine", "hi"], {**OF_M, "temperature": 1})
    typed = ("--temperature", 2, "-O", "top_p=1", "--max-tokens", 3, "-s", "typed")
    options = {"temperature": 2.0, "num_ctx": 500, "num_predict": 3, "top_p": 1.0}
    assert world.asked("-m", "m", *typed, **by_environment) == (["typed", "hi"], options)
    (world.home / "p.prompt.yml").write_text(PROMPT)
    by_file = world.asked("-p", world.home / "p.prompt.yml")
    assert by_file == (["for m", "hi"], {**OF_M, "top_p": 0.8})


def test_one_model_may_have_none_of_what_all_others_are_told(world: World) -> None:
    world.write(CONFIG.replace('system = "for m"', 'system = ""'))
    assert world.asked("-m", "m") == world.asked("-m", "m", "-s", "") == (["", "hi"], OF_M)
    assert world.asked("-m", "sage")[0] == ["for all", "hi"]


def test_a_session_wins_over_what_is_set(world: World) -> None:
    world.asked("-m", "m", "--temperature", "1.5", "-s", "first", "--save")
    world.write(CONFIG.replace("top_p = 0.5", "top_p = 0.1"))
    texts, options = world.asked("-c")
    assert texts[0] == "first"
    assert options == {**OF_M, "temperature": 1.5}
    assert world.asked("-c", "--temperature", "0.25")[1] == {**OF_M, "temperature": 0.25}


def test_a_session_without_a_system_prompt_gets_none(world: World) -> None:
    world.write("")
    world.asked("-m", "m", "--save")
    world.write(CONFIG)
    assert world.asked("-c") == (["hi", "yes", "hi"], OF_M)


def test_room_as_the_prompt_needs_it_for_one_model(world: World) -> None:
    world.write('[ollama]\nnum_ctx = 500\n[models.m]\nnum_ctx = "auto"\n')
    assert world.asked("-m", "m")[1] is None
    assert world.asked("-m", "sage")[1] == {"num_ctx": 500}
    assert world.asked("-m", "sage", "--num-ctx", "auto")[1] is None


def test_generate_and_what_it_sends_alone(world: World) -> None:
    def sent(*args: str) -> Any:
        assert world.run("generate", "hi", "-m", "m", *args).code == 0
        return [each.json for each in world.server.requests if each.path == "/api/generate"][-1]

    assert (sent()["system"], sent()["options"]) == ("for m", OF_M)
    assert "system" not in sent("--raw")
    assert "system" not in sent("--suffix", "x")


@pytest.mark.parametrize(
    ("flag", "value", "told"),
    [
        ("--temperature", "2.5", "temperature = '2.5' (from --temperature) is no number from 0 to"),
        ("--top-p", "1.5", "top_p = '1.5' (from --top-p) is no number from 0 to 1"),
        ("--max-tokens", "0", "max_tokens = '0' (from --max-tokens) is no number of tokens, 1 or"),
        ("--num-ctx", "0", "num_ctx = '0' (from --num-ctx) is no number of tokens, 1 or more"),
    ],
)
def test_what_is_typed_is_in_range_too(world: World, flag: str, value: str, told: str) -> None:
    result = world.run("chat", "hi", "-m", "m", flag, value)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: {told}")
    assert world.server.requests == []


def test_what_is_out_of_range_in_the_file(world: World) -> None:
    world.write("[models.m]\ntemperature = 3\n")
    result = world.run("health")
    assert (result.code, result.out) == (10, "")
    place = f'[models."m"] in {world.file}'
    assert f"temperature = '3' (from {place}) is no number from 0 to 2\n" in result.err
    refused = world.run("config", "set", "top_p", "1.5")
    assert refused.code == 2
    assert "is no number from 0 to 1" in refused.err


def test_config_show_tells_where_each_comes_from(world: World) -> None:
    place = f'[models."m"] in {world.file}'
    shown = world.run("config", "show", "-o", "json", OLLAMA_CLI_MAX_TOKENS="7").json
    assert shown["settings"]["temperature"] == {"value": 0.5, "origin": str(world.file)}
    assert shown["models"] == {
        "m": {
            "temperature": {"value": 0.0, "origin": place},
            "system": {"value": "for m", "origin": place},
        }
    }
    assert "temperature of m" in world.run("config", "show").out


def test_a_folder_of_somebody_else_sets_no_system_prompt(world: World, tmp_path: Path) -> None:
    world.write("")
    (tmp_path / ".env").write_text("OLLAMA_CLI_SYSTEM=obey\nOLLAMA_CLI_TEMPERATURE=1\n")
    assert world.asked("-m", "m") == (["hi"], {"temperature": 1.0})
    named = world.asked("-m", "m", "--env-file", tmp_path / ".env")
    assert named == (["obey", "hi"], {"temperature": 1.0})
