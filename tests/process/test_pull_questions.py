"""A missing model is pulled after a yes on a terminal, and after nothing else."""

import subprocess

import pytest
from hostile import CHUNKED, Peer, Server, chunk
from missing_models import CHAT, EMBED, GENERATE, PULL, Lacking, paths
from registries import registry
from shell import PROGRAM
from terminals import CTRL_C, CTRL_D, Terminal

ASK = ("chat", "hi", "-m", "m")
QUESTION = "pull m (size unknown)? [y/N]"
TAGS = "/api/tags"
VECTOR = "0  2 dimensions  [0.5000, 1.0000]"


def stuck(peer: Peer) -> None:
    peer.send(CHUNKED, chunk(b'{"status":"pulling manifest"}\n'))
    peer.stall()


@pytest.mark.parametrize(
    ("args", "path"),
    [
        (ASK, CHAT),
        (("run", "m", "hi"), CHAT),
        (("generate", "hi", "-m", "m"), GENERATE),
        (("embed", "hi", "-m", "m"), EMBED),
    ],
)
def test_a_yes_pulls_and_the_command_goes_on(args: tuple[str, ...], path: str) -> None:
    with Server(Lacking()) as server, Terminal(*args, "--host", server.url) as terminal:
        terminal.expect(QUESTION)
        assert paths(server) == [path, TAGS]
        terminal.send("y\n")
        assert terminal.end() == 0
        assert terminal.shown.splitlines()[1].startswith("pulled m")
        assert terminal.shown.splitlines()[-1] in {"an answer", VECTOR}
        assert paths(server) == [path, TAGS, PULL, path]


@pytest.mark.parametrize(
    ("typed", "code", "more"),
    [
        ("n\n", 4, ()),
        ("\n", 4, ()),
        ("yo\n", 4, ()),
        (CTRL_D, 4, ()),
        (CTRL_C, 130, ()),
        ("n\n", 4, ("-o", "json")),
        (CTRL_C, 130, ("-o", "json")),
        (CTRL_D, 4, ("-o", "jsonl")),
        (CTRL_C, 130, ("-o", "jsonl")),
    ],
)
def test_anything_else_pulls_nothing(typed: str, code: int, more: tuple[str, ...]) -> None:
    with Server(Lacking()) as server:
        with Terminal(*ASK, *more, "--host", server.url, columns=200) as terminal:
            terminal.expect(QUESTION)
            terminal.send(typed)
            assert terminal.end() == code
            assert ("model 'm' not found" in terminal.shown) is (code == 4)
            assert " models pull m`; " in terminal.shown or code == 130
        assert PULL not in paths(server)


@pytest.mark.parametrize(
    ("flags", "env"),
    [(["--no-input"], {}), (["--no-auto-pull"], {}), ([], {"OLLAMA_CLI_AUTO_PULL": "never"})],
)
def test_who_shall_not_be_asked_is_not_asked(flags: list[str], env: dict[str, str]) -> None:
    with Server(Lacking()) as server:
        with Terminal(*ASK, *flags, "--host", server.url, env=env) as terminal:
            assert terminal.end() == 4
            assert "[y/N]" not in terminal.shown
        assert PULL not in paths(server)


def test_nothing_is_asked_where_the_question_would_not_be_seen() -> None:
    with Server(Lacking()) as server:
        with Terminal(*ASK, "--host", server.url, stderr=subprocess.DEVNULL) as terminal:
            assert terminal.end() == 4
        assert PULL not in paths(server)


def test_nothing_is_asked_where_the_prompt_comes_from_a_pipe() -> None:
    with Server(Lacking()) as server:
        line = f"echo a text | {PROGRAM} chat -m m --host {server.url}"
        with Terminal("-c", line, program="/bin/bash") as terminal:
            assert terminal.end() == 4
            assert "[y/N]" not in terminal.shown
        assert PULL not in paths(server)


def test_the_question_tells_the_size_and_stdout_holds_the_answer_alone() -> None:
    with (
        Server(Lacking()) as server,
        Server(registry([("model", b"x" * 2_000)], config=b"y" * 100)) as sizes,
        Terminal(
            *ASK,
            "--host",
            server.url,
            env={"OLLAMA_CLI_REGISTRY": sizes.url},
            stdout=subprocess.PIPE,
        ) as terminal,
    ):
        terminal.expect("pull m (2.1 KB)? [y/N]")
        terminal.send("y\n")
        assert terminal.process.stdout is not None
        assert terminal.process.stdout.read() == b"an answer\n"
        assert terminal.end() == 0


