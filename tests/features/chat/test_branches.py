"""Ways back and aside in a conversation, and other sessions: each fed as it is typed."""

from pathlib import Path

import pytest
from conversations import ID, talking
from hostile import document

from ollama_cli.features.chat.conversation import Next
from ollama_cli.features.chat.tree import Tree
from ollama_cli.types.sessions import Message


def test_retry_asks_the_same_on_a_branch(tmp_path: Path) -> None:
    with talking(tmp_path, "one", "two") as talk:
        talk.say("first")
        talk.say("/retry")
        assert talk.sent == [("user", "first")]
        assert talk.branch == ["first", "two"]
        assert [(each.content, each.parent) for each in talk.kept] == [
            ("first", None), ("one", 1), ("two", 1),
        ]  # fmt: skip
        assert talk.store.session(ID).head == 3


def test_retry_by_another_model_is_for_this_once(tmp_path: Path) -> None:
    with talking(tmp_path, "one", "two", "three") as talk:
        talk.say("first")
        talk.say("/retry sage")
        assert talk.asked[-1]["model"] == "sage"
        assert talk.kept[-1].model == "sage"
        talk.say("second")
        assert talk.asked[-1]["model"] == "m"


def test_retry_after_a_failure_asks_the_failed_question_again(tmp_path: Path) -> None:
    failing = document({"error": "boom"}, 500)
    with talking(tmp_path, "one", failing, "two", failing) as talk:
        talk.say("first")
        talk.say("second")
        talk.say("/retry")
        assert talk.sent == [("user", "first"), ("assistant", "one"), ("user", "second")]
        assert [each.state for each in talk.kept] == ["done"] * 4
        talk.say("/retry")  # fails: nothing changes
        assert talk.branch == ["first", "one", "second", "two"]
        assert [each.state for each in talk.kept] == ["done"] * 4


def test_undo_goes_back_and_says_how_to_return(tmp_path: Path) -> None:
    with talking(tmp_path, "one", "two", "three", "four") as talk:
        talk.say("first")
        talk.say("second")
        assert talk.told("/undo") == "note: back by 1 exchange; `/branch 1` has them still\n"
        assert talk.store.session(ID).head == 2
        talk.say("third")
        assert talk.sent == [("user", "first"), ("assistant", "one"), ("user", "third")]
        talk.say("/undo 7")
        assert talk.store.session(ID).head is None
        assert "this is the start already" in talk.told("/undo")
        talk.say("/branch")
        lines = [line.split() for line in talk.out.splitlines()]
        assert [(line[0], line[1], line[-1]) for line in lines[1:]] == [
            ("1", "2", "first"), ("2", "2", "third"),
        ]  # fmt: skip
        assert "branch 1, which ends with: second" in talk.told("/branch 1")
        assert talk.branch == ["first", "one", "second", "two"]
        talk.say("/branch")
        assert talk.out.splitlines()[1].startswith("*")
        assert "there is no branch 3" in talk.told("/branch 3")


@pytest.mark.parametrize(
    "typed", ["/undo 0", "/undo x", "/branch x", "/drop", "/drop 0", "/edit 9"]
)
def test_what_is_no_number_changes_nothing(tmp_path: Path, typed: str) -> None:
    with talking(tmp_path) as talk:
        talk.say("first")
        assert talk.told(typed).startswith("error: ")
        assert talk.branch == ["first", "yes"]


def test_an_edited_question_is_a_branch_when_it_is_sent(tmp_path: Path) -> None:
    with talking(tmp_path, "one", "two", "three") as talk:
        talk.say("first")
        talk.say("second")
        assert talk.say("/edit 1") == Next(text="first")
        talk.say("first, changed")
        assert talk.sent == [("user", "first, changed")]
        assert [each.parent for each in talk.kept] == [None, 1, 2, 3, None, 5]


@pytest.mark.parametrize("between", ["", "/list"])
def test_an_edit_is_given_up(tmp_path: Path, between: str) -> None:
    with talking(tmp_path, "one", "two") as talk:
        talk.say("first")
        assert talk.say("/edit") == Next(text="first")
        talk.say(between)
        talk.say("second")
        assert talk.branch == ["first", "one", "second", "two"]


def test_drop_leaves_out_the_oldest(tmp_path: Path) -> None:
    with talking(tmp_path, "one", "two", "three", "four") as talk:
        for each in ("first", "second", "third"):
            talk.say(each)
        assert "`/branch 1` has all of them" in talk.told("/drop 2")
        assert [each.content for each in talk.kept][6:] == ["third", "three"]
        talk.say("fourth")
        assert talk.sent == [("user", "third"), ("assistant", "three"), ("user", "fourth")]
        assert "one at least is left" in talk.told("/drop 2")


