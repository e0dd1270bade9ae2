"""A conversation is fed with strings: what is sent, kept and told for each."""

from pathlib import Path

import pytest
from conversations import ID, said, talking
from hostile import Peer, Script, document, lines

from ollama_cli.features.chat.conversation import GO_ON, LEAVE, Next
from ollama_cli.features.sessions.store import SessionStore


def test_a_question_is_answered_and_kept(tmp_path: Path) -> None:
    with talking(tmp_path, "one", "two") as talk:
        assert talk.say("first") == GO_ON
        assert talk.out == "one\n"
        talk.say("second")
        assert talk.sent == [("user", "first"), ("assistant", "one"), ("user", "second")]
        kept = [(each.role, each.content, each.state, each.parent) for each in talk.kept]
        assert kept == [
            ("user", "first", "done", None),
            ("assistant", "one", "done", 1),
            ("user", "second", "done", 2),
            ("assistant", "two", "done", 3),
        ]
        session = talk.store.session(ID)
        assert (session.title, session.model, session.head) == ("first", "m", 4)


def test_a_question_is_kept_before_it_is_sent(tmp_path: Path) -> None:
    seen: list[list[str]] = []
    with talking(tmp_path) as talk:

        def script(peer: Peer) -> None:
            store = SessionStore(tmp_path / "sessions.db")
            seen.append([each.content for each in store.messages(ID)])
            store.close()
            said("yes")(peer)

        talk.answers.scripts[:] = [script]
        talk.say("first")
    assert seen == [["first"]]


@pytest.mark.parametrize("script", [document({"error": "boom"}, 500), lines({"error": "boom"})])
def test_a_question_that_failed_is_kept_and_not_sent_again(tmp_path: Path, script: Script) -> None:
    with talking(tmp_path, script, "yes") as talk:
        assert talk.say("first") == GO_ON
        assert talk.err == "error: boom\n"
        assert [each.state for each in talk.kept] == ["failed"]
        talk.say("second")
        assert talk.sent == [("user", "second")]


def test_what_came_before_a_failure_is_kept_and_sent(tmp_path: Path) -> None:
    cut = lines({"message": {"content": "half"}, "done": False}, {"error": "boom"})
    with talking(tmp_path, cut, "yes") as talk:
        assert talk.told("first") == "error: boom\n"
        assert [(each.content, each.state) for each in talk.kept][-1] == ("half", "partial")
        talk.say("go on")
        assert talk.sent == [("user", "first"), ("assistant", "half"), ("user", "go on")]


