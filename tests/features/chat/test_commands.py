"""The commands inside a conversation, each fed as the string that is typed."""

from pathlib import Path

import pytest
from conversations import ID, PNG, said, talking
from documentation import WRITTEN
from hostile import Peer, Server

from ollama_cli.errors import ConfigError, UsageError
from ollama_cli.features.chat.commands import COMMANDS, candidates, habits_of
from ollama_cli.features.chat.conversation import GO_ON
from ollama_cli.features.context import Flags
from ollama_cli.features.servers.connect import Servers
from ollama_cli.features.sessions.store import SessionStore

FORBIDDEN: dict[str, object] = {"allowed_models": ("m", "sage")}


def test_help_lists_every_command_and_one(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        talk.say("/help")
        first = [line.split()[0] for line in talk.out.splitlines() if line.startswith("/")]
        assert first == [f"/{word}" for word in COMMANDS]
        assert max(map(len, talk.out.splitlines())) <= 80
        talk.say("/help new")
        assert "begin a new session" in talk.out
        assert "/clear" in talk.out
        talk.say("/? shortcuts")
        assert "Ctrl-G" in talk.out
        assert "there is no /nwe" in talk.told("/help nwe")


def test_the_page_of_conversations_lists_every_command() -> None:
    for word, command in COMMANDS.items():
        habits = ", ".join(f"`{each}`" for each in habits_of(word))
        usage = command.usage(word).replace("|", "\\|")
        assert f"| `{usage}` | {habits} | {command.help} |" in WRITTEN


def test_the_system_prompt_is_set_from_text_and_file(tmp_path: Path) -> None:
    (tmp_path / "role.txt").write_text("You are a poet.\n", encoding="utf-8")
    with talking(tmp_path) as talk:
        talk.say("/set system Be brief.")
        talk.say("first")
        assert talk.sent[0] == ("system", "Be brief.")
        assert talk.store.session(ID).system == "Be brief."
        talk.say(f"/system @{tmp_path / 'role.txt'}")
        talk.say("second")
        assert talk.sent[0] == ("system", "You are a poet.\n")
        talk.say("/system")
        assert talk.out == "You are a poet.\n\n"
        talk.say("/system off")
        talk.say("third")
        assert talk.sent[0][0] == "user"
        assert "no such file" in talk.told("/system @nosuch")


def test_options_are_typed_and_taken_away(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        talk.say("/set parameter temperature 0.5")
        assert "the model is loaded again" in talk.told("/set num_ctx=8192")
        assert "takes a whole number" in talk.told("/set num_ctx many")
        talk.say("/set keep_alive 10m")
        talk.say("first")
        assert talk.asked[-1]["options"] == {"temperature": 0.5, "num_ctx": 8192}
        assert talk.asked[-1]["keep_alive"] == "10m"
        assert talk.store.session(ID).options == {"temperature": 0.5, "num_ctx": 8192}
        talk.say("/set")
        assert "num_ctx         8192" in talk.out
        talk.say("/unset num_ctx")
        talk.say("/unset keep_alive")
        talk.say("second")
        assert talk.asked[-1]["options"] == {"temperature": 0.5}
        assert "keep_alive" not in talk.asked[-1]
        assert "is not set" in talk.told("/unset num_ctx")


def test_how_answers_are_shown_is_set(tmp_path: Path) -> None:
    with talking(tmp_path, said("one", read=3, wrote=4)) as talk:
        talk.say("/set verbose")
        assert "answer tokens:" in talk.told("first")
        talk.say("/set quiet")
        assert "answer tokens:" not in talk.told("second")
        assert "render is one of" in talk.told("/set render fancy")
        assert "stats is on or off" in talk.told("/set stats maybe")
        used: list[str] = []
        talk.conversation.use_keys = used.append
        talk.say("/set keys vi")
        assert "keys are emacs or vi" in talk.told("/set keys nano")
        talk.say("/unset keys")
        assert used == ["vi", "emacs"]


def test_thinking_is_asked_of_models_that_can(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        assert "thinking is up to the model" in talk.told("/think")
        assert "cannot think" in talk.told("/think on")
        talk.say("first")
        assert "think" not in talk.asked[-1]
        talk.say("/model sage")
        talk.say("/think high")
        talk.say("second")
        assert talk.asked[-1]["think"] == "high"
        talk.say("/set nothink")
        talk.say("third")
        assert talk.asked[-1]["think"] is False
        assert "/think has no" in talk.told("/think hard")


def test_format(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        talk.say("/set format json")
        talk.say("first")
        assert talk.asked[-1]["format"] == "json"
        talk.say("/set noformat")
        talk.say("second")
        assert "format" not in talk.asked[-1]
        assert "unknown format" in talk.told("/format xml")


def test_another_model_goes_on_with_what_was_said(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        talk.say("first")
        told = talk.told("/load sage")
        assert "/load keeps the conversation here" in told
        assert "going on with sage" in told
        talk.say("second")
        assert (talk.asked[-1]["model"], len(talk.sent)) == ("sage", 3)
        assert talk.store.session(ID).model == "sage"
        talk.say("/model")
        assert "* " in talk.out


@pytest.mark.parametrize("command", ["/model", "/retry", "/load"])
def test_a_missing_model_changes_nothing(tmp_path: Path, command: str) -> None:
    with talking(tmp_path) as talk:
        talk.say("first")
        told = talk.told(f"{command} saga")
        assert "model 'saga' is not installed" in told
        assert "did you mean sage:latest?" in told
        assert len(talk.asked) == 1
        talk.say("second")
        assert talk.asked[-1]["model"] == "m"


@pytest.mark.parametrize(
    ("name", "settings", "told"),
    [("eyes", FORBIDDEN, "is not allowed"), ("sage:cloud", {"local_only": True}, "local_only")],
)
def test_a_model_that_policy_forbids_is_refused(
    tmp_path: Path, name: str, settings: dict[str, object], told: str
) -> None:
    with talking(tmp_path, settings=settings) as talk:
        assert told in talk.told(f"/model {name}")
        assert told in talk.told(f"/pull {name}")
        talk.say("first")
        assert talk.asked[-1]["model"] == "m"


def test_files_go_along_with_the_next_question(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("alpha\n", encoding="utf-8")
    (tmp_path / "b c.txt").write_text("beta", encoding="utf-8")
    with talking(tmp_path) as talk:
        told = talk.told(f"/file {tmp_path}/a.txt '{tmp_path}/b c.txt'")
        assert "[a.txt: 1 line, 6 chars] [b c.txt: 1 line, 4 chars]" in told
        talk.say("sum up")
        assert talk.sent == [("user", "sum up\n\nalpha\n\n\nbeta")]
        assert talk.kept[0].content == "sum up"
        assert [each.name for each in talk.kept[0].attachments] == ["a.txt", "b c.txt"]
        talk.say("again")
        assert talk.sent[0] == ("user", "sum up\n\nalpha\n\n\nbeta")
        assert talk.sent[-1] == ("user", "again")
        assert "a.txt" in talk.told(f"/file {tmp_path}/*.txt")
        assert "nothing is attached" in talk.told("/file off")
        assert "no such file" in talk.told("/file nosuch*")
        assert "nothing is attached" in talk.told("/file")


def test_images_are_refused_at_once_by_a_model_that_cannot_see(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(PNG)
    with talking(tmp_path) as talk:
        for word in ("image", "file"):
            assert "cannot see images" in talk.told(f"/{word} {tmp_path}/cat.png")
        talk.say("first")
        assert "images" not in talk.asked[-1]["messages"][0]


def test_images_are_withheld_from_a_model_that_cannot_see(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(PNG)
    with talking(tmp_path, model="eyes") as talk:
        assert "[cat.png: 28 B]" in talk.told(f"/image {tmp_path}/cat.png")
        talk.say("what is it?")
        assert len(talk.asked[-1]["messages"][0]["images"]) == 1
        talk.say("/model m")
        assert "an image of this conversation is not sent to it" in talk.told("and now?")
        assert "images" not in talk.asked[-1]["messages"][0]
        assert "not sent" not in talk.told("again")
        talk.say("/model eyes")
        talk.say("and now?")
        assert "images" in talk.asked[-1]["messages"][0]


def test_a_picture_named_in_a_question_goes_along(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(PNG)
    with talking(tmp_path, model="eyes") as talk:
        assert "sent along as a picture" in talk.told(f"what is {tmp_path}/cat.png")
        assert talk.sent == [("user", "what is")]
        assert talk.kept[0].attachments[0].media_type == "image/png"


def test_context_lists_what_would_be_sent(tmp_path: Path) -> None:
    with talking(tmp_path, said("one two", read=30, wrote=11), "x", size=100) as talk:
        talk.say("/system Be brief.")
        talk.say("/context")
        assert "system" in talk.out
        assert "estimated" in talk.out
        talk.say("first question")
        talk.say("/context")
        lines = [line.split() for line in talk.out.splitlines()]
        assert lines[1][:2] == ["system", "~3"]
        assert lines[2] == ["user", "~4", "first", "question"]
        assert lines[3] == ["assistant", "11", "one", "two"]
        assert talk.out.splitlines()[-1] == "41 of 100 tokens after the last answer: 41 %"


def test_compact_puts_an_accepted_summary_on_a_branch(tmp_path: Path) -> None:
    with talking(tmp_path, "one", "two", "In short: one.", "three") as talk:
        talk.say("first")
        talk.say("second")
        talk.replies = ["y"]
        assert "`/branch 1` has all that was said" in talk.told("/compact 1")
        assert "In short: one." in talk.out
        assert [text for _, text in talk.sent][:2] == ["first", "one"]
        assert [each.state for each in talk.kept][4:] == ["summary", "done", "done"]
        talk.say("third")
        assert talk.sent == [
            ("system", "Summary of the conversation so far:\n\nIn short: one."),
            ("user", "second"),
            ("assistant", "two"),
            ("user", "third"),
        ]
        talk.say("/branch 1")
        assert talk.branch == ["first", "one", "second", "two"]


@pytest.mark.parametrize("replies", [[""], [None], ["n"], ["e", ""], ["e", None]])
def test_a_summary_that_is_not_accepted_changes_nothing(
    tmp_path: Path, replies: list[str | None]
) -> None:
    with talking(tmp_path, "one", "In short: one.") as talk:
        talk.say("first")
        talk.replies = replies
        assert "nothing is changed" in talk.told("/compact")
        assert talk.branch == ["first", "one"]
        assert len(talk.kept) == 2


def test_a_summary_may_be_edited(tmp_path: Path) -> None:
    with talking(tmp_path, "one", "In short: one.", "two") as talk:
        talk.say("first")
        talk.replies = ["e", "Mine.", "y"]
        talk.say("/compact")
        assert talk.questions[1] == ("summary: ", "In short: one.")
        assert talk.branch == ["Mine."]
        assert "nothing to summarise" in talk.told("/compact")


def test_code_and_answers_are_written_to_files_that_the_user_names(tmp_path: Path) -> None:
    code = "Look:\n\n```python evil.py\nprint(1)\n```\n\n```\ntwo\n```\n"
    with talking(tmp_path, code) as talk:
        told = talk.told(f"/save {tmp_path}/x")
        assert "no answer yet" in told
        assert "/save writes a file here, no model; a session is kept anyway, unless " in told
        talk.say("first")
        assert "no model" not in talk.told(f"/save 1 {tmp_path}/a.py")
        assert (tmp_path / "a.py").read_text(encoding="utf-8") == "print(1)\n"
        talk.say(f"/save {tmp_path}/answer.md")
        assert (tmp_path / "answer.md").read_text(encoding="utf-8") == code
        assert "there is no code block 3" in talk.told(f"/save 3 {tmp_path}/b")
        assert "nobody to ask" in talk.told(f"/save {tmp_path}/a.py")
        talk.say(f"/export {tmp_path}/whole.jsonl")
        assert len((tmp_path / "whole.jsonl").read_text(encoding="utf-8").splitlines()) == 3
        talk.say("/export")
        assert "print(1)" in talk.out


@pytest.mark.parametrize("said", ["/private", "/private on"])
def test_a_private_conversation_is_exported_too(tmp_path: Path, said: str) -> None:
    with talking(tmp_path) as talk:
        assert talk.told(said) == "note: private: nothing is saved\n"
        talk.say("first")
        talk.say(f"/export {tmp_path}/whole.md")
        assert "first" in (tmp_path / "whole.md").read_text(encoding="utf-8")
    assert not (tmp_path / "sessions.db").exists()


def test_show_and_list(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        talk.say("/show license")
        assert talk.out == "free\n"
        assert "/show has no 'nosuch'" in talk.told("/show nosuch")
        assert "m has no modelfile" in talk.told("/show modelfile")
        talk.say("/list")
        rows = [line.split()[:2] for line in talk.out.splitlines()]
        assert rows[0] == ["NAME", "SIZE"]
        assert ["*", "m:latest"] in rows
        assert ["eyes:latest", "-"] in rows
        assert "no model matches" in talk.told("/list nosuch")


@pytest.mark.parametrize(
    ("begun", "offers"),
    [
        ("/dr", ["/drop"]),
        ("/b", ["/branch", "/bye"]),
        ("/think h", ["high", "hide"]),
        ("/model ey", ["eyes:latest"]),
        ("/retry sa", ["sage:latest"]),
        ("/undo ", []),
        ("/nosuch x", []),
        ("hello", []),
    ],
)
def test_completion(tmp_path: Path, begun: str, offers: list[str]) -> None:
    with talking(tmp_path) as talk:
        assert list(candidates(talk.conversation, begun)) == offers


def test_completion_of_paths_and_sessions(tmp_path: Path) -> None:
    (tmp_path / "some folder").mkdir()
    (tmp_path / "some.txt").touch()
    with talking(tmp_path) as talk:
        talk.say("first")
        found = list(candidates(talk.conversation, f"/file a.txt {tmp_path}/so"))
        assert found == [f"a.txt {tmp_path}/some folder/", f"a.txt {tmp_path}/some.txt"]
        assert list(candidates(talk.conversation, "/open 01")) == [ID]


def test_what_a_command_raises_is_told(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        assert talk.say("/unset") == GO_ON
        assert talk.err == "error: /unset takes the name of an option\nhint: what is set: /set\n"
        assert UsageError("x").exit_code == 2


def test_room_may_be_what_a_question_needs(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        talk.say("/set num_ctx 8192")
        talk.say("/set num_ctx auto")
        assert talk.conversation.auto
        talk.say("first")
        assert talk.asked[-1]["options"] == {"num_ctx": 4096}
        talk.say("/set num_ctx 1000")
        assert not talk.conversation.auto


def test_a_picture_named_in_a_pasted_block_stays_text(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(PNG)
    with talking(tmp_path, model="eyes") as talk:
        talk.say(f"+++ {tmp_path}/cat.png\n---", is_block=True)
        assert talk.sent == [("user", f"+++ {tmp_path}/cat.png\n---")]
        assert talk.kept[0].attachments == ()


def test_a_file_that_cannot_be_read_any_more_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("alpha", encoding="utf-8")
    with talking(tmp_path) as talk:
        talk.say(f"/file {tmp_path}/a.txt")
        talk.say("first")

    def damaged(_: object, sha256: str) -> bytes:
        raise ConfigError(f"no {sha256}")

    monkeypatch.setattr(SessionStore, "blob", damaged)
    with talking(tmp_path) as talk:
        talk.say(f"/open {ID}")
        assert "a.txt cannot be read any more, and is not sent" in talk.told("second")
        assert talk.sent[0] == ("user", "first")
        assert talk.told("third") == ""


def test_what_cannot_be_copied_names_the_way(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        assert "no answer yet" in talk.told("/copy")
        talk.say("first")
        assert "no code in this conversation" in talk.told("/copy 1")
        assert "/save FILE" in talk.told("/copy")


def test_completion_waits_for_no_silent_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Servers, "installed", lambda *_: pytest.fail("it may take half a minute"))
    with talking(tmp_path) as talk, Server(Peer.stall) as silent:
        context = talk.conversation.context
        context.flags = Flags(settings={"host": silent.url})
        assert list(candidates(talk.conversation, "/model e")) == []
