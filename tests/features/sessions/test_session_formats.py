"""A session in the formats of files: the same bytes for the same tree, and nothing left out."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from markdown_it import MarkdownIt

from ollama_cli.features.sessions import formats
from ollama_cli.types.answers import Timings, Usage
from ollama_cli.types.sessions import Attachment, Message, Session, State

PICTURE = b"\x89PNG\r\n\x1a\n\x00"
SHA256 = hashlib.sha256(PICTURE).hexdigest()
AT = "2026-11-29T12:00:00.000Z"
SESSION = Session(
    id="0123456789ab",
    title="why is *the* sky_blue?",
    created_at=AT,
    updated_at="2026-11-29T12:05:00.000Z",
    head=4,
    model="llama3.2",
    system="be brief",
    options={"num_ctx": 4096, "stop": ["\n"]},
)
QUESTION = Message(
    "user",
    "why is the sky blue? ☃",
    attachments=(Attachment(SHA256, "sky.png", "image/png", len(PICTURE)),),
    created_at=AT,
    id=1,
)
FIRST = Message(
    "assistant",
    "because",
    state="interrupted",
    model="llama3.2",
    thinking="hm\n\nhm",
    usage=Usage(12, 3),
    timings=Timings(total=1.5),
    created_at=AT,
    id=2,
    parent=1,
)
SECOND = replace(FIRST, content="scattering", state="done", thinking="", id=3)
LAST = Message("user", "and at night?", state="failed", created_at=AT, id=4, parent=3)
TREE = [QUESTION, FIRST, SECOND, LAST]


def blob(sha256: str) -> bytes:
    return {SHA256: PICTURE}[sha256]


def one(content: str, state: State = "done", **fields: Any) -> str:
    message = Message("assistant", content, state=state, id=1, **fields)
    return formats.as_markdown(replace(SESSION, head=1), [message])


def test_a_json_document_tells_the_session_and_all_of_its_tree() -> None:
    document = json.loads(formats.as_json(SESSION, TREE))
    assert list(document) == ["schema", "session", "messages"]
    assert document["schema"] == "ollama-cli/sessions-export/1"
    assert document["session"] == {
        "id": "0123456789ab",
        "title": "why is *the* sky_blue?",
        "model": "llama3.2",
        "created_at": AT,
        "updated_at": "2026-11-29T12:05:00.000Z",
        "messages": 4,
        "branches": 2,
        "prompt_tokens": 24,
        "completion_tokens": 6,
        "bytes": len(("why is the sky blue? ☃becausehm\n\nhmscatteringand at night?").encode()) + 9,
        "forked_from": None,
        "system": "be brief",
        "options": {"num_ctx": 4096, "stop": ["\n"]},
        "head": 4,
    }
    question, first, second, last = document["messages"]
    assert [each["active"] for each in document["messages"]] == [True, False, True, True]
    assert question["attachments"] == [
        {"name": "sky.png", "media_type": "image/png", "size": 9, "sha256": SHA256}
    ]
    assert first == {
        "id": 2,
        "parent": 1,
        "role": "assistant",
        "content": "because",
        "thinking": "hm\n\nhm",
        "state": "interrupted",
        "model": "llama3.2",
        "options": {},
        "tool_calls": [],
        "attachments": [],
        "usage": {"prompt_tokens": 12, "completion_tokens": 3},
        "timings": {"total": 1.5, "load": None, "prompt": None, "completion": None},
        "created_at": AT,
        "active": False,
    }
    assert (second["parent"], last["state"]) == (1, "failed")


def test_one_branch_can_be_asked_for_and_the_counts_stay_those_of_all() -> None:
    document = formats.document(SESSION, TREE, all_branches=False)
    assert [each["id"] for each in document["messages"]] == [1, 3, 4]
    assert document["session"]["messages"] == 4


def test_json_lines_begin_with_the_session_and_carry_the_bytes_of_attachments() -> None:
    lines = [json.loads(line) for line in formats.as_jsonl(SESSION, TREE, blob)]
    document = json.loads(formats.as_json(SESSION, TREE))
    assert lines[0] == {"schema": document["schema"], **document["session"]}
    (attached,) = lines[1]["attachments"]
    assert base64.b64decode(attached.pop("data")) == PICTURE
    assert lines[1:] == document["messages"]


def test_every_line_of_json_is_one_line_whatever_the_text_holds() -> None:
    odd = replace(QUESTION, content="a\nb\u2028c\x85d\r\x1b[2J", attachments=())
    lines = "".join(formats.as_jsonl(SESSION, [odd], blob)).split("\n")
    assert [bool(line) for line in lines] == [True, True, False]
    assert json.loads(lines[1])["content"] == odd.content


def test_what_cannot_be_encoded_or_is_no_number_of_json_is_replaced() -> None:
    odd = replace(LAST, content="\ud83d\ude00 \ud800", options={"temperature": float("inf")})
    for text in (formats.as_json(SESSION, [odd]), *formats.as_jsonl(SESSION, [odd], blob)):
        text.encode()
    message = json.loads(formats.as_json(SESSION, [odd]))["messages"][0]
    assert (message["content"], message["options"]) == ("😀 \ufffd", {"temperature": None})


def test_a_session_without_messages_is_one() -> None:
    document = json.loads(formats.as_json(replace(SESSION, head=None), []))
    session = document["session"]
    assert document["messages"] == []
    assert [session[name] for name in ("messages", "branches", "bytes")] == [0, 0, 0]
    assert session["prompt_tokens"] is None
    assert len(list(formats.as_jsonl(SESSION, [], blob))) == 1
    assert formats.as_markdown(SESSION, []).startswith("# why is \\*the\\* sky\\_blue?\n")


def test_a_damaged_tree_ends() -> None:
    circle = [replace(QUESTION, parent=2), FIRST]
    assert formats.active_ids(replace(SESSION, head=2), circle) == {1, 2}
    assert formats.active_ids(replace(SESSION, head=9), circle) == set()


def test_markdown_shows_the_branch_that_is_followed() -> None:
    assert (
        formats.as_markdown(SESSION, TREE)
        == f"""\