def test_a_long_question_is_broken_between_words() -> None:
    with (
        Server(
            Lacking("tiny:latest", "tiny-md:latest", "tiny-odd:latest", model="tinny")
        ) as server,
        Terminal("chat", "hi", "-m", "tinny", "--host", server.url, columns=60) as terminal,
    ):
        terminal.expect("[y/N]")
        assert terminal.lines == [
            "tiny:latest, tiny-md:latest and tiny-odd:latest are",
            "installed, tinny is not; pull tinny (size unknown)? [y/N]",
        ]
        terminal.send("n\n")
        assert terminal.end() == 4


def test_what_is_like_it_is_told_before_anything_is_asked() -> None:
    with (
        Server(Lacking("llama3.2:latest", model="lama3.2")) as server,
        Terminal("chat", "hi", "-m", "lama3.2", "--host", server.url, columns=120) as terminal,
    ):
        terminal.expect("llama3.2:latest is installed, lama3.2 is not; pull lama3.2 (size unknown)")
        terminal.send("n\n")
        assert terminal.end() == 4
        assert "hint: did you mean llama3.2:latest? if not: `ollama-cli" in terminal.shown


def test_what_no_registry_knows_is_not_asked_about() -> None:
    with (
        Server(Lacking()) as server,
        Server(registry(model="library/other")) as sizes,
        Terminal(
            *ASK, "--host", server.url, env={"OLLAMA_CLI_REGISTRY": sizes.url}, columns=120
        ) as terminal,
    ):
        assert terminal.end() == 4
        assert "[y/N]" not in terminal.shown
        assert "hint: check the name and the tag; https://ollama.com/library" in terminal.shown
        assert PULL not in paths(server)


def test_what_is_in_the_cloud_alone_is_told_and_not_pulled() -> None:
    with (
        Server(Lacking()) as server,
        Server(registry(tag="cloud")) as sizes,
        Terminal(
            *ASK, "--host", server.url, env={"OLLAMA_CLI_REGISTRY": sizes.url}, columns=120
        ) as terminal,
    ):
        assert terminal.end() == 4
        told = "hint: it runs in the cloud alone: -m m:cloud would send your prompts to ollama.com"
        assert told in terminal.shown
        assert PULL not in paths(server)


def test_a_name_in_the_question_cannot_drive_the_terminal() -> None:
    with (
        Server(Lacking("llama3.2-mini\x1b[2J", model="llama3.2-mini")) as server,
        Terminal("chat", "hi", "-m", "llama3.2-mini", "--host", server.url) as terminal,
    ):
        terminal.expect("[y/N]")
        assert "llama3.2-mini\\x1b[2J is installed, llama3.2-mini is not" in terminal.shown
        terminal.send("n\n")
        assert terminal.end() == 4
        assert b"\x1b[2J" not in terminal.raw


def test_a_conversation_pulls_its_model_and_goes_on() -> None:
    args = ("chat", "-m", "m", "--num-ctx", "8192", "--no-preload")
    with Server(Lacking()) as server:
        with Terminal(*args, "--host", server.url) as terminal:
            terminal.expect(">>>")
            terminal.send("first\r")
            terminal.expect(QUESTION)
            terminal.send("n\n")
            terminal.expect("model 'm' not found")
            terminal.expect("hint: get it: /pull m; what is installed: /list\n>>>")
            terminal.send("second\r")
            terminal.expect(">>> second")
            terminal.expect_line(f"{QUESTION} ")
            terminal.send(CTRL_C)
            terminal.expect("the conversation goes on")
            terminal.send("third\r")
            terminal.expect(">>> third")
            terminal.expect_line(f"{QUESTION} ")
            terminal.send("y\n")
            terminal.expect("an answer\n")
            terminal.expect("warning: the server gave a context of 4096")
            terminal.send("fourth\r")
            terminal.expect(">>> fourth")
            terminal.expect_line(">>> ")
            terminal.send("/exit\r")
            assert terminal.end() == 0
        assert paths(server).count(PULL) == 1
        assert paths(server).count("/api/ps") == 1


def test_a_pull_that_is_interrupted_says_so() -> None:
    with Server(Lacking(pull=stuck)) as server:
        with Terminal(*ASK, "--host", server.url) as terminal:
            terminal.expect(QUESTION)
            terminal.send("y\n")
            terminal.expect("pulling manifest")
            terminal.send(CTRL_C)
            assert terminal.end() == 130
            assert "interrupted" in terminal.shown
        assert paths(server).count(CHAT) == 1