def test_fork_copies_up_to_here_into_a_new_session(tmp_path: Path) -> None:
    with talking(tmp_path, "one", "two", "three") as talk:
        talk.say("first")
        talk.say("second")
        talk.say("/undo")
        assert f"the other one is kept: /open {ID}" in talk.told("/fork Another way")
        session = talk.conversation.recorder.session
        assert (session.title, session.forked_from) == ("Another way", ID)
        assert [each.content for each in talk.kept] == ["first", "one"]
        assert len(talk.store.messages(ID)) == 4
        assert talk.store.session(ID).head == 2


def test_new_and_open(tmp_path: Path) -> None:
    with talking(tmp_path, "one", "two", "three") as talk:
        talk.say("/system Be brief.")
        talk.say("first")
        told = talk.told("/clear")
        assert "/clear begins a new session here" in told
        assert f"the old one is kept: /open {ID}" in told
        assert "begins a new session here" not in talk.told("/clear")
        talk.say("second")
        assert talk.sent == [("system", "Be brief."), ("user", "second")]
        assert len(talk.kept) == 2
        talk.say(f"/open {ID[:3]}")
        talk.say("third")
        assert [text for _, text in talk.sent] == ["Be brief.", "first", "one", "third"]
        assert "there is no session" in talk.told("/open nosuch")


def test_sessions_are_listed_and_searched(tmp_path: Path) -> None:
    with talking(tmp_path, "the sea is blue", "grass is green") as talk:
        assert "there is no session yet" in talk.told("/sessions")
        talk.say("first")
        talk.say("/new Garden")
        talk.say("second")
        talk.say("/sessions")
        assert [line.split()[-1] for line in talk.out.splitlines()] == ["TITLE", "Garden", "first"]
        talk.say("/sessions sea")
        assert ID in talk.out
        assert "Garden" not in talk.out
        talk.say("/sessions garden")
        assert "Garden" in talk.out
        assert "no session matches" in talk.told("/sessions moon")


def test_title(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        talk.say("first")
        assert "the title is first" in talk.told("/title")
        talk.say("/title A  new\none")
        assert talk.store.session(ID).title == "A new one"


def test_private_stops_writing_and_begins_again(tmp_path: Path) -> None:
    with talking(tmp_path, "one", "two", "three") as talk:
        talk.say("first")
        assert "private: nothing is saved" in talk.told("/set nohistory")
        talk.say("secret")
        talk.say("/title hidden")
        talk.say("/system hushed")
        assert talk.sent[-1] == ("user", "secret")
        talk.say("/private off")
        talk.say("third")
        texts = [text for _, text in talk.sent]
        assert texts == ["hushed", "first", "one", "secret", "two", "third"]
        assert talk.store.session(ID).title == "first"
        assert [each.content for each in talk.kept] == ["first", "one", "third", "three"]
        assert talk.kept[2].parent == 2
        talk.say("/new")
        talk.say("fourth")
        assert talk.sent[0] == ("system", "hushed")
    written = b"".join(path.read_bytes() for path in tmp_path.glob("sessions.db*"))
    for word in (b"secret", b"hidden", b"hushed"):
        assert word not in written


def test_branches_of_other_windows_are_listed(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        talk.say("alpha")
        theirs = [Message("user", "theirs"), Message("assistant", "THEIRS")]
        talk.store.append(ID, theirs, 2, expected_head=2)
        assert "is a branch of its own" in talk.told("ours")
        talk.say("/branch")
        rows = [line.split() for line in talk.out.splitlines()[1:]]
        assert [(row[0], row[-1]) for row in rows] == [("1", "alpha"), ("*", "ours")]
        assert talk.branch == ["alpha", "yes", "ours", "yes"]
        talk.say("/branch 1")
        assert talk.branch == ["alpha", "yes", "theirs", "THEIRS"]
        talk.say("/branch 2")
        talk.say("on")
        kept = Tree(talk.kept, talk.store.session(ID).head)
        assert [node.message.content for node in kept.path] == talk.branch
        numbers = [[node.message.id for node in each] for each in kept.branches]
        assert numbers == [[n.message.id for n in each] for each in talk.conversation.tree.branches]


@pytest.mark.parametrize("is_public_again", [False, True])
def test_a_summary_of_what_was_private_is_private(tmp_path: Path, is_public_again: bool) -> None:
    with talking(tmp_path, "one", "hidden", "summed up: hidden", "four") as talk:
        for text in ["first", "/private on", "secret"]:
            talk.say(text)
        if is_public_again:
            talk.say("/private off")
        talk.replies = ["y"]
        talk.say("/compact")
        talk.say("/private off")
        talk.say("open")
        assert [text.split("\n")[-1] for _, text in talk.sent] == ["summed up: hidden", "open"]
        assert [each.content for each in talk.kept] == ["first", "one", "open", "four"]
    files = [each.read_bytes() for each in tmp_path.iterdir()]
    assert not [each for each in files if b"secret" in each or b"hidden" in each]
