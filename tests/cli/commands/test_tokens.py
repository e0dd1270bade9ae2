"""`tokens`: what `wc` tells, and how much of a model's context it is."""

import json
from pathlib import Path
from typing import Any

import pytest
from counting_servers import MARK, TEMPLATE, counting
from hostile import Peer, Server, by_path, document
from other_servers import ONLY_V1, serving
from shell import call

INFO = {"general.architecture": "x", "x.context_length": 8200}
LONG = " ".join(["word"] * 1000)


def asked(server: Server) -> list[Any]:
    """What was sent to be counted."""
    return [each.json for each in server.requests if each.path in {"/api/generate", "/api/chat"}]


def test_texts_and_files_each_in_a_row_and_a_total(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one two three\n")
    (tmp_path / "b.txt").write_text("größer")
    words = ("tokens", "hi there", "-f", "a.txt", "-f", "b.txt", "-m", "m")
    with counting() as server:
        result = call(*words, "--host", server.url, cwd=tmp_path)
    assert (result.code, result.err) == (0, "")
    assert [line.split() for line in result.out.splitlines()] == [
        ["TOKENS", "CHARACTERS", "BYTES", "CONTEXT", "NAME"],
        ["3", "8", "8", "0.1", "%", "text", "1"],
        ["4", "14", "14", "0.1", "%", "a.txt"],
        ["2", "6", "8", "0.0", "%", "b.txt"],
        ["9", "28", "30", "0.2", "%", "total"],
    ]


def test_a_document() -> None:
    with counting(holds=100) as server:
        result = call("tokens", "-o", "json", "-m", "m", "--host", server.url, stdin="a b c")
        sent = asked(server)
    assert result.json == {
        "schema": "ollama-cli/tokens/1",
        "model": "m",
        "context_length": 100,
        "texts": [
            {"name": "-", "tokens": 4, "characters": 5, "bytes": 5, "percent": 4.0, "exact": True}
        ],
        "total": {"tokens": 4, "characters": 5, "bytes": 5, "percent": 4.0, "exact": True},
    }
    body = {"model": "m", "prompt": "a b c", "raw": True, "truncate": False, "stream": False}
    assert sent == [{**body, "options": {"num_predict": 1}}]


def test_lines_for_programs_have_no_total() -> None:
    words = ("tokens", "a", "b", "-m", "m")
    with counting(holds=200) as server:
        lines = call(*words, "-o", "jsonl", "--host", server.url)
        table = call(*words, "-o", "csv", "--host", server.url)
    assert [(each["name"], each["percent"]) for each in lines.events] == [
        ("text 1", 1.0),
        ("text 2", 1.0),
    ]
    assert table.raw == (
        b"name,tokens,characters,bytes,percent,exact\r\n"
        b"text 1,2,1,1,1.0,true\r\ntext 2,2,1,1,1.0,true\r\n"
    )


def test_the_context_in_force_is_the_one_that_counts_and_stays() -> None:
    with counting(holds=4096, loaded=512) as server:
        result = call("tokens", "a b", "-o", "json", "-m", "m", "--host", server.url)
        again = call("tokens", LONG, "-o", "json", "-m", "m", "--host", server.url)
        sent = asked(server)
    assert result.json["context_length"] == again.json["context_length"] == 512
    assert {body["options"]["num_ctx"] for body in sent} == {512}


def test_a_model_that_is_not_loaded_gets_the_context_of_the_settings() -> None:
    words = ("tokens", "a", "b", "-o", "json", "-m", "m", "--host")
    with counting() as server:
        result = call(*words, server.url, env={"OLLAMA_CLI_NUM_CTX": "1024"})
        sent = asked(server)
    assert result.json["context_length"] == 1024
    assert [body["options"]["num_ctx"] for body in sent] == [1024, 1024]


def test_the_models_own_context_where_none_is_told() -> None:
    scripts = {
        "/api/generate": document({"done": True, "prompt_eval_count": 82}),
        "/api/show": document({"model_info": INFO}),
    }
    with Server(by_path(scripts)) as server:
        result = call("tokens", "a", "-o", "json", "-m", "m", "--host", server.url)
    assert (result.json["context_length"], result.json["texts"][0]["percent"]) == (8200, 1.0)


def test_what_does_not_fit_is_counted_in_pieces_and_adds_up() -> None:
    with counting(loaded=64) as server:
        result = call("tokens", LONG, "-m", "m", "-o", "json", "--host", server.url)
        text = call("tokens", LONG, "-m", "m", "--host", server.url)
        sent = asked(server)
    (found,) = result.json["texts"]
    assert (found["tokens"], found["exact"]) == (1000 + MARK, False)
    assert result.json["total"]["exact"] is False
    assert text.out.splitlines()[1].startswith("~1001 ")
    assert all(body["options"]["num_predict"] == 1 for body in sent)


def test_a_server_that_tells_the_number_in_its_refusal_is_believed() -> None:
    with counting(loaded=64, tells_needs=True) as server:
        result = call("tokens", LONG, "-m", "m", "-o", "json", "--host", server.url)
        assert len(asked(server)) == 1
    (found,) = result.json["texts"]
    assert (found["tokens"], found["exact"]) == (1000 + MARK, True)


@pytest.mark.parametrize(("holds", "exact"), [(4096, True), (64, False)])
def test_as_a_question_with_template_and_system_prompt(holds: int, exact: bool) -> None:
    with counting(loaded=holds) as server:
        result = call("tokens", LONG, "--chat", "-m", "m", "-o", "json", "--host", server.url)
        first = asked(server)[0]
    (found,) = result.json["texts"]
    assert (found["tokens"], found["exact"]) == (1000 + MARK + TEMPLATE, exact)
    assert first["messages"] == [{"role": "user", "content": LONG}]


def test_an_empty_text_has_none_and_nobody_is_asked() -> None:
    with counting() as server:
        piped = call("tokens", "-o", "json", "-m", "m", "--host", server.url, stdin="")
        assert asked(server) == []
        beside = call("tokens", "a", "-o", "json", "-m", "m", "--host", server.url, stdin="")
    assert [each["tokens"] for each in piped.json["texts"]] == [0]
    assert [each["name"] for each in beside.json["texts"]] == ["text 1"]


def test_a_file_that_is_given_as_a_text_is_noted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one")
    with counting() as server:
        result = call("tokens", "a.txt", "-m", "m", "--host", server.url, cwd=tmp_path)
    assert result.err == "note: a.txt is counted as a text; to count the file: -f a.txt\n"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((), 2, "there is no text"),
        (("-f", "nowhere.txt"), 4, "no such file: nowhere.txt"),
        (("-f", "-", "-f", "-"), 2, "`-` is named twice"),
        (("x", "-o", "name"), 2, "'name' is not one of"),
    ],
)
def test_what_cannot_be_counted(words: tuple[str, ...], code: int, told: str) -> None:
    result = call("tokens", *words, "-m", "m", "--host", "http://127.0.0.1:9")
    assert (result.code, result.out) == (code, "")
    assert told in result.err


