"""Our own exports: read strictly, by a reader that no file can lead astray."""

import base64
import json
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from foreign_sessions import PICTURE, SHA, texts

from ollama_cli.errors import UsageError
from ollama_cli.features.sessions import formats
from ollama_cli.features.sessions.imports import jsonl
from ollama_cli.features.sessions.imports.found import Found
from ollama_cli.features.sessions.imports.merge import merge
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.answers import Timings, Usage
from ollama_cli.types.sessions import Attachment, Message, Session

TIME = "2026-11-29T10:00:00.000Z"
HEAD = {
    "schema": "ollama-cli/sessions-export/1",
    "id": "0123456789ab",
    "title": "A talk",
    "created_at": TIME,
}
FILE = {"name": "a.png", "media_type": "image/png", "data": base64.b64encode(PICTURE).decode()}
ODD = "tabs\tand\r\nlines, \x1b[31mred\x1b[0m, \x00, \x85, \u2028, \u202e, 👩\u200d👧, e\u0301"
PNG = Attachment(SHA, "a.png", "image/png", len(PICTURE))
SESSION = Session(
    id="0123456789ab",
    title="A talk \x1b[31m",
    created_at=TIME,
    updated_at="2026-11-29T11:00:00.000Z",
    head=9,
    model="llama3.2",
    system="",
    options={"temperature": 0.1, "stop": ["\n"], "seed": 2**60, "a": {"b": [None, True, 1e-7]}},
    forked_from="ba9876543210",
)
MESSAGES = (
    Message("user", ODD, created_at=TIME, id=3, attachments=(PNG,)),
    Message(
        "assistant", "one", thinking="hm", state="interrupted", model="llama3.2",
        options={"top_k": 1}, usage=Usage(1, 0), timings=Timings(1.5, 0.25, 1e-09, 3),
        tool_calls=({"name": "add", "arguments": {"z": 1, "a": 2}, "id": None},),
        created_at=TIME, id=5, parent=3,
    ),
    Message("assistant", "one", created_at=TIME, id=7, parent=3, state="partial"),
    Message("user", "", created_at=TIME, id=9, parent=7, state="failed"),
    Message("assistant", "in short", created_at=TIME, id=11, state="summary"),
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SessionStore]:
    with closing(SessionStore(tmp_path / "new" / "sessions.db")) as opened:
        yield opened


def lines(*records: Any) -> list[str]:
    return [each if isinstance(each, str) else json.dumps(each) for each in records]


