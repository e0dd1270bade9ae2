"""What `/save` of `ollama run` put into a model."""

from typing import Any

import pytest

from ollama_cli.errors import NotFoundError, UsageError
from ollama_cli.features.sessions.imports import saved_model
from ollama_cli.types.model_details import ModelDetails

ASKED = {"role": "user", "content": "hello"}
SAID = {"role": "assistant", "content": "hi"}
URL = "http://127.0.0.1:11434"


def model(*messages: Any, **more: Any) -> ModelDetails:
    document: dict[str, object] = {"messages": list(messages)}
    usual: dict[str, Any] = {"details": {"parent_model": "llama3.2:latest"}}
    time = "2026-11-29T04:22:42.136664Z"
    return ModelDetails(name="talk", document=document, **{"modified_at": time, **usual, **more})


def test_a_conversation() -> None:
    parameters = 'num_ctx   512\nstop "a"\nstop "b"\ntemperature 0.9\nmirostat x'
    found = saved_model.read(model(ASKED, SAID, system="be terse", parameters=parameters), URL)
    session = found.session
    assert [(each.role, each.content, each.parent) for each in found.messages] == [
        ("user", "hello", None),
        ("assistant", "hi", 1),
    ]
    assert (session.title, session.system, session.head) == ("hello", "be terse", 2)
    assert session.model == "llama3.2:latest"  # the saved one would put the messages first again
    assert session.options == {"num_ctx": 512, "stop": ["a", "b"], "temperature": 0.9}
    assert session.created_at == found.messages[1].created_at == "2026-11-29T04:22:42.136Z"


def test_one_that_was_saved_again_is_the_same_session() -> None:
    first = saved_model.read(model(ASKED, SAID), URL)
    later = saved_model.read(model(ASKED, SAID, ASKED, modified_at=None), URL)
    other = saved_model.read(model({**ASKED, "content": "bye"}), URL)
    elsewhere = saved_model.read(model(ASKED, SAID), "http://gpu:11434")
    assert first.source_id == later.source_id
    assert len({first.source_id, other.source_id, elsewhere.source_id}) == 3
    assert later.session.created_at == ""


def test_a_system_prompt_at_the_beginning() -> None:
    found = saved_model.read(model({"role": "system", "content": "be kind"}, ASKED), URL)
    assert found.session.system == "be kind"
    assert [each.role for each in found.messages] == ["user"]


def test_a_model_without_a_parent() -> None:
    assert saved_model.read(model(ASKED, details={}), URL).session.model is None


@pytest.mark.parametrize("messages", [(), ({"role": "system", "content": "be kind"},)])
def test_a_model_without_a_conversation(messages: tuple[Any, ...]) -> None:
    with pytest.raises(NotFoundError, match="no conversation is in talk"):
        saved_model.read(model(*messages), URL)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("x", "messages is no list of objects"),
        ({"role": "x"}, "number 1: role is none of"),
        ({"role": "user", "content": 1}, "number 1: content is no text"),
    ],
)
def test_an_odd_server(message: Any, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        saved_model.read(model(message), URL)
