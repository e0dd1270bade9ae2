"""generate and chat: streams, load and unload, options, refusals."""

import json
from typing import Any

import pytest
from markdown_it import MarkdownIt

from ollama_cli.demo.answer import INTRODUCTION
from ollama_cli.demo.language import specimen

FINAL = (
    "total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration",
    "eval_count", "eval_duration",
)  # fmt: skip


def _user(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def _chat(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "demo", "messages": _user(text), **more}


def test_generate_streams_lines_and_ends_with_figures(demo: Any) -> None:
    reply = demo("/api/generate", {"model": "Demo", "prompt": "How do tides work?"})
    assert reply.headers["Content-Type"] == "application/x-ndjson"
    assert reply.headers["Transfer-Encoding"] == "chunked"
    *pieces, last = reply.events
    assert all(tuple(p) == ("model", "created_at", "response", "done") for p in pieces)
    assert not any(piece["done"] for piece in pieces)
    assert tuple(last) == (
        "model", "created_at", "response", "done", "done_reason", "context", *FINAL,
    )  # fmt: skip
    assert (last["model"], last["done"], last["done_reason"]) == ("Demo", True, "stop")
    assert last["eval_count"] == len(pieces)
    assert len(last["context"]) == last["prompt_eval_count"] + last["eval_count"]
    assert last["total_duration"] >= last["eval_duration"] > 0
    assert reply.text.endswith(".")


def test_the_answer_is_about_the_prompt(demo: Any) -> None:
    wanted = {"model": "demo", "prompt": "the lantern", "options": {"temperature": 0}}
    assert "lantern" in demo("/api/generate", wanted).text


def test_one_document_where_no_stream_is_wanted(demo: Any) -> None:
    wanted = {"model": "demo", "prompt": "bees", "options": {"seed": 3, "num_predict": 9}}
    streamed = demo("/api/generate", wanted)
    whole = demo("/api/generate", {**wanted, "stream": False})
    assert whole.headers["Content-Type"] == "application/json; charset=utf-8"
    assert int(whole.headers["Content-Length"]) == len(whole.body)
    assert not whole.body.endswith(b"\n")
    assert whole.json["response"] == streamed.text
    assert (whole.json["done_reason"], whole.json["eval_count"]) == ("length", 9)


def test_a_seed_repeats_and_another_differs(demo: Any) -> None:
    texts = [
        demo("/api/generate", {"model": "demo", "prompt": "x", "options": {"seed": seed}}).text
        for seed in (1, 1, 2)
    ]
    assert texts[0] == texts[1] != texts[2]


def test_raw_has_no_context(demo: Any) -> None:
    reply = demo("/api/generate", {"model": "demo", "prompt": "one two", "raw": True})
    assert "context" not in reply.events[-1]
    assert reply.events[-1]["prompt_eval_count"] == 2


def test_context_goes_on(demo: Any) -> None:
    first = demo("/api/generate", {"model": "demo", "prompt": "tide"}).events[-1]
    again = {"model": "demo", "prompt": "tide", "context": first["context"]}
    second = demo("/api/generate", again).events[-1]
    assert second["prompt_eval_count"] > first["prompt_eval_count"]


@pytest.mark.parametrize(("keep", "reason"), [(None, "load"), (0, "unload"), ("0s", "unload")])
def test_an_empty_prompt_moves_the_model(demo: Any, keep: object, reason: str) -> None:
    reply = demo("/api/generate", {"model": "demo", "keep_alive": keep})
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
    assert list(reply.json) == ["model", "created_at", "response", "done", "done_reason"]
    assert (reply.json["done"], reply.json["done_reason"]) == (True, reason)
    chatted = demo("/api/chat", {"model": "demo", "messages": [], "keep_alive": keep}).json
    assert chatted["message"] == {"role": "assistant", "content": ""}
    assert chatted["done_reason"] == reason


def test_chat_streams_messages(demo: Any) -> None:
    *pieces, last = demo("/api/chat", _chat("How do tides work?")).events
    assert all(piece["message"]["role"] == "assistant" for piece in pieces)
    assert last["message"] == {"role": "assistant", "content": ""}
    assert tuple(last) == ("model", "created_at", "message", "done", "done_reason", *FINAL)


def test_chat_says_what_it_is_at_first_and_when_asked(demo: Any) -> None:
    assert demo("/api/chat", _chat("tides")).text.startswith(INTRODUCTION)
    turns = [*_user("a"), {"role": "assistant", "content": "b"}]
    later = {"model": "demo", "messages": [*turns, *_user("tides")]}
    assert "demo model" not in demo("/api/chat", later).text
    asked = {"model": "demo", "messages": [*turns, *_user("And who are you?")]}
    assert demo("/api/chat", asked).text.startswith(INTRODUCTION)


def test_chat_in_one_document(demo: Any) -> None:
    reply = demo("/api/chat", _chat("tides", stream=False)).json
    assert reply["message"]["content"].startswith(INTRODUCTION)
    assert reply["done"] is True


def test_stop_ends_the_text_before_it(demo: Any) -> None:
    reply = demo("/api/chat", _chat("x", options={"stop": ["word statis", "never"]}))
    assert reply.text == "I am ollama-cli's demo model: a few kilobytes of "
    assert reply.events[-1]["done_reason"] == "stop"


def test_text_held_back_for_a_stop_comes_in_the_end(demo: Any) -> None:
    options = {"stop": ["ollama-cli's toy", "demo toy"], "num_predict": 4}
    reply = demo("/api/chat", _chat("x", options=options))
    assert reply.text == "I am ollama-cli's demo"
    assert reply.events[-1]["done_reason"] == "length"


@pytest.mark.parametrize("limit", [0, -1])
def test_no_limit_ends_naturally(demo: Any, limit: int) -> None:
    options = {"num_predict": limit, "top_k": 0, "top_p": 1.0}
    last = demo("/api/chat", _chat("x", options=options)).events[-1]
    assert last["done_reason"] == "stop"
    assert 90 <= last["eval_count"] < 250


LONG = "river " * 100


def test_a_long_prompt_is_cut_in_silence(demo: Any) -> None:
    wanted = {"model": "demo", "prompt": LONG, "options": {"num_ctx": 64, "num_predict": 2}}
    assert demo("/api/generate", wanted).events[-1]["prompt_eval_count"] == 64


def test_old_messages_are_dropped(demo: Any) -> None:
    messages = [{"role": "system", "content": "S"}, *_user(LONG), *_user("tides")]
    wanted = {"model": "demo", "messages": messages, "options": {"num_ctx": 64, "num_predict": 1}}
    assert demo("/api/chat", wanted).events[-1]["prompt_eval_count"] == 4
    wanted["messages"] = _user(LONG)
    assert demo("/api/chat", wanted).events[-1]["prompt_eval_count"] == 64


@pytest.mark.parametrize(
    ("field", "start"),
    [
        ("truncate", "the input length exceeds the context length"),
        ("shift", "the prompt is longer"),
    ],
)
def test_a_long_prompt_may_be_refused(demo: Any, field: str, start: str) -> None:
    wanted = {"prompt": LONG, "messages": _user(LONG), "options": {"num_ctx": 64}, field: False}
    generated = demo("/api/generate", {"model": "demo", **wanted})
    assert generated.status == 400
    assert generated.error.startswith(start)
    # Chat drops what it may before it looks at the length: the last message alone is too long.
    chatted = demo("/api/chat", {"model": "demo", **wanted})
    assert (chatted.status, chatted.error) == (400, generated.error)


def test_without_shift_a_full_context_ends_the_answer(demo: Any) -> None:
    wanted = {"prompt": "a", "raw": True, "shift": False, "options": {"num_ctx": 16}}
    last = demo("/api/generate", {"model": "demo", **wanted}).events[-1]
    assert (last["done_reason"], last["eval_count"]) == ("length", 15)


def test_format_json(demo: Any) -> None:
    text = demo("/api/generate", {"model": "demo", "prompt": "bees", "format": "json"}).text
    assert set(json.loads(text)) == {"text"}
    cut = {"model": "demo", "prompt": "x", "format": "json", "options": {"num_predict": 2}}
    last = demo("/api/generate", cut).events[-1]
    assert last["done_reason"] == "length"


def test_format_follows_a_schema(demo: Any) -> None:
    schema = {
        "type": "object",
        "properties": {"ok": {"type": "boolean"}, "n": {"type": "integer", "minimum": 3}},
        "required": ["ok", "n"],
    }
    reply = demo("/api/chat", _chat("x", format=schema, stream=False)).json
    assert json.loads(reply["message"]["content"]) == {"ok": True, "n": 3}


def test_go_escapes_and_raw_unicode(demo: Any) -> None:
    shape = {"const": "<&>\u2028\u0085é"}
    reply = demo("/api/generate", {"model": "demo", "prompt": "x", "format": shape})
    assert rb"\u003c" in reply.body
    assert rb"\u0026" in reply.body
    assert "\u0085".encode() in reply.body
    assert b"".join(reply.body.split(b"\n")).count(b"\xe2\x80\xa8") == 0


def test_false_thinking_and_unknown_options_are_fine(demo: Any) -> None:
    wanted = _chat("x", think=False, options={"nope": 1, "seed": None, "num_predict": 2.0})
    assert demo("/api/chat", wanted).events[-1]["eval_count"] == 2


def test_who_asks_for_markdown_sees_some_of_each_kind_of_block(demo: Any) -> None:
    text = demo("/api/generate", {"model": "demo", "prompt": "show me markdown"}).text
    assert text == specimen()
    kinds = {token.type for token in MarkdownIt("commonmark").enable("table").parse(text)}
    assert {"table_open", "fence", "blockquote_open", "ordered_list_open", "hr"} <= kinds


def test_the_prompt_alone_is_one_document_and_is_what_is_counted(demo: Any) -> None:
    wanted = {**_chat("bees", options={"num_ctx": 64}), "_debug_render_only": True}
    reply = demo("/api/chat", wanted)
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
    assert tuple(reply.json) == ("model", "created_at", "message", "done", "_debug_info")
    assert (reply.json["message"], reply.json["done"]) == ({"role": "", "content": ""}, False)
    prompt = reply.json["_debug_info"]["rendered_template"]
    counted = {"model": "demo", "prompt": prompt, "raw": True, "options": {"num_predict": 1}}
    asked = demo("/api/chat", _chat("bees", options={"num_predict": 1})).events[-1]
    raw = demo("/api/generate", counted).events[-1]
    assert raw["prompt_eval_count"] == asked["prompt_eval_count"] > 1


def test_the_prompt_alone_shows_what_is_dropped_and_refuses_nothing(demo: Any) -> None:
    said = [*_user("old " * 60), {"role": "assistant", "content": "yes"}, *_user("new " * 20)]
    wanted = {"model": "demo", "messages": said, "options": {"num_ctx": 60}}
    cut, whole = (
        demo("/api/chat", {**wanted, "_debug_render_only": True, **more}).json
        for more in ({}, {"truncate": False})
    )
    assert "old" not in cut["_debug_info"]["rendered_template"]
    assert "old" in whole["_debug_info"]["rendered_template"]
    raw = {"model": "demo", "prompt": "a  b\n\nc", "raw": True, "_debug_render_only": True}
    assert demo("/api/generate", raw).json["_debug_info"]["rendered_template"] == "a  b\n\nc"


@pytest.mark.parametrize("stream", [True, False])
def test_logprobs_are_those_of_the_tokens(demo: Any, stream: bool) -> None:
    wanted = _chat("bees", options={"temperature": 0, "num_predict": 40, "stop": ["grown"]})
    reply = demo("/api/chat", {**wanted, "logprobs": True, "top_logprobs": 2, "stream": stream})
    told = [each for event in reply.events for each in event.get("logprobs", ())]
    assert "".join(each["token"] for each in told).startswith(reply.text)
    assert all(bytes(each["bytes"]).decode() == each["token"] for each in told)
    assert all(each["logprob"] <= 0 for each in told)
    drawn = [each for each in told if len(each["top_logprobs"]) == 2]
    assert all(each["logprob"] <= each["top_logprobs"][0]["logprob"] for each in drawn)
    assert drawn
    plain = demo("/api/chat", {**wanted, "top_logprobs": 2, "stream": stream})
    assert not any("logprobs" in event for event in plain.events)