def message(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": number, "role": "user", "created_at": TIME, **fields}


def read(*records: Any) -> list[Found]:
    return list(jsonl.read(lines(*records), "a.jsonl"))


def exported(session: Session, messages: Any, blob: Any) -> str:
    return "".join(formats.as_jsonl(session, messages, blob))


def exported_from(store: SessionStore) -> str:
    session = store.session(SESSION.id)
    return exported(session, store.messages(session.id), store.blob)


def test_an_export_comes_back_to_the_byte(store: SessionStore) -> None:
    text = exported(SESSION, MESSAGES, {SHA: PICTURE}.__getitem__)
    merge(store, jsonl.read(text.split("\n"), "a.jsonl"))
    again = exported_from(store)
    assert again == text
    assert merge(store, jsonl.read(again.split("\n"), "a.jsonl")).skipped == 1
    assert exported_from(store) == text


def test_two_sessions_whose_messages_alternate(store: SessionStore) -> None:
    """As of two windows: the ids of one lie between those of the other."""
    one = [message(1), message(4, parent=1)]
    two = [message(2), message(3, parent=2)]
    outcome = merge(store, read(HEAD, *one, {**HEAD, "id": "b" * 12, "title": "x"}, *two))
    assert [each.messages for each in outcome.imported] == [2, 2]
    ids = [[each.id for each in store.messages(name)] for name in (HEAD["id"], "b" * 12)]
    assert ids == [[1, 4], [2, 3]]


def test_what_need_not_be_there() -> None:
    (found,) = read(HEAD, "", message(1), "   ")
    session, (only,) = found.session, found.messages
    assert (session.head, session.model, session.system, session.options) == (None, None, None, {})
    assert session.updated_at == TIME
    assert only == Message("user", "", id=1, created_at=TIME)


def test_times_of_other_zones_and_half_characters() -> None:
    times = {"created_at": "2026-11-29T12:00:00+02:00"}
    (found,) = read({**HEAD, **times, "title": "\ud83d\ude00 \udc00"}, message(1, **times))
    assert found.session.created_at == found.messages[0].created_at == TIME
    assert found.session.title == "😀 \ufffd"


@pytest.mark.parametrize(
    ("records", "line", "reason"),
    [
        ([], 0, "there is no session in it"),
        ([message(7)], 0, "line 1: no session begins here"),
        ([{**HEAD, "schema": "ollama-cli/models-list/1"}], 1, "it is no export of sessions"),
        ([{**HEAD, "schema": "ollama-cli/sessions-export/2"}], 1, "written by a newer version"),
        ([{**HEAD, "schema": 7}], 1, "schema is no text"),
        ([{**HEAD, "id": None}], 1, "no id"),
        ([{**HEAD, "created_at": None}], 1, "no created_at"),
        ([{**HEAD, "created_at": "0000"}], 1, "created_at is no time"),
        ([{**HEAD, "created_at": "9999-12-31T23:59:59-23:00"}], 1, "created_at is no time"),
        ([{**HEAD, "head": 1}], 1, "the head 1 is no message of the session"),
        ([{**HEAD, "title": "x" * 5000}], 1, "title has more than 4096 characters"),
        ([{**HEAD, "options": []}], 1, "options is no object"),
        ([HEAD, "{"], 2, "no JSON"),
        ([HEAD, "[1]"], 2, "no object of JSON"),
        ([HEAD, "null"], 2, "no object of JSON"),
        ([HEAD, "[" * 100_000], 2, "no JSON: nested too deeply"),
        ([HEAD, "9" * 5000], 2, "no JSON"),
        ([HEAD, '{"id": NaN}'], 2, "no JSON"),
        ([HEAD, '{"id": 1e999}'], 2, "no JSON"),
        ([HEAD, message(0)], 2, "a message has an id from 1 on"),
        ([HEAD, message(-1)], 2, "id is no whole number"),
        ([HEAD, message(2**63)], 2, "id is no whole number"),
        ([HEAD, {"role": "user"}], 2, "a message has an id from 1 on"),
        ([HEAD, message(1), message(1)], 3, "the id 1 stands above already"),
        ([HEAD, message(1, parent=1)], 2, "the parent 1 does not stand above"),
        ([HEAD, message(2, parent=3), message(3, parent=2)], 2, "the parent 3 does not stand"),
        ([HEAD, message(1, parent="x")], 2, "parent is no whole number"),
        ([HEAD, message(1, role="root")], 2, "role is none of user, assistant, system, tool"),
        ([HEAD, message(1, role=["user"])], 2, "role is none of"),
        ([HEAD, message(1, role=None)], 2, "no role"),
        ([HEAD, message(1, state="draft")], 2, "state is none of"),
        ([HEAD, message(1, content={})], 2, "content is no text"),
        ([HEAD, message(1, created_at="")], 2, "no created_at"),
        ([HEAD, message(1, usage={"prompt_tokens": 1.5})], 2, "prompt_tokens is no whole number"),
        ([HEAD, message(1, timings={"total": -1})], 2, "total is no number of seconds"),
        ([HEAD, message(1, timings={"total": True})], 2, "total is no number of seconds"),
        ([HEAD, message(1, timings=5)], 2, "timings is no object"),
        ([HEAD, message(1, tool_calls=[5])], 2, "tool_calls is no list of objects"),
        ([HEAD, message(1, attachments=[{**FILE, "data": None}])], 2, "an attachment has no data"),
        ([HEAD, message(1, attachments=[{**FILE, "data": "?"}])], 2, "is no base64"),
        ([HEAD, message(1, attachments=[{**FILE, "sha256": "0"}])], 2, "not what its sha256 says"),
        ([HEAD, message(1, attachments=[{**FILE, "sha256": []}])], 2, "sha256 is no text"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_line(
    store: SessionStore, records: list[Any], line: int, reason: str
) -> None:
    """Nothing is imported then, not even what stood before it."""
    whole = [{**HEAD, "id": "f" * 12}, message(1)] if line else []
    with pytest.raises(UsageError) as caught:
        merge(store, read(*whole, *records))
    place = f"a.jsonl, line {line + len(whole)}: " if line else "a.jsonl"
    assert caught.value.message.startswith(place)
    assert reason in caught.value.message
    assert store.latest() is None


def test_objects_that_are_nested_deeply() -> None:
    deep: Any = {}
    for _ in range(200):
        deep = {"x": [deep]}
    with pytest.raises(UsageError, match="line 2: options is nested too deeply"):
        read(HEAD, message(1, options=deep))
    with pytest.raises(UsageError, match="line 2: tool_calls is nested too deeply"):
        read(HEAD, message(1, tool_calls=[deep]))


def test_an_id_that_is_taken_or_odd_is_replaced(store: SessionStore) -> None:
    merge(store, read(HEAD, message(7)))
    later = {**HEAD, "created_at": "2026-11-30T10:00:00.000Z", "title": "Another talk"}
    (other,) = merge(store, read(later, message(7, content="x"))).imported
    assert other.id != HEAD["id"]
    (odd,) = merge(store, read({**later, "id": "../../etc/passwd"}, message(2**40))).imported
    assert odd.id is not None
    assert len(odd.id) == 12
    assert [each.id for each in store.messages(odd.id)] == [9]  # counted on from those there are
    assert merge(store, read(later, message(7, content="x"))).skipped == 1


def test_ids_that_do_not_grow_are_replaced(store: SessionStore) -> None:
    """Messages are listed by their ids, a parent before its children."""
    merge(store, read(HEAD, message(5), message(3, parent=5, content="x")))
    assert texts(store.messages(str(HEAD["id"]))) == [("user", ""), ("user", "x")]


def test_a_file_whose_bytes_were_changed_at_random() -> None:
    """One clear error, or an import that can be exported: never anything else."""
    text = exported(SESSION, MESSAGES, {SHA: PICTURE}.__getitem__)
    chance = random.Random(14)
    errors: list[str] = []
    for _ in range(400):
        data = bytearray(text.encode())
        for _ in range(chance.choice([1, 1, 2, 20])):
            place = chance.randrange(len(data))
            piece = chance.choice([b"", b"\0", b'"', b"{", b"]", b"9", b"\n", chance.randbytes(3)])
            data[place : place + chance.choice([1, 1, 5, 400])] = piece
        broken = data.decode("utf-8", "replace").split("\n")
        try:
            for found in jsonl.read(broken, "a.jsonl"):
                exported(found.session, found.messages, found.blobs.__getitem__)
        except UsageError as error:
            errors.append(error.message[:7])
    assert len(errors) > 200
    assert set(errors) == {"a.jsonl"}
