"""llm's logs: threads of today, responses of before, and conversations that stand in both."""

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from foreign_sessions import LLM, PICTURE, SHA, Made, llm_before, llm_today, ollama_app, texts, time

from ollama_cli.errors import UsageError
from ollama_cli.features.sessions.imports import sources
from ollama_cli.features.sessions.imports.found import Found
from ollama_cli.system.sqlite_sources import Source
from ollama_cli.types.answers import Timings, Usage
from ollama_cli.ui.streams import InStream

TALK = [
    ("user", "Say hello"),
    ("assistant", "hello"),
    ("user", "And again"),
    ("assistant", "hello again"),
]


def read(made: Made, kind: Any = "auto") -> list[Found]:
    return list(sources.read(str(made.path), kind, InStream(None)))


def only(made: Made) -> Found:
    (found,) = read(made)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs.db"


def test_a_thread(path: Path) -> None:
    found = only(llm_today(path))
    session, messages = found.session, found.messages
    assert texts(messages) == TALK
    assert [(each.id, each.parent) for each in messages] == [(1, None), (2, 1), (3, 2), (4, 3)]
    assert (session.title, session.system, session.head) == ("Say hello", "be terse", 4)
    assert (session.model, found.source, found.source_id) == ("tiny:latest", "llm", "01thread")
    assert session.created_at == messages[0].created_at == "2026-11-29T10:00:01.123Z"
    assert session.updated_at == messages[3].created_at == "2026-11-29T10:00:05.123Z"
    answer = messages[1]
    assert (answer.thinking, answer.model) == ("hm", "tiny:latest")
    assert (answer.usage, answer.timings) == (Usage(7, 3), Timings(total=1.5))
    assert answer.options == {"temperature": 0.5}
    assert (messages[0].model, messages[0].usage, messages[0].options) == (None, Usage(), {})


def test_an_older_conversation(path: Path) -> None:
    found = only(llm_before(path))
    assert texts(found.messages) == TALK
    assert (found.session.title, found.session.system) == ("Say hello", "be terse")
    assert (found.source_id, found.session.head) == ("01old", 4)
    assert found.messages[1].usage == Usage(7, 3)
    assert found.session.updated_at == "2026-11-29T10:00:05.123Z"


def test_one_that_was_begun_before_and_went_on_since(path: Path) -> None:
    """The newer tables hold all of it then, without times: they are in the older ones."""
    made = llm_today(path)
    made.add("conversations", id="01thread", name="An old name", model="tiny")
    made.response("01thread", 1, "Say hello", "hello", system="be terse", input_tokens=9)
    made.add("turns", id="later", thread_id="other")
    found = only(made)
    assert texts(found.messages) == TALK
    assert found.session.title == "An old name"
    assert found.messages[1].usage.prompt_tokens == 9


def test_branches_of_a_thread(path: Path) -> None:
    made = llm_today(path)
    made.message("a3", "q2", "assistant", "another try")
    made.turn("01thread", "q2", "a3", 3)
    found = only(made)
    assert texts(found.messages[3:]) == [("assistant", "another try"), ("assistant", "hello again")]
    assert [each.parent for each in found.messages[3:]] == [3, 3]
    assert found.session.head == 5


def test_threads_that_share_their_beginning_are_sessions_of_their_own(path: Path) -> None:
    made = llm_today(path)
    made.add("threads", id="fork", name="Other", tip_message_hash="q3", datetime_utc=time(20))
    made.message("q3", "a1", "user", "or rather")
    made.turn("fork", "q3", "q3", 21)
    first, second = read(made)
    assert texts(first.messages) == TALK
    assert texts(second.messages) == [*TALK[:2], ("user", "or rather")]


