"""Conversations with tools: calls and results are kept, sent again, and stand on their branch."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conversations import Talk, talking
from hostile import Script, document
from scripted_models import TOOLS, asks, calls, says, world

from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.features.tools.options import ToolOptions
from ollama_cli.features.tools.toolbox import Toolbox

ADD = asks("add", {"a": 1, "b": 2})
SAME = asks("add", {"a": 3, "b": 4}, "c2")
TALKED = [("user", "first"), ("assistant", "Let me see."), ("tool", "3"), ("tool", "7")]


@contextmanager
def equipped(folder: Path, *scripts: Script, **options: Any) -> Iterator[Talk]:
    """A conversation with a file of tools, all of which may be called."""
    file = folder / "tools.py"
    file.write_text(TOOLS)
    with talking(folder, *scripts) as talk:
        usual = {"tools": [str(file)], "approve": "always"}
        conversation = talk.conversation
        box = Toolbox(conversation.context, ToolOptions(**{**usual, **options}))
        conversation.context.opened.enter_context(box)
        conversation.tools = box
        conversation.set_request(tools=box.wire, gather=True)
        yield talk


def kept(talk: Talk) -> list[tuple[str, str, str, int | None]]:
    return [(each.role, each.content, each.state, each.parent) for each in talk.kept]


def test_calls_and_results_are_kept_and_sent_again(tmp_path: Path) -> None:
    both = calls(ADD, SAME, text="Let me see.", eval_count=5)
    with equipped(tmp_path, both, says("3 and 7.", eval_count=2), says("bye")) as talk:
        talk.say("first")
        assert talk.out == "Let me see.3 and 7.\n"
        assert kept(talk) == [
            ("user", "first", "done", None),
            ("assistant", "Let me see.", "done", 1),
            ("tool", "3", "done", 2),
            ("tool", "7", "done", 3),
            ("assistant", "3 and 7.", "done", 4),
        ]
        called, last = talk.kept[1], talk.kept[4]
        assert [each["id"] for each in called.tool_calls] == ["c1", "c2"]
        assert (called.usage.completion_tokens, last.usage.completion_tokens) == (5, 2)
        assert (last.tool_calls, talk.conversation.window.used) == ((), 12)
        talk.say("second")
        assert talk.sent == [*TALKED, ("assistant", "3 and 7."), ("user", "second")]
        _, said, first, second, *_ = talk.asked[-1]["messages"]
    assert said["tool_calls"] == [
        {"id": "c1", "function": {"name": "add", "arguments": {"a": 1, "b": 2}}},
        {"id": "c2", "function": {"name": "add", "arguments": {"a": 3, "b": 4}}},
    ]
    assert [each["tool_name"] for each in (first, second)] == ["add", "add"]


def test_a_session_goes_on_with_its_calls(tmp_path: Path) -> None:
    with world(tmp_path, calls(ADD), says("3"), says("4")) as w:
        env = {"OLLAMA_CLI_DATA_DIR": str(tmp_path / "data")}
        assert w.run("--save", env=env).code == 0
        assert w.run("-c", env=env).code == 0
        sent = w.model.asked[-1]["messages"]
    assert [each["role"] for each in sent] == ["user", "assistant", "tool", "assistant", "user"]
    assert sent[1]["tool_calls"][0]["function"]["name"] == "add"
    assert (sent[2]["content"], sent[2]["tool_name"]) == ("3", "add")
    (base,) = (tmp_path / "data").glob("sessions.db")
    store = SessionStore(base)
    assert len([session for session in [store.latest()] if session]) == 1
    store.close()


@pytest.mark.parametrize("after", [document({"error": "boom"}, 500), calls(SAME, SAME, SAME)])
def test_what_a_failure_leaves_is_a_conversation_still(tmp_path: Path, after: Script) -> None:
    with equipped(tmp_path, calls(ADD, text="Let me see."), after, says("yes")) as talk:
        assert talk.told("first").splitlines()[-2:][0].startswith(("error: ", "⚙"))
        assert kept(talk)[:3] == [
            ("user", "first", "done", None),
            ("assistant", "Let me see.", "done", 1),
            ("tool", "3", "done", 2),
        ]
        assert [each.state for each in talk.kept[3:]] == ["partial"]
        talk.say("go on")
        roles = [role for role, _ in talk.sent]
    assert roles == ["user", "assistant", "tool", "assistant", "user"]


def test_limits_begin_anew_with_each_question(tmp_path: Path) -> None:
    rounds = [calls(ADD), says("3"), calls(ADD), says("3"), calls(ADD), says("3")]
    with equipped(tmp_path, *rounds, max_rounds=1, max_calls=1) as talk:
        for text in ("one", "two", "three"):
            talk.say(text)
            assert "error" not in talk.err
    assert (tmp_path / "ran").read_text() == "1+2 1+2 1+2 "


def test_asked_again_the_calls_stand_on_the_other_branch(tmp_path: Path) -> None:
    with equipped(tmp_path, calls(ADD), says("3"), says("none")) as talk:
        talk.say("first")
        talk.say("/retry")
        assert talk.sent == [("user", "first")]
        assert talk.branch == ["first", "none"]
        talk.say("/branch 1")
        assert talk.branch == ["first", "", "3", "3"]


def test_a_summary_calls_nothing(tmp_path: Path) -> None:
    with equipped(tmp_path, calls(ADD), says("3"), says("in short")) as talk:
        talk.say("first")
        talk.replies = ["y"]
        talk.say("/compact")
        request = talk.asked[-1]
    assert "tools" not in request
    assert [each["role"] for each in request["messages"]] == [
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
    ]


def test_calls_without_all_their_results_are_not_sent(tmp_path: Path) -> None:
    with equipped(tmp_path, calls(ADD, SAME), says("3"), says("4")) as talk:
        talk.say("first")
        (place,) = [
            n for n, each in enumerate(talk.conversation.tree.nodes) if each.message.tool_calls
        ]
        del talk.conversation.tree.nodes[place + 2]
        node = talk.conversation.tree.nodes[place + 2]
        node.parent = talk.conversation.tree.nodes[place + 1]
        talk.say("second")
        assert not any("tool_calls" in each for each in talk.asked[-1]["messages"])


def test_a_model_that_cannot_call_them_is_not_gone_on_with(tmp_path: Path) -> None:
    with equipped(tmp_path, says("yes")) as talk:
        talk.say("first")
        for word in ("/model eyes", "/retry eyes"):
            assert "error: model 'eyes' cannot call tools\n" in talk.told(word)
        assert (talk.conversation.request.model, len(talk.asked)) == ("m", 1)
        assert "tools and a format exclude each other" in talk.told("/format json")
        assert talk.conversation.request.format is None


def test_nothing_of_a_private_conversation_is_kept(tmp_path: Path) -> None:
    with equipped(tmp_path, calls(ADD), says("3"), says("4")) as talk:
        talk.say("/private on")
        talk.say("first")
        talk.say("/private off")
        assert not talk.store.database.path.exists() or talk.store.latest() is None