def test_a_server_without_a_way_to_count() -> None:
    with serving(ONLY_V1) as server:
        result = call("tokens", "x", "-m", "m", "--host", server.url)
    assert (result.code, result.out) == (5, "")
    assert result.err.startswith("error: tokens needs an Ollama server")


def test_the_demo_counts_to_the_token() -> None:
    alone = call("--demo", "tokens", "tides and bees", "--json").json
    asked_for = call("--demo", "chat", "tides and bees", "-o", "json").json
    as_question = call("--demo", "tokens", "--chat", "tides and bees", "--json").json
    assert alone["total"]["tokens"] == 3
    assert as_question["total"]["tokens"] == asked_for["usage"]["prompt_tokens"]
    assert json.dumps(alone["texts"][0]["percent"]) == "0.0732"


def test_a_model_that_only_makes_embeddings_counts_by_these() -> None:
    def embed(peer: Peer) -> None:  # with a mark at both ends, and room for 8
        words = len(peer.request.json["input"][0].split()) + 2
        too_long = document({"error": "the input length exceeds the context length"}, 400)
        (document({"embeddings": [[1.0]], "prompt_eval_count": words}) if words <= 8 else too_long)(
            peer
        )

    refused = document({"error": '"m" does not support generate'}, 400)
    shown = document({"capabilities": ["embedding"], "model_info": {}})
    scripts = {"/api/generate": refused, "/api/embed": embed, "/api/show": shown}
    with Server(by_path(scripts)) as server:
        words = ("tokens", "one two", "a b c d e f g h i j", "-m", "m", "-o", "json")
        result = call(*words, "--host", server.url)
        chatted = call(*words, "--chat", "--host", server.url)
        asked = [each.path for each in server.requests]
    assert result.code == 0
    assert [(each["tokens"], each["exact"]) for each in result.json["texts"]] == [
        (4, True),
        (12, False),
    ]
    assert asked.count("/api/generate") == 1
    assert (chatted.code, chatted.out) == (5, "")


def test_fields_are_chosen_of_the_table_and_of_each_format() -> None:
    words = ("tokens", "a b", "c", "-m", "m", "--fields", "name,percent")
    with counting(holds=200) as server:
        table = call(*words, "--host", server.url)
        document = call(*words, "-o", "json", "--host", server.url)
        csv = call(*words, "-o", "csv", "--host", server.url)
        line = call(*words[:-2], "--line", "{{name}}\\t{{tokens}}", "--host", server.url)
    assert [each.split() for each in table.out.splitlines()] == [
        ["NAME", "CONTEXT"],
        ["text", "1", "1.5", "%"],
        ["text", "2", "1.0", "%"],
    ]
    assert document.json["texts"][0] == {"name": "text 1", "percent": 1.5}
    assert csv.raw == b"name,percent\r\ntext 1,1.5\r\ntext 2,1.0\r\n"
    assert line.out == "text 1\t3\ntext 2\t2\n"