# why is \\*the\\* sky\\_blue?

session {SESSION.id} · llama3.2 · 2026-11-29 12:00 UTC

## system

be brief

## you

- attached: sky.png (image/png, 9 B)

why is the sky blue? ☃

## llama3.2

scattering

## you

and at night?

*(no answer)*
"""
    )


def test_markdown_has_the_thinking_if_it_is_asked_for() -> None:
    shown = formats.as_markdown(replace(SESSION, head=2), TREE, thinking=True)
    assert "## llama3.2\n\n> hm\n>\n> hm\n\nbecause\n\n*(stopped here)*\n" in shown
    assert "hm" not in formats.as_markdown(replace(SESSION, head=2), TREE)


@pytest.mark.parametrize(
    "code", ["```py\nx = 1", "```py\nx = 1\n", "~~~\r\nx\r\n", "a\n````\n```\n", "```"]
)
def test_code_that_an_answer_left_open_swallows_nothing_that_follows(code: str) -> None:
    tokens = MarkdownIt("commonmark").parse(one(code, "interrupted"))
    assert sum(token.type == "fence" for token in tokens) == 1
    assert tokens[-2].content == "*(stopped here)*"


@pytest.mark.parametrize("code", ["```py\nx = 1\n```", "- ```\n  x", "> ```\n> x", "    x\n", "a"])
def test_code_that_is_closed_gets_no_second_end(code: str) -> None:
    assert one(code).endswith(f"\n\n{code.strip(chr(10))}\n")


def test_a_summary_a_tool_and_its_call_are_told_as_what_they_are() -> None:
    call = {"name": "look", "arguments": {"at": "`x`"}, "id": None}
    assert "## summary\n\nshort\n" in one("short", "summary", model="llama3.2")
    assert "## model\n\n- calls `` {" in one("", tool_calls=(call,))


def test_a_format_is_chosen_by_its_name() -> None:
    assert formats.text_in("md", SESSION, TREE, blob) == formats.as_markdown(SESSION, TREE)
    assert formats.text_in("json", SESSION, TREE, blob) == formats.as_json(SESSION, TREE)
    lines = formats.text_in("jsonl", SESSION, TREE, blob).splitlines(keepends=True)
    assert lines == list(formats.as_jsonl(SESSION, TREE, blob))
