"""Requests of Ollama's own API: what was said is sent, what is None is left to the server."""

from ollama_cli.services.connection import present
from ollama_cli.types.requests import ChatRequest, EmbedRequest, GenerateRequest
from ollama_cli.wire.ollama_requests import chat_body, embed_body, embed_fields, generate_body


def test_a_bare_prompt_is_three_fields() -> None:
    body = present(generate_body(GenerateRequest("m", "hi")))
    assert body == {"model": "m", "prompt": "hi", "stream": True, "truncate": False}


def test_a_prompt_with_all_that_may_come_with_it() -> None:
    request = GenerateRequest(
        "m",
        "hi",
        system="be brief",
        template="{{ .Prompt }}",
        suffix="end",
        raw=True,
        images=("aGk=",),
        format="json",
        options={"seed": 1},
        think="low",
        keep_alive="5m",
    )
    assert present(generate_body(request)) == {
        "model": "m",
        "prompt": "hi",
        "system": "be brief",
        "template": "{{ .Prompt }}",
        "suffix": "end",
        "raw": True,
        "images": ["aGk="],
        "format": "json",
        "options": {"seed": 1},
        "think": "low",
        "keep_alive": "5m",
        "stream": True,
        "truncate": False,
    }


def test_a_conversation_keeps_the_order_of_its_turns() -> None:
    turns = ({"role": "user", "content": "a"}, {"role": "assistant", "content": "b"})
    body = present(chat_body(ChatRequest("m", turns, think=False, keep_alive=0)))
    assert body == {
        "model": "m",
        "messages": list(turns),
        "think": False,
        "keep_alive": 0,
        "stream": True,
        "truncate": False,
    }
    tool = {"type": "function", "function": {"name": "f"}}
    assert chat_body(ChatRequest("m", (), tools=(tool,)))["tools"] == [tool]


def test_texts_to_embed_and_what_both_ways_to_do_so_share() -> None:
    assert embed_body(["a", "b"], EmbedRequest("m")) == {"model": "m", "input": ["a", "b"]}
    request = EmbedRequest("m", dimensions=3, truncate=False, options={}, keep_alive="1m")
    assert embed_fields(request) == {"dimensions": 3, "truncate": False, "keep_alive": "1m"}
