"""`chat` off a terminal: what is saved, gone on with, and told of its session."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conversations import Answers, said, shown_model
from hostile import Server, by_path, document, lines
from shell import Result, call

from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.sessions import Message

TOO_LONG = document({"error": "the input length exceeds the context length"}, 400)


class Shell:
    """A home, a server and its answers."""

    def __init__(self, home: Path, *scripts: Any) -> None:
        self.home = home
        self.answers = Answers(*scripts)
        self.server = Server(
            by_path(
                {"/api/chat": self.answers, "/api/show": shown_model, "/api/generate": said("g")}
            )
        )

    def chat(self, *args: object, command: str = "chat", **more: Any) -> Result:
        return call(command, *args, "--host", self.server.url, at=self.home, **more)

    @property
    def asked(self) -> list[Any]:
        return self.answers.asked

    @property
    def texts(self) -> list[str]:
        """The texts of the last request."""
        return [each["content"] for each in self.asked[-1]["messages"]]

    @property
    def path(self) -> Path:
        return self.home / ".local/share/ollama-cli/sessions.db"

    def kept(self) -> list[Message]:
        store = SessionStore(self.path)
        latest = store.latest()
        found = store.messages(latest.id) if latest else []
        store.close()
        return found


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    made = Shell(tmp_path, "one", "two", "three")
    with made.server:
        yield made


def test_off_a_terminal_nothing_is_saved_unasked(shell: Shell) -> None:
    result = shell.chat("first", "-m", "m", "-o", "json")
    assert (result.code, result.json["session"]) == (0, None)
    assert shell.chat("first", "-m", "m", command="generate").code == 0
    assert "session" not in shell.chat("x", "-m", "m", "-o", "json", command="generate").json
    assert not shell.path.exists()


def test_saved_and_gone_on_with(shell: Shell) -> None:
    first = shell.chat(
        "first", "-m", "m", "-s", "be brief", "--temperature", "0.5", "--save", "-o", "json"
    )
    session = first.json["session"]
    assert len(session) == 12
    second = shell.chat("-c", "second", "-o", "jsonl")
    assert second.events[0]["event"] == "start"
    assert second.events[0]["session"] == session
    assert shell.texts == ["be brief", "first", "one", "second"]
    assert shell.asked[-1]["options"] == {"temperature": 0.5}
    third = shell.chat("--session", session[:4], "third", "--temperature", "0", "-s", "be long")
    assert (third.code, third.out) == (0, "three\n")
    assert shell.texts == ["be long", "first", "one", "second", "two", "third"]
    assert shell.asked[-1]["options"] == {"temperature": 0.0}
    assert [each.content for each in shell.kept()] == [
        "first", "one", "second", "two", "third", "three",
    ]  # fmt: skip


def test_options_of_the_session_win_over_settings_and_flags_over_both(shell: Shell) -> None:
    settings = {"OLLAMA_CLI_NUM_CTX": "1000"}
    shell.chat("first", "-m", "m", "--num-ctx", "2000", "--save")
    shell.chat("-c", "second", env=settings)
    assert shell.asked[-1]["options"] == {"num_ctx": 2000}
    shell.chat("-c", "third", "--num-ctx", "3000", env=settings)
    assert shell.asked[-1]["options"] == {"num_ctx": 3000}


def test_piped_text_goes_on_with_a_session(shell: Shell) -> None:
    shell.chat("first", "-m", "m", "--save")
    assert shell.chat("-c", stdin="piped").code == 0
    assert shell.texts == ["first", "one", "piped"]


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["-c", "x"], 4, "there is no session yet"),
        (["--session", "abcdef", "x"], 4, "there is no session 'abcdef'"),
        (["--session", " ", "x"], 2, "--session is empty"),
        (["--save", "--private", "x"], 2, "--save and --private"),
        (["-c", "--session", "abc", "x"], 2, "give one of them"),
        (["-c", "-o", "raw", "x"], 2, "-o raw"),
        (["-I", "-o", "json", "x"], 2, "-I is a conversation"),
        (["-I", "x"], 2, "-I goes on at the terminal"),
        (["-I"], 2, "-I goes on at the terminal"),
    ],
)
def test_what_cannot_be(shell: Shell, args: list[str], code: int, told: str) -> None:
    result = shell.chat(*args, "-m", "m")
    assert (result.code, result.out) == (code, "")
    assert told in result.err
    assert shell.asked == []
    assert not shell.path.exists()


@pytest.mark.parametrize(
    ("args", "env"),
    [(["--private"], {}), ([], {"OLLAMA_CLI_SAVE": "0"}), ([], {"OLLAMA_CLI_SAVE": "off"})],
)
def test_private_goes_on_and_writes_nothing(
    shell: Shell, args: list[str], env: dict[str, str]
) -> None:
    shell.chat("first", "-m", "m", "--save")
    before = shell.path.read_bytes()
    result = shell.chat("-c", "secret", *args, "-o", "json", env=env)
    assert (result.code, result.json["session"]) == (0, None)
    assert shell.texts == ["first", "one", "secret"]
    assert shell.path.read_bytes() == before
    assert len(shell.kept()) == 2
    shell.chat("open", "--save", env=env)


def test_too_long_is_8_and_the_question_stays_unanswered(tmp_path: Path) -> None:
    shell = Shell(tmp_path, "one", TOO_LONG)
    with shell.server:
        session = shell.chat("first", "-m", "m", "--save", "-o", "json").json["session"]
        result = shell.chat("-c", "long")
    assert result.code == 8
    assert f"`ollama-cli chat --session {session}`" in result.err
    assert [(each.content, each.state) for each in shell.kept()][2:] == [("long", "failed")]


def test_a_failure_and_what_came_before_it_are_kept(tmp_path: Path) -> None:
    half = {"message": {"content": "half"}, "done": False}
    shell = Shell(tmp_path, lines(half, {"error": "boom"}), document({"error": "no"}, 500))
    with shell.server:
        assert shell.chat("first", "-m", "m", "--save").code == 5
        assert shell.chat("-c", "second").code == 5
    assert [(each.content, each.state) for each in shell.kept()] == [
        ("first", "done"), ("half", "partial"), ("second", "failed"),
    ]  # fmt: skip


def test_a_session_that_is_saved_nowhere_is_null(shell: Shell) -> None:
    shell.path.parent.mkdir(parents=True)
    shell.path.write_text("mine", encoding="utf-8")
    result = shell.chat("first", "-m", "m", "--save", "-o", "json")
    assert (result.code, result.json["session"]) == (0, None)
    assert "not saved for now" in result.err
    assert shell.path.read_text(encoding="utf-8") == "mine"
    assert shell.chat("-c", "x").code == 10


def test_a_cut_answer_of_strict_is_kept(tmp_path: Path) -> None:
    cut = said("one", read=3, wrote=4, done_reason="length")
    shell = Shell(tmp_path, cut)
    with shell.server:
        assert shell.chat("first", "-m", "m", "--save", "--strict", "--max-tokens", "4").code == 9
    kept = shell.kept()[-1]
    assert (kept.content, kept.state, kept.usage.completion_tokens) == ("one", "done", 4)
    assert json.loads(json.dumps(kept.options)) == {"num_predict": 4}


def test_an_image_is_kept_and_sent_again(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 20)
    shell = Shell(tmp_path, "one", "two")
    with shell.server:
        assert shell.chat("what?", "-m", "eyes", "-i", "cat.png", "--save", cwd=tmp_path).code == 0
        assert shell.chat("-c", "and now?").code == 0
    assert len(shell.asked[-1]["messages"][0]["images"]) == 1
    assert shell.kept()[0].attachments[0].name == "cat.png"