def test_fragments_and_tools(path: Path) -> None:
    made = Made(path, LLM)
    made.add("fragments", id=1, content="A long text.\n")
    pieces = [{"fragment": 1}, {"literal": "sum it up"}]
    made.message("q", None, "user", ("text", {"text_ref": pieces}))
    call = {"name": "add", "arguments": {"a": 1}, "tool_call_id": "c1"}
    made.message("c", "q", "assistant", ("tool_call", call))
    results = [
        ("tool_result", {"name": "add", "output": str(n), "tool_call_id": f"c{n}"}) for n in (1, 2)
    ]
    made.message("r", "c", "tool", *results)
    made.message("a", "r", "assistant", "done")
    made.add("threads", id="t", tip_message_hash="a", datetime_utc=time(1))
    made.turn("t", "q", "c", 1)
    made.turn("t", "r", "a", 2)
    found = only(made)
    assert texts(found.messages) == [
        ("user", "A long text.\nsum it up"), ("assistant", ""),
        ("tool", "1"), ("tool", "2"), ("assistant", "done"),
    ]  # fmt: skip
    assert found.messages[1].tool_calls == ({"name": "add", "id": "c1", "arguments": {"a": 1}},)
    assert [each.parent for each in found.messages] == [None, 1, 2, 3, 4]
    assert found.session.title == "A long text. sum it up"


def test_fragments_and_tools_of_before(path: Path) -> None:
    made = Made(path, LLM)
    made.add("fragments", id=1, content="A long text.")
    asked = made.response(None, 1, "sum it up", "")
    made.add("prompt_fragments", response_id=asked, fragment_id=1, order=0)
    made.add("system_fragments", response_id=asked, fragment_id=1, order=0)
    made.add("tool_calls", response_id=asked, name="add", arguments='{"a": 1}', tool_call_id="c1")
    found = only(made)
    assert (found.session.system, found.source_id) == ("A long text.", asked)
    assert found.messages[0].content == "A long text.\nsum it up"
    assert found.messages[1].tool_calls == ({"name": "add", "id": "c1", "arguments": {"a": 1}},)


def attached(log: Path, name: str, **row: Any) -> Found:
    made = llm_before(log)
    made.add("attachments", id=name, type="image/png", **row)
    made.add("prompt_attachments", response_id="01old-1", attachment_id=name, order=0)
    return only(made)


def test_an_attachment_that_the_database_holds(path: Path) -> None:
    found = attached(path, SHA, content=PICTURE)
    (attachment,) = found.messages[0].attachments
    assert (attachment.sha256, attachment.size, attachment.media_type) == (SHA, 18, "image/png")
    assert (found.blobs, found.left_out) == ({SHA: PICTURE}, 0)


def test_a_file_is_read_if_it_is_still_what_was_sent(path: Path, tmp_path: Path) -> None:
    picture = tmp_path / "cat.png"
    picture.write_bytes(PICTURE)
    (attachment,) = attached(path, SHA, path=str(picture)).messages[0].attachments
    assert (attachment.name, attachment.sha256) == ("cat.png", SHA)


@pytest.mark.parametrize("kind", ["changed", "missing", "folder", "pipe", "address"])
def test_a_file_that_is_another_one_by_now_is_left_out(
    path: Path, tmp_path: Path, kind: str
) -> None:
    """A database may name any file: none is taken by its name alone, and no address is asked."""
    place = tmp_path / "secret"
    if kind == "changed":
        place.write_bytes(b"a key")
    elif kind == "folder":
        place.mkdir()
    elif kind == "pipe":
        os.mkfifo(place)
    row = {"url": "http://192.0.2.1/x.png"} if kind == "address" else {"path": str(place)}
    found = attached(path, SHA, **row)
    assert (found.messages[0].attachments, found.left_out) == ((), 1)