def test_blank_lines_ask_nothing(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        assert talk.say("  \n ") == GO_ON
        assert talk.asked == []


@pytest.mark.parametrize("word", ["/exit", "/bye", "/exit  "])
def test_leave(tmp_path: Path, word: str) -> None:
    with talking(tmp_path) as talk:
        assert talk.say(word) == LEAVE


@pytest.mark.parametrize(
    ("typed", "near"),
    [("/listen", "/list"), ("/retyr 2", "/retry"), ("/bey", "/bye"), ("/xyzzy", "see /help")],
)
def test_an_unknown_word_is_never_sent(tmp_path: Path, typed: str, near: str) -> None:
    with talking(tmp_path) as talk:
        told = talk.told(typed)
        assert told.startswith(f"error: there is no {typed.split(maxsplit=1)[0]}\nhint: ")
        assert near in told
        assert talk.asked == []


def test_a_pasted_block_is_never_a_command(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        talk.say("/exit\nnow", is_block=True)
        assert talk.sent == [("user", "/exit\nnow")]


def test_too_long_is_told_apart_and_the_question_waits(tmp_path: Path) -> None:
    refusal = document(
        {
            "error": '{"error":{"code":400,"message":"request (15004 tokens) exceeds the available '
            'context size (2048 tokens)","type":"exceed_context_size_error",'
            '"n_prompt_tokens":15004,"n_ctx":2048}}'
        },
        400,
    )
    with talking(tmp_path, "one", "two", refusal, "three") as talk:
        talk.say("first")
        talk.say("second")
        assert talk.say("long") == Next(text="long")
        assert talk.err == (
            "error: the prompt needs 15,004 tokens, the context holds 2,048\n"
            "hint: make room: /compact (a summary in the place of what was said), or /drop 1"
            " (without the oldest exchanges), or /set num_ctx 16384 (the model is loaded again);"
            " Ctrl-C clears the line, the question comes back\n"
        )
        assert talk.kept[-1].state == "failed"
        assert talk.say("/title x") == GO_ON
        assert talk.say("/drop 1") == Next(text="long")
        talk.say("long")
        assert talk.sent == [("user", "second"), ("assistant", "two"), ("user", "long")]
        assert talk.say("/context") == GO_ON


@pytest.mark.parametrize(("needs", "way"), [(90, "/compact"), (150, "/set num_ctx 4096")])
def test_no_way_is_named_that_cannot_make_room(tmp_path: Path, needs: int, way: str) -> None:
    words = f"request ({needs} tokens) exceeds the available context size (80 tokens)"
    refusal = document({"error": words}, 400)
    with talking(tmp_path, said("one", read=20, wrote=10), refusal, size=80) as talk:
        talk.say("first")
        hint = talk.told("long").partition("hint: ")[2]
        assert way in hint
        assert ("/compact" in hint) is (way == "/compact")


def test_full_and_shifted_and_80_percent_are_told_apart(tmp_path: Path) -> None:
    scripts = [
        said("a", read=10, wrote=20),
        said("b", read=60, wrote=25),
        said("c", read=60, wrote=26),
        said("d", read=70, wrote=29, done_reason="length"),
        said("e", read=90, wrote=50, done_reason="length"),
    ]
    with talking(tmp_path, *scripts, size=100) as talk:
        assert talk.told("1") == ""
        assert talk.conversation.right == "m · 30 % · 20 tok/s"
        assert "note: the context is 85 % full (85 of 100 tokens); make room: " in talk.told("2")
        assert talk.told("3") == ""
        full = talk.told("4")
        assert "warning: the answer was cut: the context is full (100 tokens)\nhint: " in full
        assert "/compact" in full
        assert "/drop 1" in full
        assert "/set num_ctx 4096" in full
        shifted = talk.told("5")
        assert "the start was forgotten: prompt and answer exceed the 100 tokens" in shifted
        assert "/compact" in shifted


def test_another_size_is_told_with_the_next_answer(tmp_path: Path) -> None:
    refusal = document({"error": "the input length exceeds the context length"}, 400)
    with talking(tmp_path, said("a", read=10, wrote=20), refusal, size=100) as talk:
        talk.say("1")
        assert talk.conversation.right == "m · 30 % · 20 tok/s"
        talk.say("/set num_ctx 50")
        assert talk.conversation.right == "m · - · 20 tok/s"
        assert "/set num_ctx 4096" in talk.told("2")
        talk.say("/unset num_ctx")
        assert talk.conversation.right == "m · 30 % · 20 tok/s"


def test_a_new_session_knows_no_speed(tmp_path: Path) -> None:
    with talking(tmp_path, said("a", read=10, wrote=20), size=100) as talk:
        talk.say("1")
        assert talk.conversation.right == "m · 30 % · 20 tok/s"
        talk.say("/clear")
        assert talk.conversation.right == "m · -"


def test_max_tokens_offers_no_room(tmp_path: Path) -> None:
    script = said("a", read=10, wrote=20, done_reason="length")
    with talking(tmp_path, script) as talk:
        talk.say("/set num_predict 20")
        told = talk.told("1")
        assert "cut at 20 tokens" in told
        assert "/compact" not in told


def test_percent_is_unknown_until_both_numbers_are(tmp_path: Path) -> None:
    with talking(tmp_path, said("a"), said("b", read=5, wrote=5), size=None) as talk:
        assert talk.conversation.right == "m · -"
        talk.say("1")
        assert talk.conversation.right == "m · -"
        talk.say("2")
        assert talk.conversation.right == "m · - · 5 tok/s"
