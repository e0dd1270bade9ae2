"""A conversation with a real server: its numbers, its refusals, its branches."""

from pathlib import Path

import pytest
from conversations import ID, joined

from ollama_cli.features.chat.conversation import GO_ON, Next

pytestmark = pytest.mark.live


def test_three_exchanges_again_back_and_with_another_model(
    live: str, model: str, installed: set[str], tmp_path: Path
) -> None:
    with joined(tmp_path, live, model) as talk:
        talk.say("/set num_predict 8")
        talk.say("/set num_ctx 512")
        for question in ("one", "two", "three"):
            assert talk.say(question) == GO_ON
        assert [each.content for each in talk.kept][::2] == ["one", "two", "three"]
        used = [each.usage.prompt_tokens for each in talk.kept[1::2]]
        assert used == sorted(used, key=lambda each: each or 0)
        assert talk.conversation.window.size == 512
        talk.say("/retry")
        talk.say("/undo 2")
        talk.say("four")
        assert len(talk.conversation.tree.branches) == 3
        others = sorted(each for each in installed if each.startswith("tiny") and each != model)
        if others:
            talk.say(f"/model {others[0]}")
            talk.say("five")
        assert talk.store.session(ID).head == talk.kept[-1].id


def test_what_is_too_long_waits_and_fits_where_there_is_room(
    live: str, model: str, tmp_path: Path
) -> None:
    long = "mountain river " * 60
    with joined(tmp_path, live, model) as talk:
        talk.say("/set num_predict 4")
        talk.say("/set num_ctx 64")
        assert talk.say("hi") == GO_ON
        assert talk.say(long) == Next(text=long)
        assert "/set num_ctx " in talk.err
        assert talk.kept[-1].state == "failed"
        assert talk.say("/set num_ctx 2048") == Next(text=long)
        assert talk.say(long) == GO_ON
        assert talk.kept[-1].role == "assistant"
        assert talk.conversation.window.percent is not None


def test_an_answer_that_fills_the_context_is_told(live: str, model: str, tmp_path: Path) -> None:
    with joined(tmp_path, live, model) as talk:
        talk.say("/set num_predict 500")
        talk.say("/set num_ctx 64")
        told = talk.told("tell me a long story")
        used, size = talk.conversation.window.used or 0, talk.conversation.window.size or 0
    assert size == 64
    assert ("the start was forgotten" in told) is (used > size)
    assert ("make room: " in told) is (used >= 0.8 * size)