def odd(path: Path, **changes: Any) -> None:
    """A database of one thread in which one thing is wrong."""
    made = Made(path, LLM)
    message = {"hash": "q", "parent_hash": None, "role": "user", **changes.pop("messages", {})}
    made.add("messages", **message)
    part = {"message_hash": "q", "position": 0, "type": "text", "text": "hi", "payload": None}
    made.add("parts", **{**part, **changes.pop("parts", {})})
    made.add(
        "threads",
        **{
            "id": "t",
            "tip_message_hash": "q",
            "datetime_utc": time(1),
            **changes.pop("threads", {}),
        },
    )
    turn = {
        "id": "u",
        "thread_id": "t",
        "tip_message_hash": "q",
        "datetime_utc": time(1),
        "model": "m",
    }
    made.add("turns", **{**turn, **changes.pop("turns", {})})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"messages": {"parent_hash": "q"}}, "messages, 'q': it comes before itself"),
        ({"messages": {"parent_hash": "x"}}, "messages, 'x': it is missing"),
        ({"messages": {"role": "root"}}, "role is none of user, assistant, system, tool"),
        ({"messages": {"role": b"\xff"}}, "role is none of user, assistant, system, tool"),
        ({"parts": {"text": b"\xff\xfe"}}, "part 1: text is no text"),
        ({"parts": {"payload": "[" * 100_000}}, "part 1: payload is no JSON"),
        ({"parts": {"payload": "[1]"}}, "part 1: payload is no object"),
        ({"parts": {"payload": '{"text_ref": [{"fragment": 9}]}'}}, "fragments, 9: it is missing"),
        ({"parts": {"type": "attachment"}}, "attachments, None: it is missing"),
        ({"turns": {"datetime_utc": "yesterday"}}, "turn 'u': datetime_utc is no time"),
        ({"turns": {"datetime_utc": None}}, "turn 'u': it has no datetime_utc"),
        ({"turns": {"model": "m" * 5000}}, "turn 'u': model has more than 4096 characters"),
        ({"turns": {"options_json": '{"a": 1e999}'}}, "turn 'u': options_json is no JSON"),
        ({"threads": {"id": 7}}, ""),
    ],
)  # fmt: skip
def test_what_is_wrong_in_it_is_named(path: Path, changes: dict[str, Any], reason: str) -> None:
    odd(path, **changes)
    if not reason:  # a column of texts turns the number into one
        assert read(Made(path, {}))[0].source_id == "7"
        return
    with pytest.raises(UsageError) as caught:
        read(Made(path, {}))
    assert reason in caught.value.message
    assert str(path) in caught.value.message


def test_another_kind_was_named(path: Path) -> None:
    with pytest.raises(UsageError, match="no database of ollama-app"):
        read(llm_before(path), "ollama-app")


def test_a_long_thread_is_read_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each turn knows all that was said before it: that is not read again for each."""
    made = Made(path, LLM)
    made.add("threads", id="t", tip_message_hash="39", datetime_utc=time(1))
    for number in range(40):
        made.message(str(number), str(number - 1) if number else None, "user", f"word {number}")
        made.turn("t", str(number), str(number), number)
    asked: list[str] = []
    rows = Source.rows

    def counting(self: Any, statement: str, values: Any = ()) -> Any:
        asked.append(statement)
        return rows(self, statement, values)

    monkeypatch.setattr(Source, "rows", counting)
    assert len(only(made).messages) == 40
    assert sum("FROM parts" in each for each in asked) == 40


def test_a_file_whose_bytes_were_changed_at_random(path: Path, tmp_path: Path) -> None:
    """One clear error, or an import: never anything else."""
    sources = [(llm_today(path), "llm"), (llm_before(tmp_path / "b.db"), "llm")]
    sources += [(ollama_app(tmp_path / "c.db"), "ollama-app")]
    chance = random.Random(3)
    errors = 0
    for made, kind in sources:
        good = made.path.read_bytes()
        for _ in range(40):
            data = bytearray(good)
            for _ in range(chance.choice([5, 60, 600])):
                data[chance.randrange(len(data))] = chance.randrange(256)
            data[:16] = good[:16]
            made.path.write_bytes(data)
            try:
                read(made, kind)
            except UsageError as error:
                errors += str(made.path) in error.message
    assert errors > 60


def test_the_options_of_a_turn(path: Path) -> None:
    odd(path, turns={"options_json": json.dumps({"seed": 1})})
    assert read(Made(path, {}))[0].messages[0].options == {}
